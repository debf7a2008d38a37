"""All rows of one person, as they lie in the tables of this package."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Table, select

from consent.ids import SubjectId
from consent.store import Tx
from plan.records import (
    instalment,
    message,
    plan,
    plan_break,
    plan_event,
    plan_share,
    plan_version,
)

PERSONAL: tuple[Table, ...] = (
    plan,
    plan_share,
    instalment,
    plan_version,
    plan_break,
    plan_event,
    message,
)


@dataclass(frozen=True, slots=True)
class KeptTable:
    """One table's rows of one person; the values stand in the order of the columns."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


def of_subject(tx: Tx, subject: SubjectId) -> tuple[KeptTable, ...]:
    found = []
    for table in PERSONAL:
        query = select(*table.c).where(table.c.subject_id == subject).order_by(*table.primary_key)
        rows = tuple(tuple(row) for row in tx.connection.execute(query))
        found.append(KeptTable(table.name, tuple(table.c.keys()), rows))
    return tuple(found)
