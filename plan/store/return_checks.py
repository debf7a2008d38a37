"""Rows of money that staff want to send back: who asked, and who agreed. A department's role sees
and writes its own."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from consent.ids import DepartmentCode, StaffId
from consent.store import Tx
from plan.paying import CheckState, LineSays, Outcome, ReceiptReason
from plan.records import return_check


@dataclass(frozen=True, slots=True)
class ReturnCheck:
    """One row of `return_check`. `returned_pence` 0 with `returned` or `rejected` is all of it."""

    check_id: UUID
    allocation_id: UUID
    department: DepartmentCode
    outcome: Outcome
    reason: ReceiptReason
    line: LineSays
    returned_pence: int
    asked_by: StaffId
    asked_at: datetime
    state: CheckState = CheckState.WAITING
    decided_by: StaffId | None = None
    decided_at: datetime | None = None


_NAMES = tuple(field.name for field in fields(ReturnCheck))
_ALL = tuple(return_check.c[name] for name in _NAMES)
_WAITS = return_check.c.state == CheckState.WAITING.value


def add(tx: Tx, row: ReturnCheck) -> bool:
    """False where one waits for this allocation already."""
    done = tx.connection.execute(
        upsert(return_check)
        .values({name: getattr(row, name) for name in _NAMES})
        .on_conflict_do_nothing()
        .returning(return_check.c.check_id)
    )
    return done.first() is not None


def waiting(tx: Tx, allocation_ids: Collection[UUID]) -> dict[UUID, ReturnCheck]:
    """What waits for a second person, by allocation."""
    wanted = return_check.c.allocation_id.in_(list(allocation_ids))
    found = _checks(tx, select(*_ALL).where(wanted, _WAITS))
    return {row.allocation_id: row for row in found}


def held(tx: Tx, allocation_id: UUID) -> ReturnCheck | None:
    """What waits for this allocation, until this transaction ends nobody else's to decide."""
    query = select(*_ALL).where(return_check.c.allocation_id == allocation_id, _WAITS)
    found = _checks(tx, query.with_for_update())
    return found[0] if found else None


def decide(tx: Tx, check_id: UUID, state: CheckState, by: StaffId, now: datetime) -> None:
    tx.connection.execute(
        update(return_check)
        .where(return_check.c.check_id == check_id)
        .values(state=state.value, decided_by=by, decided_at=now)
    )


def _checks(tx: Tx, query: Select[Any]) -> list[ReturnCheck]:
    found = []
    for row in tx.connection.execute(query):
        values: dict[str, Any] = dict(zip(_NAMES, row, strict=True))
        for name, kind in _KINDS.items():
            values[name] = kind(values[name])
        found.append(ReturnCheck(**values))
    return found


_KINDS: dict[str, Any] = {
    "outcome": Outcome,
    "reason": ReceiptReason,
    "line": LineSays,
    "state": CheckState,
}
