"""Money came for a plan: it counts for the oldest instalment that is open, then for the next.

Who settles a payment calls this in the same transaction, once for each payment.
"""

from __future__ import annotations

from dataclasses import dataclass

from consent.clock import Chance, Clock
from consent.errors import NotFound
from consent.ids import PlanId
from consent.store import Tx
from plan.events import Kind
from plan.lifecycle import InstalmentState
from plan.lines import plan_event
from plan.miss import behind_of
from plan.store import instalments, plans
from plan.store.instalments import Instalment


@dataclass(frozen=True, slots=True)
class Received:
    """Where the pence went: (instalment number, pence) pairs, and what is over: what the payment
    day that lies ahead could not take either, because the plan has none."""

    counted: tuple[tuple[int, int], ...]
    over: int


def receive_in(tx: Tx, clock: Clock, chance: Chance, *, plan_id: PlanId, pence: int) -> Received:
    """Count `pence` for what is open. Afterwards a review that it answers is closed (PLAN-11).

    Raises NotFound, and ValueError for less than a penny.
    """
    if pence < 1:
        raise ValueError("a payment is at least a penny")
    row = plans.locked(tx, plan_id)
    if row is None:
        raise NotFound("no such plan")
    now, left, counted = clock.now(), pence, []
    for found in instalments.fallen(tx, plan_id):
        part = min(left, found.open_pence)
        if not part:
            continue
        whole = part == found.open_pence
        state = InstalmentState.PAID if whole else _part_of(found)
        instalments.pay(tx, found, state, pence=part, settled_at=now if whole else None)
        counted.append((found.sequence, part))
        left -= part
    if left and instalments.pay_ahead(tx, plan_id, left):
        left = 0
    kind = Kind.PAYMENT_CAME if counted else Kind.PAID_AHEAD
    plans.note(tx, plan_event(chance, now, row, kind, "system"))
    if row.review_by is not None and not behind_of(tx, row).review:
        closed = plan_event(chance, now, row, Kind.REVIEW_CLOSED, "system")
        plans.set_review(tx, plan_id, None, closed)
    return Received(tuple(counted), left)


def _part_of(found: Instalment) -> InstalmentState:
    """What was missed stays missed until all of it came."""
    missed = found.state is InstalmentState.MISSED
    return InstalmentState.MISSED if missed else InstalmentState.PART_PAID
