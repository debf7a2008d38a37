"""Who cannot be forgotten yet because of a plan (decision 44)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import or_, select

from consent.ids import SubjectId
from consent.store import Tx
from plan.records import plan


def with_a_plan(tx: Tx, among: Collection[SubjectId], since: datetime) -> set[SubjectId]:
    """Those of these people whose plan runs, or ended after this moment."""
    rows = tx.connection.execute(
        select(plan.c.subject_id).where(
            plan.c.subject_id.in_(list(among)),
            or_(plan.c.ended_at.is_(None), plan.c.ended_at >= since),
        )
    )
    return {SubjectId(row) for row in rows.scalars()}
