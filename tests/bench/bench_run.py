"""The payment run: due instalments of many plans become payments and allocations. Prints JSON.

`python -m tests.bench.bench_run --count 100000 --count 1000000 --workers 1 2` fills a PostgreSQL of
its own with plans of four lines and a standing agreement each, has workers take their payment day,
and then writes the same rows once more with plain SQL: into tables of the same shape and indexes,
without policies, triggers, foreign keys, claims or batches, as nobody else is there.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import psycopg

from app.local.postgres import WORKER, Cluster
from consent.clock import SystemClock
from consent.store import WORKER as WORKER_ROLE
from consent.store import open_store
from tests.bench.loader import a_cluster, connect, make_database

BATCH: Final = 2000
LINES: Final = ("dwp", "council", "dvla", "slc")
_PLANS: Final = """
    insert into plan (plan_id, subject_id, reference, state, payment_pence, frequency, pay_day,
        method, strategy, policy_version, wording_version, starts_on, review_month, agreed_at,
        post_hash)
    select md5('plan' || n)::uuid, md5('subject' || n)::uuid, to_char(n, 'FM00000000000000'),
        'active', 10000, 'month', 1 + n % 28, 'card', 'pro_rata', '2025-04', 'plan/1',
        current_date, date_trunc('month', now())::date, now(), md5(n::text) || md5(n::text)
    from generate_series(1, {count}) n
"""
_SHARES: Final = """
    insert into plan_share (share_id, plan_id, subject_id, department, grant_id, debt_token,
        debt_tag, part_reference, tier, current_pence, weight_ppm, at_minimum, state)
    select md5('share' || n || d)::uuid, md5('plan' || n)::uuid, md5('subject' || n)::uuid, d,
        'g_0000000000000000000000', 'd_' || n, md5(d || n) || md5(d || n),
        'PL22 ' || upper(left(md5(d || n), 4)) || ' ' || upper(right(md5(d || n), 4)), 'other',
        2500, 250000,
        false, 'agreed'
    from generate_series(1, {count}) n, unnest(array['dwp', 'council', 'dvla', 'slc']) d
"""
_DAYS: Final = """
    insert into instalment (plan_id, sequence, subject_id, due_on, state)
    select md5('plan' || n)::uuid, 1, md5('subject' || n)::uuid, current_date, 'planned'
    from generate_series(1, {count}) n
"""
_AGREEMENTS: Final = """
    insert into agreement (agreement_id, plan_id, subject_id, provider_id, state, made_at,
        changed_at)
    select md5('agreement' || n)::uuid, md5('plan' || n)::uuid, md5('subject' || n)::uuid,
        'x' || n, 'active', now(), now()
    from generate_series(1, {count}) n
"""
_PLAIN: Final = """
    with fallen as materialized (
        update p_instalment i set amount_pence = s.amount, state = 'due'
        from (select plan_id, sum(current_pence)::int as amount from plan_share
            where state = 'agreed' group by plan_id) s
        where s.plan_id = i.plan_id and i.state = 'planned'
        returning i.plan_id, i.sequence, i.subject_id, i.amount_pence
    ), ahead as (
        insert into p_next select plan_id, sequence + 1, subject_id, current_date + 30, 'planned',
            null, 0, null from fallen
    ), told as (
        insert into p_event (event_id, at, subject_id, plan_id, kind, by_kind, position)
        select gen_random_uuid(), now(), subject_id, plan_id, 'fell_due', 'clock',
            nextval('p_position') from fallen
    ), paid as (
        insert into p_payment (payment_id, plan_id, subject_id, state, route, agreement_id,
            instalment, amount_pence, made_at, check_at)
        select gen_random_uuid(), f.plan_id, f.subject_id, 'started', 'govuk_pay', a.agreement_id,
            f.sequence, f.amount_pence, now(), now()
        from fallen f join agreement a using (plan_id)
        returning payment_id, plan_id, subject_id
    )
    insert into p_allocation (allocation_id, payment_id, plan_id, subject_id, share_id, department,
        kind, state, pence, most_next_pence, made_at)
    select gen_random_uuid(), m.payment_id, m.plan_id, m.subject_id, s.share_id, s.department,
        'paid', 'planned', s.current_pence, 2 * s.current_pence, now()
    from paid m join plan_share s using (plan_id)
