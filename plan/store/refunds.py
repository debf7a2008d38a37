"""Rows of what goes back to payers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, insert, select, update

from consent.ids import PlanId, SubjectId
from consent.store import Tx
from plan.paying import RefundReason, RefundState, Route
from plan.records import payment, refund


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
    return [_refund(row) for row in tx.connection.execute(query)]


def _refund(row: Sequence[Any]) -> RefundRow:
    values: dict[str, Any] = dict(zip(_NAMES, row, strict=True))
    values["reason"] = RefundReason(values["reason"])
    values["state"] = RefundState(values["state"])
    return RefundRow(**values)


def add(tx: Tx, row: RefundRow) -> None:
    tx.connection.execute(insert(refund).values({name: getattr(row, name) for name in _NAMES}))


def of_payments(tx: Tx, payment_ids: Sequence[UUID]) -> list[RefundRow]:
    return _refunds(
        tx,
        select(*_ALL).where(refund.c.payment_id.in_(payment_ids)).order_by(refund.c.made_at),
    )


def waiting_of(tx: Tx, route: Route, provider_ids: Collection[str]) -> list[tuple[str, RefundRow]]:
    """What waits to go back of payments that came by this route under these numbers, each with its
    number."""
    query = (
        select(payment.c.provider_id, *_ALL)
        .join(payment, payment.c.payment_id == refund.c.payment_id)
        .where(
            payment.c.route == route.value,
            payment.c.provider_id.in_(list(provider_ids)),
            refund.c.state == RefundState.WAITING.value,
        )
    )
    rows = tx.connection.execute(query).all()
    return [(row[0], _refund(row[1:])) for row in rows]


def waiting_by_route(tx: Tx, routes: Collection[Route]) -> list[tuple[Route, RefundRow]]:
    """What waits to go back of payments by these routes, the oldest first."""
    query = (
        select(payment.c.route, *_ALL)
        .join(payment, payment.c.payment_id == refund.c.payment_id)
        .where(
            payment.c.route.in_([route.value for route in routes]),
            refund.c.state == RefundState.WAITING.value,
        )
        .order_by(refund.c.made_at, refund.c.refund_id)
    )
    return [(Route(row[0]), _refund(row[1:])) for row in tx.connection.execute(query).all()]


def in_states(tx: Tx, refund_ids: Collection[UUID], states: Collection[RefundState]) -> set[UUID]:
    """Which of these are in one of these states."""
    query = select(refund.c.refund_id).where(
        refund.c.refund_id.in_(list(refund_ids)),
        refund.c.state.in_([state.value for state in states]),
    )
    return set(tx.connection.execute(query).scalars())


def sent_by_bank(tx: Tx, refund_id: UUID, reference: str) -> bool:
    """The paying bank has the instruction, with this reference. False where it does not wait."""
    done = tx.connection.execute(
        update(refund)
        .where(refund.c.refund_id == refund_id, refund.c.state == RefundState.WAITING.value)
        .values(state=RefundState.SENT.value, provider_id=reference)
    )
    return done.rowcount == 1


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


def left(tx: Tx, reference: str, pence: int, now: datetime) -> bool:
    """The paying account's statement shows this sum with the reference that we gave it."""
    done = tx.connection.execute(
        update(refund)
        .where(
            refund.c.provider_id == reference,
            refund.c.pence == pence,
            refund.c.state == RefundState.SENT.value,
        )
        .values(state=RefundState.DONE.value, done_at=now)
    )
    return done.rowcount == 1


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
