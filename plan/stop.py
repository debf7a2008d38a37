"""A person stops their plan. It is over with this commit, and nothing is charged for it."""

from __future__ import annotations

from dataclasses import dataclass

from consent.clock import Chance, Clock
from consent.errors import NotFound
from consent.ids import PlanId
from consent.people import Person
from consent.store import Store
from consent.withdraw import end_in
from plan.events import Kind
from plan.lifecycle import LIVE_PLAN
from plan.lines import plan_event, take_out
from plan.store import plans, shares
from plan.terms import EndedReason


@dataclass(frozen=True, slots=True)
class Stopped:
    """The plan that is over."""

    plan_id: PlanId
    reference: str


def stop(store: Store, clock: Clock, chance: Chance, *, actor: Person, plan_id: PlanId) -> Stopped:
    """End the plan and the permissions to run it; permissions to look stay (decision 34).

    Repeating it changes nothing. Raises NotFound, also for another person's plan.
    """
    with store.transaction(actor) as tx:
        # Permissions are held before the plan, as everywhere: two errands never wait crosswise.
        for grant_id in sorted({share.grant_id for share in shares.of_plan(tx, plan_id)}):
            end_in(tx, clock, chance, actor=actor, grant_id=grant_id)
        row = plans.locked(tx, plan_id)
        if row is None:
            raise NotFound("no such plan")
        if row.state in LIVE_PLAN:
            now = clock.now()
            going = [share for share in shares.of_plan(tx, plan_id) if share.live]
            take_out(tx, chance, now, row, going, "person")
            event = plan_event(chance, now, row, Kind.ENDED, "person")
            plans.end(tx, plan_id, EndedReason.STOPPED, event)
        return Stopped(plan_id, row.reference)
