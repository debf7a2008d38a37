"""A plan is kept for six years after it is over, and then nothing of it is (SEC-75)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from consent.store import open_store
from plan.progress import everything_kept
from plan.retention import drop_messages, drop_plans
from plan.stop import stop
from tests.database import Database
from tests.plan_life import Life


@pytest.fixture
def life(database: Database) -> Iterator[Life]:
    store = open_store(database.portal_url)
    worker = open_store(database.worker_url, role="svd_worker")
    yield Life(store, worker)
    store.close()
    worker.close()


def rows(life: Life) -> int:
    return sum(len(table.rows) for table in everything_kept(life.store, actor=life.person))


def test_a_plan_that_was_over_six_years_ago_is_gone_whole(life: Life) -> None:
    life.until_due()
    life.pays(10000)
    life.pauses(1)
    plan_id = life.plan.plan_id
    life.clock.move(timedelta(days=3000))
    assert drop_plans(life.worker, life.clock) == 0, "it runs"
    stop(life.store, life.clock, life.chance, actor=life.person, plan_id=plan_id)
    life.clock.move(timedelta(days=6 * 365))
    assert drop_plans(life.worker, life.clock) == 0, "a few days are missing"
    assert rows(life) > 5
    life.clock.move(timedelta(days=3))
    assert drop_plans(life.worker, life.clock) == 1
    assert rows(life) == 0
    assert drop_messages(life.worker, life.clock) == 0
