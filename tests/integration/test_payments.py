"""Money comes for a plan: split to the penny, counted once, and taken back exactly."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import UUID

import psycopg
import pytest
from sqlalchemy.exc import IntegrityError

from consent.clock import SystemClock, london_date
from consent.people import Worker
from consent.store import WORKER, Store, open_store
from plan.collect import fall_due
from plan.pay import AmountRefused, PaymentRuns, can_pay, start_payment
from plan.paying import (
    AgreementState,
    AllocationKind,
    AllocationState,
    PaymentState,
    RefundReason,
    Route,
)
from plan.reverse import return_in, reverse
from plan.settle import give_up, held, money_came_in, settle
from plan.store import agreements, payments, refunds
from plan.store.agreements import AgreementRow
from plan.store.payments import PaymentRow
from tests.bench.bench_run import fill
from tests.database import Database
from tests.plan_builders import DAYS
from tests.plan_life import Life


@pytest.fixture
def life(database: Database, worker: Store) -> Iterator[Life]:
    """Tamsin's £100 a month, on the day of her first payment."""
    opened = open_store(database.portal_url)
    found = Life(opened, worker)
    found.until_due()
    yield found
    opened.close()


def pays(life: Life, pence: int, key: str = "form") -> PaymentRow:
    return start_payment(
        life.store,
        life.clock,
        os.urandom,
        actor=life.person,
        plan_id=life.plan.plan_id,
        pence=pence,
        post_key=key,
    ).payment


def came(life: Life, payment_id: UUID) -> PaymentRow:
    found = settle(
        life.worker,
        life.clock,
        os.urandom,
        payment_id=payment_id,
        value_date=london_date(life.clock.now()),
    )
    assert found is not None
    return found


def parts(life: Life, payment_id: UUID) -> list[int]:
    with life.worker.transaction(Worker()) as tx:
        return [part.pence for part in payments.parts_of(tx, [payment_id])]


def test_a_payment_is_split_as_agreed_and_counts_when_it_came_sec_78(life: Life) -> None:
    due = can_pay(life.store, actor=life.person, plan_id=life.plan.plan_id).due
    payment = pays(life, due)
    assert sum(parts(life, payment.payment_id)) == due == 10_000
    assert life.fallen()[0].paid_pence == 0
    assert came(life, payment.payment_id).state is PaymentState.SETTLED
    assert life.fallen()[0].open_pence == 0
    with life.worker.transaction(Worker()) as tx:
        states = {part.state for part in payments.parts_of(tx, [payment.payment_id])}
    assert states == {AllocationState.SETTLED}


def test_the_same_form_and_a_second_tab_make_one_payment_sec_80(life: Life) -> None:
    first = pays(life, 5_000)
    assert pays(life, 5_000) == first
    with pytest.raises(PaymentRuns):
        pays(life, 5_000, "another form")


def test_many_who_settle_at_once_count_it_once_sec_79(life: Life) -> None:
    payment = pays(life, 10_000)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: came(life, payment.payment_id), range(24)))
    assert [found.paid_pence for found in life.fallen()] == [10_000]


def test_what_failed_counts_nothing_and_another_may_begin(life: Life) -> None:
    payment = pays(life, 10_000)
    give_up(life.worker, payment_id=payment.payment_id, state=PaymentState.FAILED)
    assert came(life, payment.payment_id).state is PaymentState.FAILED
    assert life.fallen()[0].paid_pence == 0
    assert pays(life, 10_000, "again").payment_id != payment.payment_id


@pytest.mark.parametrize(("pence", "why"), [(99, "too_little"), (10_001, "more_than_due")])
def test_an_amount_outside_what_may_be_paid_is_refused_d71(
    life: Life, pence: int, why: str
) -> None:
    with pytest.raises(AmountRefused) as refused:
        pays(life, pence)
    assert refused.value.why == why


def test_a_part_goes_in_proportion_alloc_05(life: Life) -> None:
    payment = pays(life, 5_001)
    usual = sorted(line.pence for line in life.plan.lines)
    assert sum(parts(life, payment.payment_id)) == 5_001
    for part, whole in zip(sorted(parts(life, payment.payment_id)), usual, strict=True):
        assert abs(part * 10_000 - whole * 5_001) < 10_000


def transfer(life: Life, pence: int, number: str) -> PaymentRow:
    plan_id = life.plan.plan_id
    with life.worker.transaction(Worker()) as tx:
        found = money_came_in(
            tx,
            life.clock,
            os.urandom,
            plan_id=plan_id,
            route=Route.BANK,
            provider_id=number,
            pence=pence,
            value_date=london_date(life.clock.now()),
        )
    assert found is not None
    return found


