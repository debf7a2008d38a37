"""Whether a department holds off other ways to collect while a plan runs, by its own word (F61).

From the day on which a plan is put to it until its debt leaves the plan, a department is asked to
wait: to send nobody, to take no step in court, and to take nothing from pay, benefits or an
account, through a break and a review too. Its word is no answer to the plan and can change on any
day; the newest counts. Nothing of the plan follows from it: the person reads it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from consent import staff
from consent.clock import Chance, Clock, london_date
from consent.errors import NotFound
from consent.ids import new_uuid
from consent.people import Department
from consent.staff import Did
from consent.store import Store
from plan.answers import CannotAnswer, Refusal
from plan.lifecycle import LIVE_PLAN, LIVE_SHARE, PlanState, ShareState
from plan.receipts import BY_SYSTEM
from plan.store import enforcement as rows
from plan.store import own_plans
from plan.store.enforcement import EnforcementWord
from plan.terms import Asked, NotWaiting

LONGEST: Final = timedelta(days=366)
"""How far ahead a department may name the day until which it waits."""


@dataclass(frozen=True, slots=True, repr=False)
class EnforcementSaid:
    """`waits` without `until` is for as long as the plan is kept; `until` is the last day on which
    it waits in any case. Who does not wait says why."""

    waits: bool
    until: date | None = None
    reason: NotWaiting = NotWaiting.NONE

    def faults(self, today: date) -> tuple[str, ...]:
        """Names of the fields that do not go together."""
        found = []
        if self.until is not None and not (self.waits and today <= self.until <= today + LONGEST):
            found.append("until")
        if self.waits is not (self.reason is NotWaiting.NONE):
            found.append("reason")
        return tuple(found)


def asked(plan: PlanState, line: ShareState) -> Asked:
    """Whether the department is asked to hold off other ways to collect this debt."""
    return Asked.WAIT if plan in LIVE_PLAN and line in LIVE_SHARE else Asked.MAY_GO_ON


def say_enforcement(
    store: Store,
    clock: Clock,
    chance: Chance,
    *,
    actor: Department,
    reference: str,
    said: EnforcementSaid,
    debt_token: str | None = None,
    by: str = BY_SYSTEM,
) -> None:
    """Write the word down for the person; the same word again changes nothing. It is for one debt
    or, without `debt_token`, for all of this department's in the plan.

    Raises ValueError for one with `faults`, NotFound for a plan in which this department has no
    part, and CannotAnswer where it is not asked to wait any more.
    """
    now = clock.now()
    if faults := said.faults(london_date(now)):
        raise ValueError(f"not a word about enforcement: {', '.join(faults)}")
    with store.transaction(actor) as tx:
        found = own_plans.one(tx, reference)
        lines = found.lines if found else ()
        wanted = [line for line in lines if debt_token in (None, line.debt_token)]
        if found is None or not wanted:
            raise NotFound("no such debt in a plan")
        going = [line for line in wanted if asked(found.state, line.state) is Asked.WAIT]
        if not going:
            raise CannotAnswer(Refusal.NOT_RUNNING)
        fresh = [
            line for line in going if line.enforcement is None or not _is(line.enforcement, said)
        ]
        if fresh:
            staff.note(tx, chance, Did.SAID_ENFORCEMENT, now=now, about=reference)
        for line in fresh:
            word = EnforcementWord(
                word_id=new_uuid(chance),
                share_id=line.share_id,
                department=actor.code,
                waits=said.waits,
                until=said.until,
                reason_code=said.reason.value,
                by_kind=by,
                said_at=now,
            )
            rows.add(tx, word)


def _is(word: EnforcementWord, said: EnforcementSaid) -> bool:
    return (word.waits, word.until, word.reason_code) == (said.waits, said.until, said.reason)
