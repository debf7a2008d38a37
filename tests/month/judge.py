"""Whether departments have what people paid. Reads the portal's database, the payment service's
books and the departments' files, and knows none of the code that wrote them."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg


def judge(
    database: psycopg.Connection[Any],
    ledger: Mapping[str, Any],
    books: Mapping[str, Path],
    owed: Mapping[str, Mapping[str, int]],
    paid: Mapping[str, int],
) -> list[str]:
    """Every fault in words. `paid`: by department, what people see that they paid for it, less
    what went back; `owed`: by department and debt, what was owed before the first payment."""
    faults = []
    for code, path in books.items():
        with closing(sqlite3.connect(path)) as book:
            faults += [f"{code}: {fault}" for fault in _department(database, code, book)]
            faults += [f"{code}: {fault}" for fault in _debts(book, owed[code])]
            if _one(book, "select coalesce(sum(pence), 0) from entry") != paid[code]:
                faults.append(f"{code}: the book is not what people paid")
    return faults + _whole(database, ledger, books)


def _department(
    database: psycopg.Connection[Any], code: str, book: sqlite3.Connection
) -> list[str]:
    """The book is the portal's series, entry for entry; days and answers agree."""
    theirs = [tuple(row) for row in book.execute(
        "select sequence, allocation_id, pence from entry order by sequence"
    )]  # fmt: skip
    ours = database.execute(
        "select sequence, allocation_id::text, pence from allocation"
        " where department = %s and state = 'settled' order by sequence",
        (code,),
    ).fetchall()
    faults = [] if theirs == ours else ["the book is not the series"]
    if [row[0] for row in theirs] != list(range(1, len(theirs) + 1)):
        faults.append("numbers are missing")
    for reference, first, last, total in database.execute(
        "select reference, first_sequence, last_sequence, total_pence from remittance"
        " where department = %s order by first_sequence",
        (code,),
    ):
        if sum(row[2] for row in theirs[first - 1 : last]) != total:
            faults.append(f"the day {reference} is not the sum of its numbers")
    if _one(book, "select count(*) from day where not agrees"):
        faults.append("a day differs")
    answers = dict(
        database.execute(
            "select allocation_id::text, outcome || ' ' || line || ' ' || returned_pence"
            " from allocation_receipt where department = %s",
            (code,),
        ).fetchall()
    )
    said = dict(book.execute(
        "select allocation_id, outcome || ' ' || line || ' ' || returned_pence from entry"
    ).fetchall())  # fmt: skip
    differ = [
        f"answer to {one}: here {answers.get(one)}, there {said.get(one)}"
        for one in sorted(answers.keys() | said.keys())
        if answers.get(one) != said.get(one)
    ]
    return faults + differ


def _debts(book: sqlite3.Connection, owed: Mapping[str, int]) -> list[str]:
    """No debt has more than was owed, and at rest all that came stands on debts."""
    stands = dict(book.execute("select debt_handle, sum(on_debt) from entry group by 1").fetchall())
    came = dict(book.execute("select debt_handle, sum(pence) from entry group by 1").fetchall())
    faults = [f"more than owed: {debt}" for debt, pence in stands.items() if pence > owed[debt]]
    return faults + [f"not on its debt: {debt}" for debt in came if came[debt] != stands[debt]]


def _whole(
    database: psycopg.Connection[Any], ledger: Mapping[str, Any], books: Mapping[str, Path]
) -> list[str]:
    """All books together are what was taken from cards, less what went back to payers."""
    taken = sum(one["amount"] for one in ledger["payments"] if one["status"] == "success")
    back = sum(one["amount"] for one in ledger["refunds"])
    row = database.execute(
        "select coalesce(sum(pence), 0) from refund where reason = 'charged_back'"
    ).fetchone()
    charged_back = int(row[0]) if row else 0
    total = 0
    for path in books.values():
        with closing(sqlite3.connect(path)) as book:
            total += _one(book, "select coalesce(sum(pence), 0) from entry")
    if total != taken - back - charged_back:
        return [f"books {total}, taken {taken}, back {back}, charged back {charged_back}"]
    return []


def _one(book: sqlite3.Connection, query: str) -> int:
    return int(book.execute(query).fetchone()[0])
