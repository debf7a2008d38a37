"""Rows of hold requests."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update

from consent.ids import DepartmentCode, GrantId, SubjectId
from consent.records import hold_request
from consent.store import Tx


@dataclass(frozen=True, slots=True, repr=False)
class HoldRequest:
    """One row of `hold_request`. There is no column for the person's words (decision 37)."""

    hold_id: UUID
    subject_id: SubjectId
    department: DepartmentCode
    grant_id: GrantId | None
    debt_token: str
    debt_tag: str
    reason_code: str
    state: str
    reference: str
    asked_at: datetime
    changed_at: datetime


_NAMES = tuple(field.name for field in fields(HoldRequest))
_ALL = tuple(hold_request.c[name] for name in _NAMES)


def add(tx: Tx, hold: HoldRequest) -> None:
    values = {name: getattr(hold, name) for name in _NAMES}
    tx.connection.execute(insert(hold_request).values(values))


def of(tx: Tx, subject: SubjectId, states: Collection[str]) -> list[HoldRequest]:
    """This person's requests in these states, newest first."""
    rows = tx.connection.execute(
        select(*_ALL)
        .where(hold_request.c.subject_id == subject, hold_request.c.state.in_(list(states)))
        .order_by(hold_request.c.asked_at.desc())
    )
    return [HoldRequest(**_values(row)) for row in rows]


def _values(row: Any) -> dict[str, Any]:
    return dict(zip(_NAMES, row, strict=True))


def change(
    tx: Tx,
    subject: SubjectId,
    hold_id: UUID,
    *,
    state: str,
    now: datetime,
    grant_id: GrantId | None = None,
) -> bool:
    """Move one request on; False when this person has none of this id."""
    values: dict[str, Any] = {"state": state, "changed_at": now}
    if grant_id is not None:
        values["grant_id"] = grant_id
    changed = tx.connection.execute(
        update(hold_request)
        .where(hold_request.c.subject_id == subject, hold_request.c.hold_id == hold_id)
        .values(values)
        .returning(hold_request.c.hold_id)
    )
    return changed.one_or_none() is not None
