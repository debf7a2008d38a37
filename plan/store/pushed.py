"""How far each department was told of its series, in its book's row."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import exists, func, select, update

from consent.ids import DepartmentCode
from consent.records import outbox
from consent.store import Tx
from plan.records import department_book

_BOOK = department_book.c


def grown(
    tx: Tx, departments: Collection[DepartmentCode], topic: str
) -> list[tuple[DepartmentCode, int]]:
    """Those of these with numbers that they were not told of, and for which no word of this topic
    waits; each with its last number."""
    waits = exists().where(
        outbox.c.department == _BOOK.department,
        outbox.c.topic == topic,
        outbox.c.delivered_at.is_(None),
    )
    rows = tx.connection.execute(
        select(_BOOK.department, _BOOK.last_sequence)
        .where(
            _BOOK.department.in_(sorted(departments)),
            _BOOK.last_sequence > _BOOK.pushed_sequence,
            ~waits,
        )
        .order_by(_BOOK.department)
    )
    return [(DepartmentCode(row[0]), int(row[1])) for row in rows]


def to_push(tx: Tx, department: DepartmentCode) -> int:
    """The last number, or 0 where it was told of it."""
    found = tx.connection.execute(
        select(_BOOK.last_sequence).where(
            _BOOK.department == department, _BOOK.last_sequence > _BOOK.pushed_sequence
        )
    ).scalar()
    return int(found or 0)


def note_pushed(tx: Tx, department: DepartmentCode, number: int) -> None:
    """Never backwards, whichever of two workers was told last that it was taken."""
    tx.connection.execute(
        update(department_book)
        .where(_BOOK.department == department)
        .values(pushed_sequence=func.greatest(_BOOK.pushed_sequence, number))
    )
