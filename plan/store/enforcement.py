"""Rows of what departments said about enforcement. Their role adds its own; nobody changes one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import distinct_on

from consent.ids import DepartmentCode
from consent.store import Tx
from plan.records import enforcement_word


@dataclass(frozen=True, slots=True, repr=False)
class EnforcementWord:
    """One row of `enforcement_word`: a department's word about one line. `until` is the last day on
    which it waits; without it, it waits for as long as the plan is kept."""

    word_id: UUID
    share_id: UUID
    department: DepartmentCode
    waits: bool
    until: date | None
    reason_code: str
    by_kind: str
    said_at: datetime


_NAMES = tuple(field.name for field in fields(EnforcementWord))
_ALL = tuple(enforcement_word.c[name] for name in _NAMES)


def add(tx: Tx, row: EnforcementWord) -> None:
    values = {name: getattr(row, name) for name in _NAMES}
    tx.connection.execute(insert(enforcement_word).values(values))


def newest(tx: Tx, share_ids: Collection[UUID]) -> dict[UUID, EnforcementWord]:
    """The last word about each of these lines."""
    rows = tx.connection.execute(
        select(*_ALL)
        .ext(distinct_on(enforcement_word.c.share_id))
        .where(enforcement_word.c.share_id.in_(share_ids))
        .order_by(
            enforcement_word.c.share_id,
            enforcement_word.c.said_at.desc(),
            enforcement_word.c.word_id.desc(),
        )
    )
    return {row.share_id: EnforcementWord(*row) for row in rows}
