"""What falls due, what comes, and what happens when it does not: grace, a review, and only then an
end (PLAN-10, PLAN-11)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta

import pytest

from consent.clock import london_date
from consent.ids import DepartmentCode
from consent.people import Department, Person, Worker
from consent.store import Store, open_store
from plan.ahead import fall_due
from plan.answer import Said, answer
from plan.events import Kind
from plan.lifecycle import InstalmentState, PlanState
from plan.miss import count_missed, end_after_review
from plan.receive import Received, receive_in
from plan.rules.missed import GRACE, REVIEW_WITHIN
from plan.store import events as plan_events
from plan.store import instalments
from plan.store.instalments import Instalment
from plan.terms import EndedReason
from tests.builders import a_clock, a_person, set_chance
from tests.database import Database
from tests.plan_builders import DAYS, THREE, agreed, line_of, plan_of, waiting

DAY = timedelta(days=1)


@pytest.fixture
def store(database: Database) -> Iterator[Store]:
    opened = open_store(database.portal_url)
    yield opened
    opened.close()


@pytest.fixture
def worker(database: Database) -> Iterator[Store]:
    opened = open_store(database.worker_url, role="svd_worker")
    yield opened
    opened.close()


class Life:
    """Tamsin's plan of £100 a month, all three departments in it, and a calendar."""

    def __init__(self, store: Store, worker: Store) -> None:
        self.store, self.worker, self.clock = store, worker, a_clock()
        self.chance = os.urandom
        self.person: Person = a_person(store, self.clock, set_chance())
        agreed(store, self.clock, self.person, THREE)
        for code in THREE:
            self.answers(code)

    def answers(self, code: str, said: Said = Said.AGREED) -> None:
        answer(
            self.worker,
            self.clock,
            set_chance(f"{code} {self.clock.now()}"),
            actor=Department(DepartmentCode(code)),
            share_id=line_of(self.store, self.person, code),
            said=said,
            working_days=DAYS,
        )

    def until_due(self) -> None:
        """The day of the next payment, and the worker's rounds on it."""
        due = plan_of(self.store, self.person).next_due
        assert due is not None
        while london_date(self.clock.now()) < due:
            self.clock.move(DAY)
        self.rounds()

    def pass_days(self, days: int) -> None:
        for _ in range(days):
            self.clock.move(DAY)
            self.rounds()

    def rounds(self) -> None:
        chance = self.chance
        fall_due(self.worker, self.clock, chance, working_days=DAYS)
        count_missed(self.worker, self.clock, chance)
        end_after_review(self.worker, self.clock, chance)

    def pays(self, pence: int) -> Received:
        plan_id = plan_of(self.store, self.person).plan_id
        with self.worker.transaction(Worker()) as tx:
            return receive_in(tx, self.clock, self.chance, plan_id=plan_id, pence=pence)

    def fallen(self) -> list[Instalment]:
        plan_id = plan_of(self.store, self.person).plan_id
        with self.store.transaction(self.person) as tx:
            return instalments.fallen(tx, plan_id)

    def kinds(self) -> list[str]:
        with self.store.transaction(self.person) as tx:
            found = plan_events.history(tx, self.person.subject, limit=200, offset=0)
        return [event.kind for event in found]


@pytest.fixture
def life(store: Store, worker: Store) -> Life:
    return Life(store, worker)


def test_what_falls_due_is_fixed_on_its_day_at_the_agreed_lines_alone(
    store: Store, worker: Store
) -> None:
    life = Life(store, worker)
    life.until_due()
    (one,) = life.fallen()
    assert (one.state, one.amount_pence) == (InstalmentState.DUE, 10000)


def test_a_payment_settles_the_oldest_first_and_says_what_is_over(life: Life) -> None:
    life.until_due()
    assert life.pays(4000) == Received(((1, 4000),), 0)
    assert life.fallen()[0].state is InstalmentState.PART_PAID
    life.pass_days(3)
    assert life.pays(7500) == Received(((1, 6000),), 1500)
    (one,) = life.fallen()
    assert (one.state, one.paid_pence) == (InstalmentState.PAID, 10000)
    assert one.settled_at == life.clock.now()


def test_nothing_happens_in_the_days_of_grace(life: Life) -> None:
    life.until_due()
    life.pass_days(GRACE.days)
    assert life.fallen()[0].state is InstalmentState.DUE
    life.pass_days(1)
    assert life.fallen()[0].state is InstalmentState.MISSED
    assert plan_of(life.store, life.person).state is PlanState.ACTIVE


def test_paid_late_is_paid(life: Life) -> None:
    life.until_due()
    life.pass_days(12)
    life.pays(4000)
    assert life.fallen()[0].state is InstalmentState.MISSED
    life.pays(6000)
    assert life.fallen()[0].state is InstalmentState.PAID


def test_two_open_instalments_open_a_review_and_paying_closes_it_plan_11(life: Life) -> None:
    life.until_due()
    life.until_due()
    life.pass_days(GRACE.days + 1)
    assert (
        plan_of(life.store, life.person).review_by == london_date(life.clock.now()) + REVIEW_WITHIN
    )
    life.pays(10001)
    assert plan_of(life.store, life.person).review_by is None
    assert Kind.REVIEW_CLOSED in life.kinds()


def test_only_a_review_that_nobody_answers_ends_the_plan_and_departments_hear_no_reason(
    life: Life, database: Database
) -> None:
    life.until_due()
    life.until_due()
    life.pass_days(GRACE.days + 1)
    life.pass_days(REVIEW_WITHIN.days)
    assert plan_of(life.store, life.person).state is PlanState.ACTIVE
    life.pass_days(1)
    ended = plan_of(life.store, life.person)
    assert (ended.state, ended.ended_reason) == (PlanState.ENDED, EndedReason.DEFAULT)
    assert sorted(code for code, _ in waiting(database, "plan.ended")) == sorted(THREE)


def test_a_shortfall_in_parts_counts_as_whole_instalments_plan_10(life: Life) -> None:
    """Half of each of four payments is two payments."""
    for _ in range(4):
        life.until_due()
        life.pays(5000)
    assert plan_of(life.store, life.person).review_by is None, "the last has its days of grace"
    life.pass_days(GRACE.days + 1)
    assert plan_of(life.store, life.person).review_by is not None


def test_a_payment_is_at_least_a_penny(life: Life) -> None:
    with pytest.raises(ValueError, match="penny"):
        life.pays(0)
