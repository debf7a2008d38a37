"""How fast the log grows and how fast a whole database is checked against it. Prints JSON.

Run `python -m tests.bench.bench_log [permissions …]` (4000 and 40000). Each permission is whole: a
real record and eight events. Targets: thousands of leaves a second, and a check in memory that
does not grow with the database.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg

from app.local.migrate import upgrade
from app.local.postgres import AUDITOR, DATABASE, OWNER, PORTAL, SUPERUSER, WORKER, Cluster, start
from app.log_verify import rebuilder
from consent.clock import SystemClock
from consent.events import Event, Kind, new_event
from consent.ids import new_grant_id, new_pairwise_id, new_subject_id, new_uuid, random_text
from consent.log.checkpoint import LogSigner, log_origin, take_checkpoint
from consent.log.sequencer import sequence
from consent.people import Worker
from consent.records import consent_event, consent_grant
from consent.store import Store, grants, log, open_store
from consent.store.grants import Grant
from tests.builders import ORIGIN, a_clock, a_person, given
from tests.log_lab import a_log_key

ROOT = Path(__file__).resolve().parents[2]
CHANCE = secrets.token_bytes
USED = 3
"""Times that each permission was used: asked and answered."""


def a_grant(cluster: Cluster) -> Grant:
    """A permission as the service gives it: the others are made after it."""
    store = open_store(cluster.url(PORTAL))
    clock = a_clock(SystemClock().now() - timedelta(days=1))
    try:
        actor = a_person(store, clock, CHANCE)
        made = given(store, clock, CHANCE, actor).grants[0]
        with store.transaction(actor) as tx:
            return grants.all_of(tx, made.subject_id)[0]
    finally:
        store.close()


def more(first: Grant, count: int) -> Iterator[tuple[Grant, list[Event]]]:
    """So many permissions of as many people, with everything that happened to each."""
    rebuild = rebuilder(ORIGIN)
    for _ in range(count):
        grant = replace(
            first,
            grant_id=new_grant_id(CHANCE),
            lineage_id=new_uuid(CHANCE),
            subject_id=new_subject_id(CHANCE),
            pairwise_id=new_pairwise_id(CHANCE),
            post_hash=CHANCE(32).hex(),
            salt=random_text(CHANCE, 16),
            uses=USED,
            last_used_at=first.given_at + timedelta(hours=USED),
        )
        grant = replace(grant, record_hash=rebuild(grant))
        yield grant, list(story(grant))


def story(grant: Grant) -> Iterator[Event]:
    def event(kind: Kind, by: str, hours: int = 0, digest: str | None = None) -> Event:
        return new_event(
            CHANCE,
            at=grant.given_at + timedelta(hours=hours),
            subject=grant.subject_id,
            grant_id=grant.grant_id,
            department=grant.department,
            purpose=grant.purpose,
            kind=kind,
            by=by,
            digest=digest,
        )

    yield event(Kind.REQUESTED, "system", digest=grant.notice_sha256)
    yield event(Kind.GIVEN, "person", digest=grant.record_hash)
    for hour in range(1, USED + 1):
        yield event(Kind.ASKED, "person", hour)
        yield event(Kind.ANSWERED, "person", hour)


def load(cluster: Cluster, made: Sequence[tuple[Grant, list[Event]]]) -> None:
    """Write the rows as they are, past the triggers."""
    url = cluster.url(SUPERUSER, DATABASE).replace("postgresql+psycopg:", "postgresql:")
    columns = [column.name for column in consent_grant.c]
    names = [
        *("event_id", "at", "subject_id", "grant_id", "department", "purpose", "kind", "by_kind"),
        *("outcome", "salt", "interaction_id", "digest", "leaf_hash"),
    ]
    assert set(names) | {"position", "leaf_index"} == {column.name for column in consent_event.c}
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("set session_replication_role = replica")
        with cursor.copy(f"copy consent_grant ({', '.join(columns)}) from stdin") as copy:
            for grant, _ in made:
                copy.write_row([getattr(grant, name) for name in columns])
        with cursor.copy(f"copy consent_event ({', '.join(names)}) from stdin") as copy:
            for _, events in made:
                for one in events:
                    copy.write_row(
                        (
                            *(one.event_id, one.at, one.subject, one.grant_id, one.department),
                            *(one.purpose, one.kind, one.by, one.outcome, one.salt),
                            *(one.interaction_id, one.digest, one.leaf_hash),
                        )
                    )
        connection.commit()
        connection.autocommit = True
        cursor.execute("vacuum analyze")


def grown(worker: Store) -> float:
    """Append everything that waits; leaves a second."""
    began, done = time.monotonic(), 0
    while count := sequence(worker):
        done += count
    return done / (time.monotonic() - began)


def checked(cluster: Cluster, keys: Path) -> dict[str, Any]:
    """`svd log verify` as its own process: rows a second, and the most memory it had."""
    began = time.monotonic()
    run = subprocess.Popen(
        (sys.executable, "-m", "app.cli", "log", "verify"),
        env={
            **os.environ,
            "DATABASE_URL_AUDITOR": cluster.url(AUDITOR),
            "SVD_KEYS_DIR": str(keys),
            "SVD_PORTAL_URL": ORIGIN,
        },
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    most = 0
    while run.poll() is None:  # its own peak: what `wait4` says counts this process's too
        with suppress(OSError, IndexError):
            status = Path(f"/proc/{run.pid}/status").read_text()
            most = int(status.split("VmHWM:")[1].split()[0])
        time.sleep(0.05)
    said = run.communicate()[0]
    if run.returncode:
        raise AssertionError(said[-2000:])
    return {
        "says": said.strip().splitlines()[-1],
        "seconds": round(time.monotonic() - began, 1),
        "most_memory_mib": round(most / 1024),
    }


def main() -> None:
    sizes = [int(one) for one in sys.argv[1:]] or [4_000, 40_000]
    found: list[dict[str, Any]] = []
    for size in sizes:
        with tempfile.TemporaryDirectory() as place:
            keys = Path(place) / "keys"
            cluster = start(Path(place) / "postgres", throwaway=True)
            try:
                upgrade(cluster.url(OWNER))
                first = a_grant(cluster)
                load(cluster, list(more(first, size)))
                worker = open_store(cluster.url(WORKER), role=WORKER)
                signer = LogSigner(a_log_key(keys), store=worker, origin=log_origin(ORIGIN))
                rate = grown(worker)
                take_checkpoint(worker, SystemClock(), signer)
                with worker.transaction(Worker()) as tx:
                    leaves = log.size(tx)
                worker.close()
                found.append(
                    {
                        "permissions": size,
                        "leaves": leaves,
                        "leaves_a_second": round(rate),
                        "verify": checked(cluster, keys),
                    }
                )
            finally:
                cluster.stop()
    print(json.dumps(found, indent=1))  # the answer of this program


if __name__ == "__main__":
    main()
