"""The yearly look at a running plan: the person keeps it as it is, or gives it new terms (PLAN-06).

Either moves the next look on; new terms do it by themselves (`plan.vary`).
"""

from __future__ import annotations

from datetime import date

from consent.clock import Chance, Clock, london_date
from consent.errors import NotFound, WrongState
from consent.ids import PlanId
from consent.people import Person
from consent.store import Store, Tx
from plan.events import Kind
from plan.lifecycle import LIVE_PLAN
from plan.lines import plan_event
from plan.rules.review import next_review
from plan.store import plans
from plan.store.plans import PlanRow


def keep_as_it_is(
    store: Store, clock: Clock, chance: Chance, *, actor: Person, plan_id: PlanId
) -> date:
    """The person looked and keeps their plan; the answer is the month of the next look. Before one
    is due, and a second time, nothing changes. Raises NotFound, and WrongState where it is over.
    """
    with store.transaction(actor) as tx:
        row = plans.locked(tx, plan_id)
        if row is None:
            raise NotFound("no such plan")
        if row.state not in LIVE_PLAN:
            raise WrongState("this plan is over")
        return looked_at(tx, clock, chance, row)


def looked_at(tx: Tx, clock: Clock, chance: Chance, row: PlanRow) -> date:
    """As above, inside a transaction that holds the plan."""
    now = clock.now()
    today = london_date(now)
    if today < row.review_month:
        return row.review_month
    following = next_review(row.starts_on, today)
    event = plan_event(chance, now, row, Kind.LOOKED_AT, "person")
    plans.set_review_month(tx, row.plan_id, following, event)
    return following
