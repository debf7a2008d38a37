"""All rows of one person, as they lie in the tables of this package."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, Table, select

from consent.ids import SubjectId
from consent.store import Tx
from plan.records import (
    agreement,
    allocation,
    allocation_receipt,
    bank_entry,
    enforcement_word,
    instalment,
    message,
    payment,
    plan,
    plan_break,
    plan_event,
    plan_share,
    plan_version,
    refund,
    share_answer,
)

PERSONAL: tuple[Table, ...] = (
    plan,
    plan_share,
    instalment,
    plan_version,
    plan_break,
    plan_event,
    message,
    payment,
    agreement,
    allocation,
    refund,
)
BY_OTHERS: tuple[tuple[Table, Table, str], ...] = (
    (allocation_receipt, allocation, "allocation_id"),
    (share_answer, plan_share, "share_id"),
    (enforcement_word, plan_share, "share_id"),
    (bank_entry, payment, "payment_id"),
)
"""What departments and the paying bank say about a person's rows, by the row that it is about."""


@dataclass(frozen=True, slots=True)
class KeptTable:
    """One table's rows of one person; the values stand in the order of the columns."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


def of_subject(tx: Tx, subject: SubjectId) -> tuple[KeptTable, ...]:
    found = [
        _read(tx, table, select(*table.c).where(table.c.subject_id == subject))
        for table in PERSONAL
    ]
    for table, about, name in BY_OTHERS:
        theirs = select(about.c[name]).where(about.c.subject_id == subject)
        found.append(_read(tx, table, select(*table.c).where(table.c[name].in_(theirs))))
    return tuple(found)


def _read(tx: Tx, table: Table, query: Select[Any]) -> KeptTable:
    rows = tx.connection.execute(query.order_by(*table.primary_key))
    return KeptTable(table.name, tuple(table.c.keys()), tuple(tuple(row) for row in rows))
