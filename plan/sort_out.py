"""What did not match by itself: somebody looks, and decides once (X08 and X09, at the bank's side).

Each verb holds the entry, so two who decide at once decide one after the other, and the second is
told that it is sorted out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from consent.clock import Chance, Clock
from consent.errors import NotFound, WrongState
from consent.people import Worker
from consent.store import Store, Tx
from plan.bank_reference import bank_reference, found_in, near, plan_reference
from plan.paying import WORKLIST, EntryKind, EntryState
from plan.store import bank, plans, resting
from plan.store.bank import EntryRow
from plan.take_in import pay_in, takes_money
from plan.undo import undo_in

MOST: Final = 500


@dataclass(frozen=True, slots=True)
class ToSort:
    """An entry that waits, and bank references that may have been meant: plans that are there and
    take money. Empty where nothing is near. `owner_died`: the plan that is named in full takes
    nothing because of that."""

    entry: EntryRow
    candidates: tuple[str, ...]
    owner_died: bool = False


def worklist(store: Store, *, limit: int = MOST) -> list[ToSort]:
    """The oldest first."""
    with store.transaction(Worker()) as tx:
        found = bank.worklist(tx, limit=limit)
        return [ToSort(row, _candidates(tx, row), _owner_died(tx, row)) for row in found]


def match(store: Store, clock: Clock, chance: Chance, *, entry_id: UUID, reference: str) -> None:
    """This credit is a payment of the plan with this reference, of the bank or of the plan. Raises
    NotFound, WrongState."""
    with store.transaction(Worker()) as tx:
        row = _waiting(tx, entry_id)
        if row.kind is not EntryKind.CREDIT:
            raise WrongState("only a credit can be a payment; see --undoes for a reversal")
        found = plans.with_references(tx, {plan_reference(reference) or _plan(reference)})
        if not found:
            raise NotFound("no plan has this reference")
        if not pay_in(tx, clock, chance, row, found[0]):
            raise WrongState(
                "this plan takes no payment: it is over, its owner has died, no department has"
                " agreed so far, or the sum is above £1 million"
            )


def undo(store: Store, clock: Clock, chance: Chance, *, entry_id: UUID, credit_id: UUID) -> int:
    """This reversal took back that credit. Pence that went to the payer twice. Raises NotFound,
    WrongState."""
    with store.transaction(Worker()) as tx:
        row = _waiting(tx, entry_id)
        credit = bank.locked(tx, credit_id)
        if credit is None or credit.kind is not EntryKind.CREDIT:
            raise NotFound("no credit has this id")
        if row.kind is not EntryKind.REVERSAL or row.pence != credit.pence:
            raise WrongState("only a reversal of the same sum undoes a credit")
        twice = undo_in(tx, clock, chance, row, credit=credit)
        if twice is None:
            raise WrongState("this credit was taken back before, or was sent back")
        return twice


def send_back(store: Store, clock: Clock, *, entry_id: UUID) -> None:
    """It goes back to who paid it, by the next `svd bank pay-back`. Raises NotFound, WrongState."""
    with store.transaction(Worker()) as tx:
        row = _waiting(tx, entry_id)
        if row.kind is not EntryKind.CREDIT:
            raise WrongState("only a credit can go back to who paid it")
        bank.decide(tx, entry_id, EntryState.TO_SEND_BACK, clock.now())


def hold(store: Store, clock: Clock, *, entry_id: UUID) -> None:
    """Somebody looks into it: it stays in the worklist, and says so. Raises NotFound,
    WrongState."""
    with store.transaction(Worker()) as tx:
        _waiting(tx, entry_id)
        bank.decide(tx, entry_id, EntryState.HELD, clock.now())


def ignore(store: Store, clock: Clock, *, entry_id: UUID) -> None:
    """It is nobody's payment: a sweep, interest, or our own money that came back. Raises NotFound,
    WrongState."""
    with store.transaction(Worker()) as tx:
        _waiting(tx, entry_id)
        bank.decide(tx, entry_id, EntryState.IGNORED, clock.now())


def _waiting(tx: Tx, entry_id: UUID) -> EntryRow:
    row = bank.locked(tx, entry_id)
    if row is None:
        raise NotFound("no entry has this id")
    if row.state not in WORKLIST:
        raise WrongState(f"it is sorted out already: {row.state.value.replace('_', ' ')}")
    return row


def _plan(reference: str) -> str:
    """A plan's own reference, however it is spaced."""
    letters = "".join(reference.split()).upper()
    return " ".join(letters[at : at + 4] for at in range(0, len(letters), 4))


def _owner_died(tx: Tx, row: EntryRow) -> bool:
    if row.kind is not EntryKind.CREDIT:
        return False
    found = plans.with_references(tx, found_in([row.said]))
    return any(resting.owner_died(tx, plan.plan_id) for plan in found)


def _candidates(tx: Tx, row: EntryRow) -> tuple[str, ...]:
    if row.kind is not EntryKind.CREDIT:
        return ()
    found = plans.with_references(tx, near(row.said) | found_in([row.said]))
    return tuple(bank_reference(plan.reference) for plan in found if takes_money(tx, plan))
