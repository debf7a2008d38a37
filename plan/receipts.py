"""What departments answer to allocations, and how plans follow (decisions 2, 30 and 44).

A department's role writes its answer and nothing else: it sees its own lines only. The worker then
has the plan follow: a line near its end takes no more than it needs, a cleared one gives its pence
to the others, and what is sent back goes to the payer.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from consent.clock import Chance, Clock
from consent.errors import NotFound, WrongState
from consent.people import Department, Worker
from consent.staff import Did, note
from consent.store import Store, Tx
from plan.clear import clear_in
from plan.paying import LineSays, Outcome, ReceiptReason
from plan.reverse import return_in
from plan.settle import held
from plan.store import payments, receipts, remittances, shares
from plan.store.receipts import ReceiptRow

BY_SYSTEM = "api"
BY_CONSOLE = "console"


@dataclass(frozen=True, slots=True)
class Said:
    """A department's answer. `needed_pence` with `closing`: what clears the debt. `returned_pence`
    is what goes back; with `returned` or `rejected`, 0 means all of it."""

    outcome: Outcome
    line: LineSays
    reason: ReceiptReason = ReceiptReason.NONE
    needed_pence: int | None = None
    returned_pence: int = 0

    @property
    def sends_back(self) -> bool:
        """Whether money goes back to the payer."""
        return self.outcome in (Outcome.RETURNED, Outcome.REJECTED) or self.returned_pence > 0

    @property
    def fingerprint(self) -> str:
        """64 hex characters: the same answer again has the same."""
        parts = (self.outcome, self.line, self.reason, self.needed_pence, self.returned_pence)
        return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()


def answer_allocation(
    store: Store,
    clock: Clock,
    chance: Chance,
    *,
    actor: Department,
    allocation_id: UUID,
    said: Said,
    by: str = BY_SYSTEM,
) -> None:
    """Record it; the same answer again changes nothing, and one that was not final is replaced.

    Raises NotFound, also for another department's, and WrongState after a final answer. At the
    console money goes back by `plan.send_back`, which two members of staff have to agree to.
    """
    if actor.staff is not None and said.sends_back:
        raise WrongState("money goes back when a second person has approved it")
    with store.transaction(actor) as tx:
        answer_in(tx, clock, actor=actor, allocation_id=allocation_id, said=said, by=by)
        note(tx, chance, Did.SORTED_OUT, now=clock.now(), about=str(allocation_id))


def answer_in(
    tx: Tx, clock: Clock, *, actor: Department, allocation_id: UUID, said: Said, by: str
) -> None:
    """As `answer_allocation`, inside an open transaction."""
    if not receipts.is_own(tx, allocation_id):
        raise NotFound("no such allocation")
    before = receipts.one(tx, allocation_id)
    if before is not None and before.said_hash == said.fingerprint:
        return
    row = _row(actor, allocation_id, said, by, clock.now())
    if receipts.put(tx, row):
        return
    stands = receipts.one(tx, allocation_id)  # perhaps the same, which came at the same time
    if stands is None or stands.said_hash != said.fingerprint:
        raise WrongState("a final answer stands")


def post_the_rest(
    store: Store, clock: Clock, chance: Chance, *, actor: Department, reference: str
) -> int:
    """Every line of this remittance that has no answer is posted and goes on (`POSTED`, `OPEN`),
    by the console; how many. Raises NotFound for no remittance of this department."""
    said = Said(Outcome.POSTED, LineSays.OPEN)
    with store.transaction(actor) as tx:
        found = remittances.one_own(tx, reference)
        if found is None:
            raise NotFound("no such remittance")
        open_still = receipts.unanswered(tx, found.first_sequence, found.last_sequence)
        now = clock.now()
        for allocation_id in open_still:
            receipts.put(tx, _row(actor, allocation_id, said, BY_CONSOLE, now))
        note(tx, chance, Did.SORTED_OUT, now=now, about=reference)
    return len(open_still)


def _row(actor: Department, allocation_id: UUID, said: Said, by: str, now: datetime) -> ReceiptRow:
    return ReceiptRow(
        allocation_id=allocation_id,
        department=actor.code,
        outcome=said.outcome,
        reason=said.reason,
        line=said.line,
        needed_pence=said.needed_pence if said.line is LineSays.CLOSING else None,
        returned_pence=said.returned_pence,
        received_at=now,
        by_kind=by,
        said_hash=said.fingerprint,
    )


def follow_receipts(store: Store, clock: Clock, chance: Chance, *, batch: int = 100) -> int:
    """Have plans follow what was answered, each in a transaction of its own, so that no two workers
    wait for each other's plans; how many answers."""
    for done in range(batch):
        with store.transaction(Worker()) as tx:
            found = receipts.waiting(tx, limit=1)
            if not found:
                return done
            _follow(tx, clock, chance, found[0], clock.now())
    return batch


def _follow(tx: Tx, clock: Clock, chance: Chance, row: ReceiptRow, now: datetime) -> None:
    part = payments.allocation_of(tx, row.allocation_id)
    payment = held(tx, part.payment_id) if part is not None else None
    if part is not None and payment is not None:
        back = _going_back(row, part.pence)
        if back:
            return_in(tx, clock, chance, payment, part, back)
        _line(tx, clock, chance, row, part.share_id)
    receipts.applied(tx, row.allocation_id, now)


def _going_back(row: ReceiptRow, pence: int) -> int:
    if row.outcome in (Outcome.RETURNED, Outcome.REJECTED):
        return row.returned_pence or pence
    return row.returned_pence


def _line(tx: Tx, clock: Clock, chance: Chance, row: ReceiptRow, share_id: UUID) -> None:
    match row.line:
        case LineSays.OPEN:
            shares.note_closing(tx, share_id, None)
        case LineSays.CLOSING:
            shares.note_closing(tx, share_id, row.needed_pence)
        case LineSays.CLEARED:
            shares.note_closing(tx, share_id, 0)
            try:
                clear_in(tx, clock, chance, department=row.department, share_id=share_id)
            except WrongState:
                return  # the line left, or its plan is over: there is nothing to follow
