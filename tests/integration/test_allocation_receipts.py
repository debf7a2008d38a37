"""What departments answer to allocations, and how the plan follows (decisions 2, 30 and 44)."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import text

from consent.errors import NotFound, WrongState
from consent.ids import DepartmentCode
from consent.people import Department, Worker
from consent.store import DEPARTMENT, Store, open_store
from plan.lifecycle import PlanState, ShareState
from plan.number import number_settled
from plan.paying import LineSays, Outcome, ReceiptReason, RefundReason
from plan.receipts import Said, answer_allocation, follow_receipts
from plan.store import payments, refunds
from tests.database import Database
from tests.integration.test_payments import came, pays
from tests.plan_builders import THREE
from tests.plan_life import Life


@pytest.fixture
def door(database: Database) -> Iterator[Store]:
    opened = open_store(database.department_url, role=DEPARTMENT)
    yield opened
    opened.close()


@pytest.fixture
def life(database: Database, worker: Store) -> Iterator[Life]:
    """Tamsin's £100 a month: the first payment came and has its numbers."""
    opened = open_store(database.portal_url)
    found = Life(opened, worker)
    month(found, "first")
    yield found
    opened.close()


def month(life: Life, key: str) -> None:
    """A payment day comes, and is paid."""
    life.until_due()
    due = sum(each.open_pence for each in life.fallen())
    came(life, pays(life, due, key).payment_id)
    number_settled(life.worker)


def newest(life: Life, code: str) -> tuple[UUID, int]:
    """The last allocation of this department and its pence."""
    plan_id = life.plan.plan_id
    with life.worker.transaction(Worker()) as tx:
        (paid, *_) = payments.of_plan(tx, plan_id)
        parts = payments.parts_of(tx, [paid.payment_id])
    (part,) = (one for one in parts if one.department == code and one.pence > 0)
    return part.allocation_id, part.pence


def says(life: Life, door: Store, code: str, said: Said) -> None:
    answer_allocation(
        door,
        life.clock,
        os.urandom,
        actor=Department(DepartmentCode(code)),
        allocation_id=newest(life, code)[0],
        said=said,
    )
    follow_receipts(life.worker, life.clock, os.urandom)


def parts(life: Life) -> dict[str, int]:
    return {code: newest(life, code)[1] for code in THREE}


def test_a_line_near_its_end_takes_what_it_needs_and_the_rest_flows_on(
    life: Life, door: Store
) -> None:
    says(life, door, "dwp", Said(Outcome.POSTED, LineSays.CLOSING, needed_pence=1_000))
    month(life, "second")
    found = parts(life)
    assert found["dwp"] == 1_000
    assert sum(found.values()) == 10_000, "the others take what it frees, at most twice their part"
    assert found["council"] > THREE["council"]
    says(life, door, "dwp", Said(Outcome.POSTED, LineSays.CLEARED))
    states = {str(line.department): line.state for line in life.plan.lines}
    assert states["dwp"] is ShareState.CLEARED
    assert sum(line.pence for line in life.plan.lines if line.live) == 10_000


def test_the_last_line_that_clears_finishes_the_plan(life: Life, door: Store) -> None:
    for code in THREE:
        says(life, door, code, Said(Outcome.POSTED, LineSays.CLEARED))
    assert life.plan.state is PlanState.FINISHED


def test_what_is_sent_back_goes_to_the_payer_once(life: Life, door: Store) -> None:
    said = Said(
        Outcome.RETURNED, LineSays.CLEARED, ReceiptReason.AMOUNT_OVER_BALANCE, returned_pence=1_234
    )
    says(life, door, "dvla", said)
    says(life, door, "dvla", said)
    plan_id = life.plan.plan_id
    with life.worker.transaction(Worker()) as tx:
        (paid,) = payments.of_plan(tx, plan_id)
        rows = payments.parts_of(tx, [paid.payment_id])
        back = refunds.of_payments(tx, [paid.payment_id])
    assert [(one.pence, one.reason) for one in back] == [(1_234, RefundReason.RETURNED)]
    assert sum(row.pence for row in rows if row.department == "dvla") == THREE["dvla"] - 1_234
    assert paid.kept_pence == sum(row.pence for row in rows) == 10_000 - 1_234


def test_a_final_answer_stands_and_another_may_be_replaced(life: Life, door: Store) -> None:
    says(life, door, "dwp", Said(Outcome.IN_SUSPENSE, LineSays.OPEN))
    says(life, door, "dwp", Said(Outcome.POSTED, LineSays.OPEN))
    says(life, door, "dwp", Said(Outcome.POSTED, LineSays.OPEN))
    with pytest.raises(WrongState):
        says(life, door, "dwp", Said(Outcome.REJECTED, LineSays.OPEN))


@pytest.mark.parametrize("same", [True, False])
def test_the_same_answer_twice_at_the_same_time_is_one_answer(
    life: Life, door: Store, database: Database, same: bool
) -> None:
    """As from a gateway that was killed after it asked, and started again at once: the second asks
    while the first is not over."""
    said = Said(Outcome.POSTED, LineSays.OPEN)
    says(life, door, "dwp", said)
    url = database.superuser_url.replace("+psycopg", "")
    with psycopg.connect(url) as first, ThreadPoolExecutor(1) as pool:
        other = "" if same else ", said_hash = repeat('0', 64)"
        first.execute("create temporary table kept as select * from allocation_receipt")
        first.execute("delete from allocation_receipt")
        first.commit()
        first.execute("insert into allocation_receipt select * from kept")
        first.execute(f"update allocation_receipt set received_at = received_at{other}".encode())
        second = pool.submit(says, life, door, "dwp", said)
        waits = "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"
        with psycopg.connect(url, autocommit=True) as look:
            while look.execute(waits).fetchone() == (0,) and not second.done():
                time.sleep(0.01)
        first.commit()
        if same:
            second.result(60)
        else:
            with pytest.raises(WrongState):
                second.result(60)


def test_another_departments_allocation_is_not_there_sec_62(life: Life, door: Store) -> None:
    theirs, _ = newest(life, "council")
    for allocation_id in (theirs, UUID(int=5)):
        with pytest.raises(NotFound):
            answer_allocation(
                door,
                life.clock,
                os.urandom,
                actor=Department(DepartmentCode("dwp")),
                allocation_id=allocation_id,
                said=Said(Outcome.POSTED, LineSays.OPEN),
            )


def test_what_is_needed_to_the_end_is_not_kept_with_the_answer(
    life: Life, door: Store, worker: Store
) -> None:
    says(life, door, "dwp", Said(Outcome.POSTED, LineSays.CLOSING, needed_pence=777))
    with worker.transaction(Worker()) as tx:
        kept = tx.connection.execute(text("select needed_pence from allocation_receipt")).all()
        line = tx.connection.execute(
            text("select closing_pence from plan_share where department = 'dwp'")
        ).all()
    assert [tuple(row) for row in kept] == [(None,)]
    assert [tuple(row) for row in line] == [(777,)]
