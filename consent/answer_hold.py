"""A department says what it decided about a hold or a question (X10, X11); the person reads it.

Two doors call these verbs: the departments' system and their console. A department sees what was
sent to it and is open, and nothing that a person kept back. The debt stays out of the plan until
the person says that it may go back in: no answer decides that for them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from consent.clock import Chance, Clock
from consent.errors import NotFound, WrongState
from consent.people import Department, Person
from consent.plain_words import fault_of
from consent.staff import Did, note
from consent.store import Store, hold_answers
from consent.store.hold_answers import Decision, HoldAnswer, OwnHold

__all__ = ["Decided", "Decision", "HoldAnswer", "OwnHold", "answer_hold", "answers_to", "own_holds"]
_APPEALS: Final = frozenset({Decision.CHANGED, Decision.NOT_UPHELD})
_LOOKS_AGAIN: Final = frozenset({Decision.HELD, Decision.MORE_TIME_NEEDED})


@dataclass(frozen=True, slots=True, repr=False)
class Decided:
    """An answer. `words` are what the person will read, exactly; `appeal_by` goes with a decision
    that they may appeal against, `look_again_on` with a pause or a wait."""

    decision: Decision
    words: str
    appeal_by: date | None = None
    look_again_on: date | None = None

    @property
    def faults(self) -> tuple[str, ...]:
        """Names of the fields that do not go together with the decision."""
        found = ["words"] if fault_of(self.words) else []
        if self.appeal_by is not None and self.decision not in _APPEALS:
            found.append("appeal_by")
        if self.look_again_on is not None and self.decision not in _LOOKS_AGAIN:
            found.append("look_again_on")
        return tuple(found)


def own_holds(store: Store, *, actor: Department) -> list[OwnHold]:
    """What people asked this department through the service and did not take back (X10)."""
    with store.transaction(actor) as tx:
        return hold_answers.sent_to(tx)


def answer_hold(
    store: Store,
    clock: Clock,
    chance: Chance,
    *,
    actor: Department,
    reference: str,
    decided: Decided,
    by: str = "api",
) -> None:
    """Write the answer down; the same again changes nothing, and after a wait another may follow.

    Raises ValueError for one with `faults`, NotFound for what was not sent to this department or
    is closed, and WrongState where another decision stands.
    """
    if decided.faults:
        raise ValueError(f"not an answer: {', '.join(decided.faults)}")
    with store.transaction(actor) as tx:
        found = hold_answers.sent_to(tx, reference=reference, limit=1)
        if not found:
            raise NotFound("no such request")
        (hold,) = found
        if hold.answer is not None and _same(hold.answer, decided):
            return
        row = HoldAnswer(
            hold_id=hold.hold_id,
            department=actor.code,
            decision=decided.decision,
            words=decided.words,
            appeal_by=decided.appeal_by,
            look_again_on=decided.look_again_on,
            by_kind=by,
            answered_at=clock.now(),
        )
        if not hold_answers.put(tx, row):
            raise WrongState("another decision stands")
        note(tx, chance, Did.ANSWERED_HOLD, now=row.answered_at, about=reference)


def answers_to(
    store: Store, *, actor: Person, hold_ids: Collection[UUID]
) -> dict[UUID, HoldAnswer]:
    """What departments answered to these requests of this person."""
    with store.transaction(actor) as tx:
        return {each.hold_id: each for each in hold_answers.of(tx, hold_ids)}


def _same(before: HoldAnswer, decided: Decided) -> bool:
    said = (before.decision, before.appeal_by, before.look_again_on)
    return said == (decided.decision, decided.appeal_by, decided.look_again_on) and (
        before.words in ("", decided.words)
    )
