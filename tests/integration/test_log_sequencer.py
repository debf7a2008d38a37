"""Events become leaves once, in one order, whoever does it and whatever dies (SEC-68)."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from secrets import token_bytes

import pytest

from app.rounds import Rounds
from consent.clock import SetClock
from consent.log import proofs
from consent.log.checkpoint import LogBroken, LogSigner, open_checkpoint, take_checkpoint
from consent.log.sequencer import sequence
from consent.log.tree import Growing, Place, places_of, root
from consent.people import Worker
from consent.store import Store, log
from plan import working_days
from plan.ports import Told
from tests.database import Database
from tests.log_lab import MOMENT, happened, portal_of, signer_of, superuser, worker_of

LONG = os.environ.get("SVD_LONG") == "1"


@pytest.fixture
def worker(database: Database) -> Iterator[Store]:
    with worker_of(database) as store:
        yield store


@pytest.fixture
def portal_store(database: Database) -> Iterator[Store]:
    with portal_of(database) as store:
        yield store


@pytest.fixture
def signer(database: Database, tmp_path: Path) -> Iterator[LogSigner]:
    with signer_of(database, tmp_path) as signs:
        yield signs


def whole_tree(database: Database) -> tuple[list[str], dict[Place, bytes]]:
    """Leaf hashes in the order of the log, and all stored nodes."""
    with superuser(database) as connection:
        leaves = connection.execute(
            "select leaf_hash from consent_event where leaf_index is not null order by leaf_index"
        ).fetchall()
        nodes = connection.execute("select level, position, hash from log_node").fetchall()
    return [str(row[0]) for row in leaves], {
        Place(int(str(row[0])), int(str(row[1]))): bytes.fromhex(str(row[2])) for row in nodes
    }


def assert_whole(database: Database, count: int) -> None:
    """Every event is a leaf, indexes have no gap, and exactly the complete subtrees are stored."""
    leaves, nodes = whole_tree(database)
    tree = Growing(0, {})
    expected: dict[Place, bytes] = {}
    for leaf in leaves:
        expected.update(tree.append(bytes.fromhex(leaf)))
    assert len(leaves) == count
    assert nodes == expected


def test_events_become_leaves_in_the_order_in_which_they_were_written(
    database: Database, portal_store: Store, worker: Store
) -> None:
    first = happened(portal_store, 5)
    assert sequence(worker) == 5
    second = happened(portal_store, 3)
    assert sequence(worker, batch=2) == 2
    assert sequence(worker, batch=2) == 1
    assert sequence(worker) == 0
    leaves, _ = whole_tree(database)
    assert leaves == [event.leaf_hash for event in first + second]
    assert_whole(database, 8)


def test_several_workers_at_once_append_each_event_once(
    database: Database, portal_store: Store, worker: Store
) -> None:
    happened(portal_store, 60)
    with ThreadPoolExecutor(4) as pool:
        done = sum(pool.map(lambda _: sequence(worker, batch=7), range(60)))
        while more := sequence(worker):
            done += more
    assert done == 60
    assert_whole(database, 60)


def half_a_batch(worker: Store) -> None:
    """What a worker does up to its end between the two writes of a batch."""
    with worker.transaction(Worker()) as tx:
        assert log.alone(tx)
        waiting = log.waiting(tx, limit=9)
        log.number(tx, log.size(tx), [event_id for event_id, _ in waiting])
        raise KeyboardInterrupt


def test_a_worker_that_dies_before_its_commit_leaves_nothing_half_done(
    database: Database, portal_store: Store, worker: Store
) -> None:
    happened(portal_store, 4)
    sequence(worker)
    happened(portal_store, 9)
    with pytest.raises(KeyboardInterrupt):
        half_a_batch(worker)
    assert_whole(database, 4)
    assert sequence(worker) == 9
    assert_whole(database, 13)


def test_a_checkpoint_is_signed_when_the_tree_has_grown_and_only_then(
    portal_store: Store, worker: Store, signer: LogSigner
) -> None:
    clock = SetClock(MOMENT)
    assert take_checkpoint(worker, clock, signer) == 0
    happened(portal_store, 3)
    sequence(worker)
    assert take_checkpoint(worker, clock, signer) == 1
    assert take_checkpoint(worker, clock, signer) == 0
    with worker.transaction(Worker()) as tx:
        kept = log.newest_checkpoint(tx)
    assert kept is not None
    head = open_checkpoint(kept.note.encode(), signer.key)
    assert (head.size, head.root, kept.at) == (3, kept.root, MOMENT)


def test_proofs_read_few_rows_and_verify_against_the_signed_root(
    portal_store: Store, worker: Store, signer: LogSigner
) -> None:
    made = happened(portal_store, 50)
    sequence(worker, batch=20)
    take_checkpoint(worker, SetClock(MOMENT), signer)
    sequence(worker)
    take_checkpoint(worker, SetClock(MOMENT), signer)
    with worker.transaction(Worker()) as tx:
        kept = log.newest_checkpoint(tx)
        assert kept is not None
        spans = proofs.inclusion_spans(33, 50)
        places = places_of(spans)
        path = proofs.path(spans, log.nodes(tx, places))
        leaf = log.leaf_of(tx, made[33].event_id)
        between = proofs.consistency_spans(20, 50)
        consistent = proofs.path(between, log.nodes(tx, places_of(between)))
        old = root(20, log.nodes(tx, [Place(4, 0), Place(2, 4)]))
    assert leaf == 33
    assert len(places) <= 12
    leaf_hash = bytes.fromhex(made[33].leaf_hash)
    assert proofs.verify_inclusion(leaf_hash, 33, 50, path, kept.root)
    assert proofs.verify_consistency(20, 50, old, kept.root, consistent)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("update log_node set hash = repeat('0', 64) where level = 2", "changed"),
        ("delete from log_node where level = 2", "incomplete"),
        ("update log_checkpoint set root_hash = repeat('0', 64)", "forged"),
        ("update log_checkpoint set note = replace(note, E'\\n5\\n', E'\\n4\\n')", "forged"),
    ],
)
def test_the_signer_looks_for_itself_and_signs_nothing_that_rewrites_the_past(
    database: Database,
    portal_store: Store,
    worker: Store,
    signer: LogSigner,
    change: str,
    why: str,
) -> None:
    happened(portal_store, 5)
    sequence(worker)
    take_checkpoint(worker, SetClock(MOMENT), signer)
    happened(portal_store, 1)
    sequence(worker)
    with superuser(database) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute(change)
    with pytest.raises(LogBroken, match=why):
        take_checkpoint(worker, SetClock(MOMENT), signer)


def test_a_signer_that_still_runs_signs_nothing_for_a_database_that_was_rolled_back(
    database: Database, portal_store: Store, worker: Store, signer: LogSigner
) -> None:
    happened(portal_store, 6)
    sequence(worker)
    take_checkpoint(worker, SetClock(MOMENT), signer)
    with superuser(database) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute("delete from log_checkpoint")
        connection.execute("delete from log_node")
        connection.execute("update consent_event set leaf_index = null")
        connection.execute("delete from consent_event where position > 2")
    sequence(worker)
    with pytest.raises(LogBroken, match="smaller"):
        take_checkpoint(worker, SetClock(MOMENT + timedelta(minutes=1)), signer)


@pytest.mark.skipif(not LONG, reason="100,000 leaves take a minute: SVD_LONG=1")
def test_thousands_of_leaves_a_second(database: Database, worker: Store) -> None:
    with superuser(database) as connection:
        connection.execute(
            "insert into consent_event (event_id, at, subject_id, grant_id, department, purpose,"
            " kind, by_kind, salt, leaf_hash) select gen_random_uuid(), now(), gen_random_uuid(),"
            " 'g_' || lpad(n::text, 22, '0'), 'hmrc', 'view_debts', 'looked_up', 'person',"
            " repeat('a', 22), encode(sha256(n::text::bytea), 'hex')"
            " from generate_series(1, 100000) n"
        )
    began = time.monotonic()
    done = 0
    while more := sequence(worker):
        done += more
    rate = done / (time.monotonic() - began)
    print(f"{rate:.0f} leaves a second")
    assert rate > 1000
    assert_whole(database, 100_000)


def test_the_worker_appends_each_second_and_has_the_log_signed_each_minute(
    portal_store: Store, worker: Store, signer: LogSigner
) -> None:
    clock = SetClock(MOMENT)
    rounds = Rounds(
        worker, clock, token_bytes, deliver=nobody, working_days=working_days.load(), heads=signer
    )
    jobs = {job.name: job for job in rounds.timetable()}
    assert jobs["log"].every == timedelta(seconds=1)
    assert jobs["checkpoint"].every == timedelta(minutes=1)
    happened(portal_store, 3)
    assert rounds.tick(jobs["log"]) == 3
    assert rounds.tick(jobs["checkpoint"]) == 1
    happened(portal_store, 1)
    clock.move(timedelta(seconds=1))
    assert rounds.tick(jobs["log"]) == 1
    assert rounds.tick(jobs["checkpoint"]) == 0  # its minute is not over
    clock.move(timedelta(minutes=1))
    assert rounds.tick(jobs["checkpoint"]) == 1
    rounds.stop()


def nobody(topic: str, department: str, ref: str) -> Told:
    raise AssertionError(f"there is nothing to tell, and {department} is told {topic} {ref}")
