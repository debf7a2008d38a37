"""Rows of consent events and of the outbox."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import desc, insert, select

from consent.events import Event, Kind
from consent.ids import DepartmentCode, GrantId, SubjectId
from consent.records import consent_event, outbox
from consent.store import Tx

_COLUMNS = (
    consent_event.c.event_id,
    consent_event.c.at,
    consent_event.c.subject_id,
    consent_event.c.grant_id,
    consent_event.c.department,
    consent_event.c.purpose,
    consent_event.c.kind,
    consent_event.c.by_kind,
    consent_event.c.outcome,
    consent_event.c.salt,
    consent_event.c.interaction_id,
    consent_event.c.digest,
)


def append(tx: Tx, event: Event) -> None:
    """Add one event; there is no other change to this table."""
    tx.connection.execute(
        insert(consent_event).values(
            event_id=event.event_id,
            at=event.at,
            subject_id=event.subject,
            grant_id=event.grant_id,
            department=event.department,
            purpose=event.purpose,
            kind=event.kind.value,
            by_kind=event.by,
            outcome=event.outcome,
            salt=event.salt,
            interaction_id=event.interaction_id,
            digest=event.digest,
            leaf_hash=event.leaf_hash,
        )
    )


def history(tx: Tx, subject: SubjectId, *, limit: int, offset: int) -> list[Event]:
    """Newest first."""
    rows = tx.connection.execute(
        select(*_COLUMNS)
        .where(consent_event.c.subject_id == subject)
        .order_by(desc(consent_event.c.position))
        .limit(limit)
        .offset(offset)
    )
    return [
        Event(
            row[0],
            row[1],
            SubjectId(row[2]),
            GrantId(row[3]),
            DepartmentCode(row[4]),
            row[5],
            Kind(row[6]),
            row[7],
            row[8],
            row[9],
            row[10],
            row[11],
        )
        for row in rows
    ]


def queue(tx: Tx, *, topic: str, department: str, ref: str, now: datetime) -> None:
    """Put one id into the outbox, in the transaction of the change it tells of."""
    tx.connection.execute(
        # inline: the portal may add a row and read none
        insert(outbox)
        .inline()
        .values(topic=topic, department=department, ref=ref, created_at=now, due_at=now)
    )
