"""Rows of plan events: added, never changed."""

from __future__ import annotations

from sqlalchemy import func, insert, select

from consent.ids import PlanId, SubjectId
from consent.store import Tx
from plan.events import BREAKS, Kind, PlanEvent
from plan.records import plan_event


def append(tx: Tx, event: PlanEvent) -> None:
    """Add one event; there is no other change to this table."""
    tx.connection.execute(
        insert(plan_event).values(
            event_id=event.event_id,
            at=event.at,
            subject_id=event.subject,
            plan_id=event.plan_id,
            share_id=event.share_id,
            department=event.department,
            kind=event.kind.value,
            by_kind=event.by,
        )
    )


def breaks(tx: Tx, plan_id: PlanId) -> int:
    """How often this plan paused or went on so far."""
    of_breaks = plan_event.c.kind.in_([kind.value for kind in BREAKS])
    query = select(func.count()).where(plan_event.c.plan_id == plan_id, of_breaks)
    return tx.connection.execute(query).scalar_one()


def history(tx: Tx, subject: SubjectId, *, limit: int, offset: int = 0) -> list[PlanEvent]:
    """Newest first."""
    rows = tx.connection.execute(
        select(
            plan_event.c.event_id,
            plan_event.c.at,
            plan_event.c.plan_id,
            plan_event.c.kind,
            plan_event.c.by_kind,
            plan_event.c.share_id,
            plan_event.c.department,
        )
        .where(plan_event.c.subject_id == subject)
        .order_by(plan_event.c.position.desc())
        .limit(limit)
        .offset(offset)
    )
    return [
        PlanEvent(row[0], row[1], subject, PlanId(row[2]), Kind(row[3]), row[4], row[5], row[6])
        for row in rows
    ]
