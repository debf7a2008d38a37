"""Money that goes back to payers by transfer: what was sent back by decision, and what was over.

Their accounts are not ours to keep: whoever makes the file reads them from the statement again and
names each credit by its hash. Nothing is owed twice: what is written down as sent is not offered
again.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from consent.clock import Clock
from consent.errors import NotFound, WrongState
from consent.people import Worker
from consent.store import Store
from plan.paying import EntryState, RefundState, Route
from plan.store import bank, refunds

SENT_BACK, REFUND = "SB", "RF"
BY_HAND = (Route.BANK, Route.CASH, Route.BENEFIT)
"""Routes by which nothing goes back by itself."""
_OURS = re.compile(f"({SENT_BACK}|{REFUND})[0-9A-F]{{32}}")


@dataclass(frozen=True, slots=True)
class Owed:
    """Pence that go to who paid the credit with this `identity`. `reference` stands on the bank
    payment; one of the ids says why it goes."""

    identity: str
    pence: int
    reference: str
    entry_id: UUID | None = None
    refund_id: UUID | None = None


def owed(store: Store, identities: Collection[str]) -> list[Owed]:
    """What waits to go back of these credits."""
    with store.transaction(Worker()) as tx:
        found = [
            Owed(
                row.identity, row.pence, _reference(SENT_BACK, row.entry_id), entry_id=row.entry_id
            )
            for row in bank.with_identities(tx, identities)
            if row.state is EntryState.TO_SEND_BACK
        ]
        found += [
            Owed(identity, row.pence, _reference(REFUND, row.refund_id), refund_id=row.refund_id)
            for identity, row in refunds.waiting_of(tx, Route.BANK, identities)
        ]
    return sorted(found, key=lambda one: one.reference)


def all_owed(store: Store) -> list[tuple[Route, Owed]]:
    """Everything that waits to go back and was not paid by card, the oldest first."""
    with store.transaction(Worker()) as tx:
        found = [
            (Route.BANK, Owed(row.identity, row.pence, _reference(SENT_BACK, row.entry_id)))
            for row in bank.with_state(tx, EntryState.TO_SEND_BACK)
        ]
        found += [
            (route, Owed("", row.pence, _reference(REFUND, row.refund_id)))
            for route, row in refunds.waiting_by_route(tx, BY_HAND)
        ]
    return found


def note_by_hand(store: Store, clock: Clock, *, reference: str) -> None:
    """Somebody gave it back in another way: over the counter, or the bank was asked to. Raises
    NotFound, WrongState."""
    if not _OURS.fullmatch(reference):
        raise NotFound("nothing that goes back has this reference")
    row_id = UUID(reference[2:])
    ours = reference.startswith(SENT_BACK)
    one = Owed(
        "", 0, reference, entry_id=row_id if ours else None, refund_id=None if ours else row_id
    )
    note_sent(store, clock, [one])


def note_sent(store: Store, clock: Clock, paid: Sequence[Owed]) -> None:
    """The paying bank has the instruction. All or none: raises WrongState where any of it was sent
    by somebody else meanwhile, or taken back by the bank."""
    with store.transaction(Worker()) as tx:
        now = clock.now()
        for one in paid:
            if one.entry_id is not None:
                row = bank.locked(tx, one.entry_id)
                if row is None or row.state is not EntryState.TO_SEND_BACK:
                    raise WrongState("some of it is sent or taken back already")
                bank.decide(tx, one.entry_id, EntryState.SENT_BACK, now)
            elif one.refund_id is not None and not refunds.sent_by_bank(
                tx, one.refund_id, one.reference
            ):
                raise WrongState("some of it is sent or taken back already")


def all_noted(store: Store, references: Collection[str]) -> bool:
    """Each of these is written down as sent: the file that has them counts. All or none are."""
    ids = {prefix: set[UUID]() for prefix in (SENT_BACK, REFUND)}
    for reference in references:
        ids[reference[:2]].add(UUID(reference[2:]))
    with store.transaction(Worker()) as tx:
        entries = bank.in_state(tx, ids[SENT_BACK], EntryState.SENT_BACK)
        done = refunds.in_states(tx, ids[REFUND], (RefundState.SENT, RefundState.DONE))
    return bool(references) and (entries, done) == (ids[SENT_BACK], ids[REFUND])


def _reference(prefix: str, row_id: UUID) -> str:
    """34 characters: a bank takes 35."""
    return f"{prefix}{row_id.hex.upper()}"
