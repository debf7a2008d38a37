"""The department's book of what came, in one SQLite file: entries, answers, days, the last fault.

An entry, what the ledger made of it and the step to the next number are one transaction, so that a
kill at any moment posts nothing twice and loses nothing. The file itself refuses a gap, a number or
an id that stands twice, and any change of what was posted.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

from adapters.gateway.chain import GENESIS, Entry
from adapters.gateway.faults import SeriesBroken
from adapters.gateway.heads import Head
from adapters.gateway.identity import Now, system_time
from adapters.gateway.ledger import FINAL, Before, Ledger, Reply

WAIT_SECONDS: Final = 30.0
"""How long one process waits for another that writes."""
WAITS, TAKEN, REFUSED = 0, 1, 2
"""Whether the portal has the answer."""
FAULT: Final = ("why", "number", "at", "evidence")
_SCHEMA: Final = """
create table if not exists entry (
    sequence integer primary key,
    allocation_id text not null unique,
    kind text not null check (kind in ('paid', 'reversed', 'returned')),
    debt_handle text not null,
    pence integer not null check ((pence > 0) = (kind = 'paid') and pence <> 0),
    next_most_pence integer not null,
    value_date text not null,
    chain_hash text not null,
    posted_at text not null,
    outcome text not null,
    line text not null,
    on_debt integer not null,
    reason text not null,
    needed_pence integer,
    returned_pence integer not null,
    told integer not null default 0,
    refusal text not null default ''
) strict;
create index if not exists entry_debt on entry (debt_handle);
create index if not exists entry_told on entry (told) where told = 0;
create trigger if not exists no_gap before insert on entry
    when new.sequence <> (select coalesce(max(sequence), 0) + 1 from entry)
    begin select raise(abort, 'a number was left out'); end;
create trigger if not exists kept before delete on entry
    begin select raise(abort, 'what was posted stays'); end;
create trigger if not exists unchanged before update of
    sequence, allocation_id, kind, debt_handle, pence, next_most_pence, value_date, chain_hash
    on entry begin select raise(abort, 'what was posted stays as it is'); end;
