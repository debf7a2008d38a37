"""Each department's settled allocations have numbers without gaps and a hash chain (SEC-81)."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from consent.store import WORKER, Store, open_store
from plan.number import number_settled
from tests import chain
from tests.bench.bench_run import LINES
from tests.database import Database
from tests.settled import settled_payments

COUNT = 1_500
TAMPER = {
    "left out": "delete from allocation where sequence = 7 and department = 'dwp'",
    "another amount": "update allocation set pence = 1 where sequence = 7 and department = 'dwp'",
    "another line": "update plan_share set debt_token = 'd_other' where share_id = (select share_id"
    " from allocation where sequence = 7 and department = 'dwp')",
    "moved": "update allocation set sequence = 100007 where sequence = 7 and department = 'dwp'",
    "cut off": "delete from allocation where sequence > 1400 and department = 'dwp'",
}


@pytest.fixture
def settled(database: Database) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """Many payments that came, of four departments each, as the superuser sees them."""
    url = database.superuser_url.replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        settled_payments(connection, database, COUNT, numbered=False)
        yield connection


def faults(connection: psycopg.Connection[tuple[object, ...]]) -> list[str]:
    rows = connection.execute(chain.QUERY).fetchall()
    return chain.broken(rows, connection.execute(chain.BOOKS).fetchall())


def test_many_workers_number_each_once_and_leave_no_gap(
    database: Database, settled: psycopg.Connection[tuple[object, ...]]
) -> None:
    stores = [open_store(database.worker_url, role=WORKER, pool_size=1) for _ in range(4)]

    def numbers(store: Store) -> int:
        done = 0
        while count := number_settled(store, batch=200):
            done += count
        return done

    with ThreadPoolExecutor(4) as pool:
        done = sum(pool.map(numbers, stores))
    done += numbers(stores[0])
    assert done == COUNT * len(LINES)
    assert settled.execute(chain.BOOKS.replace(", head", "") + " order by 1").fetchall() == [
        (code, COUNT) for code in sorted(LINES)
    ]
    assert faults(settled) == []
    for what, statement in TAMPER.items():
        settled.execute("begin")
        assert settled.execute(statement.encode()).rowcount, what
        assert faults(settled), what
        settled.execute("rollback")
    for store in stores:
        store.close()


def test_what_is_not_settled_has_no_number_and_the_series_goes_on(
    database: Database, settled: psycopg.Connection[tuple[object, ...]]
) -> None:
    settled.execute("update allocation set state = 'planned' where department <> 'dwp'")
    worker = open_store(database.worker_url, role=WORKER)
    assert number_settled(worker, batch=1_000) == 1_000
    assert number_settled(worker, batch=1_000) == 500
    assert number_settled(worker) == 0
    assert faults(settled) == []
    worker.close()
