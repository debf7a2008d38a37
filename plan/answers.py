"""Departments answer plans: a row in their own role's hand, which the worker has the plan follow.

Two doors call these verbs: the departments' system (`app.department_api`, by `BY_SYSTEM`) and
their console (by `BY_CONSOLE`). The role `svd_department` sees its own lines and adds an answer;
it changes nothing. The worker applies each answer once, in the order in which they came (0016).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from consent import staff
from consent.clock import Chance, Clock
from consent.errors import NotFound, WrongState
from consent.ids import new_uuid
from consent.people import Department, Person, Worker
from consent.plain_words import fault_of
from consent.staff import Did
from consent.store import Store, Tx
from plan.answer import answer_in
from plan.lifecycle import LIVE_PLAN, LIVE_SHARE, ShareState, transition
from plan.receipts import BY_CONSOLE, BY_SYSTEM
from plan.store import own_plans, share_answers, shares
from plan.store.own_plans import OwnLine, OwnPlan
from plan.store.share_answers import Applied, ShareAnswer
from plan.terms import Reason, Said
from plan.working_days import WorkingDays

LEAST_ASKED: Final = 100
MOST_ASKED: Final = 1_000_000
"""Pence of each payment that a department may ask for instead: £1 to £10,000."""
REASONS: Final = {
    Said.AGREED: frozenset({Reason.NONE}),
    Said.CHANGE_ASKED: frozenset({Reason.BELOW_LEGAL_MINIMUM, Reason.COURT_ORDER, Reason.TOO_LONG}),
    Said.REFUSED: frozenset(Reason) - {Reason.NONE},
}
"""Which reasons belong to which answer (X04)."""


class Refusal(StrEnum):
    """Why an answer is not taken."""

    STANDS = "stands"
    """Another answer of this department stands."""
    NOT_RUNNING = "not_running"
    """The plan is over, or the line left it or is paid."""
    SILENCE = "silence"
    """No answer came in time, and the register counts that as agreed."""
    CHANGED = "changed"
    """The line's part of each payment is another than the one that was answered."""
    WHICH_DEBT = "which_debt"
    """Several lines are in the plan, and what is asked for can only be about one."""


class CannotAnswer(WrongState):
    """The answer is not taken; `why` says for what reason."""

    def __init__(self, why: Refusal) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True, slots=True, repr=False)
class PlanSaid:
    """A department's answer to its part of a plan.

    `asked_pence` is the part of each payment that it asks for instead, or the least that the law
    lets it take. `words` are what the person will read, exactly. `debt_token` names one line;
    without it the answer is for all. `seen_pence` is the part that was answered, where the caller
    wants to be told that it is another one by now. `charges_stop` goes with a yes: whether interest
    and fees stop while the plan is kept (F47).
    """

    said: Said
    reason: Reason = Reason.NONE
    asked_pence: int | None = None
    words: str = ""
    debt_token: str | None = None
    seen_pence: int | None = None
    charges_stop: bool | None = None

    @property
    def faults(self) -> tuple[str, ...]:
        """Names of the fields that do not go together with the answer."""
        change = self.said is Said.CHANGE_ASKED
        asked = self.asked_pence
        found = []
        if self.reason not in REASONS[self.said]:
            found.append("reason")
        fits = LEAST_ASKED <= asked <= MOST_ASKED if asked is not None else not change
        if not fits or (asked is not None and not change):
            found.append("asked_pence")
        if self.charges_stop is not None and self.said is not Said.AGREED:
            found.append("charges_stop")
        if self.said is Said.AGREED:
            spoken = bool(self.words)
        else:
            spoken = bool(self.words or self.said is Said.REFUSED) and bool(fault_of(self.words))
        return (*found, "words") if spoken else tuple(found)


def answer_plan(
    store: Store,
    clock: Clock,
    chance: Chance,
    *,
    actor: Department,
    reference: str,
    said: PlanSaid,
    by: str = BY_SYSTEM,
    as_seen: str = "",
) -> None:
    """Write the answer down for the worker; the same answer again changes nothing.

    `as_seen` is `OwnPlan.seen` of the plan that was answered, where the caller wants to be told
    that it is another one by now. What a member of staff answered is noted as theirs.

    Raises ValueError for one with `faults`, NotFound for a plan in which this department has no
    part, and CannotAnswer, after which nothing is written.
    """
    if said.faults:
        raise ValueError(f"not an answer: {', '.join(said.faults)}")
    with store.transaction(actor) as tx:
        found = own_plans.one(tx, reference)
        if found is None:
            raise NotFound("no such plan")
        lines = _lines(found, said)
        fresh = [line for line in lines if not _again(line, said)]
        for line in fresh:
            _refuse(found, line, said)
        if fresh and as_seen not in ("", found.seen):
            raise CannotAnswer(Refusal.CHANGED)
        now = clock.now()
        if fresh:
            staff.note(tx, chance, Did.ANSWERED_PLAN, now=now, about=reference)
        for line in fresh:
            row = ShareAnswer(
                answer_id=new_uuid(chance),
                share_id=line.share_id,
                department=actor.code,
                said=said.said,
                reason_code=said.reason,
                asked_pence=said.asked_pence,
                words=said.words,
                by_kind=by,
                answered_at=now,
                seen_pence=line.pence,
                charges_stop=said.charges_stop,
            )
            if not share_answers.add(tx, row):
                raise CannotAnswer(Refusal.STANDS)  # another one came at the same moment


