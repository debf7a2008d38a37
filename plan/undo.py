"""The bank takes back a credit: what became of it is undone, to the penny, once."""

from __future__ import annotations

from consent.clock import Chance, Clock
from consent.store import Tx
from plan.paying import WORKLIST, EntryState, RefundReason, RefundState
from plan.reverse import reverse_in
from plan.settle import held
from plan.store import bank, refunds
from plan.store.bank import EntryRow
from plan.store.payments import PaymentRow
from plan.store.plans import PlanRow


def undo_in(
    tx: Tx,
    clock: Clock,
    chance: Chance,
    reversal: EntryRow,
    *,
    plan: PlanRow | None = None,
    credit: EntryRow | None = None,
) -> int | None:
    """Undo the credit that this reversal means: the one that is named, else the only one with the
    bank's number, else the only one that paid `plan`. Pence that we had sent back already, so that
    they went twice; None, and nothing, where no single credit is meant."""
    found = credit or _meant(tx, reversal, plan)
    if found is None:
        return None
    found = bank.locked(tx, found.entry_id)
    if found is None or found.pence != reversal.pence:
        return None
    if bank.undone(tx, found.entry_id):
        return None
    now = clock.now()
    if found.payment_id is not None:
        row = held(tx, found.payment_id)
        if row is None:
            return None
        twice = _take_back(tx, clock, chance, row)
        bank.decide(
            tx,
            reversal.entry_id,
            EntryState.MATCHED,
            now,
            payment_id=row.payment_id,
            undoes=found.entry_id,
        )
        return twice
    if found.state not in WORKLIST | {EntryState.TO_SEND_BACK}:
        return None
    bank.decide(tx, found.entry_id, EntryState.TAKEN_BACK, now)
    bank.decide(tx, reversal.entry_id, EntryState.TAKEN_BACK, now, undoes=found.entry_id)
    return 0


def _meant(tx: Tx, reversal: EntryRow, plan: PlanRow | None) -> EntryRow | None:
    found: list[EntryRow] = []
    if reversal.servicer_ref:
        found = bank.can_be_undone(tx, reversal, servicer_ref=reversal.servicer_ref)
    if not found and plan is not None:
        found = bank.can_be_undone(tx, reversal, plan_id=plan.plan_id)
    return found[0] if len(found) == 1 else None


def _take_back(tx: Tx, clock: Clock, chance: Chance, row: PaymentRow) -> int:
    """All that departments have of it comes back, and what waited to go to the payer is there
    already. Pence of it that we had sent to the payer before."""
    twice = 0
    for one in refunds.of_payments(tx, [row.payment_id]):
        if one.reason is RefundReason.CHARGED_BACK:
            continue
        if one.state is RefundState.WAITING:
            refunds.close(tx, one.refund_id, RefundState.DONE, clock.now())
        elif one.state is not RefundState.FAILED:
            twice += one.pence
    reverse_in(
        tx, clock, chance, row, pence_in_all=row.amount_pence, reason=RefundReason.CHARGED_BACK
    )
    return twice
