"""A department asked for another part: the person takes it, or keeps their own (D68)."""

from __future__ import annotations

from uuid import UUID

from consent.clock import Chance, Clock
from consent.errors import NotFound, WrongState
from consent.ids import PlanId
from consent.people import Person
from consent.store import Store, Tx
from plan.events import Kind
from plan.lifecycle import LIVE_PLAN, PlanState, ShareState, transition
from plan.lines import PROPOSED, line_event, plan_event, tell
from plan.store import plans, shares, versions
from plan.store.plans import PlanRow
from plan.store.shares import ShareRow
from plan.terms import VaryReason


def accept(
    store: Store, clock: Clock, chance: Chance, *, actor: Person, plan_id: PlanId, share_id: UUID
) -> int:
    """Agree to what the department asked for; the answer is what is paid each time from now on.

    Raises NotFound, and WrongState where nothing was asked for.
    """
    with store.transaction(actor) as tx:
        row, share = _held(tx, plan_id, share_id, ShareState.AGREED)
        if share.asked_pence is None:
            raise WrongState("the department named no other amount")
        now = clock.now()
        versions.close(tx, row, until=now, reason=VaryReason.LINES)
        shares.set_pence(tx, share_id, share.asked_pence)
        event = line_event(chance, now, row, share, Kind.LINE_AGREED, "person")
        shares.set_state(tx, share_id, ShareState.AGREED, event)
        payment = row.payment_pence - share.current_pence + share.asked_pence
        plans.next_version(tx, row, payment, plan_event(chance, now, row, Kind.CHANGED, "person"))
        return payment


def keep_mine(
    store: Store, clock: Clock, chance: Chance, *, actor: Person, plan_id: PlanId, share_id: UUID
) -> None:
    """Keep the part as it was: the department is asked once more. Raises as `accept`."""
    with store.transaction(actor) as tx:
        row, share = _held(tx, plan_id, share_id, ShareState.PENDING)
        now = clock.now()
        versions.close(tx, row, until=now, reason=VaryReason.LINES)
        changed = plan_event(chance, now, row, Kind.CHANGED, "person")
        plans.next_version(tx, row, row.payment_pence, changed)
        event = line_event(chance, now, row, share, Kind.LINE_KEPT, "person")
        shares.set_state(tx, share_id, ShareState.PENDING, event)
        tell(tx, PROPOSED, [share], now, version=row.version + 1)


def _held(tx: Tx, plan_id: PlanId, share_id: UUID, after: ShareState) -> tuple[PlanRow, ShareRow]:
    row = plans.locked(tx, plan_id)
    share = shares.one(tx, share_id)
    if row is None or share is None or share.plan_id != plan_id:
        raise NotFound("no such line")
    if row.state not in LIVE_PLAN or row.state is PlanState.PAUSED:
        raise WrongState("the plan does not run now")
    asked = share.state is ShareState.CHANGE_ASKED
    if not asked or transition(share.state, after, "person") is None:
        raise WrongState("this line was not asked about")
    return row, share
