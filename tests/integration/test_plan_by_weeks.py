"""A plan that is paid every week, two weeks or four weeks, on its way (D63, decision 21)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import pairwise

import pytest

from consent.clock import london_date
from consent.store import Store, open_store
from plan.ahead import wait_for_an_answer
from plan.lifecycle import InstalmentState, PlanState
from plan.move_day import movable, move_day
from plan.pause import NoBreak, go_on_now
from plan.rules.breaks import BreakKind, WhyNot
from plan.rules.missed import GRACE
from plan.terms import Every
from plan.vary import Seen, vary_amount
from tests.database import Database
from tests.plan_builders import DAYS, THREE, terms, waiting
from tests.plan_life import Life

WEEKS = {Every.WEEK: 1, Every.FORTNIGHT: 2, Every.FOUR_WEEKS: 4}
FRIDAY = 5
ALL = list(WEEKS)
APART = [Every.FORTNIGHT, Every.FOUR_WEEKS]
Lives = Callable[..., Life]


@pytest.fixture
def lives(store: Store, database: Database) -> Iterator[Lives]:
    worker = open_store(database.worker_url, role="svd_worker")

    def life(every: Every, *, week: int = 0, yes: tuple[str, ...] = tuple(THREE)) -> Life:
        """Paid on Fridays; `week` is the one of its first payment among those that it may have."""
        made = Life(store, worker, yes=())
        now = london_date(made.clock.now())
        first = DAYS.first_days(now, FRIDAY, every)[week]
        name = f"by {every} {week}"
        return Life(store, worker, yes=yes, name=name, every=every, day=FRIDAY, first_on=first)

    yield life
    worker.close()


def chosen(due: date, weekday: int = FRIDAY) -> date:
    """The Friday that a payment was meant for."""
    return due - timedelta(days=(due.isoweekday() - weekday) % 7)


def vary(life: Life, pence: int, day: int, every: Every, first_on: date | None = None) -> None:
    vary_amount(
        life.store,
        life.clock,
        life.chance,
        actor=life.person,
        seen=Seen(life.plan.plan_id, life.plan.version, life.clock.now()),
        terms=terms(pence, day=day, every=every, first_on=first_on),
        working_days=DAYS,
    )


@pytest.mark.parametrize("every", ALL)
def test_payments_fall_due_so_many_weeks_apart_and_are_paid(lives: Lives, every: Every) -> None:
    life = lives(every)
    for _ in range(6):
        life.until_due()
        life.pays(10000)
    fallen = life.fallen()
    assert [each.state for each in fallen] == [InstalmentState.PAID] * 6
    meant = [chosen(each.due_on) for each in fallen]
    assert {(b - a).days for a, b in pairwise(meant)} == {7 * WEEKS[every]}
    assert (life.plan.payments_made, life.plan.frequency) == (6, every)


@pytest.mark.parametrize("every", APART)
def test_the_weeks_that_were_chosen_stay_while_a_plan_waits_for_its_first_yes(
    lives: Lives, every: Every
) -> None:
    life = lives(every, week=WEEKS[every] - 1, yes=())
    first = life.plan.next_due
    assert first is not None
    for _ in range(5):
        life.clock.move(timedelta(days=11))
        wait_for_an_answer(life.worker, life.clock, life.chance, working_days=DAYS)
        moved = life.plan.next_due
        assert moved is not None
        assert moved >= DAYS.after(london_date(life.clock.now()), 5)
        assert (chosen(moved) - chosen(first)).days % (7 * WEEKS[every]) == 0
    life.answers("dwp")
    started = life.plan.next_due
    assert started is not None
    assert life.plan.state is PlanState.ACTIVE
    assert (chosen(started) - chosen(first)).days % (7 * WEEKS[every]) == 0


@pytest.mark.parametrize("every", ALL)
def test_a_payment_that_moves_leaves_the_others_in_their_weeks(lives: Lives, every: Every) -> None:
    """Before its day it stays in its week; when it is due it may move up to the next one."""
    life = lives(every)

    def moves(place: int) -> date:
        found = movable(
            life.store, life.clock, actor=life.person, plan_id=life.plan.plan_id, working_days=DAYS
        )
        assert found is not None
        move_day(
            life.store,
            life.clock,
            life.chance,
            actor=life.person,
            plan_id=life.plan.plan_id,
            sequence=found.sequence,
            to=found.days[place],
            working_days=DAYS,
        )
        assert all(day > found.due_on for day in found.days)
        return found.days[place]

    first = life.plan.next_due
    assert first is not None
    assert chosen(moves(-1)) == chosen(first)
    life.until_due()
    life.until_due()
    after = life.plan.next_due
    assert after is not None
    assert (chosen(after) - chosen(first)).days == 2 * 7 * WEEKS[every]
    last = moves(-1)
    assert chosen(last) == chosen(after) - timedelta(days=7)
    assert life.plan.next_due == after


@pytest.mark.parametrize("every", APART)
def test_another_weekday_stays_in_the_weeks_of_the_plan(lives: Lives, every: Every) -> None:
    life = lives(every, week=1)
    life.until_due()
    before = life.plan.next_due
    assert before is not None
    vary(life, 10000, 2, every)
    tuesday = life.plan.next_due
    assert tuesday is not None
    assert (chosen(tuesday, 2) - (chosen(before) - timedelta(days=3))).days == 0


def test_another_frequency_is_told_to_every_department_in_the_weeks_that_were_chosen(
    lives: Lives, database: Database
) -> None:
    life = lives(Every.WEEK)
    before = len(waiting(database, "plan.changed"))
    first = DAYS.first_days(london_date(life.clock.now()), FRIDAY, Every.FOUR_WEEKS)[3]
    vary(life, 10000, FRIDAY, Every.FOUR_WEEKS, first)
    assert (life.plan.frequency, life.plan.next_due) == (Every.FOUR_WEEKS, first)
    told = sorted(code for code, _ in waiting(database, "plan.changed")[before:])
    assert told == sorted(THREE), "their part of each payment is the same, and comes less often"


@pytest.mark.parametrize(("every", "open_ones"), [(Every.WEEK, 8), (Every.FORTNIGHT, 4)])
def test_a_review_opens_when_two_months_of_payments_are_open_plan_11(
    lives: Lives, every: Every, open_ones: int
) -> None:
    """Nobody who is paid by the week has less time than who is paid by the month."""
    life = lives(every)
    weeks = 0
    while life.plan.review_by is None:
        life.pass_days(7)
        weeks += 1
        assert weeks < 20
    over = [each for each in life.fallen() if each.state is InstalmentState.MISSED]
    assert len(over) == open_ones
    assert life.fallen()[open_ones - 1].due_on < london_date(life.clock.now()) - GRACE


@pytest.mark.parametrize(("every", "most"), [(Every.WEEK, 8), (Every.FORTNIGHT, 4)])
def test_a_break_may_skip_two_months_of_payments_plan_08(
    lives: Lives, every: Every, most: int
) -> None:
    life = lives(every)
    with pytest.raises(NoBreak) as refused:
        life.pauses(most + 1)
    assert refused.value.why is WhyNot.TOO_LONG
    first = life.plan.next_due
    paused = life.pauses(most)
    assert first is not None
    assert (chosen(paused.goes_on) - chosen(first)).days == 7 * WEEKS[every] * most
    assert len(life.everything()) == most + 1


def test_a_break_of_weeks_counts_for_a_plan_that_is_paid_by_the_month_since(lives: Lives) -> None:
    life = lives(Every.WEEK)
    life.pauses(4)
    go_on_now(life.store, life.clock, life.chance, actor=life.person, plan_id=life.plan.plan_id)
    vary(life, 40000, 1, Every.MONTH)
    with pytest.raises(NoBreak) as refused:
        life.pauses(2)
    assert refused.value.why is WhyNot.USED_UP
    life.pauses(1)


def test_a_long_break_by_the_week_may_skip_six_months_plan_09(lives: Lives) -> None:
    life = lives(Every.WEEK)
    with pytest.raises(NoBreak):
        life.pauses(27, BreakKind.INCOME_FELL)
    life.pauses(26, BreakKind.INCOME_FELL)
    assert len(life.everything()) == 27
