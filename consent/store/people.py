"""Rows of people, sessions and safe contacts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from consent.ids import PersonKey, SubjectId
from consent.records import contact, person, session
from consent.store import Tx


@dataclass(frozen=True, slots=True)
class SessionRow:
    subject: SubjectId
    signed_in_at: datetime
    idle_until: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class ContactRow:
    channel: str
    sealed_address: str
    language: str
    changed_at: datetime


def subject_of(
    tx: Tx, key: PersonKey, *, fresh: SubjectId, pepper_version: int, now: datetime
) -> SubjectId:
    """The subject of this key; a new one, `fresh`, for somebody never seen (SEC-29). An account
    that was closed is open again."""
    tx.connection.execute(
        upsert(person)
        .values(subject_id=fresh, person_key=key, pepper_version=pepper_version, first_seen=now)
        .on_conflict_do_update(
            index_elements=[person.c.person_key],
            set_={"closed_at": None},
            where=person.c.closed_at.is_not(None),
        )
    )
    found = tx.connection.execute(select(person.c.subject_id).where(person.c.person_key == key))
    return SubjectId(found.scalar_one())


def add_session(
    tx: Tx,
    session_hash: str,
    subject: SubjectId,
    *,
    door: str,
    started_at: datetime,
    signed_in_at: datetime,
    idle_until: datetime,
    ends_at: datetime,
) -> None:
    tx.connection.execute(
        insert(session).values(
            session_hash=session_hash,
            subject_id=subject,
            door=door,
            started_at=started_at,
            signed_in_at=signed_in_at,
            idle_until=idle_until,
            ends_at=ends_at,
        )
    )


def find_session(tx: Tx, session_hash: str) -> SessionRow | None:
    row = tx.connection.execute(
        select(
            session.c.subject_id, session.c.signed_in_at, session.c.idle_until, session.c.ends_at
        ).where(session.c.session_hash == session_hash)
    ).one_or_none()
    return None if row is None else SessionRow(SubjectId(row[0]), row[1], row[2], row[3])


def touch_session(tx: Tx, session_hash: str, *, idle_until: datetime) -> None:
    tx.connection.execute(
        update(session).where(session.c.session_hash == session_hash).values(idle_until=idle_until)
    )


def drop_session(tx: Tx, session_hash: str) -> None:
    tx.connection.execute(delete(session).where(session.c.session_hash == session_hash))


def drop_sessions_of(tx: Tx, subject: SubjectId) -> None:
    tx.connection.execute(delete(session).where(session.c.subject_id == subject))


def drop_ended_sessions(tx: Tx, now: datetime) -> int:
    """The nightly sweep: rows whose end has passed, either way."""
    gone = delete(session).where((session.c.ends_at <= now) | (session.c.idle_until <= now))
    return tx.connection.execute(gone).rowcount


def close(tx: Tx, subject: SubjectId, now: datetime) -> None:
    """The account is closed: no session, no way to contact."""
    forget_contact(tx, subject)
    tx.connection.execute(
        update(person).where(person.c.subject_id == subject).values(closed_at=now)
    )


def forget_contact(tx: Tx, subject: SubjectId) -> None:
    """No session and no way to contact, as the worker does it for somebody who has died."""
    drop_sessions_of(tx, subject)
    tx.connection.execute(delete(contact).where(contact.c.subject_id == subject))


def keep_contact(tx: Tx, subject: SubjectId, row: ContactRow) -> None:
    values = {
        "channel": row.channel,
        "sealed_address": row.sealed_address,
        "language": row.language,
        "changed_at": row.changed_at,
    }
    tx.connection.execute(
        upsert(contact)
        .values(subject_id=subject, **values)
        .on_conflict_do_update(index_elements=[contact.c.subject_id], set_=values)
    )


def contact_of(tx: Tx, subject: SubjectId) -> ContactRow | None:
    row = tx.connection.execute(
        select(
            contact.c.channel, contact.c.sealed_address, contact.c.language, contact.c.changed_at
        ).where(contact.c.subject_id == subject)
    ).one_or_none()
    return None if row is None else ContactRow(*row)
