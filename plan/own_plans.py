"""A department reads the plans in which it has a part: its own lines, and nothing of others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from consent.errors import NotFound
from consent.people import Department
from consent.staff import Did
from consent.store import Store, staff
from plan.store import own_plans, share_answers
from plan.store.own_plans import OwnLine, OwnPlan
from plan.store.share_answers import ShareAnswer

__all__ = ["OwnLine", "OwnPlan", "PlanPage", "PlanStory", "own_plan", "plan_story", "read_plans"]


@dataclass(frozen=True, slots=True, repr=False)
class PlanPage:
    """Plans in the order in which people agreed to them, and whether more follow."""

    plans: tuple[OwnPlan, ...]
    more: bool


@dataclass(frozen=True, slots=True, repr=False)
class PlanStory:
    """A plan and every answer of this department to its lines, the newest first. `by` is the
    address of the member of staff who gave it; a department's system has none."""

    plan: OwnPlan
    answers: tuple[ShareAnswer, ...]
    by: dict[datetime, str]

    def token_of(self, share_id: UUID) -> str:
        return next(line.debt_token for line in self.plan.lines if line.share_id == share_id)


def read_plans(
    store: Store,
    *,
    actor: Department,
    after: str = "",
    waiting: bool = False,
    limit: int = 100,
    newest: bool = False,
) -> PlanPage:
    """A page after the plan of this reference; `waiting`: those that need an answer.

    Raises NotFound where `after` is no plan of this department's.
    """
    with store.transaction(actor) as tx:
        found = own_plans.page(tx, after=after, waiting=waiting, limit=limit + 1, newest=newest)
    if found is None:
        raise NotFound("no such plan")
    return PlanPage(tuple(found[:limit]), len(found) > limit)


def own_plan(store: Store, *, actor: Department, reference: str) -> OwnPlan:
    """One plan. Raises NotFound, also for one in which this department has no part."""
    with store.transaction(actor) as tx:
        found = own_plans.one(tx, reference)
    if found is None:
        raise NotFound("no such plan")
    return found


def plan_story(store: Store, *, actor: Department, reference: str) -> PlanStory:
    """One plan with what was answered, and by whom. Raises NotFound as `own_plan` does."""
    with store.transaction(actor) as tx:
        found = own_plans.one(tx, reference)
        if found is None:
            raise NotFound("no such plan")
        answers = share_answers.history(tx, [line.share_id for line in found.lines])
        by = staff.who_did(tx, Did.ANSWERED_PLAN.value, reference)
    return PlanStory(found, tuple(answers), by)
