"""Rows of breaks from paying."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import insert, select

from consent.ids import PlanId, SubjectId
from consent.store import Tx
from plan.records import plan_break, plan_version
from plan.rules.breaks import Break, BreakKind
from plan.rules.frequencies import Frequency
from plan.terms import Every


def of_plan(tx: Tx, plan_id: PlanId, every: Every) -> list[Break]:
    """All of them, the oldest first, each with how often the plan was paid when it was asked for;
    `every` is how often it is paid now."""
    then = (
        select(plan_version.c.frequency)
        .where(plan_version.c.plan_id == plan_id, plan_version.c.until_at >= plan_break.c.asked_at)
        .order_by(plan_version.c.version)
        .limit(1)
        .scalar_subquery()
    )
    rows = tx.connection.execute(
        select(plan_break.c.first_on, plan_break.c.payments, plan_break.c.kind, then)
        .where(plan_break.c.plan_id == plan_id)
        .order_by(plan_break.c.first_on)
    )
    return [
        Break(first_on, payments, BreakKind(kind), Frequency(often or every))
        for first_on, payments, kind, often in rows
    ]


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
