"""Claiming and settling rows of the outbox. A row holds ids only, and is told at least once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from consent.records import outbox
from consent.store import Tx

LEASE = timedelta(seconds=90)
"""How long a claimed row is left alone: longer than any one delivery takes."""
LONGEST_WAIT = timedelta(hours=1)
KEPT = timedelta(days=30)
"""How long a row stays after it was delivered."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """One thing to tell one department. `attempts` counts this one."""

    outbox_id: int
    topic: str
    department: str
    ref: str
    attempts: int


def departments_due(tx: Tx, now: datetime) -> list[str]:
    """Departments for which something is due."""
    due = (
        select(outbox.c.department)
        .where(outbox.c.delivered_at.is_(None), outbox.c.due_at <= now)
        .distinct()
        .order_by(outbox.c.department)
    )
    return list(tx.connection.execute(due).scalars())


def claim(tx: Tx, department: str, *, now: datetime, limit: int) -> list[Parcel]:
    """Take rows that are due for this department, oldest first; no other worker gets them.

    A worker that dies leaves its rows to be claimed again when the lease is over.
    """
    due = (
        select(outbox.c.outbox_id)
        .where(
            outbox.c.delivered_at.is_(None),
            outbox.c.due_at <= now,
            outbox.c.department == department,
        )
        .order_by(outbox.c.outbox_id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = tx.connection.execute(
        update(outbox)
        .where(outbox.c.outbox_id.in_(due))
        .values(due_at=now + LEASE, attempts=outbox.c.attempts + 1)
        .returning(
            outbox.c.outbox_id,
            outbox.c.topic,
            outbox.c.department,
            outbox.c.ref,
            outbox.c.attempts,
        )
    )
    return sorted((Parcel(*row) for row in rows), key=lambda parcel: parcel.outbox_id)


def settle(tx: Tx, parcel: Parcel, *, now: datetime, fault: str = "") -> None:
    """The matter is done: taken, not needed, or refused for good, which `fault` then says."""
    tx.connection.execute(
        update(outbox)
        .where(outbox.c.outbox_id == parcel.outbox_id)
        .values(delivered_at=now, last_fault=fault[:24])
    )


def try_later(tx: Tx, parcel: Parcel, *, now: datetime, fault: str) -> None:
    """Not told: again after 2, 4, 8 … seconds, an hour at most. `fault` is a short code."""
    wait = min(timedelta(seconds=2 ** min(parcel.attempts, 12)), LONGEST_WAIT)
    tx.connection.execute(
        update(outbox)
        .where(outbox.c.outbox_id == parcel.outbox_id)
        .values(due_at=now + wait, last_fault=fault[:24])
    )


def drop_delivered(tx: Tx, now: datetime) -> int:
    """The nightly sweep: what was delivered a month ago is gone."""
    gone = delete(outbox).where(outbox.c.delivered_at < now - KEPT)
    return tx.connection.execute(gone).rowcount
