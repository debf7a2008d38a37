"""One payment on another day, and how a plan stands with its payments (D69, D74)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from consent.clock import london_date
from consent.errors import NotFound, WrongState
from consent.store import open_store
from plan.events import Kind
from plan.lifecycle import InstalmentState
from plan.move_day import DayNotPossible, Movable, movable, move_day
from plan.rules.missed import GRACE
from plan.standing import Standing, standing
from tests.builders import a_person, set_chance
from tests.database import Database
from tests.plan_builders import DAYS, waiting
from tests.plan_life import DAY, Life


@pytest.fixture
def life(database: Database) -> Iterator[Life]:
    store = open_store(database.portal_url)
    worker = open_store(database.worker_url, role="svd_worker")
    yield Life(store, worker)
    store.close()
    worker.close()


def can_move(life: Life) -> Movable | None:
    return movable(
        life.store, life.clock, actor=life.person, plan_id=life.plan.plan_id, working_days=DAYS
    )


def move(life: Life, to: date, *, sequence: int = 0) -> Movable:
    found = can_move(life)
    return move_day(
        life.store,
        life.clock,
        life.chance,
        actor=life.person,
        plan_id=life.plan.plan_id,
        sequence=sequence or (found.sequence if found else 0),
        to=to,
        working_days=DAYS,
    )


def stands(life: Life) -> Standing:
    return standing(life.store, life.clock, actor=life.person, plan_id=life.plan.plan_id)


def test_the_next_payment_moves_and_the_one_after_it_keeps_its_day(
    life: Life, database: Database
) -> None:
    told = waiting(database, "plan.changed")
    found = can_move(life)
    assert found is not None
    assert found.due_on == life.plan.next_due
    assert all(DAYS.is_one(day) for day in found.days)
    move(life, found.days[-1])
    assert life.plan.next_due == found.days[-1]
    assert (life.plan.payment, life.plan.version) == (10000, 1)
    life.until_due()
    after = DAYS.next_collection(found.due_on, life.plan.pay_day, life.plan.frequency)
    assert life.plan.next_due == after
    assert life.kinds().count(Kind.DAY_MOVED) == 1
    assert waiting(database, "plan.changed") == told, "no department hears of it"


def test_a_late_payment_moves_and_its_days_of_grace_count_from_the_new_day(life: Life) -> None:
    life.until_due()
    life.pass_days(3)
    life.pays(2500)
    found = can_move(life)
    assert found is not None
    assert found.open_pence == 7500
    assert found.days[0] > london_date(life.clock.now())
    to = found.days[4]
    move(life, to)
    assert stands(life).late == ()
    life.pass_days((to - london_date(life.clock.now())).days + GRACE.days)
    assert life.fallen()[0].state is InstalmentState.PART_PAID
    life.pass_days(1)
    assert life.fallen()[0].state is InstalmentState.MISSED
    assert stands(life).movable is None


def test_two_payments_never_fall_on_one_day_and_none_moves_back(life: Life) -> None:
    life.until_due()
    due, ahead = life.fallen()[0].due_on, life.plan.next_due
    assert ahead is not None
    saturday = next(due + n * DAY for n in range(1, 8) if (due + n * DAY).isoweekday() == 6)
    for day in (due, due - DAY, ahead, ahead + DAY, saturday):
        with pytest.raises(DayNotPossible):
            move(life, day)
    assert life.fallen()[0].due_on == due


def test_moving_again_ends_before_the_next_payment(life: Life) -> None:
    life.until_due()
    for _ in range(40):
        found = can_move(life)
        if found is None or found.sequence != life.fallen()[-1].sequence:
            break
        move(life, found.days[0])
    assert life.plan.next_due is not None
    assert life.fallen()[-1].due_on < life.plan.next_due


def test_another_payment_than_the_one_shown_does_not_move(life: Life) -> None:
    shown = can_move(life)
    assert shown is not None
    life.until_due()
    with pytest.raises(WrongState):
        move(life, shown.days[-1], sequence=shown.sequence + 1)


def test_nothing_moves_in_a_break_before_a_yes_or_for_somebody_else(life: Life) -> None:
    other = a_person(life.store, life.clock, set_chance("other"), "other")
    with pytest.raises(NotFound):
        move_day(
            life.store,
            life.clock,
            life.chance,
            actor=other,
            plan_id=life.plan.plan_id,
            sequence=1,
            to=london_date(life.clock.now()) + timedelta(days=9),
            working_days=DAYS,
        )
    life.pauses(1)
    assert can_move(life) is None
    with pytest.raises(WrongState):
        move(life, london_date(life.clock.now()) + timedelta(days=9), sequence=1)


def test_before_any_department_agreed_no_payment_moves(database: Database) -> None:
    store = open_store(database.portal_url)
    worker = open_store(database.worker_url, role="svd_worker")
    proposed = Life(store, worker, yes=())
    assert can_move(proposed) is None
    store.close()
    worker.close()


def test_how_a_plan_stands(life: Life) -> None:
    assert stands(life) == Standing(0, (), 0, 0, None)
    life.until_due()
    due = stands(life).due_today
    assert due is not None
    life.pays(10000)
    assert stands(life) == Standing(10000, (), 0, 0, None)
    life.until_due()
    life.pays(4000)
    life.pass_days(1)
    late = stands(life)
    assert (late.open_pence, late.in_a_row, late.paid) == (6000, 1, 14000)
    assert late.told_from == late.late[0].due_on + GRACE + DAY
    life.until_due()
    assert stands(life).in_a_row == 1, "what is due today is not late"
    life.pass_days(1)
    assert (stands(life).in_a_row, stands(life).open_pence) == (2, 16000)