create table if not exists day (
    reference text primary key,
    value_date text not null,
    first_sequence integer not null,
    last_sequence integer not null,
    total_pence integer not null,
    agrees integer not null
) strict;
create table if not exists fault (
    one integer primary key check (one = 1),
    why text not null,
    number integer not null,
    at text not null,
    evidence text not null
) strict;
create table if not exists head (
    one integer primary key check (one = 1),
    sequence integer not null,
    token text not null
) strict;
"""


class Day(NamedTuple):
    """A remittance: what the portal says it paid for the numbers from `first` to `last`."""

    reference: str
    value_date: str
    first_sequence: int
    last_sequence: int
    total_pence: int


class Totals(NamedTuple):
    """All in pence. `book` is the sum of all entries; `on_debts` what of it stands on debts; the
    rest lies in suspense or is on its way back."""

    entries: int
    book: int
    on_debts: int
    answers_waiting: int
    answers_refused: int
    days: int
    days_that_differ: int


class Book:
    """`path` is kept across restarts; ":memory:" is not. One connection for each transaction, so
    that any thread may use it."""

    def __init__(self, path: Path | str, now: Now = system_time) -> None:
        self._now = now
        self._memory = sqlite3.connect(":memory:", check_same_thread=False) if (
            str(path) == ":memory:"
        ) else None  # fmt: skip
        self._path = str(path)
        if self._memory is None:
            _write_ahead(self._path)
        with self.transaction("full") as tx:
            tx.executescript(_SCHEMA)

    @contextmanager
    def transaction(self, synchronous: str = "normal") -> Iterator[sqlite3.Connection]:
        """All of it or nothing. `full` is on the disk before it returns, whatever happens to the
        machine; without it a power cut may undo the last of it, which money never risks."""
        connection = self._memory or sqlite3.connect(self._path, timeout=WAIT_SECONDS)
        connection.isolation_level = None
        try:
            connection.execute(f"pragma synchronous = {synchronous}")
            connection.execute("begin immediate")
            try:
                yield connection
            except BaseException:
                if connection.in_transaction:
                    connection.execute("rollback")
                raise
            if connection.in_transaction:
                connection.execute("commit")
        finally:
            if connection is not self._memory:
                connection.close()

    def head(self) -> tuple[int, str]:
        """The last number and its hash: where the series goes on."""
        with self.transaction() as tx:
            return _head(tx)

    def hash_at(self, number: int) -> str:
        """The hash of a number that is posted, or of the empty series for 0."""
        with self.transaction() as tx:
            row = tx.execute("select chain_hash from entry where sequence = ?", (number,))
            found = row.fetchone()
        return str(found[0]) if found else GENESIS

    def post(self, entries: tuple[Entry, ...], ledger: Ledger) -> int:
        """Post entries that follow the head, which another process may have moved on meanwhile:
        then nothing is posted here, and the next round sees more. How many were posted."""
        with self.transaction("full") as tx:
            last, head = _head(tx)
            if not entries or (entries[0].sequence, entries[0].prev_hash) != (last + 1, head):
                return 0
            for entry in entries:
                if tx.execute(_KNOWN, (entry.allocation_id,)).fetchone():
                    raise SeriesBroken("doubled", entry.sequence)
                reply = ledger.post(tx, entry, _before(tx, entry.debt_handle))
                tx.execute(_POST, (*_columns(entry), self._now().isoformat(), *reply))
            return len(entries)

    def answer_again(self, allocation_id: str, reply: Reply) -> bool:
        """Another answer, once it is known: out of suspense, or a hold has ended. False where a
        final one stands."""
        with self.transaction() as tx:
            row = tx.execute(
                "select outcome from entry where allocation_id = ?", (allocation_id,)
            ).fetchone()
            if row is None or row[0] in FINAL:
                return False
            tx.execute(_AGAIN, (*reply, allocation_id))
            return True

    def untold(self, limit: int) -> list[tuple[str, Reply]]:
        """Answers that the portal does not have, in the order of their numbers."""
        with self.transaction() as tx:
            rows = tx.execute(_UNTOLD, (limit,)).fetchall()
        return [(row[0], Reply(*row[1:])) for row in rows]

    def told(self, allocation_id: str, reply: Reply, *, refusal: str = "") -> None:
        """The portal took this answer, or will not take it. Nothing changes where another answer
        has taken its place meanwhile."""
        with self.transaction() as tx:
            state = REFUSED if refusal else TAKEN
            tx.execute(_TOLD, (state, refusal, allocation_id, *reply))

    def on_debt(self, debt_handle: str) -> int:
        """What of all entries stands on this debt: by so much it is smaller."""
        with self.transaction() as tx:
            row = tx.execute(
                "select coalesce(sum(on_debt), 0) from entry where debt_handle = ?", (debt_handle,)
            ).fetchone()
        return int(row[0])

    def sum_of(self, first: int, last: int) -> tuple[int, int]:
        """How many entries there are from one number to another, and their sum in pence."""
        with self.transaction() as tx:
            row = tx.execute(_SUM, (first, last)).fetchone()
        return int(row[0]), int(row[1])

    def keep_head(self, head: Head) -> None:
        """The newest signed head, as a proof of what the portal said."""
        with self.transaction() as tx:
            tx.execute(
                "insert into head values (1, ?, ?) on conflict (one) do update set"
                " sequence = excluded.sequence, token = excluded.token"
                " where excluded.sequence >= head.sequence",
                (head.sequence, head.token),
            )

    def note_day(self, day: Day, *, agrees: bool) -> None:
        with self.transaction() as tx:
            tx.execute("insert or replace into day values (?, ?, ?, ?, ?, ?)", (*day, agrees))

    def days(self) -> list[tuple[Day, bool]]:
        with self.transaction() as tx:
            rows = tx.execute("select * from day order by first_sequence").fetchall()
        return [(Day(*row[:5]), bool(row[5])) for row in rows]

    def note_fault(self, fault: SeriesBroken | None) -> None:
        """The last round's fault; None when the series was whole. That the portal told two pasts
        stays until somebody takes it out."""
        with self.transaction() as tx:
            tx.execute("delete from fault where why <> 'disagrees'")
            if fault is not None:
                at = self._now().isoformat()
                tx.execute(
                    "insert or ignore into fault values (1, ?, ?, ?, ?)",
                    (fault.why, fault.number, at, fault.evidence),
                )

    def totals(self) -> Totals:
        with self.transaction() as tx:
            return Totals(*tx.execute(_TOTALS).fetchone())

    def as_json(self) -> dict[str, Any]:
        """The whole book, for whoever looks after it."""
        with self.transaction() as tx:
            found = tx.execute("select * from entry order by sequence")
            names = [column[0] for column in found.description]
            entries = [dict(zip(names, row, strict=True)) for row in found]
            head = tx.execute("select token from head").fetchone()
            fault = tx.execute("select why, number, at, evidence from fault").fetchone()
        return {
            "totals": self.totals()._asdict(),
            "entries": entries,
            "days": [{**day._asdict(), "agrees": agrees} for day, agrees in self.days()],
            "fault": dict(zip(FAULT, fault, strict=True)) if fault else None,
            "head": head[0] if head else "",
        }


_KNOWN: Final = "select 1 from entry where allocation_id = ?"
_POST: Final = (
    "insert into entry (sequence, allocation_id, kind, debt_handle, pence, next_most_pence,"
    " value_date, chain_hash, posted_at, outcome, line, on_debt, reason, needed_pence,"
    " returned_pence) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_AGAIN: Final = (
    "update entry set outcome = ?, line = ?, on_debt = ?, reason = ?, needed_pence = ?,"
    " returned_pence = ?, told = 0, refusal = '' where allocation_id = ?"
)
_UNTOLD: Final = (
    "select allocation_id, outcome, line, on_debt, reason, needed_pence, returned_pence"
    " from entry where told = 0 order by sequence limit ?"
)
_TOLD: Final = (
    "update entry set told = ?, refusal = ? where allocation_id = ? and outcome = ? and line = ?"
    " and on_debt = ? and reason = ? and needed_pence is ? and returned_pence = ?"
)
_SUM: Final = "select count(*), coalesce(sum(pence), 0) from entry where sequence between ? and ?"
_TOTALS: Final = (
    "select count(*), coalesce(sum(pence), 0), coalesce(sum(on_debt), 0),"
    " coalesce(sum(told = 0), 0), coalesce(sum(told = 2), 0),"
    " (select count(*) from day), (select count(*) from day where not agrees) from entry"
)


_BEFORE: Final = (
    "select coalesce(sum(pence) filter (where outcome = 'posted'), 0),"
    " coalesce((select next_most_pence from entry where debt_handle = ?1 and kind = 'paid'"
    " order by sequence desc limit 1), 0) from entry where debt_handle = ?1"
)


def _write_ahead(path: str) -> None:
    """Nobody waits in line for this one change in SQLite, so of several processes that begin a book
    at once all but the first try again."""
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            with closing(sqlite3.connect(path)) as connection:
                connection.execute("pragma journal_mode = wal")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def _head(tx: sqlite3.Connection) -> tuple[int, str]:
    row = tx.execute(
        "select sequence, chain_hash from entry order by sequence desc limit 1"
    ).fetchone()
    return (int(row[0]), str(row[1])) if row else (0, GENESIS)


def _before(tx: sqlite3.Connection, debt_handle: str) -> Before:
    row = tx.execute(
        _BEFORE,
        (debt_handle,),
    ).fetchone()
    return Before(int(row[0]), int(row[1]))


def _columns(entry: Entry) -> tuple[Any, ...]:
    return (
        *(entry.sequence, entry.allocation_id, entry.kind, entry.debt_handle, entry.pence),
        *(entry.next_most_pence, entry.value_date.isoformat(), entry.chain_hash),
    )
