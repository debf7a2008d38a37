"""A department's own lines of money, with its answers, as the role `svd_department` sees them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select

from consent.store import Tx
from plan.paying import FINAL, AllocationKind, LineSays, Outcome
from plan.records import allocation, allocation_receipt, plan, plan_share, remittance
from plan.store import receipts, return_checks
from plan.store.receipts import ReceiptRow
from plan.store.return_checks import ReturnCheck
from plan.terms import Method


@dataclass(frozen=True, slots=True, repr=False)
class MoneyLine:
    """One entry of the series. `pence` is below 0 for what went back; `debt_token` as it is kept;
    `receipt` is the department's answer, `check` what waits for a second person."""

    allocation_id: UUID
    sequence: int
    kind: AllocationKind
    pence: int
    value_date: date
    debt_token: str
    plan_reference: str
    method: Method
    receipt: ReceiptRow | None
    check: ReturnCheck | None


_COLUMNS = (
    *(allocation.c.allocation_id, allocation.c.sequence, allocation.c.kind, allocation.c.pence),
    *(allocation.c.value_date, plan_share.c.debt_token, plan_share.c.part_reference, plan.c.method),
)
_SAID = allocation_receipt.c
_NOT_FINAL: ColumnElement[bool] = _SAID.outcome.not_in([one.value for one in FINAL])
_CLOSING: ColumnElement[bool] = (_SAID.line == LineSays.CLOSING.value) & ~_NOT_FINAL
_BACK: ColumnElement[bool] = or_(
    _SAID.outcome.in_([Outcome.RETURNED.value, Outcome.REJECTED.value]), _SAID.returned_pence > 0
)


def of_run(tx: Tx, first: int, last: int) -> list[MoneyLine]:
    """Everything from one number of the series to another, in order."""
    return _lines(tx, _query().where(allocation.c.sequence.between(first, last)))


def one(tx: Tx, allocation_id: UUID) -> MoneyLine | None:
    """A line that has its number; nothing for another department's."""
    found = _lines(tx, _query().where(allocation.c.allocation_id == allocation_id))
    return found[0] if found else None


def to_sort_out(tx: Tx, *, limit: int) -> list[MoneyLine]:
    """In suspense or held, the oldest first."""
    return _answered(tx, _NOT_FINAL, limit)


def closing(tx: Tx, *, limit: int) -> list[MoneyLine]:
    """Near the end of their debt, by the department's own word."""
    return _answered(tx, _CLOSING, limit)


def gone_back(tx: Tx, *, limit: int) -> list[MoneyLine]:
    """Sent back or not taken, in whole or in part."""
    return _answered(tx, _BACK, limit)


def unanswered(tx: Tx, paid_by: date, *, limit: int) -> list[MoneyLine]:
    """Paid on this day or before, and without any answer so far."""
    paid = (
        select(func.max(remittance.c.last_sequence))
        .where(remittance.c.value_date <= paid_by)
        .scalar_subquery()
    )
    query = (
        _query()
        .outerjoin(allocation_receipt, _SAID.allocation_id == allocation.c.allocation_id)
        .where(_SAID.allocation_id.is_(None), allocation.c.sequence <= paid)
    )
    return _lines(tx, query.limit(limit))


def _answered(tx: Tx, which: ColumnElement[bool], limit: int) -> list[MoneyLine]:
    query = _query().join(allocation_receipt, _SAID.allocation_id == allocation.c.allocation_id)
    return _lines(tx, query.where(which).limit(limit))


def _query() -> Select[Any]:
    return (
        select(*_COLUMNS)
        .join(plan_share, plan_share.c.share_id == allocation.c.share_id)
        .join(plan, plan.c.plan_id == plan_share.c.plan_id)
        .where(allocation.c.sequence.is_not(None))
        .order_by(allocation.c.sequence)
    )


def _lines(tx: Tx, query: Select[Any]) -> list[MoneyLine]:
    rows: Sequence[Any] = list(tx.connection.execute(query))
    ids = [row[0] for row in rows]
    said, waits = receipts.of(tx, ids), return_checks.waiting(tx, ids)
    return [
        MoneyLine(
            row[0],
            row[1],
            AllocationKind(row[2]),
            row[3],
            row[4],
            row[5],
            row[6],
            Method(row[7]),
            said.get(row[0]),
            waits.get(row[0]),
        )
        for row in rows
    ]
