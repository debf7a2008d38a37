"""Whoever changes, deletes, adds, swaps or rolls back a row of a copy is found out (SEC-68).

As the database's superuser, with every trigger off, in a copy with 120 events (300 in a
long run). Each change is made, the copy is checked, and the change is taken back. `NOT_COVERED` is
what the log does not vouch for; docs/log.md says why, and the test holds both to the truth.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection, Table, create_engine, text
from sqlalchemy.dialects import postgresql

from app.log_verify import disposal_digests, rebuilder
from consent.log import note
from consent.log.note import WITNESS, NoteKey
from consent.log.replay import Fault
from consent.log.verify import Tally, Terms, verify
from consent.people import Anyone, Worker
from consent.records import metadata
from consent.store import Tx, log
from tests.builders import ORIGIN
from tests.database import Database
from tests.log_history import full, witnessed
from tests.log_lab import portal_of, signer_of, worker_of

ROOT = Path(__file__).resolve().parents[2]
LONG = os.environ.get("SVD_LONG") == "1"
PEOPLE = ("tamsin", "winston", "amara") if LONG else ("tamsin",)
EVENTS = 300 if LONG else 120
OWN = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
CHECKED = (
    "consent_request",
    "consent_grant",
    "consent_version",
    "consent_event",
    "disposal",
    "log_node",
    "log_checkpoint",
    "log_cosignature",
)
CLASSES = {
    "consent_request": "state",
    "consent_grant": "department, state, version, told_at is null",
    "consent_version": "version",
    "consent_event": "kind",
    "disposal": "how",
    "log_node": "level",
    "log_checkpoint": "tree_size",
    "log_cosignature": "witness",
}
"""One row of each of these is tried."""
pytestmark = pytest.mark.timeout(3600 if LONG else 900)
NOT_COVERED = {
    "consent_request": {"notice", "language", "channel", "post_hash", "decide_by"},
    "consent_grant": {"receipt", "post_hash", "subject_handle"},
    "consent_version": {"receipt", "post_hash"},
    "consent_event": {"position"},
    "disposal": {"answer_sha256", "held_until"},
    "log_node": set(),
    "log_checkpoint": {"at"},
    "log_cosignature": set(),
}
UNCHECKED = (
    "do $$ declare rule record; begin for rule in select conname, conrelid::regclass as place"
    " from pg_constraint where contype = 'c' and connamespace = 'public'::regnamespace loop"
    " execute 'alter table ' || rule.place || ' drop constraint ' || quote_ident(rule.conname);"
    " end loop; end $$"
)
FREEDOMS = (
    "set session_replication_role = replica",
    "alter table consent_event alter column position drop identity",
    "alter table consent_event drop constraint uq_consent_event_position",
    "alter table consent_event drop constraint uq_consent_event_leaf_index",
    *(
        f"alter table {table} drop constraint uq_{table}_subject_id_post_hash_department_purpose"
        for table in ("consent_request", "consent_grant")
    ),
    UNCHECKED,
)
"""What a superuser takes away first."""
CHANGED = {
    "state": "case {0} when 'given' then 'renewed' when 'renewed' then 'suspended'"
    " when 'suspended' then 'given' when 'withdrawn' then 'expired' when 'expired' then 'withdrawn'"
    " when 'requested' then 'deferred' when 'deferred' then 'requested'"
    " when 'refused' then 'lapsed' else 'refused' end",
    "kind": "case {0} when 'asked' then 'answered' else 'asked' end",
    "how": "case {0} when 'signed_out' then 'withdrawn' else 'signed_out' end",
    "purpose": "case {0} when 'run_plan' then 'view_debts' else 'run_plan' end",
    "grant_id": "'g_AAAAAAAAAAAAAAAAAAAAAA'",
    "salt": "'AAAAAAAAAAAAAAAAAAAAAA'",
    "position": "{0} + 100000",
    "leaf_index": "{0} + 100000",
    "level": "{0} + 20",
}
"""Another value that the column takes; `{0}` is the column."""
A_LITTLE = {("log_checkpoint", "at"): "at + interval '1 second'"}
A_LITTLE["consent_event", "position"] = "position + 1"
"""Where a large change is found, and a small one is not."""
BY_TYPE = {
    "UUID": "gen_random_uuid()",
    "TIMESTAMP WITH TIME ZONE": "coalesce({0}, now()) + interval '2 hours'",
    "BOOLEAN": "not {0}",
    "SMALLINT": "{0} + 1",
    "INTEGER": "{0} + 1",
    "BIGINT": "{0} + 1",
}


@dataclass
class Copy:
    """An open transaction of the superuser, triggers off; every change is taken back."""

    connection: Connection
    terms: Terms

    def faults(self) -> list[Fault]:
        return list(verify(Tx(self.connection, Anyone()), self.terms, Tally()))

    def after(self, *changes: str) -> list[Fault]:
        """What is found after these changes; they must have changed something."""
        with self.connection.begin_nested() as attempt:
            for change in changes:
                assert self.connection.execute(text(change)).rowcount > 0, change
            found = self.faults()
            attempt.rollback()
        return found

    def has(self, table: str, row: str, condition: str) -> bool:
        query = f"select exists (select from {table} where {row} and ({condition}))"
        return bool(self.connection.execute(text(query)).scalar_one())

    def samples(self, table: str, classes: str = "") -> list[str]:
        """A condition for a row of each class (for three of each in a long run)."""
        key = metadata.tables[table].primary_key
        names = ", ".join(f"{column.name}::text" for column in key)
        order = ", ".join(column.name for column in key)
        listed = (
            f"select {names}, row_number() over (partition by {classes or CLASSES[table]}"
            f" order by {order}) as place from {table}"
        )
        query = text(f"select * from ({listed}) as listed where place <= {3 if LONG else 1}")
        return [
            " and ".join(
                f"{column.name} = '{value}'" for column, value in zip(key, row[:-1], strict=True)
            )
            for row in self.connection.execute(query)
        ]


@pytest.fixture(scope="module")
def copy(shared_database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    keys = tmp_path_factory.mktemp("keys")
    with (
        portal_of(shared_database) as portal,
        worker_of(shared_database) as worker,
        signer_of(shared_database, keys) as signer,
    ):
        clock = full(portal, worker, signer, PEOPLE)
        with worker.transaction(Worker()) as tx:
            newest = log.newest_checkpoint(tx)
            assert newest is not None
        head = note.read_note(newest.note.encode()).text
        at = clock.now().replace(microsecond=0)
        clock.move(at - clock.now())
        witnessed(worker, note.cosign(head, "witness.example", OWN, at), "witness.example", clock)
        clock.move(timedelta(hours=1))
        public = OWN.public_key().public_bytes_raw()
        terms = Terms(
            now=clock.now(),
            public=signer.key.public,
            rebuild=cache(rebuilder(ORIGIN)),
            disposal_digest=cache(disposal_digests()),
            witnesses={"witness.example": NoteKey("witness.example", WITNESS, public)},
        )
    engine = create_engine(shared_database.superuser_url)
    with engine.connect() as connection:
        for freedom in FREEDOMS:
            connection.execute(text(freedom))
        yield Copy(connection, terms)
        connection.rollback()
    engine.dispose()


def changed(table: Table, column: str) -> str:
    """SQL for another value of this column."""
    if column in CHANGED:
        return CHANGED[column].format(column)
    kind = table.c[column].type.compile(postgresql.dialect())  # type: ignore[no-untyped-call]
    if kind in BY_TYPE:
        return BY_TYPE[kind].format(column)
    if kind == "CHAR(64)":  # another hash
        return f"coalesce(translate({column}, '0123456789', '1234567890'), repeat('0', 64))"
    first = f"case left({column}, 1) when 'x' then 'y' else 'x' end"
    return f"case when coalesce({column}, '') = '' then 'x' else {first} || substr({column}, 2) end"


def test_an_honest_copy_of_a_few_hundred_events_has_no_fault(copy: Copy) -> None:
    assert copy.faults() == []
    kinds = copy.connection.execute(
        text("select count(*), count(distinct kind) from consent_event")
    )
    events, different = kinds.one()
    assert events >= EVENTS
    assert different >= 13


@pytest.mark.parametrize("table", CHECKED)
def test_a_changed_value_is_found_in_every_column_that_the_log_covers(
    copy: Copy, table: str
) -> None:
    columns, rows = [column.name for column in metadata.tables[table].c], copy.samples(table)
    missed: dict[str, list[str]] = {}
    for place in range(len(columns) * len(rows) if LONG else max(len(columns), len(rows))):
        column = columns[place % len(columns)]
        row = rows[place // len(columns) if LONG else place % len(rows)]
        value = changed(metadata.tables[table], column)
        if not copy.after(f"update {table} set {column} = {value} where {row}"):
            missed.setdefault(column, []).append(row)
    assert {name: rows for name, rows in missed.items() if name not in NOT_COVERED[table]} == {}
    for column in NOT_COVERED[table]:
        value = A_LITTLE.get((table, column)) or changed(metadata.tables[table], column)
        found = (copy.after(f"update {table} set {column} = {value} where {row}") for row in rows)
        assert not all(found), f"{column} is covered: say so here and in docs/log.md"


MAY_GO = {
    "disposal": "disposed_at is null",
    "consent_request": "decided_at < (select max(at) - interval '30 days' from consent_event)",
}
"""No event speaks of an answer that is still kept; an old no is swept after 30 days."""


@pytest.mark.parametrize("table", [table for table in CHECKED if not table.startswith("log_c")])
def test_a_deleted_row_is_found(copy: Copy, table: str) -> None:
    missed = [
        row for row in copy.samples(table) if not copy.after(f"delete from {table} where {row}")
    ]
    assert [row for row in missed if not copy.has(table, row, MAY_GO.get(table, "false"))] == []


def test_a_deleted_checkpoint_is_found_by_what_a_witness_saw_and_the_newest_by_itself(
    copy: Copy,
) -> None:
    heads = copy.connection.execute(
        text("select tree_size, root_hash from log_checkpoint order by tree_size")
    ).all()
    seen = {size: bytes.fromhex(root) for size, root in heads}
    for size in seen:
        change = f"delete from log_checkpoint where tree_size = {size}"
        later = replace(copy.terms, seen=seen)
        assert Copy(copy.connection, later).after(change), size
    assert copy.after(f"delete from log_checkpoint where tree_size = {max(seen)}")


INSERTED = {
    "consent_request": ("grant_id", "'g_AAAAAAAAAAAAAAAAAAAAAA'", "post_hash", "repeat('9', 64)"),
    "consent_grant": ("grant_id", "'g_AAAAAAAAAAAAAAAAAAAAAA'", "post_hash", "repeat('9', 64)"),
    "consent_version": ("version", "version + 7"),
    "consent_event": ("event_id", "gen_random_uuid()", "position", "-1", "leaf_index", "null"),
    "disposal": ("interaction_id", "gen_random_uuid()"),
    "log_node": ("position", "position + 5000"),
    "log_checkpoint": ("tree_size", "tree_size + 1000"),
    "log_cosignature": ("witness", "'other.example'"),
}


@pytest.mark.parametrize("table", CHECKED)
def test_an_added_row_is_found(copy: Copy, table: str) -> None:
    columns = [column.name for column in metadata.tables[table].c]
    given = dict(zip(INSERTED[table][::2], INSERTED[table][1::2], strict=True))
    values = ", ".join(given.get(name, name) for name in columns)
    always = "overriding system value" if table == "consent_event" else ""
    missed = [
        row
        for row in copy.samples(table)
        if not copy.after(
            f"insert into {table} ({', '.join(columns)}) {always}"
            f" select {values} from {table} where {row}"
        )
    ]
    assert missed == []


@pytest.mark.parametrize("table", [table for table in CHECKED if table != "log_cosignature"])
def test_two_rows_that_changed_places_are_found(copy: Copy, table: str) -> None:
    """Everything but the key is swapped; of events also their places alone."""
    described = metadata.tables[table]
    keys = {column.name for column in described.primary_key}
    unique = {"position", "leaf_index"} if table == "consent_event" else set()
    rest = [column.name for column in described.c if column.name not in keys | unique]
    rows = copy.samples(table, "grant_id" if table == "consent_version" else "")
    assert len(rows) > 1
    missed = [
        (first, second)
        for first, second in pairwise(rows)
        if not copy.after(*swapped(table, rest, first, second))
    ]
    assert missed == []


def swapped(table: str, columns: Sequence[str], first: str, second: str) -> list[str]:
    names = ", ".join(columns)
    others = ", ".join(f"b.{name}" for name in columns)
    both = f"({first}) or ({second})"
    change = (
        f"update {table} a set ({names}) = (select {others} from {table} b where ({both})"
        f" and b.ctid <> a.ctid) where {both}"
    )
    return [change]


@pytest.mark.parametrize("column", ["leaf_index", "position", "at"])
def test_two_events_that_changed_places_in_the_order_are_found(copy: Copy, column: str) -> None:
    for one, other in ((3, 60), (60, 110), (90, 110)):
        where = [f"leaf_index = {one}", f"leaf_index = {other}"]
        assert copy.after(*swapped("consent_event", [column], *where)), (one, other)


def test_a_tail_that_was_cut_off_is_found_by_what_a_witness_saw(copy: Copy) -> None:
    """Every trace of the last lines is removed, as an older backup would have it."""
    heads = copy.connection.execute(
        text("select tree_size, root_hash from log_checkpoint order by tree_size")
    ).all()
    older, newest = heads[-2], heads[-1]
    cut = (
        f"delete from log_checkpoint where tree_size > {older.tree_size}",
        f"delete from consent_event where leaf_index >= {older.tree_size}",
        f"delete from log_node where position >= {older.tree_size} >> level",
    )
    seen = {newest.tree_size: bytes.fromhex(newest.root_hash)}
    witness = Copy(copy.connection, replace(copy.terms, seen=seen))
    assert any("rolled back" in fault.what for fault in witness.after(*cut))


def test_the_document_names_every_column_that_is_not_covered() -> None:
    document = (ROOT / "docs" / "log.md").read_text()
    for table, columns in NOT_COVERED.items():
        for column in columns:
            assert f"`{table}.{column}`" in document
