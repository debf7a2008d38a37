"""What was done under a person's permissions, in parts: each ask with how it ended.

Parts go by position, not by number: the newest part costs the same however long the history is.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import String, Values, column, select

from consent.events import Event, Kind
from consent.ids import DepartmentCode, GrantId, SubjectId
from consent.records import consent_event, consent_grant, disposal
from consent.store import Tx

_EVENT: Final = tuple(
    consent_event.c[name]
    for name in (
        *("position", "event_id", "at", "subject_id", "grant_id", "department", "purpose"),
        *("kind", "by_kind", "outcome", "salt", "interaction_id", "digest"),
    )
)


@dataclass(frozen=True, slots=True)
class Placed:
    """An event and its place in the order of the table."""

    position: int
    event: Event


@dataclass(frozen=True, slots=True)
class Disposed:
    """Until when an answer may lie in memory, and when it was thrown away. Aware UTC."""

    held_until: datetime
    at: datetime | None
    how: str | None


def part(
    tx: Tx,
    subject: SubjectId,
    kinds: Collection[Kind],
    *,
    limit: int,
    before: int | None = None,
    after: int | None = None,
    department: str = "",
) -> list[Placed]:
    """Events of these kinds, newest first: the newest, those before a position, or the ones
    right after it."""
    position = consent_event.c.position
    query = select(*_EVENT).where(
        consent_event.c.subject_id == subject,
        consent_event.c.kind.in_([kind.value for kind in kinds]),
    )
    if department:
        query = query.where(consent_event.c.department == department)
    if before is not None:
        query = query.where(position < before)
    if after is not None:
        query = query.where(position > after)
    upwards = after is not None
    query = query.order_by(position if upwards else position.desc()).limit(limit)
    found = [_placed(row) for row in tx.connection.execute(query)]
    return found[::-1] if upwards else found


def ends_of(
    tx: Tx, subject: SubjectId, asks: Sequence[Placed], kinds: Collection[Kind]
) -> dict[UUID, Event]:
    """How these asks ended, by the id that joins what belongs to one ask."""
    wanted = [ask.event.interaction_id for ask in asks if ask.event.interaction_id]
    if not wanted:
        return {}
    query = select(*_EVENT).where(
        consent_event.c.subject_id == subject,
        consent_event.c.grant_id.in_({ask.event.grant_id for ask in asks}),
        consent_event.c.position > min(ask.position for ask in asks),
        consent_event.c.interaction_id.in_(wanted),
        consent_event.c.kind.in_([kind.value for kind in kinds]),
    )
    found = (_placed(row).event for row in tx.connection.execute(query))
    return {event.interaction_id: event for event in found if event.interaction_id}


def disposed_of(tx: Tx, subject: SubjectId, asks: Sequence[Placed]) -> dict[UUID, Disposed]:
    """What became of the answers to these asks."""
    wanted = [ask.event.interaction_id for ask in asks if ask.event.interaction_id]
    query = select(
        disposal.c.interaction_id, disposal.c.held_until, disposal.c.disposed_at, disposal.c.how
    ).where(disposal.c.subject_id == subject, disposal.c.interaction_id.in_(wanted))
    return {row[0]: Disposed(row[1], row[2], row[3]) for row in tx.connection.execute(query)}


def departments_of(
    tx: Tx, subject: SubjectId, among: Collection[DepartmentCode]
) -> list[DepartmentCode]:
    """Those of these departments that this person ever gave a permission for."""
    codes = Values(column("code", String), name="asked").data([(code,) for code in among])
    some = (
        select(consent_grant.c.department)
        .where(consent_grant.c.subject_id == subject, consent_grant.c.department == codes.c.code)
        .limit(1)
        .lateral("some")
    )
    rows = tx.connection.execute(select(some.c.department).select_from(codes, some))
    return [DepartmentCode(row[0]) for row in rows]


def _placed(row: Any) -> Placed:
    event = Event(
        row[1],
        row[2],
        SubjectId(row[3]),
        GrantId(row[4]),
        DepartmentCode(row[5]),
        row[6],
        Kind(row[7]),
        row[8],
        row[9],
        row[10],
        row[11],
        row[12],
    )
    return Placed(row[0], event)
