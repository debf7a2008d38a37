"""Rows of what goes back to payers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, insert, select, update

from consent.ids import PlanId, SubjectId
from consent.store import Tx
from plan.paying import RefundReason, RefundState
from plan.records import refund


@dataclass(frozen=True, slots=True)
class RefundRow:
    """One row of `refund`, in pence."""

    refund_id: UUID
    payment_id: UUID
    plan_id: PlanId
    subject_id: SubjectId
    pence: int
    reason: RefundReason
    state: RefundState
    made_at: datetime
    provider_id: str = ""
    check_at: datetime | None = None
    tries: int = 0
    done_at: datetime | None = None

    @property
    def open(self) -> bool:
        return self.state in (RefundState.WAITING, RefundState.SENT)


_NAMES = tuple(field.name for field in fields(RefundRow))
_ALL = tuple(refund.c[name] for name in _NAMES)
_OPEN = [RefundState.WAITING.value, RefundState.SENT.value]


def _refunds(tx: Tx, query: Select[Any]) -> list[RefundRow]:
    found = []
    for row in tx.connection.execute(query):
        values: dict[str, Any] = dict(zip(_NAMES, row, strict=True))
        values["reason"] = RefundReason(values["reason"])
        values["state"] = RefundState(values["state"])
        found.append(RefundRow(**values))
    return found


def add(tx: Tx, row: RefundRow) -> None:
    tx.connection.execute(insert(refund).values({name: getattr(row, name) for name in _NAMES}))


def of_payments(tx: Tx, payment_ids: Sequence[UUID]) -> list[RefundRow]:
    return _refunds(
        tx,
        select(*_ALL).where(refund.c.payment_id.in_(payment_ids)).order_by(refund.c.made_at),
    )


def claim_due(tx: Tx, now: datetime, until: datetime, *, limit: int) -> list[RefundRow]:
    """Refunds to make or ask about now; nobody else does before `until`."""
    due = (
        select(refund.c.refund_id)
        .where(refund.c.check_at <= now, refund.c.state.in_(_OPEN))
        .order_by(refund.c.check_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    claimed = tx.connection.execute(
        update(refund)
        .where(refund.c.refund_id.in_(due))
        .values(check_at=until, tries=refund.c.tries + 1)
        .returning(refund.c.refund_id)
    ).scalars()
    return _refunds(tx, select(*_ALL).where(refund.c.refund_id.in_(list(claimed))))


def sent(tx: Tx, refund_id: UUID, provider_id: str, check_at: datetime) -> None:
    """The provider has it, under this number."""
    tx.connection.execute(
        update(refund)
        .where(refund.c.refund_id == refund_id, refund.c.state.in_(_OPEN))
        .values(state=RefundState.SENT.value, provider_id=provider_id, check_at=check_at)
    )


def close(tx: Tx, refund_id: UUID, state: RefundState, now: datetime) -> None:
    """It arrived, or it did not and an operator looks."""
    tx.connection.execute(
        update(refund)
        .where(refund.c.refund_id == refund_id, refund.c.state.in_(_OPEN))
        .values(
            state=state.value, check_at=None, done_at=now if state is RefundState.DONE else None
        )
    )


def look_again(tx: Tx, refund_id: UUID, check_at: datetime) -> None:
    tx.connection.execute(
        update(refund).where(refund.c.refund_id == refund_id).values(check_at=check_at)
    )
