"""Rows of instalments that fell due: what each came to, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, exists, func, select, update

from consent.ids import PlanId
from consent.store import Tx
from plan.events import Kind
from plan.lifecycle import InstalmentState, PlanState
from plan.records import instalment, plan, plan_event

_OPEN = (InstalmentState.DUE.value, InstalmentState.PART_PAID.value)
_COUNTED = (*_OPEN, InstalmentState.PAID.value, InstalmentState.MISSED.value)


@dataclass(frozen=True, slots=True)
class Instalment:
    """One instalment. `amount_pence` is nothing until its day fixes it (decision 30)."""

    plan_id: PlanId
    sequence: int
    due_on: date
    state: InstalmentState
    amount_pence: int | None
    paid_pence: int
    settled_at: datetime | None

    @property
    def open_pence(self) -> int:
        return max((self.amount_pence or 0) - self.paid_pence, 0)


_ALL = (
    instalment.c.plan_id,
    instalment.c.sequence,
    instalment.c.due_on,
    instalment.c.state,
    instalment.c.amount_pence,
    instalment.c.paid_pence,
    instalment.c.settled_at,
)


def one(tx: Tx, plan_id: PlanId, sequence: int) -> Instalment | None:
    row = tx.connection.execute(
        select(*_ALL).where(instalment.c.plan_id == plan_id, instalment.c.sequence == sequence)
    ).one_or_none()
    return None if row is None else _read(*row)


def fallen(tx: Tx, plan_id: PlanId) -> list[Instalment]:
    """Every instalment that has fallen due and counts, the oldest first."""
    rows = tx.connection.execute(
        select(*_ALL)
        .where(instalment.c.plan_id == plan_id, instalment.c.state.in_(_COUNTED))
        .order_by(instalment.c.sequence)
    )
    return [_read(*row) for row in rows]


def of_plan(tx: Tx, plan_id: PlanId) -> list[Instalment]:
    """All of them, the newest first, for the person's page of payments."""
    rows = tx.connection.execute(
        select(*_ALL).where(instalment.c.plan_id == plan_id).order_by(instalment.c.sequence.desc())
    )
    return [_read(*row) for row in rows]


def plans_overdue(tx: Tx, due_before: date, *, limit: int) -> list[PlanId]:
    """Running plans with an instalment still open that was due before this day, claimed."""
    late = (
        select(instalment.c.plan_id)
        .where(instalment.c.state.in_(_OPEN), instalment.c.due_on < due_before)
        .scalar_subquery()
    )
    rows = tx.connection.execute(
        select(plan.c.plan_id)
        .where(plan.c.plan_id.in_(late), plan.c.state == PlanState.ACTIVE.value)
        .order_by(plan.c.plan_id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [PlanId(row[0]) for row in rows]


def reviews_over(tx: Tx, today: date, *, tried_before: datetime, limit: int) -> list[PlanId]:
    """Running plans whose review nobody answered in time, claimed: the person was tried to reach by
    somebody since it was opened, and before `tried_before`."""
    rows = tx.connection.execute(
        select(plan.c.plan_id)
        .where(
            plan.c.review_by < today,
            plan.c.state == PlanState.ACTIVE.value,
            _tried_to_reach(before=tried_before),
        )
        .order_by(plan.c.plan_id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [PlanId(row[0]) for row in rows]


def _tried_to_reach(*, before: datetime) -> ColumnElement[bool]:
    """Somebody has tried, and it was after the review of this plan was opened."""
    tried, opened = plan_event.alias(), plan_event.alias()
    since = (
        select(func.max(opened.c.position))
        .where(opened.c.plan_id == plan.c.plan_id, opened.c.kind == Kind.REVIEW_OPENED.value)
        .correlate(plan)
        .scalar_subquery()
    )
    return exists().where(
        tried.c.plan_id == plan.c.plan_id,
        tried.c.kind == Kind.CONTACT_TRIED.value,
        tried.c.at < before,
        tried.c.position > since,
    )


def pay(
    tx: Tx, found: Instalment, state: InstalmentState, *, pence: int, settled_at: datetime | None
) -> None:
    """More came for it: `pence` is added to what had come."""
    tx.connection.execute(
        update(instalment)
        .where(instalment.c.plan_id == found.plan_id, instalment.c.sequence == found.sequence)
        .values(
            state=state.value,
            paid_pence=instalment.c.paid_pence + pence,
            settled_at=func.coalesce(settled_at, instalment.c.settled_at),
        )
    )


def pay_ahead(tx: Tx, plan_id: PlanId, pence: int) -> bool:
    """Nothing was open: it counts for the payment day that lies ahead. False where none does."""
    done = tx.connection.execute(
        update(instalment)
        .where(
            instalment.c.plan_id == plan_id,
            instalment.c.state == InstalmentState.PLANNED.value,
        )
        .values(paid_pence=instalment.c.paid_pence + pence)
    )
    return done.rowcount == 1


def unpay_ahead(tx: Tx, plan_id: PlanId, pence: int) -> int:
    """What had come for the payment day that lies ahead goes back, at most `pence` of it; how
    much."""
    ahead = (
        instalment.c.plan_id == plan_id,
        instalment.c.state == InstalmentState.PLANNED.value,
    )
    row = tx.connection.execute(select(instalment.c.paid_pence).where(*ahead)).first()
    part = min(pence, row[0]) if row else 0
    if part:
        tx.connection.execute(
            update(instalment).where(*ahead).values(paid_pence=instalment.c.paid_pence - part)
        )
    return part


def unpay(tx: Tx, found: Instalment, *, pence: int) -> None:
    """What had come for it went back: it is missed, and stands open for the person to pay."""
    tx.connection.execute(
        update(instalment)
        .where(instalment.c.plan_id == found.plan_id, instalment.c.sequence == found.sequence)
        .values(
            state=InstalmentState.MISSED.value,
            paid_pence=instalment.c.paid_pence - pence,
            settled_at=None,
        )
    )


def miss(tx: Tx, found: Instalment) -> None:
    tx.connection.execute(
        update(instalment)
        .where(instalment.c.plan_id == found.plan_id, instalment.c.sequence == found.sequence)
        .values(state=InstalmentState.MISSED.value)
    )


def move(tx: Tx, plan_id: PlanId, sequence: int, due_on: date) -> None:
    """This one falls on another day."""
    tx.connection.execute(
        update(instalment)
        .where(instalment.c.plan_id == plan_id, instalment.c.sequence == sequence)
        .values(due_on=due_on)
    )


def skip(tx: Tx, plan_id: PlanId, sequence: int) -> None:
    """A break lets the person off this one: nothing counts for it (`plan.pause` moves what had)."""
    tx.connection.execute(
        update(instalment)
        .where(instalment.c.plan_id == plan_id, instalment.c.sequence == sequence)
        .values(state=InstalmentState.SKIPPED.value, paid_pence=0)
    )


def _read(
    plan_id: PlanId,
    sequence: int,
    due_on: date,
    state: str,
    amount_pence: int | None,
    paid_pence: int,
    settled_at: datetime | None,
) -> Instalment:
    return Instalment(
        PlanId(plan_id),
        sequence,
        due_on,
        InstalmentState(state),
        amount_pence,
        paid_pence,
        settled_at,
    )
