"""A break from paying: payments are skipped, the plan gets longer by them, and nothing is charged.

The first payment skipped is the one that is due now and not paid, if there is one, else the next
(PLAN-08). A break answers a review: what is open then is talked about when the plan goes on.
Money that came ahead of a skipped payment counts for the next one that is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from consent.clock import Chance, Clock, london_date
from consent.errors import NotFound, ServiceError, WrongState
from consent.ids import PlanId, new_uuid
from consent.people import Person, Worker
from consent.store import Store, Tx
from plan.events import Kind
from plan.lifecycle import InstalmentState, PlanState, transition
from plan.lines import PAUSED, RESUMED, plan_event, tell_of_break
from plan.rules.breaks import LONGEST_MONTHS, Break, BreakKind, WhyNot, crisis_break
from plan.rules.frequencies import Frequency
from plan.store import breaks, instalments, plans
from plan.store.plans import Ahead, PlanRow
from plan.working_days import WorkingDays


class NoBreak(ServiceError):
    """This break cannot be had from the page; `why` names the rule. An adviser may still help."""

    code = "no_break"

    def __init__(self, why: WhyNot) -> None:
        super().__init__(why.value)
        self.why = why


@dataclass(frozen=True, slots=True)
class Paused:
    """Until when nothing is taken: the day of the next payment."""

    goes_on: date
    skipped: int


def pause(
    store: Store,
    clock: Clock,
    chance: Chance,
    *,
    actor: Person,
    plan_id: PlanId,
    payments: int,
    working_days: WorkingDays,
    kind: BreakKind = BreakKind.CRISIS,
) -> Paused:
    """Skip this many payments from now on (D76). Raises NotFound, WrongState and NoBreak."""
    with store.transaction(actor) as tx:
        row = plans.locked(tx, plan_id)
        if row is None:
            raise NotFound("no such plan")
        if transition(row.state, PlanState.PAUSED, "person") is None:
            raise WrongState("this plan cannot be paused now")
        return _pause(tx, clock, chance, row, payments, kind, working_days)


def go_on(store: Store, clock: Clock, chance: Chance, *, batch: int = 200) -> int:
    """The clock's part: plans whose break is over run again. How many."""
    with store.transaction(Worker()) as tx:
        now = clock.now()
        over = plans.paused_until(tx, london_date(now), limit=batch)
        for row in over:
            plans.go_on(tx, row.plan_id, plan_event(chance, now, row, Kind.RESUMED, "clock"))
            tell_of_break(tx, RESUMED, row, now)
        return len(over)


def go_on_now(
    store: Store, clock: Clock, chance: Chance, *, actor: Person, plan_id: PlanId
) -> None:
    """The person ends their break early; the next payment stays on its day. Raises NotFound."""
    with store.transaction(actor) as tx:
        row = plans.locked(tx, plan_id)
        if row is None:
            raise NotFound("no such plan")
        if row.state is PlanState.PAUSED:
            now = clock.now()
            plans.go_on(tx, plan_id, plan_event(chance, now, row, Kind.RESUMED, "person"))
            tell_of_break(tx, RESUMED, row, now)


def _pause(
    tx: Tx,
    clock: Clock,
    chance: Chance,
    row: PlanRow,
    payments: int,
    kind: BreakKind,
    working_days: WorkingDays,
) -> Paused:
    ahead = plans.ahead_of(tx, row.plan_id)
    if ahead is None:
        raise WrongState("nothing lies ahead of this plan")
    now = clock.now()
    fallen = instalments.fallen(tx, row.plan_id)
    due = [each for each in fallen if each.state is InstalmentState.DUE and not each.paid_pence][
        -1:
    ]
    first = due[0].due_on if due else ahead.due_on
    taken = Break(first, payments, kind, Frequency(row.frequency))
    why = _why_not(tx, row, taken)
    if why is not None:
        raise NoBreak(why)
    for each in due:
        instalments.skip(tx, row.plan_id, each.sequence)
    goes_on = _skip_ahead(tx, row, ahead, payments - len(due), working_days)
    breaks.add(tx, new_uuid(chance), row.subject_id, row.plan_id, taken, asked_at=now)
    plans.pause(tx, row.plan_id, goes_on, plan_event(chance, now, row, Kind.PAUSED, "person"))
    tell_of_break(tx, PAUSED, row, now)
    return Paused(goes_on, payments)


def _why_not(tx: Tx, row: PlanRow, taken: Break) -> WhyNot | None:
    if taken.payments < 1:
        return WhyNot.TOO_LONG
    if taken.kind is BreakKind.CRISIS:
        return crisis_break(breaks.of_plan(tx, row.plan_id, row.frequency), taken)
    return WhyNot.TOO_LONG if taken.months > LONGEST_MONTHS else None


def _skip_ahead(
    tx: Tx, row: PlanRow, ahead: Ahead, payments: int, working_days: WorkingDays
) -> date:
    """Skip the next payments, one row each, and plan the one after them, which takes over what
    came ahead of the first."""
    came = instalments.one(tx, row.plan_id, ahead.sequence)
    for _ in range(payments):
        instalments.skip(tx, row.plan_id, ahead.sequence)
        due_on = working_days.next_collection(ahead.due_on, row.pay_day, row.frequency)
        ahead = Ahead(row.plan_id, ahead.sequence + 1, due_on)
        plans.add_ahead(tx, row.subject_id, ahead)
    if payments and came is not None and came.paid_pence:
        instalments.pay_ahead(tx, row.plan_id, came.paid_pence)
    return ahead.due_on
