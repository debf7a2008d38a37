"""Rows of messages: made once, claimed by one worker at a time, and what became of each."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Select, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from consent.clock import london_date
from consent.ids import SubjectId
from consent.store import Tx
from plan.records import message
from plan.store.to_tell import ToTell

LEASE: Final = timedelta(minutes=3)
"""How long a claimed row is left alone: longer than any one sending takes."""
WAITING, SENT, DELIVERED, FAILED, NOT_SENT = "waiting", "sent", "delivered", "failed", "not_sent"
REMINDER: Final = "M11"
"""The one kind that a person asks for, and that waits for a day ahead (S06)."""
CALLED_OFF: Final = "OFF"
"""No message: a row of this kind, about a reminder, says that it is not to go."""


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One message as it is kept: never its text, never the address."""

    message_id: UUID
    subject: SubjectId
    kind: str
    channel: str
    language: str
    day: date
    made_at: datetime
    sent_at: datetime | None
    status: str
    tries: int
    provider_ref: str
    try_at: datetime | None

    @property
    def dated(self) -> date:
        """The day that its check code names: it was made on it, or is for it."""
        return self.day if self.kind == REMINDER else london_date(self.made_at)


_ALL: Final = (
    message.c.message_id,
    message.c.subject_id,
    message.c.kind,
    message.c.channel,
    message.c.language,
    message.c.day,
    message.c.made_at,
    message.c.sent_at,
    message.c.status,
    message.c.tries,
    message.c.provider_ref,
    message.c.try_at,
)


def add(
    tx: Tx,
    message_id: UUID,
    what: ToTell,
    *,
    channel: str,
    language: str,
    now: datetime,
    not_before: datetime | None = None,
) -> bool:
    """A message to send, at once or at a moment ahead; False when there is one about this
    already."""
    goes = channel != "none"
    done = tx.connection.execute(
        upsert(message)
        .values(
            message_id=message_id,
            subject_id=what.subject,
            kind=what.kind,
            channel=channel,
            language=language,
            about=what.about,
            day=what.day,
            made_at=now,
            try_at=(not_before or now) if goes else None,
            status=WAITING if goes else NOT_SENT,
        )
        .on_conflict_do_nothing()
        .returning(message.c.message_id)
    )
    return done.first() is not None


def claim(tx: Tx, status: str, *, kinds: Collection[str], now: datetime) -> MessageRow | None:
    """The one that has waited longest; no other worker gets it until the lease is over."""
    due = (
        select(message.c.message_id)
        .where(message.c.status == status, message.c.try_at <= now, message.c.kind.in_(kinds))
        .order_by(message.c.try_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = tx.connection.execute(
        update(message)
        .where(message.c.message_id == due.scalar_subquery())
        .values(try_at=now + LEASE, tries=message.c.tries + 1)
        .returning(*_ALL)
    ).one_or_none()
    return None if row is None else _read(row)


def note_sent(
    tx: Tx, message_id: UUID, *, ref: str, channel: str, now: datetime, look_at: datetime
) -> None:
    """It is with the provider; `look_at` is when to ask whether it arrived."""
    _set(
        tx,
        message_id,
        WAITING,
        {
            "status": SENT,
            "sent_at": now,
            "provider_ref": ref,
            "channel": channel,
            "try_at": look_at,
        },
    )


def settle(tx: Tx, row: MessageRow, status: str) -> None:
    """Nothing is left to do for it."""
    _set(tx, row.message_id, row.status, {"status": status, "try_at": None})


def try_later(tx: Tx, row: MessageRow, at: datetime | None, *, untried: bool = False) -> None:
    """Again at this moment, or not again. `untried`: nothing went out this time."""
    values: dict[str, object] = {"try_at": at}
    if untried:
        values["tries"] = row.tries - 1
    _set(tx, row.message_id, row.status, values)


def of_subject(tx: Tx, subject: SubjectId, *, limit: int) -> list[MessageRow]:
    """Newest first."""
    rows = tx.connection.execute(
        select(*_ALL)
        .where(message.c.subject_id == subject)
        .order_by(message.c.made_at.desc(), message.c.message_id)
        .limit(limit)
    )
    return [_read(row) for row in rows]


def one_of(tx: Tx, subject: SubjectId, message_id: UUID) -> MessageRow | None:
    row = tx.connection.execute(
        select(*_ALL).where(message.c.subject_id == subject, message.c.message_id == message_id)
    ).one_or_none()
    return None if row is None else _read(row)


def reminders_of(tx: Tx, subject: SubjectId, now: datetime) -> list[MessageRow]:
    """Those that nobody has begun to send and that were not called off, the soonest first."""
    rows = tx.connection.execute(
        select(*_ALL)
        .where(
            message.c.subject_id == subject,
            message.c.kind == REMINDER,
            message.c.status == WAITING,
            message.c.try_at > now,
            message.c.tries == 0,
            message.c.message_id.not_in(_called_off(subject)),
        )
        .order_by(message.c.try_at)
    )
    return [_read(row) for row in rows]


def called_off(tx: Tx, subject: SubjectId) -> frozenset[UUID]:
    """The reminders that this person called off."""
    return frozenset(tx.connection.execute(_called_off(subject)).scalars())


def _called_off(subject: SubjectId) -> Select[UUID]:
    return select(message.c.about).where(
        message.c.subject_id == subject, message.c.kind == CALLED_OFF
    )


def _set(tx: Tx, message_id: UUID, status: str, values: dict[str, object]) -> None:
    tx.connection.execute(
        update(message)
        .where(message.c.message_id == message_id, message.c.status == status)
        .values(**values)
    )


def _read(row: object) -> MessageRow:
    values = list(row)  # type: ignore[call-overload]  # a row of _ALL, in its order
    return MessageRow(values[0], SubjectId(values[1]), *values[2:])
