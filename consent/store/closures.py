"""Rows of closures: departments and moments, and nobody."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from consent.ids import DepartmentCode
from consent.records import closure
from consent.store import Tx


class ClosureKind(StrEnum):
    """Who closed: a department that planned it, or an operator at once."""

    PLANNED = "planned"
    SHUT = "shut"


@dataclass(frozen=True, slots=True)
class Closure:
    """One row of `closure`; moments are aware UTC. Without `until_at` nobody knows the end."""

    department: DepartmentCode
    closure_id: UUID
    kind: ClosureKind
    from_at: datetime
    until_at: datetime | None
    by_kind: str
    made_at: datetime

    def over(self, now: datetime) -> bool:
        return self.until_at is not None and self.until_at <= now


_NAMES = tuple(field.name for field in fields(Closure))
_ALL = tuple(closure.c[name] for name in _NAMES)


def hold(tx: Tx, department: DepartmentCode) -> None:
    """Until this transaction ends, nobody else changes the closures of this department."""
    name = func.hashtextextended(f"closure {department}", 0)
    tx.connection.execute(select(func.pg_advisory_xact_lock(name)))


def one(tx: Tx, department: DepartmentCode, closure_id: UUID) -> Closure | None:
    found = _closures(tx, select(*_ALL).where(*_is(department, closure_id)))
    return found[0] if found else None


def of(tx: Tx, department: DepartmentCode, *, after: datetime) -> list[Closure]:
    """Those of one department that end after this moment, the soonest first."""
    ends = or_(closure.c.until_at.is_(None), closure.c.until_at > after)
    return _closures(
        tx,
        select(*_ALL)
        .where(closure.c.department == department, ends)
        .order_by(closure.c.from_at, closure.c.closure_id),
    )


def open_at(tx: Tx, now: datetime) -> list[Closure]:
    """Every closure that is open at this moment."""
    ends = or_(closure.c.until_at.is_(None), closure.c.until_at > now)
    return _closures(tx, select(*_ALL).where(closure.c.from_at <= now, ends))


def add(tx: Tx, row: Closure) -> None:
    values = {name: getattr(row, name) for name in _NAMES}
    tx.connection.execute(insert(closure).values(values))


def put(tx: Tx, row: Closure) -> None:
    """Add it, or give the one of its id these moments."""
    values = {name: getattr(row, name) for name in _NAMES}
    moments = {name: values[name] for name in ("from_at", "until_at", "by_kind", "made_at")}
    tx.connection.execute(
        upsert(closure)
        .values(values)
        .on_conflict_do_update(index_elements=["department", "closure_id"], set_=moments)
    )


def end(tx: Tx, department: DepartmentCode, closure_id: UUID, until_at: datetime | None) -> None:
    tx.connection.execute(
        update(closure).where(*_is(department, closure_id)).values(until_at=until_at)
    )


def drop(tx: Tx, department: DepartmentCode, closure_id: UUID) -> None:
    tx.connection.execute(delete(closure).where(*_is(department, closure_id)))


def _is(department: DepartmentCode, closure_id: UUID) -> tuple[Any, ...]:
    return closure.c.department == department, closure.c.closure_id == closure_id


def _closures(tx: Tx, query: Select[Any]) -> list[Closure]:
    found = []
    for row in tx.connection.execute(query):
        values: dict[str, Any] = dict(zip(_NAMES, row, strict=True))
        found.append(Closure(**{**values, "kind": ClosureKind(values["kind"])}))
    return found