def test_a_transfer_pays_what_is_open_and_one_day_ahead_the_rest_goes_back(life: Life) -> None:
    found = transfer(life, 50_000, "1")
    assert transfer(life, 50_000, "1") == found
    assert found.over_pence == 30_000
    with life.worker.transaction(Worker()) as tx:
        (back,) = refunds.of_payments(tx, [found.payment_id])
    assert (back.pence, back.reason) == (30_000, RefundReason.OVER)
    life.until_due()
    assert [one.open_pence for one in life.fallen()] == [0, 0]


def test_what_goes_back_is_the_same_sum_in_every_book(life: Life) -> None:
    payment = pays(life, 10_000)
    came(life, payment.payment_id)
    worker, clock, chance = life.worker, life.clock, os.urandom
    asked, lost = RefundReason.ASKED, RefundReason.CHARGED_BACK
    key = payment.payment_id
    assert reverse(worker, clock, chance, payment_id=key, pence_in_all=333, reason=asked) == 333
    assert reverse(worker, clock, chance, payment_id=key, pence_in_all=333, reason=asked) == 0
    with worker.transaction(Worker()) as tx:
        row = held(tx, key)
        assert row is not None
        part = payments.parts_of(tx, [key])[0]
        sent_back = return_in(tx, clock, chance, row, part, 100_000)
    assert 0 < sent_back < 10_000
    left = 10_000 - 333 - sent_back
    assert reverse(worker, clock, chance, payment_id=key, pence_in_all=10_000, reason=lost) == left
    with worker.transaction(Worker()) as tx:
        found = payments.one(tx, key)
        rows = payments.parts_of(tx, [key])
        back = refunds.of_payments(tx, [key])
    assert found is not None
    assert found.kept_pence == sum(row.pence for row in rows) == 0
    assert sum(one.pence for one in back) == found.reversed_pence == 10_000
    by_line: dict[UUID, int] = {}
    for one in rows:
        by_line[one.share_id] = by_line.get(one.share_id, 0) + one.pence
    assert set(by_line.values()) == {0}
    assert life.fallen()[0].open_pence == left


def test_a_charge_back_takes_first_what_came_ahead(life: Life) -> None:
    found = transfer(life, 15_000, "1")
    worker, clock, chance, lost = life.worker, life.clock, os.urandom, RefundReason.CHARGED_BACK
    paid = []
    for so_far in (4_000, 7_000, 15_000):
        reverse(
            worker, clock, chance, payment_id=found.payment_id, pence_in_all=so_far, reason=lost
        )
        paid.append([one.paid_pence for one in life.everything()])
    assert paid == [[1_000, 10_000], [0, 8_000], [0, 0]]


def test_the_database_refuses_parts_that_are_not_the_whole_sec_78(life: Life) -> None:
    payment = pays(life, 10_000)
    with life.worker.transaction(Worker()) as tx:
        part = payments.parts_of(tx, [payment.payment_id])[0]
    more = replace(part, allocation_id=UUID(int=1), pence=1)
    with pytest.raises(IntegrityError), life.worker.transaction(Worker()) as tx:
        payments.add_parts(tx, [more])


def test_on_its_day_a_standing_agreement_makes_one_payment(life: Life) -> None:
    now = life.clock.now()
    plan = life.plan
    with life.worker.transaction(Worker()) as tx:
        agreements.add(
            tx,
            AgreementRow(
                agreement_id=UUID(int=7),
                plan_id=plan.plan_id,
                subject_id=life.person.subject,
                provider_id="agreed",
                state=AgreementState.ACTIVE,
                made_at=now,
                changed_at=now,
            ),
        )
    life.until_due()
    life.rounds()
    with life.worker.transaction(Worker()) as tx:
        (found,) = payments.of_plan(tx, plan.plan_id)
        kinds = {part.kind for part in payments.parts_of(tx, [found.payment_id])}
    assert (found.instalment, found.amount_pence, found.check_at) == (2, 10_000, life.clock.now())
    assert kinds == {AllocationKind.PAID}
    assert sum(parts(life, found.payment_id)) == 10_000


def test_a_payment_day_falls_due_once_whoever_looks(database: Database) -> None:
    """A worker that looked before another's commit, and got the plan after it, takes nothing: the
    instalment itself says that it was had (SEC-80)."""
    url = database.superuser_url.replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        fill(connection, 6_000)
    stores = [open_store(database.worker_url, role=WORKER, pool_size=1) for _ in range(4)]

    def looks(store: Store) -> int:
        done = 0
        while count := fall_due(store, SystemClock(), os.urandom, working_days=DAYS, batch=300):
            done += count
        return done

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(looks, stores)) == 6_000
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "select state, count(*) from instalment group by state order by state"
        ).fetchall()
        sums = connection.execute("select count(*), sum(amount_pence) from payment").fetchall()
    assert rows == [("due", 6_000), ("planned", 6_000)]
    assert sums == [(6_000, 60_000_000)]
    for store in stores:
        store.close()
