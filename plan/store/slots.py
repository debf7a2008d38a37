"""One worker for each tick: a claimed slot of a job's fixed timetable (decision 16)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert as upsert

from consent.store import Tx
from plan.records import worker_slot

KEPT = timedelta(days=2)


def claim(tx: Tx, job: str, slot: datetime) -> bool:
    """True for exactly one worker per job and slot. Nobody waits: a busy lock is a no."""
    lock = select(func.pg_try_advisory_xact_lock(func.hashtextextended(f"svd:{job}", 0)))
    if not tx.connection.execute(lock).scalar_one():
        return False
    claimed = tx.connection.execute(
        upsert(worker_slot)
        .values(job=job, slot=slot)
        .on_conflict_do_nothing()
        .returning(worker_slot.c.job)
    ).one_or_none()
    if claimed is None:
        return False
    tx.connection.execute(
        delete(worker_slot).where(worker_slot.c.job == job, worker_slot.c.slot < slot - KEPT)
    )
    return True
