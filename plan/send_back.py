"""Money that a department's staff send back to a payer: one asks, another one agrees (X09).

Until a second person has decided, the line lies in suspense. The answer itself is the one that
`plan.receipts` knows, whoever gives it; the database takes it from the console with an approved
check only (0019).
"""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from consent.clock import Chance, Clock
from consent.errors import NotFound, NotPermitted, WrongState
from consent.ids import StaffId, new_uuid
from consent.people import Department
from consent.staff import Did, note
from consent.store import Store
from plan.paying import FINAL, CheckState, LineSays, Outcome
from plan.receipts import BY_CONSOLE, Said, answer_in
from plan.store import own_money, receipts, return_checks
from plan.store.return_checks import ReturnCheck


class Refusal(StrEnum):
    """Why nothing was done."""

    STANDS = "stands"
    """A final answer stands, or another request waits."""
    NOT_MONEY_IN = "not_money_in"
    """The line itself is money that went back."""
    TOO_MUCH = "too_much"
    """More than came."""
    SAME_PERSON = "same_person"
    """Who asked cannot agree to it."""
    DECIDED = "decided"
    """Nothing waits any more."""


class CannotSendBack(WrongState):
    """`why` says for what reason; nothing was written."""

    def __init__(self, why: Refusal) -> None:
        super().__init__(why.value)
        self.why = why


def ask_to_send_back(
    store: Store,
    clock: Clock,
    chance: Chance,
    *,
    actor: Department,
    allocation_id: UUID,
    said: Said,
) -> None:
    """Write down what is to go back, for a second person; the line lies in suspense meanwhile.

    Raises ValueError for what sends nothing back or leaves a line near its end, NotFound, also for
    another department's line, and CannotSendBack.
    """
    if not said.sends_back or said.line is LineSays.CLOSING:
        raise ValueError("not money that goes back")
    asked_by = _staff(actor)
    with store.transaction(actor) as tx:
        line = own_money.one(tx, allocation_id)
        if line is None:
            raise NotFound("no such allocation")
        if line.pence < 0:
            raise CannotSendBack(Refusal.NOT_MONEY_IN)
        if said.returned_pence > line.pence:
            raise CannotSendBack(Refusal.TOO_MUCH)
        if line.receipt is not None and line.receipt.outcome in FINAL:
            raise CannotSendBack(Refusal.STANDS)
        now = clock.now()
        row = ReturnCheck(
            check_id=new_uuid(chance),
            allocation_id=allocation_id,
            department=actor.code,
            outcome=said.outcome,
            reason=said.reason,
            line=said.line,
            returned_pence=said.returned_pence,
            asked_by=asked_by,
            asked_at=now,
        )
        if not return_checks.add(tx, row):
            raise CannotSendBack(Refusal.STANDS)
        waits = Said(Outcome.IN_SUSPENSE, LineSays.OPEN, said.reason)
        answer_in(tx, clock, actor=actor, allocation_id=allocation_id, said=waits, by=BY_CONSOLE)
        note(tx, chance, Did.ASKED_RETURN, now=now, about=str(allocation_id))


def decide_return(
    store: Store,
    clock: Clock,
    chance: Chance,
    *,
    actor: Department,
    allocation_id: UUID,
    agree: bool,
) -> None:
    """A second person agrees, and the money goes back; or does not, and the line waits on. Who
    asked may take it back.

    Raises NotFound, also for another department's line, and CannotSendBack.
    """
    decided_by = _staff(actor)
    with store.transaction(actor) as tx:
        if not receipts.is_own(tx, allocation_id):
            raise NotFound("no such allocation")
        found = return_checks.held(tx, allocation_id)
        if found is None:
            raise CannotSendBack(Refusal.DECIDED)
        if agree and decided_by == found.asked_by:
            raise CannotSendBack(Refusal.SAME_PERSON)
        now = clock.now()
        state = CheckState.APPROVED if agree else CheckState.DECLINED
        return_checks.decide(tx, found.check_id, state, decided_by, now)
        if agree:
            said = Said(
                found.outcome, found.line, found.reason, returned_pence=found.returned_pence
            )
            answer_in(tx, clock, actor=actor, allocation_id=allocation_id, said=said, by=BY_CONSOLE)
        note(
            tx,
            chance,
            Did.APPROVED_RETURN if agree else Did.DECLINED_RETURN,
            now=now,
            about=str(allocation_id),
        )


def _staff(actor: Department) -> StaffId:
    """Machines send money back by their own door."""
    if actor.staff is None:
        raise NotPermitted("a member of staff")
    return actor.staff
