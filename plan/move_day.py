"""One payment on another day: the plan and its day stay as they are (D74, D75).

It moves to a later working day that lies before the payment after it, so that two never fall
together and a payment is not put off for ever. One that lies ahead stays within the week, or the
month, that it was meant for: the payments after it count from there (decision 21). No department is
told: its part comes some days later, and the days of grace count from the new day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from consent.clock import Chance, Clock, london_date
from consent.errors import NotFound, ServiceError, WrongState
from consent.ids import PlanId
from consent.people import Person
from consent.store import Store, Tx
from plan.events import Kind
from plan.lifecycle import InstalmentState, PlanState
from plan.lines import plan_event
from plan.store import instalments, plans
from plan.store.instalments import Instalment
from plan.store.plans import PlanRow
from plan.working_days import WorkingDays

_OPEN = (InstalmentState.DUE, InstalmentState.PART_PAID)


class DayNotPossible(ServiceError):
    """The payment cannot move to this day; `Movable.days` are those that it can move to."""

    code = "day_not_possible"


@dataclass(frozen=True, slots=True)
class Movable:
    """A payment that can move: the day it has now, what it comes to in pence where that is fixed
    already, and the days it may have instead, in order."""

    sequence: int
    due_on: date
    open_pence: int | None
    days: tuple[date, ...]


def movable(
    store: Store, clock: Clock, *, actor: Person, plan_id: PlanId, working_days: WorkingDays
) -> Movable | None:
    """The payment that is late or due now, else the next one; nothing when none can move."""
    with store.transaction(actor) as tx:
        row = plans.one(tx, plan_id)
        return _movable(tx, row, london_date(clock.now()), working_days) if row else None


def move_day(
    store: Store,
    clock: Clock,
    chance: Chance,
    *,
    actor: Person,
    plan_id: PlanId,
    sequence: int,
    to: date,
    working_days: WorkingDays,
) -> Movable:
    """Move payment `sequence` to the day `to`; the answer is what it was before.

    Raises NotFound, WrongState where another payment is the one that can move by now, and
    DayNotPossible.
    """
    with store.transaction(actor) as tx:
        row = plans.locked(tx, plan_id)
        if row is None:
            raise NotFound("no such plan")
        found = _movable(tx, row, london_date(clock.now()), working_days)
        if found is None or found.sequence != sequence:
            raise WrongState("this payment cannot move now")
        if to not in found.days:
            raise DayNotPossible("later, on a working day, and before the next payment")
        instalments.move(tx, plan_id, sequence, to)
        plans.note(tx, plan_event(chance, clock.now(), row, Kind.DAY_MOVED, "person"))
        return found


def _movable(tx: Tx, row: PlanRow, today: date, working_days: WorkingDays) -> Movable | None:
    ahead = plans.ahead_of(tx, row.plan_id)
    if row.state is not PlanState.ACTIVE or ahead is None:
        return None
    due = _due(instalments.fallen(tx, row.plan_id))
    if due is not None:
        days = _between(max(today, due.due_on), ahead.due_on, working_days)
        return Movable(due.sequence, due.due_on, due.open_pence, days) if days else None
    after = working_days.next_collection(ahead.due_on, row.pay_day, row.frequency)
    days = tuple(
        day
        for day in _between(max(today, ahead.due_on), after, working_days)
        if working_days.next_collection(day, row.pay_day, row.frequency) == after
    )
    return Movable(ahead.sequence, ahead.due_on, None, days) if days else None


def _due(fallen: list[Instalment]) -> Instalment | None:
    """The newest that is open and within its days of grace."""
    return next((each for each in reversed(fallen) if each.state in _OPEN), None)


def _between(after: date, before: date, working_days: WorkingDays) -> tuple[date, ...]:
    days = (after + timedelta(days=n) for n in range(1, (before - after).days))
    return tuple(day for day in days if working_days.is_one(day))
