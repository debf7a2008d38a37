"""A department answers a line of a plan; or its silence does, where the register says so."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from consent.clock import Chance, Clock, london_date
from consent.errors import NotFound, WrongState
from consent.ids import DepartmentCode
from consent.people import Department, Worker
from consent.store import Store, Tx
from plan.events import Kind
from plan.lifecycle import LIVE_PLAN, PlanState, ShareState, transition
from plan.lines import follow, line_event, plan_event
from plan.store import plans, shares
from plan.store.plans import PlanRow
from plan.store.shares import ShareRow
from plan.terms import Reason, Said
from plan.working_days import WorkingDays

__all__ = ["Answered", "Said", "answer", "answer_in", "count_silence"]


_KINDS = {
    Said.AGREED: Kind.LINE_AGREED,
    Said.CHANGE_ASKED: Kind.LINE_CHANGE_ASKED,
    Said.REFUSED: Kind.LINE_REFUSED,
}


@dataclass(frozen=True, slots=True)
class Answered:
    """The line as it stands now, and its plan's state."""

    share_id: UUID
    state: ShareState
    plan_state: PlanState


def answer(
    store: Store,
    clock: Clock,
    chance: Chance,
    *,
    actor: Department,
    share_id: UUID,
    said: Said,
    working_days: WorkingDays,
    reason: Reason = Reason.NONE,
    asked_pence: int | None = None,
    charges_stop: bool | None = None,
) -> Answered:
    """Record a department's answer; the same answer twice changes nothing. With a change it may
    name the pence of each payment that it asks for instead. With a yes it may say whether interest
    and fees stop while the plan is kept; without, it is as the register says (F47).

    The first line that is agreed starts the plan; the others do not hold it up (decision 10).
    Raises NotFound, also for another department's line, and WrongState.
    """
    with store.transaction(actor) as tx:
        return answer_in(
            tx,
            clock,
            chance,
            department=actor.code,
            share_id=share_id,
            said=said,
            working_days=working_days,
            reason=reason,
            asked_pence=asked_pence,
            charges_stop=charges_stop,
        )


def answer_in(
    tx: Tx,
    clock: Clock,
    chance: Chance,
    *,
    department: DepartmentCode,
    share_id: UUID,
    said: Said,
    working_days: WorkingDays,
    reason: Reason = Reason.NONE,
    asked_pence: int | None = None,
    charges_stop: bool | None = None,
) -> Answered:
    """As `answer`, inside an open transaction; when it raises, nothing was written."""
    share = shares.one(tx, share_id)
    if share is None or share.department != department:
        raise NotFound("no such line")
    recorded = _record(tx, clock, chance, working_days, share, said, "department", reason)
    if said is Said.CHANGE_ASKED:
        shares.note_asked(tx, share_id, asked_pence)
    if said is Said.AGREED and charges_stop is not None:
        shares.note_charges(tx, share_id, charges_stop)
    return recorded


def count_silence(
    store: Store, clock: Clock, chance: Chance, *, working_days: WorkingDays, batch: int = 200
) -> int:
    """The clock's part: pending lines whose last day has passed are agreed. How many."""
    with store.transaction(Worker()) as tx:
        silent = shares.silent(tx, london_date(clock.now()), limit=batch)
        silent.sort(key=lambda share: (share.plan_id, share.share_id))
        for share in silent:
            _record(tx, clock, chance, working_days, share, Said.AGREED, "clock", Reason.NONE)
        return len(silent)


def _record(
    tx: Tx,
    clock: Clock,
    chance: Chance,
    working_days: WorkingDays,
    share: ShareRow,
    said: Said,
    by: str,
    reason: Reason,
) -> Answered:
    row = plans.locked(tx, share.plan_id)
    fresh = shares.one(tx, share.share_id)
    if row is None or fresh is None:
        raise NotFound("no such line")
    after = ShareState(said.value)
    if fresh.state is after or (by == "clock" and fresh.state is not ShareState.PENDING):
        return Answered(fresh.share_id, fresh.state, row.state)
    if row.state not in LIVE_PLAN or transition(fresh.state, after, by) is None:
        raise WrongState("this line cannot be answered so now")
    now = clock.now()
    event = line_event(chance, now, row, fresh, _KINDS[said], by)
    shares.set_state(tx, fresh.share_id, after, event, reason=reason)
    return Answered(
        fresh.share_id, after, _plan_after(tx, clock, chance, working_days, row, said, by)
    )


def _plan_after(
    tx: Tx,
    clock: Clock,
    chance: Chance,
    working_days: WorkingDays,
    row: PlanRow,
    said: Said,
    by: str,
) -> PlanState:
    """A first yes starts the plan; a no lowers the payment, or ends a plan with nothing left."""
    now = clock.now()
    if said is Said.AGREED and row.state is PlanState.PROPOSED:
        ahead = plans.ahead_of(tx, row.plan_id)
        first = working_days.first_collection(
            london_date(now), row.pay_day, row.frequency, step=ahead.due_on if ahead else None
        )
        plans.start(tx, row.plan_id, first, plan_event(chance, now, row, Kind.STARTED, by))
        return PlanState.ACTIVE
    if said is Said.REFUSED and follow(tx, chance, now, row, by):
        return PlanState.ENDED
    return row.state
