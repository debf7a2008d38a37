"""Rows of what departments answer to allocations. A department's role sees and writes its own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from consent.ids import DepartmentCode
from consent.store import Tx
from plan.paying import FINAL, LineSays, Outcome, ReceiptReason
from plan.records import allocation, allocation_receipt


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """One row of `allocation_receipt`. Pence of 0 or more; `needed_pence` with `closing` only."""

    allocation_id: UUID
    department: DepartmentCode
    outcome: Outcome
    reason: ReceiptReason
    line: LineSays
    needed_pence: int | None
    returned_pence: int
    received_at: datetime
    by_kind: str
    said_hash: str
    applied_at: datetime | None = None


_NAMES = tuple(field.name for field in fields(ReceiptRow))
_ALL = tuple(allocation_receipt.c[name] for name in _NAMES)
_FINAL = [outcome.value for outcome in FINAL]


def _receipts(tx: Tx, query: Select[Any]) -> list[ReceiptRow]:
    found = []
    for row in tx.connection.execute(query):
        values: dict[str, Any] = dict(zip(_NAMES, row, strict=True))
        values["outcome"] = Outcome(values["outcome"])
        values["reason"] = ReceiptReason(values["reason"])
        values["line"] = LineSays(values["line"])
        found.append(ReceiptRow(**values))
    return found


def is_own(tx: Tx, allocation_id: UUID) -> bool:
    """Whether this allocation has a number in the series of the department that asks."""
    query = select(allocation.c.allocation_id).where(
        allocation.c.allocation_id == allocation_id, allocation.c.sequence.is_not(None)
    )
    return tx.connection.execute(query).first() is not None


def not_final(tx: Tx) -> int:
    """How many of the department's own lines it still has to put in their place."""
    open_still = allocation_receipt.c.outcome.not_in(_FINAL)
    query = select(func.count()).select_from(allocation_receipt).where(open_still)
    return int(tx.connection.execute(query).scalar_one())


def unanswered(tx: Tx, first: int, last: int) -> list[UUID]:
    """The department's own allocations between these numbers without any answer, in order."""
    answered = select(allocation_receipt.c.allocation_id).where(
        allocation_receipt.c.allocation_id == allocation.c.allocation_id
    )
    query = (
        select(allocation.c.allocation_id)
        .where(allocation.c.sequence.between(first, last), ~answered.exists())
        .order_by(allocation.c.sequence)
    )
    return list(tx.connection.execute(query).scalars())


def of(tx: Tx, allocation_ids: Collection[UUID]) -> dict[UUID, ReceiptRow]:
    wanted = allocation_receipt.c.allocation_id.in_(list(allocation_ids))
    return {row.allocation_id: row for row in _receipts(tx, select(*_ALL).where(wanted))}


def one(tx: Tx, allocation_id: UUID) -> ReceiptRow | None:
    found = _receipts(tx, select(*_ALL).where(allocation_receipt.c.allocation_id == allocation_id))
    return found[0] if found else None


def outcomes(tx: Tx, allocation_ids: Sequence[UUID]) -> dict[UUID, Outcome]:
    """What became of these at their departments; one without an answer is not there."""
    columns = (allocation_receipt.c.allocation_id, allocation_receipt.c.outcome)
    rows = tx.connection.execute(select(*columns).where(columns[0].in_(allocation_ids)))
    return {row[0]: Outcome(row[1]) for row in rows}


def put(tx: Tx, row: ReceiptRow) -> bool:
    """Write an answer, in place of one that was not final. False where a final one stands."""
    values = {name: getattr(row, name) for name in _NAMES}
    changed = {name: value for name, value in values.items() if name != "allocation_id"}
    done = tx.connection.execute(
        upsert(allocation_receipt)
        .values(values)
        .on_conflict_do_update(
            index_elements=["allocation_id"],
            set_={name: value for name, value in changed.items() if name != "department"},
            where=allocation_receipt.c.outcome.not_in(_FINAL),
        )
        .returning(allocation_receipt.c.allocation_id)
    )
    return done.first() is not None


def waiting(tx: Tx, *, limit: int) -> list[ReceiptRow]:
    """Answers that the plans have not followed, the oldest first, claimed."""
    return _receipts(
        tx,
        select(*_ALL)
        .where(allocation_receipt.c.applied_at.is_(None))
        .order_by(allocation_receipt.c.received_at)
        .limit(limit)
        .with_for_update(skip_locked=True),
    )


def applied(tx: Tx, allocation_id: UUID, now: datetime) -> None:
    """The plan follows it; what is needed to the end stands on the line now, and not here."""
    tx.connection.execute(
        update(allocation_receipt)
        .where(allocation_receipt.c.allocation_id == allocation_id)
        .values(applied_at=now, needed_pence=None)
    )
