"""Rows of payments and of their allocations. A payment is added with all its allocations at once:
the database refuses parts that are not the whole (SEC-78)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from consent.ids import DepartmentCode, PlanId, SubjectId
from consent.store import Tx
from plan.paying import OPEN_PAYMENT, AllocationKind, AllocationState, PaymentState, Route
from plan.records import allocation, payment


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """One row of `payment`. Amounts are pence; `check_at` is when to ask the provider next."""

    payment_id: UUID
    plan_id: PlanId
    subject_id: SubjectId
    state: PaymentState
    route: Route
    amount_pence: int
    made_at: datetime
    provider_id: str = ""
    agreement_id: UUID | None = None
    instalment: int | None = None
    over_pence: int = 0
    reversed_pence: int = 0
    check_at: datetime | None = None
    tries: int = 0
    settled_at: datetime | None = None
    value_date: date | None = None
    post_hash: str | None = None

    @property
    def open(self) -> bool:
        return self.state in OPEN_PAYMENT

    @property
    def kept_pence(self) -> int:
        """What departments have of it, or will have."""
        return self.amount_pence - self.over_pence - self.reversed_pence


@dataclass(frozen=True, slots=True)
class AllocationRow:
    """One row of `allocation`: pence below 0 went back."""

    allocation_id: UUID
    payment_id: UUID
    plan_id: PlanId
    subject_id: SubjectId
    share_id: UUID
    department: DepartmentCode
    kind: AllocationKind
    state: AllocationState
    pence: int
    most_next_pence: int
    made_at: datetime
    value_date: date | None = None
    sequence: int | None = None
    chain_hash: str | None = None


_NAMES = tuple(field.name for field in fields(PaymentRow))
_ALL = tuple(payment.c[name] for name in _NAMES)
_PART_NAMES = tuple(field.name for field in fields(AllocationRow))
_PARTS = tuple(allocation.c[name] for name in _PART_NAMES)
_OPEN = [state.value for state in OPEN_PAYMENT]
_LOOKED_AT = [*_OPEN, PaymentState.SETTLED.value]


def _payments(tx: Tx, query: Select[Any]) -> list[PaymentRow]:
    found = []
    for row in tx.connection.execute(query):
        values: dict[str, Any] = dict(zip(_NAMES, row, strict=True))
        values["state"] = PaymentState(values["state"])
        values["route"] = Route(values["route"])
        found.append(PaymentRow(**values))
    return found


def _allocations(tx: Tx, query: Select[Any]) -> list[AllocationRow]:
    found = []
    for row in tx.connection.execute(query):
        values: dict[str, Any] = dict(zip(_PART_NAMES, row, strict=True))
        values["kind"] = AllocationKind(values["kind"])
        values["state"] = AllocationState(values["state"])
        found.append(AllocationRow(**values))
    return found


def add(tx: Tx, row: PaymentRow, parts: Sequence[AllocationRow]) -> bool:
    """Add a payment and its parts; False, and nothing, where it is there already: the same form,
    the same number at its provider, or another collection of the same payment day."""
    values = {name: getattr(row, name) for name in _NAMES}
    added = tx.connection.execute(
        upsert(payment).values(values).on_conflict_do_nothing().returning(payment.c.payment_id)
    )
    if added.one_or_none() is None:
        return False
    add_parts(tx, parts)
    return True


def add_parts(tx: Tx, parts: Sequence[AllocationRow]) -> None:
    """In one statement: the sum is looked at when it ends."""
    if parts:
        rows = [{name: getattr(part, name) for name in _PART_NAMES} for part in parts]
        tx.connection.execute(insert(allocation).values(rows))


def one(tx: Tx, payment_id: UUID) -> PaymentRow | None:
    found = _payments(tx, select(*_ALL).where(payment.c.payment_id == payment_id))
    return found[0] if found else None


def locked(tx: Tx, payment_id: UUID) -> PaymentRow | None:
    """Held until this transaction ends. The plan is held first, always."""
    query = select(*_ALL).where(payment.c.payment_id == payment_id).with_for_update()
    found = _payments(tx, query)
    return found[0] if found else None


def of_post(tx: Tx, subject: SubjectId, post_hash: str) -> PaymentRow | None:
    found = _payments(
        tx,
        select(*_ALL).where(payment.c.subject_id == subject, payment.c.post_hash == post_hash),
    )
    return found[0] if found else None


def by_provider(tx: Tx, route: Route, provider_id: str) -> PaymentRow | None:
    found = _payments(
        tx,
        select(*_ALL).where(payment.c.route == route.value, payment.c.provider_id == provider_id),
    )
    return found[0] if found else None


def of_plan(tx: Tx, plan_id: PlanId, *, limit: int = 500, offset: int = 0) -> list[PaymentRow]:
    """Newest first."""
    return _payments(
        tx,
        select(*_ALL)
        .where(payment.c.plan_id == plan_id)
        .order_by(payment.c.made_at.desc(), payment.c.payment_id)
        .limit(limit)
        .offset(offset),
    )


def of_subject(tx: Tx, subject: SubjectId, *, limit: int = 500) -> list[PaymentRow]:
    """Newest first, of every plan of this person."""
    return _payments(
        tx,
        select(*_ALL)
        .where(payment.c.subject_id == subject)
        .order_by(payment.c.made_at.desc(), payment.c.payment_id)
        .limit(limit),
    )


def open_of_plan(tx: Tx, plan_id: PlanId) -> list[PaymentRow]:
    """Payments of which nobody knows yet whether they come."""
    return _payments(
        tx, select(*_ALL).where(payment.c.plan_id == plan_id, payment.c.state.in_(_OPEN))
    )


def was_collected(tx: Tx, plan_id: PlanId, sequence: int) -> bool:
    """A payment of this day was written down before, whatever came of it."""
    query = select(payment.c.payment_id).where(
        payment.c.plan_id == plan_id, payment.c.instalment == sequence
    )
    return tx.connection.execute(query.limit(1)).first() is not None


def parts_of(tx: Tx, payment_ids: Sequence[UUID]) -> list[AllocationRow]:
    """Every allocation of these payments, what went back among them."""
    return _allocations(
        tx,
        select(*_PARTS)
        .where(allocation.c.payment_id.in_(payment_ids))
        .order_by(allocation.c.payment_id, allocation.c.made_at, allocation.c.department),
    )


def allocation_of(tx: Tx, allocation_id: UUID) -> AllocationRow | None:
    found = _allocations(tx, select(*_PARTS).where(allocation.c.allocation_id == allocation_id))
    return found[0] if found else None


def paid_by_line(tx: Tx, plan_id: PlanId) -> dict[UUID, int]:
    """Settled pence of each line so far, less what went back."""
    rows = tx.connection.execute(
        select(allocation.c.share_id, func.sum(allocation.c.pence))
        .where(
            allocation.c.plan_id == plan_id,
            allocation.c.state == AllocationState.SETTLED.value,
        )
        .group_by(allocation.c.share_id)
    )
    return {row[0]: int(row[1]) for row in rows}


def claim_due(tx: Tx, now: datetime, until: datetime, *, limit: int) -> list[PaymentRow]:
    """Payments to ask about now; nobody else asks about them before `until`."""
    due = (
        select(payment.c.payment_id)
        .where(payment.c.check_at <= now, payment.c.state.in_(_LOOKED_AT))
        .order_by(payment.c.check_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    claimed = tx.connection.execute(
        update(payment)
        .where(payment.c.payment_id.in_(due))
        .values(check_at=until, tries=payment.c.tries + 1)
        .returning(payment.c.payment_id)
    ).scalars()
    return _payments(tx, select(*_ALL).where(payment.c.payment_id.in_(list(claimed))))


def submit(tx: Tx, payment_id: UUID, provider_id: str, check_at: datetime) -> bool:
    """The provider has it, under this number. Saying it again changes nothing; False where it is
    over already, or known under another number."""
    done = tx.connection.execute(
        update(payment)
        .where(
            payment.c.payment_id == payment_id,
            payment.c.state.in_(_OPEN),
            or_(payment.c.provider_id == "", payment.c.provider_id == provider_id),
        )
        .values(state=PaymentState.SUBMITTED.value, provider_id=provider_id, check_at=check_at)
    )
    return done.rowcount == 1


def look_again(tx: Tx, payment_id: UUID, check_at: datetime | None) -> None:
    tx.connection.execute(
        update(payment).where(payment.c.payment_id == payment_id).values(check_at=check_at)
    )


def hint(tx: Tx, provider_id: str, now: datetime, *, refunded: bool = False) -> int:
    """Whoever takes the money says that something changed: it is looked at, and not believed.
    What came already is looked at again only where it says that money went back."""
    states = _LOOKED_AT if refunded else _OPEN
    return tx.connection.execute(
        update(payment)
        .where(payment.c.provider_id == provider_id, payment.c.state.in_(states))
        .values(check_at=func.least(func.coalesce(payment.c.check_at, now), now))
    ).rowcount


def settle(tx: Tx, row: PaymentRow, *, settled_at: datetime, value_date: date) -> None:
    """The money came: its allocations count from now on."""
    tx.connection.execute(
        update(payment)
        .where(payment.c.payment_id == row.payment_id)
        .values(
            state=PaymentState.SETTLED.value,
            settled_at=settled_at,
            value_date=value_date,
            check_at=None,
        )
    )
    tx.connection.execute(
        update(allocation)
        .where(
            allocation.c.payment_id == row.payment_id,
            allocation.c.state == AllocationState.PLANNED.value,
        )
        .values(state=AllocationState.SETTLED.value, value_date=value_date)
    )


def give_up(tx: Tx, row: PaymentRow, state: PaymentState) -> None:
    """The money did not come: nothing of it counts."""
    tx.connection.execute(
        update(payment)
        .where(payment.c.payment_id == row.payment_id)
        .values(state=state.value, check_at=None)
    )
    tx.connection.execute(
        update(allocation)
        .where(allocation.c.payment_id == row.payment_id)
        .values(state=AllocationState.VOID.value)
    )


def take_back(tx: Tx, row: PaymentRow, pence: int) -> None:
    """Count that so much of it went back; the allocations below 0 follow in one statement."""
    tx.connection.execute(
        update(payment)
        .where(payment.c.payment_id == row.payment_id)
        .values(reversed_pence=payment.c.reversed_pence + pence)
    )
