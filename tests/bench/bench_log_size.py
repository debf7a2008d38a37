"""Does the size of the log matter? Appending and proving on trees of each size. Prints JSON.

`python -m tests.bench.bench_log_size --count 10000 --count 10000000` on databases of the loader,
whose trees are the ones the sequencer would have made. `bench_log` times whole checks.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Final

from app.local.postgres import WORKER, Cluster
from consent.log.proofs import consistency_spans, inclusion_spans, path
from consent.log.sequencer import sequence
from consent.log.tree import cover
from consent.people import Worker
from consent.store import Store, log, open_store
from tests.bench.loader import a_cluster, connect, database_of

WAITING: Final = 20_000
PROOFS: Final = 300
MORE: Final = """
    insert into consent_event (event_id, at, subject_id, grant_id, department, purpose, kind,
                               by_kind, salt, leaf_hash)
    select gen_random_uuid(), now(), gen_random_uuid(), 'g_0000000000000000000000', 'dwp',
           'view_debts', 'looked_up', 'department', repeat('A', 22),
           encode(sha256(n::text::bytea), 'hex')
    from generate_series(1, %s) as n
"""


def measure(cluster: Cluster, count: int) -> dict[str, Any]:
    name = database_of(count)
    with connect(cluster, name) as connection:
        connection.execute(MORE, (WAITING,))
    store = open_store(cluster.url(WORKER, name), role=WORKER)
    try:
        began, done = time.perf_counter(), 0
        while appended := sequence(store):
            done += appended
        took = time.perf_counter() - began
        with store.transaction(Worker()) as tx:
            size = log.size(tx)
        chance = random.Random(count)
        return {
            "permissions": count,
            "leaves": size,
            "appended_a_second": round(done / took),
            "inclusion": timed(lambda: included(store, chance.randrange(size), size)),
            "consistency": timed(lambda: consistent(store, 1 + chance.randrange(size - 1), size)),
        }
    finally:
        store.close()


def included(store: Store, leaf: int, size: int) -> list[bytes]:
    """The hashes that prove one leaf, read from the database."""
    spans = inclusion_spans(leaf, size)
    with store.transaction(Worker()) as tx:
        return path(spans, log.nodes(tx, (place for span in spans for place in cover(span))))


def consistent(store: Store, old: int, new: int) -> list[bytes]:
    spans = consistency_spans(old, new)
    with store.transaction(Worker()) as tx:
        return path(spans, log.nodes(tx, (place for span in spans for place in cover(span))))


def timed(errand: Callable[[], object]) -> dict[str, float]:
    taken = []
    for _ in range(PROOFS):
        began = time.perf_counter()
        errand()
        taken.append((time.perf_counter() - began) * 1000)
    return {
        "p50_ms": round(median(taken), 3),
        "p95_ms": round(quantiles(taken, n=20)[-1], 3),
    }


def main() -> None:
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--folder", type=Path, default=Path("build/bench"))
    wanted.add_argument("--count", type=int, action="append")
    asked = wanted.parse_args()
    cluster = a_cluster(asked.folder, durable=True)
    try:
        print(json.dumps([measure(cluster, one) for one in asked.count or [10_000]], indent=1))
    finally:
        cluster.stop()


if __name__ == "__main__":
    main()
