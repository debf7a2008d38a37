"""Rows of remittances: what a department is paid of a day, as a run of its series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, case, func, insert, select, update

from consent.ids import DepartmentCode, PlanId
from consent.store import Tx
from plan.paying import AllocationKind, RemittanceState
from plan.records import allocation, department_book, plan_share, remittance


@dataclass(frozen=True, slots=True)
class RemittanceRow:
    """One row of `remittance`: the allocations from `first_sequence` to `last_sequence`, in pence
    what they add up to. `instruction` is the message by which the paying bank is told."""

    remittance_id: UUID
    department: DepartmentCode
    reference: str
    value_date: date
    first_sequence: int
    last_sequence: int
    total_pence: int
    state: RemittanceState
    made_at: datetime
    answered_at: datetime | None = None
    instruction: str = ""


@dataclass(frozen=True, slots=True)
class Ready:
    """What a department's next remittance would hold."""

    first_sequence: int
    last_sequence: int
    total_pence: int


_NAMES = tuple(field.name for field in fields(RemittanceRow))
_ALL = tuple(remittance.c[name] for name in _NAMES)


def _remittances(tx: Tx, query: Select[Any]) -> list[RemittanceRow]:
    found = []
    for row in tx.connection.execute(query):
        values: dict[str, Any] = dict(zip(_NAMES, row, strict=True))
        values["state"] = RemittanceState(values["state"])
        found.append(RemittanceRow(**values))
    return found


def last_sent(tx: Tx, plan_id: PlanId) -> dict[DepartmentCode, date]:
    """The last day on which each department was sent a part of this plan's payments; those that
    were sent none are not there. As the person, of their own plan."""
    rows = tx.connection.execute(
        select(allocation.c.department, func.max(remittance.c.value_date))
        .join(
            remittance,
            and_(
                remittance.c.department == allocation.c.department,
                allocation.c.sequence.between(
                    remittance.c.first_sequence, remittance.c.last_sequence
                ),
            ),
        )
        .where(allocation.c.plan_id == plan_id, allocation.c.kind == AllocationKind.PAID.value)
        .group_by(allocation.c.department)
    )
    return {DepartmentCode(department): day for department, day in rows}


def held_books(tx: Tx) -> list[DepartmentCode]:
    """Departments that have a series, each held so that nobody else remits it meanwhile."""
    rows = tx.connection.execute(
        select(department_book.c.department)
        .order_by(department_book.c.department)
        .with_for_update(skip_locked=True)
    )
    return [DepartmentCode(row[0]) for row in rows]


def of_day(tx: Tx, department: str, day: date) -> RemittanceRow | None:
    found = _remittances(
        tx,
        select(*_ALL).where(remittance.c.department == department, remittance.c.value_date == day),
    )
    return found[0] if found else None


def ready(tx: Tx, department: str) -> Ready | None:
    """Everything numbered that no remittance holds so far; nothing where there is none."""
    sent = (
        select(func.coalesce(func.max(remittance.c.last_sequence), 0))
        .where(remittance.c.department == department)
        .scalar_subquery()
    )
    first, last, total = tx.connection.execute(
        select(
            func.min(allocation.c.sequence),
            func.max(allocation.c.sequence),
            func.coalesce(func.sum(allocation.c.pence), 0),
        ).where(allocation.c.department == department, allocation.c.sequence > sent)
    ).one()
    return None if first is None else Ready(int(first), int(last), int(total))


def add(tx: Tx, row: RemittanceRow) -> None:
    tx.connection.execute(insert(remittance).values({name: getattr(row, name) for name in _NAMES}))


def own(
    tx: Tx, *, limit: int, since: date | None = None, until: date | None = None
) -> list[RemittanceRow]:
    """The newest first, of the department that asks; both days may be among them."""
    query = select(*_ALL).order_by(remittance.c.value_date.desc()).limit(limit)
    if since is not None:
        query = query.where(remittance.c.value_date >= since)
    if until is not None:
        query = query.where(remittance.c.value_date <= until)
    return _remittances(tx, query)


def one_own(tx: Tx, reference: str, *, hold: bool = False) -> RemittanceRow | None:
    """The department's own of this reference; `hold` until this transaction ends."""
    query = select(*_ALL).where(remittance.c.reference == reference)
    found = _remittances(tx, query.with_for_update() if hold else query)
    return found[0] if found else None


def answer(tx: Tx, remittance_id: UUID, state: RemittanceState, now: datetime) -> None:
    tx.connection.execute(
        update(remittance)
        .where(remittance.c.remittance_id == remittance_id)
        .values(state=state.value, answered_at=now)
    )


def differing(tx: Tx) -> list[RemittanceRow]:
    """Of all departments: those of which the department says that another amount came."""
    query = select(*_ALL).where(remittance.c.state == RemittanceState.DIFFERS.value)
    return _remittances(tx, query.order_by(remittance.c.value_date, remittance.c.department))


def held_of_day(tx: Tx, day: date) -> list[RemittanceRow]:
    """All departments' of this day, each held until this transaction ends."""
    query = select(*_ALL).where(remittance.c.value_date == day)
    return _remittances(tx, query.order_by(remittance.c.department).with_for_update())


def instruct(tx: Tx, rows: Sequence[RemittanceRow], message_id: str) -> None:
    """The paying bank is instructed by this message, once and for all."""
    tx.connection.execute(
        update(remittance)
        .where(
            remittance.c.remittance_id.in_([row.remittance_id for row in rows]),
            remittance.c.instruction == "",
        )
        .values(
            instruction=message_id,
            state=case(
                (remittance.c.state == RemittanceState.MADE.value, RemittanceState.SENT.value),
                else_=remittance.c.state,
            ),
        )
    )


@dataclass(frozen=True, slots=True)
class Paid:
    """One allocation of a remittance, with its debt token as it is kept."""

    sequence: int
    allocation_id: UUID
    kind: AllocationKind
    pence: int
    value_date: date
    share_id: UUID
    debt_token: str


def paid_by(tx: Tx, row: RemittanceRow) -> list[Paid]:
    """In the order of the series: what the remittance adds up to."""
    rows = tx.connection.execute(
        select(
            allocation.c.sequence,
            allocation.c.allocation_id,
            allocation.c.kind,
            allocation.c.pence,
            allocation.c.value_date,
            allocation.c.share_id,
            plan_share.c.debt_token,
        )
        .join(plan_share, plan_share.c.share_id == allocation.c.share_id)
        .where(
            allocation.c.department == row.department,
            allocation.c.sequence.between(row.first_sequence, row.last_sequence),
        )
        .order_by(allocation.c.sequence)
    )
    return [Paid(found[0], found[1], AllocationKind(found[2]), *found[3:]) for found in rows]
