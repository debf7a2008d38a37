"""A department says that a debt is paid: its line is cleared.

Its pence go to the other lines by the plan's own strategy (decision 2, PLAN-19). The last line that
clears finishes the plan.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from consent.clock import Chance, Clock
from consent.errors import NotFound, WrongState
from consent.ids import DepartmentCode
from consent.people import Department
from consent.store import Store, Tx
from plan.events import Kind
from plan.lifecycle import LIVE_PLAN, PlanState, ShareState, transition
from plan.lines import CHANGED, line_event, plan_event, tell
from plan.rules.strategies import StrategyName
from plan.store import plans, shares, versions
from plan.store.plans import PlanRow
from plan.terms import FINISHED, EndedReason, VaryReason
from plan.vary import shares_for


@dataclass(frozen=True, slots=True)
class Cleared:
    """How the plan stands after it."""

    state: PlanState
    payment: int


def clear(
    store: Store,
    clock: Clock,
    chance: Chance,
    *,
    actor: Department,
    share_id: UUID,
    reason: EndedReason = EndedReason.PAID_IN_FULL,
) -> Cleared:
    """As `clear_in`, in a transaction of its own."""
    with store.transaction(actor) as tx:
        return clear_in(tx, clock, chance, department=actor.code, share_id=share_id, reason=reason)


def clear_in(
    tx: Tx,
    clock: Clock,
    chance: Chance,
    *,
    department: DepartmentCode,
    share_id: UUID,
    reason: EndedReason = EndedReason.PAID_IN_FULL,
) -> Cleared:
    """Nothing is left to pay on this line; saying it twice changes nothing. `reason` is one of
    FINISHED. Raises NotFound, also for another department's line, and WrongState."""
    if reason not in FINISHED:
        raise ValueError("not a reason for which a debt is cleared")
    share = shares.one(tx, share_id)
    if share is None or share.department != department:
        raise NotFound("no such line")
    row = plans.locked(tx, share.plan_id)
    fresh = shares.one(tx, share_id)
    if row is None or fresh is None:
        raise NotFound("no such line")
    if fresh.state is ShareState.CLEARED:
        return Cleared(row.state, row.payment_pence)
    if row.state not in LIVE_PLAN or not transition(fresh.state, ShareState.CLEARED, "department"):
        raise WrongState("this line cannot be cleared now")
    event = line_event(chance, clock.now(), row, fresh, Kind.LINE_CLEARED, "department")
    shares.set_state(tx, share_id, ShareState.CLEARED, event)
    return _after(tx, clock, chance, row, reason)


def _after(tx: Tx, clock: Clock, chance: Chance, row: PlanRow, reason: EndedReason) -> Cleared:
    now = clock.now()
    live = [share for share in shares.of_plan(tx, row.plan_id) if share.live]
    if not live:
        plans.end(tx, row.plan_id, reason, plan_event(chance, now, row, Kind.FINISHED, "system"))
        return Cleared(PlanState.FINISHED, 0)
    parts = shares_for(live, row.payment_pence, StrategyName(row.strategy))
    changed = []
    for share, pence in zip(live, parts, strict=True):
        if share.current_pence != pence:
            shares.set_pence(tx, share.share_id, pence)
            changed.append(share)
    if changed:
        versions.close(tx, row, until=now, reason=VaryReason.LINES)
        event = plan_event(chance, now, row, Kind.CHANGED, "system")
        plans.next_version(tx, row, row.payment_pence, event)
    tell(tx, CHANGED, changed, now, version=row.version + 1)
    return Cleared(row.state, row.payment_pence)