"""


def measure(cluster: Cluster, count: int, workers: int) -> dict[str, Any]:
    name = f"run_{count}_{workers}"
    make_database(cluster, name)
    _load(cluster, name, count)
    began = time.perf_counter()
    context = multiprocessing.get_context("spawn")
    with context.Pool(workers) as pool:
        ready = time.perf_counter()
        found = pool.starmap(_work, [(cluster.url(WORKER, name),)] * workers)
    took = max(one["seconds"] for one in found)
    rows = _rows(cluster, name)
    assert rows == count * (4 + len(LINES)), "each plan once"
    plain = _plain(cluster, name)
    return {
        "plans": count,
        "workers": workers,
        "seconds": round(took, 1),
        "start of processes": round(ready - began, 1),
        "rows": rows,
        "rows a second": round(rows / took),
        "plain SQL seconds": round(plain, 1),
        "ratio": round(took / plain, 2),
        "most memory of a worker, MiB": max(one["mib"] for one in found),
        "memory after the first tenth, MiB": max(one["early"] for one in found),
    }


def _work(url: str) -> dict[str, Any]:
    from plan.collect import fall_due
    from plan.working_days import load

    store, clock, days = open_store(url, role=WORKER_ROLE, pool_size=1), SystemClock(), load()
    early, done, began = 0.0, 0, time.perf_counter()
    chance = _chance
    while count := fall_due(store, clock, chance, working_days=days, batch=BATCH):
        done += count
        early = early or _mib()
    took = time.perf_counter() - began
    store.close()
    return {"seconds": took, "done": done, "mib": _mib(), "early": early}


def _chance(size: int) -> bytes:
    import secrets

    return secrets.token_bytes(size)


def _mib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def fill(connection: psycopg.Connection[Any], count: int) -> None:
    """Plans whose payment day is today, made in SQL."""
    connection.execute("set session_replication_role = replica")
    for statement in (_PLANS, _SHARES, _DAYS, _AGREEMENTS):
        connection.execute(statement.format(count=count).encode())


def _load(cluster: Cluster, name: str, count: int) -> None:
    with connect(cluster, name) as connection:
        fill(connection, count)
        connection.execute("vacuum analyze")


def _rows(cluster: Cluster, name: str) -> int:
    """Rows that the run wrote: what fell due, what lies ahead, events, payments, allocations."""
    with connect(cluster, name) as connection:
        found = connection.execute(
            "select (select count(*) from instalment) + (select count(*) from plan_event)"
            " + (select count(*) from payment) + (select count(*) from allocation)"
        ).fetchone()
        sums = connection.execute(
            "select (select sum(pence) from allocation) = (select sum(amount_pence) from payment)"
        ).fetchone()
    assert sums == (True,)
    assert found is not None
    return int(found[0])


def _plain(cluster: Cluster, name: str) -> float:
    """The same rows into tables of the same shape, in one statement."""
    with connect(cluster, name) as connection:
        for table, like in (
            *(("p_next", "instalment"), ("p_payment", "payment"), ("p_allocation", "allocation")),
            ("p_event", "plan_event"),
        ):
            made = f"create table {table} (like {like} including defaults including indexes)"
            connection.execute(made.encode())
        connection.execute("create sequence p_position")
        connection.execute("alter table p_event alter position drop identity if exists")
        connection.execute(
            "create table p_instalment (like instalment including defaults including indexes)"
        )
        connection.execute(
            "insert into p_instalment select plan_id, sequence, subject_id, due_on, 'planned',"
            " null, 0, null from instalment where sequence = 1"
        )
        connection.execute("vacuum analyze p_instalment")
        connection.execute("checkpoint")
        began = time.perf_counter()
        connection.execute(_PLAIN)
        return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, action="append", default=[])
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="svd-run-") as folder:
        cluster = a_cluster(Path(folder) / "postgres", durable=True)
        try:
            for count in given.count or [100_000]:
                for workers in given.workers:
                    found = measure(cluster, count, workers)
                    found["at"] = datetime.now(UTC).isoformat(timespec="seconds")
                    print(json.dumps(found), flush=True)
        finally:
            cluster.stop()


if __name__ == "__main__":
    main()
