"""D69: the plan so far says on which day each department was last sent money."""

from __future__ import annotations

import os
from datetime import date, datetime

import psycopg
import pytest

from app.taking import Taking
from consent.clock import LONDON, SetClock
from consent.ids import DepartmentCode
from consent.store import WORKER, Store, open_store
from plan.number import number_settled
from plan.remit import remit
from plan.store import remittances
from tests.builders import a_person, set_chance
from tests.database import Database
from tests.debts_desk import Seated
from tests.integration.test_allocation_receipts import life, month
from tests.integration.test_pay_pages import begins, taking, tamsin, types_card, worker_looks
from tests.pay_lab import GOOD
from tests.plan_builders import DAYS, THREE
from tests.plan_life import Life
from tests.portal import Portal

__all__ = ["life", "taking", "tamsin"]
FRIDAY, MONDAY = date(2027, 6, 4), date(2027, 6, 7)


def sends(worker: Store, day: date) -> int:
    """The worker's round after the cut-off of this day."""
    clock = SetClock(datetime(day.year, day.month, day.day, 16, 30, tzinfo=LONDON))
    return remit(worker, clock, os.urandom, working_days=DAYS)


def last(life: Life) -> dict[DepartmentCode, date]:
    plan_id = life.plan.plan_id
    with life.store.transaction(life.person) as tx:
        return remittances.last_sent(tx, plan_id)


def test_the_last_day_of_each_department_once_it_was_sent_something(
    life: Life, worker: Store
) -> None:
    assert last(life) == {}, "it came, and goes to the departments next"
    assert sends(worker, FRIDAY) == 3
    assert last(life) == dict.fromkeys(THREE, FRIDAY)
    month(life, "second")
    assert last(life) == dict.fromkeys(THREE, FRIDAY)
    assert sends(worker, MONDAY) == 3
    assert last(life) == dict.fromkeys(THREE, MONDAY)


def test_nobody_sees_a_day_of_another_persons_money_and_no_total(
    life: Life, worker: Store, database: Database
) -> None:
    sends(worker, FRIDAY)
    stranger = a_person(life.store, life.clock, set_chance("stranger"), "priya")
    plan_id = life.plan.plan_id
    with life.store.transaction(stranger) as tx:
        assert remittances.last_sent(tx, plan_id) == {}
        found = tx.connection.exec_driver_sql("select count(value_date) from remittance")
        assert found.scalar_one() == 0
    url = database.portal_url.replace("+psycopg", "")
    with (
        psycopg.connect(url) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("select total_pence from remittance")


def test_the_page_says_it_in_words(portal: Portal, tamsin: Seated, taking: Taking) -> None:
    types_card(begins(tamsin), GOOD)
    worker_looks(portal, taking)
    assert "Last sent" not in tamsin.get("/plan/progress").text
    store = open_store(portal.database.worker_url, role=WORKER)
    number_settled(store)
    sends(store, FRIDAY)
    store.close()
    assert tamsin.get("/plan/progress").text.count("Last sent 4 June 2027") == 3
