"""Whether money was lost or doubled. Reads the database, the payment service's books and those of
the departments, and knows none of the code that wrote them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from itertools import takewhile
from pathlib import Path
from typing import Any

import psycopg


def judge(database: psycopg.Connection[Any], ledger: dict[str, Any], books: Path) -> list[str]:
    """Every fault in words; none when each penny is accounted for."""
    return [
        *_payments(database, ledger),
        *_parts(database),
        *_days(database),
        *_refunds(database, ledger),
        *_departments(database, books),
    ]


def _payments(database: psycopg.Connection[Any], ledger: dict[str, Any]) -> list[str]:
    """What was taken from cards is what settled here, one for one."""
    taken = {
        one["payment_id"]: one["amount"] for one in ledger["payments"] if one["status"] == "success"
    }
    rows = database.execute(
        "select provider_id, amount_pence from payment where state = 'settled'"
        " and route = 'govuk_pay'"
    ).fetchall()
    settled = dict(rows)
    faults = [f"settled twice: {len(rows) - len(settled)}"] if len(settled) != len(rows) else []
    faults += [f"taken and not settled: {one}" for one in taken.keys() - settled.keys()]
    faults += [f"settled and not taken: {one}" for one in settled.keys() - taken.keys()]
    faults += [
        f"another amount: {one}"
        for one in taken.keys() & settled.keys()
        if taken[one] != settled[one]
    ]
    waiting = database.execute(
        "select count(*) from payment where state in ('started', 'submitted')"
    ).fetchone()
    return faults + ([f"still open: {waiting[0]}"] if waiting and waiting[0] else [])


def _parts(database: psycopg.Connection[Any]) -> list[str]:
    """Each payment is the sum of its parts, and no line gave back more than it got."""
    off = database.execute(
        "select p.payment_id from payment p left join allocation a using (payment_id)"
        " where p.state = 'settled' group by p.payment_id, p.amount_pence, p.over_pence,"
        " p.reversed_pence having coalesce(sum(a.pence), 0)"
        " <> p.amount_pence - p.over_pence - p.reversed_pence"
    ).fetchall()
    below = database.execute(
        "select payment_id, share_id from allocation where state = 'settled'"
        " group by payment_id, share_id having sum(pence) < 0"
    ).fetchall()
    stray = database.execute(
        "select count(*) from allocation a join payment p using (payment_id)"
        " where (p.state = 'settled') <> (a.state = 'settled')"
    ).fetchone()
    faults = [f"parts are not the payment: {one[0]}" for one in off]
    faults += [f"below nothing: {one}" for one in below]
    return faults + ([f"parts of another state: {stray[0]}"] if stray and stray[0] else [])


def _days(database: psycopg.Connection[Any]) -> list[str]:
    """What came for a plan is what its payment days had."""
    off = database.execute(
        "select p.plan_id from plan p"
        " left join (select plan_id, sum(amount_pence - over_pence) as came from payment"
        " where state = 'settled' group by plan_id) m using (plan_id)"
        " left join (select plan_id, sum(paid_pence) as had from instalment group by plan_id) i"
        " using (plan_id) where coalesce(m.came, 0) <> coalesce(i.had, 0)"
    ).fetchall()
    return [f"payment days are not what came: {one[0]}" for one in off]


def _refunds(database: psycopg.Connection[Any], ledger: dict[str, Any]) -> list[str]:
    """What went back here is what went back there, one for one."""
    there = {one["refund_id"]: one["amount"] for one in ledger["refunds"]}
    rows = database.execute(
        "select r.provider_id, r.pence from refund r where r.state in ('sent', 'done')"
    ).fetchall()
    here = dict(rows)
    faults = [] if len(here) == len(rows) else ["a refund twice"]
    faults += [f"went back there only: {one}" for one in there.keys() - here.keys()]
    faults += [f"went back here only: {one}" for one in here.keys() - there.keys()]
    faults += [
        f"another refund: {one}" for one in there.keys() & here.keys() if there[one] != here[one]
    ]
    owed = database.execute(
        "select p.payment_id from payment p left join refund r using (payment_id)"
        " group by p.payment_id, p.over_pence, p.reversed_pence"
        " having coalesce(sum(r.pence), 0) <> case when p.state = 'settled'"
        " then p.over_pence + p.reversed_pence else 0 end"
    ).fetchall()
    waiting = database.execute("select count(*) from refund where state = 'waiting'").fetchone()
    faults += [f"refunds are not what went back: {one[0]}" for one in owed]
    return faults + ([f"refunds wait: {waiting[0]}"] if waiting and waiting[0] else [])


def _departments(database: psycopg.Connection[Any], books: Path) -> list[str]:
    """Each department's own book has what settled for it, entry for entry, and nothing else."""
    faults = []
    rows = database.execute(
        "select department, sequence, allocation_id::text, pence from allocation"
        " where state = 'settled' order by department, sequence"
    ).fetchall()
    for code in {row[0] for row in rows}:
        ours = [row[1:] for row in rows if row[0] == code]
        if [row[0] for row in ours] != list(range(1, len(ours) + 1)):
            faults.append(f"{code}: numbers are missing or doubled")
        theirs = _entries(_book(books, code))
        if theirs != ours:
            pairs = zip(theirs, ours, strict=False)
            alike = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
            faults.append(
                f"{code}: {sum(row[2] for row in theirs)} pence in its book, not"
                f" {sum(row[2] for row in ours)}; {len(theirs)} entries of {len(ours)}, the first"
                f" {alike} alike"
            )
    return faults


def _entries(path: Path) -> list[tuple[Any, ...]]:
    """None where there is no book."""
    if not path.exists():
        return []
    with closing(sqlite3.connect(path)) as book:
        return book.execute(
            "select sequence, allocation_id, pence from entry order by sequence"
        ).fetchall()


def last_in(books: Path, code: str, sequence: int) -> bool:
    """Has this department fetched its series up to this number?"""
    if not _book(books, code).exists():
        return False
    with closing(sqlite3.connect(_book(books, code))) as book:
        row = book.execute("select coalesce(max(sequence), 0) from entry").fetchone()
    return bool(row == (sequence,))


def _book(books: Path, code: str) -> Path:
    return books / f"{code}.sqlite3"
