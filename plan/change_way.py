"""Another way to pay a running plan, from now on. Its amount, its days and its parts stay.

No department is told: what it gets is the same, and it reads the way when it next asks. A card that
was charged on each payment day is not charged any more where the way is another, so that nobody
pays twice; the payment service hears of that from the worker.
"""

from __future__ import annotations

from consent.clock import Chance, Clock
from consent.errors import NotFound, WrongState
from consent.ids import PlanId
from consent.people import Person
from consent.store import Store
from plan.events import Kind
from plan.lifecycle import LIVE_PLAN
from plan.lines import plan_event
from plan.paying import AgreementState
from plan.store import agreements, plans
from plan.terms import Method


def change_way(
    store: Store, clock: Clock, chance: Chance, *, actor: Person, plan_id: PlanId, method: Method
) -> None:
    """The same way again changes nothing. Raises NotFound, and WrongState once it is over."""
    with store.transaction(actor) as tx:
        row = plans.locked(tx, plan_id)
        if row is None:
            raise NotFound("no such plan")
        if row.state not in LIVE_PLAN:
            raise WrongState("this plan is over")
        card = agreements.active(tx, plan_id) if method is not Method.CARD else None
        if card is not None:
            agreements.set_state(tx, card.agreement_id, AgreementState.INACTIVE, clock.now())
        if row.method is not method:
            event = plan_event(chance, clock.now(), row, Kind.WAY_CHANGED, "person")
            plans.set_method(tx, plan_id, method, event)
