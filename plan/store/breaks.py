"""Rows of breaks from paying."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import insert, select

from consent.ids import PlanId, SubjectId
from consent.store import Tx
from plan.records import plan_break
from plan.rules.breaks import Break, BreakKind


def of_plan(tx: Tx, plan_id: PlanId) -> list[Break]:
    """All of them, the oldest first."""
    rows = tx.connection.execute(
        select(plan_break.c.first_on, plan_break.c.payments, plan_break.c.kind)
        .where(plan_break.c.plan_id == plan_id)
        .order_by(plan_break.c.first_on)
    )
    return [Break(first_on, payments, BreakKind(kind)) for first_on, payments, kind in rows]


def add(
    tx: Tx,
    break_id: UUID,
    subject: SubjectId,
    plan_id: PlanId,
    taken: Break,
    *,
    asked_at: datetime,
) -> date:
    """Keep one; the answer is its first day."""
    tx.connection.execute(
        insert(plan_break).values(
            break_id=break_id,
            plan_id=plan_id,
            subject_id=subject,
            kind=taken.kind.value,
            first_on=taken.first,
            payments=taken.payments,
            asked_at=asked_at,
        )
    )
    return taken.first