def _lines(found: OwnPlan, said: PlanSaid) -> Sequence[OwnLine]:
    lines = [line for line in found.lines if said.debt_token in (None, line.debt_token)]
    if not lines:
        raise NotFound("no such debt in this plan")
    if said.debt_token is None:
        lines = [line for line in lines if line.state in LIVE_SHARE] or lines
    named = said.asked_pence is not None or said.seen_pence is not None
    if named and len(lines) > 1:
        raise CannotAnswer(Refusal.WHICH_DEBT)
    return lines


def _again(line: OwnLine, said: PlanSaid) -> bool:
    """Whether this is what the department said already, or what its silence said."""
    last = line.last
    if last is None or last.applied is Applied.TOO_LATE:
        return said.said is Said.AGREED and line.state is ShareState.AGREED
    same = (last.said, last.reason_code, last.asked_pence, last.charges_stop) == (
        said.said,
        said.reason,
        said.asked_pence,
        said.charges_stop,
    ) and last.words in ("", said.words)
    return same and (last.applied is Applied.WAITING or line.state == last.said.value)


def _refuse(found: OwnPlan, line: OwnLine, said: PlanSaid) -> None:
    """Raise CannotAnswer unless this answer may be given to this line now."""
    last = line.last
    if found.state not in LIVE_PLAN or line.state in (ShareState.LEFT, ShareState.CLEARED):
        raise CannotAnswer(Refusal.NOT_RUNNING)
    if last is not None and last.applied is Applied.WAITING:
        raise CannotAnswer(Refusal.STANDS)
    if said.seen_pence not in (None, line.pence):
        raise CannotAnswer(Refusal.CHANGED)
    if line.state is ShareState.AGREED and not _part_changed(line):
        silent = last is None or last.applied is Applied.TOO_LATE
        raise CannotAnswer(Refusal.SILENCE if silent else Refusal.STANDS)
    if transition(line.state, ShareState(said.said.value), "department") is None:
        raise CannotAnswer(Refusal.STANDS)


def why_not(found: OwnPlan) -> Refusal | None:
    """Why no line of this plan takes an answer now; nothing where one does."""
    why = Refusal.NOT_RUNNING
    for line in found.lines:
        for said in (Said.AGREED, Said.CHANGE_ASKED):
            try:
                _refuse(found, line, PlanSaid(said))
            except CannotAnswer as refused:
                why = refused.why if refused.why is not Refusal.NOT_RUNNING else why
            else:
                return None
    return why


def _part_changed(line: OwnLine) -> bool:
    """S12: after its yes the line became another part, which the department has not seen."""
    last = line.last
    if last is None:
        return False
    taken = last.applied is Applied.TAKEN
    return taken and line.pence not in (last.seen_pence, last.asked_pence)


def follow_answers(
    store: Store, clock: Clock, chance: Chance, *, working_days: WorkingDays, batch: int = 100
) -> int:
    """Have plans follow what was answered, the oldest first, each in a transaction of its own; how
    many. One that came too late is noted as such: the plan had stopped, or its part had changed."""
    for done in range(batch):
        with store.transaction(Worker()) as tx:
            found = share_answers.waiting(tx, limit=1)
            if not found:
                return done
            became = _follow(tx, clock, chance, working_days, found[0])
            share_answers.applied(tx, found[0].answer_id, clock.now(), became)
    return batch


def _follow(
    tx: Tx, clock: Clock, chance: Chance, working_days: WorkingDays, row: ShareAnswer
) -> Applied:
    share = shares.one(tx, row.share_id)
    if share is None or share.current_pence != row.seen_pence:
        return Applied.TOO_LATE
    try:
        answer_in(
            tx,
            clock,
            chance,
            department=row.department,
            share_id=row.share_id,
            said=row.said,
            working_days=working_days,
            reason=row.reason_code,
            asked_pence=row.asked_pence,
            charges_stop=row.charges_stop,
        )
    except (NotFound, WrongState):
        return Applied.TOO_LATE
    return Applied.TAKEN


def words_to_show(
    store: Store, *, actor: Person, states: Mapping[UUID, ShareState]
) -> dict[UUID, str]:
    """What departments wrote to this person about these lines, where that answer stands (D68)."""
    with store.transaction(actor) as tx:
        found = share_answers.newest(tx, list(states))
    return {
        row.share_id: row.words
        for row in found
        if row.applied is Applied.TAKEN and states[row.share_id] == row.said.value and row.words
    }


__all__ = [
    "BY_CONSOLE",
    "BY_SYSTEM",
    "CannotAnswer",
    "PlanSaid",
    "Refusal",
    "answer_plan",
    "follow_answers",
    "why_not",
    "words_to_show",
]
