"""Payments that came, for tests of a department's money: a part of each for four departments."""

from __future__ import annotations

import psycopg

from consent.clock import SystemClock
from consent.store import WORKER, open_store
from plan.collect import fall_due
from plan.number import number_settled
from tests.bench.bench_run import fill
from tests.database import Database
from tests.plan_builders import DAYS

SETTLE = (
    "update payment set state = 'settled', settled_at = now(), value_date = current_date",
    "update allocation set state = 'settled', value_date = current_date",
)


def settled_payments(
    connection: psycopg.Connection[tuple[object, ...]],
    database: Database,
    count: int,
    *,
    numbered: bool = True,
) -> None:
    """One payment of each of `count` plans has come; without `numbered`, nobody numbered them yet.
    `connection` is the superuser's."""
    fill(connection, count)
    worker = open_store(database.worker_url, role=WORKER)
    while fall_due(worker, SystemClock(), lambda size: b"7" * size, working_days=DAYS):
        pass
    for statement in SETTLE:
        connection.execute(statement.encode())
    while numbered and number_settled(worker):
        pass
    worker.close()
