"""Rows of how departments describe their kinds of debt: their own words, about nobody."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Select, insert, select, update

from consent.ids import DepartmentCode, StaffId
from consent.records import debt_wording
from consent.store import Tx


class WordingState(StrEnum):
    PROPOSED = "proposed"
    """Waits for a second member of staff."""
    PUBLISHED = "published"
    """People read it."""
    REPLACED = "replaced"
    """By one that was published later."""
    DROPPED = "dropped"
    """Never published."""


@dataclass(frozen=True, slots=True)
class Wording:
    """One row of `debt_wording`: a name and an explanation in two languages."""

    wording_id: UUID
    department: DepartmentCode
    debt_type: str
    name_en: str
    name_cy: str
    words_en: str
    words_cy: str
    state: WordingState
    proposed_by: StaffId
    proposed_at: datetime
    decided_by: StaffId | None = None
    decided_at: datetime | None = None


_NAMES = tuple(field.name for field in fields(Wording))
_ALL = tuple(debt_wording.c[name] for name in _NAMES)
STANDING = (WordingState.PROPOSED.value, WordingState.PUBLISHED.value)


def add(tx: Tx, row: Wording) -> None:
    tx.connection.execute(
        insert(debt_wording).values({name: getattr(row, name) for name in _NAMES})
    )


def standing(tx: Tx) -> list[Wording]:
    """What is published or proposed, of the departments that this role sees."""
    return _read(tx, select(*_ALL).where(debt_wording.c.state.in_(STANDING)))


def published(tx: Tx) -> list[Wording]:
    """What people read, of all departments."""
    return _read(tx, select(*_ALL).where(debt_wording.c.state == WordingState.PUBLISHED.value))


def one(tx: Tx, wording_id: UUID) -> Wording | None:
    """Held until the transaction ends."""
    query = select(*_ALL).where(debt_wording.c.wording_id == wording_id).with_for_update()
    return next(iter(_read(tx, query)), None)


def end(tx: Tx, debt_type: str, before: WordingState, after: WordingState) -> None:
    """The one of this kind that is published, or proposed, is so no more."""
    tx.connection.execute(
        update(debt_wording)
        .where(debt_wording.c.debt_type == debt_type, debt_wording.c.state == before.value)
        .values(state=after.value)
    )


def decide(
    tx: Tx, wording_id: UUID, state: WordingState, *, decided_by: StaffId, decided_at: datetime
) -> None:
    tx.connection.execute(
        update(debt_wording)
        .where(debt_wording.c.wording_id == wording_id)
        .values(state=state.value, decided_by=decided_by, decided_at=decided_at)
    )


def _read(tx: Tx, query: Select[Any]) -> list[Wording]:
    found = []
    for row in tx.connection.execute(query):
        values: dict[str, Any] = dict(zip(_NAMES, row, strict=True))
        found.append(Wording(**{**values, "state": WordingState(values["state"])}))
    return found
