"""A department reads the plans in which it has a part: its own lines, and nothing of others."""

from __future__ import annotations

from dataclasses import dataclass

from consent.errors import NotFound
from consent.people import Department
from consent.store import Store
from plan.store import own_plans
from plan.store.own_plans import OwnLine, OwnPlan

__all__ = ["OwnLine", "OwnPlan", "PlanPage", "own_plan", "read_plans"]


@dataclass(frozen=True, slots=True, repr=False)
class PlanPage:
    """Plans in the order in which people agreed to them, and whether more follow."""

    plans: tuple[OwnPlan, ...]
    more: bool


def read_plans(
    store: Store, *, actor: Department, after: str = "", waiting: bool = False, limit: int = 100
) -> PlanPage:
    """A page after the plan of this reference; `waiting`: those that need an answer.

    Raises NotFound where `after` is no plan of this department's.
    """
    with store.transaction(actor) as tx:
        found = own_plans.page(tx, after=after, waiting=waiting, limit=limit + 1)
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
