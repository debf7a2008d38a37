"""Rows of disposals: which answers are held, until when, and what became of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, insert, select, update

from consent.ids import DepartmentCode, GrantId, SubjectId
from consent.records import consent_grant, consent_version, disposal
from consent.store import Tx


@dataclass(frozen=True, slots=True)
class Kept:
    """One answer that was received, with the words under which it was asked for.

    `answer_sha256` is the hash of the sealed entry as the vault holds it, never of what it says.
    `notice` and `language` are those of the permission when it was asked. Times are aware UTC.
    """

    interaction_id: UUID
    grant_id: GrantId
    subject_id: SubjectId
    department: DepartmentCode
    asked_at: datetime
    answer_sha256: str
    held_until: datetime
    disposed_at: datetime | None
    how: str | None
    purpose: str
    notice: str
    language: str


_OWN: Final = (
    *("interaction_id", "grant_id", "subject_id", "department", "asked_at", "answer_sha256"),
    *("held_until", "disposed_at", "how"),
)


def add(
    tx: Tx,
    *,
    interaction_id: UUID,
    grant_id: GrantId,
    subject: SubjectId,
    department: DepartmentCode,
    asked_at: datetime,
    answer_sha256: str,
    held_until: datetime,
) -> None:
    tx.connection.execute(
        insert(disposal).values(
            interaction_id=interaction_id,
            grant_id=grant_id,
            subject_id=subject,
            department=department,
            asked_at=asked_at,
            answer_sha256=answer_sha256,
            held_until=held_until,
        )
    )


def open_of(tx: Tx, subject: SubjectId, interactions: Collection[UUID]) -> list[Kept]:
    """Those of these that are not closed yet, held for the change, in one order for everybody."""
    return _kept(
        tx,
        _query(disposal.c.subject_id == subject, disposal.c.interaction_id.in_(interactions))
        .where(disposal.c.disposed_at.is_(None))
        .order_by(disposal.c.interaction_id)
        .with_for_update(of=disposal),
    )


def due(tx: Tx, before: datetime, *, limit: int) -> list[Kept]:
    """Whose time ended before this moment, claimed so that two workers never take the same."""
    return _kept(
        tx,
        _query(disposal.c.disposed_at.is_(None), disposal.c.held_until <= before)
        .order_by(disposal.c.held_until)
        .limit(limit)
        .with_for_update(of=disposal, skip_locked=True),
    )


def of_person(
    tx: Tx,
    subject: SubjectId,
    *,
    limit: int,
    before: datetime | None = None,
    interactions: Collection[UUID] | None = None,
) -> list[Kept]:
    """Newest first; those of some asks, or those asked before a moment."""
    query = _query(disposal.c.subject_id == subject)
    if interactions is not None:
        query = query.where(disposal.c.interaction_id.in_(interactions))
    if before is not None:
        query = query.where(disposal.c.asked_at < before)
    order = (disposal.c.asked_at.desc(), disposal.c.interaction_id)
    return _kept(tx, query.order_by(*order).limit(limit))


def one(tx: Tx, interaction_id: UUID) -> Kept | None:
    """For an auditor, who has no person."""
    found = _kept(tx, _query(disposal.c.interaction_id == interaction_id))
    return found[0] if found else None


def close(tx: Tx, interaction_id: UUID, *, at: datetime, how: str) -> None:
    tx.connection.execute(
        update(disposal)
        .where(disposal.c.interaction_id == interaction_id, disposal.c.disposed_at.is_(None))
        .values(disposed_at=at, how=how)
    )


def _query(*conditions: ColumnElement[bool]) -> Select[Any]:
    grant = consent_grant.c
    return (
        select(
            *(disposal.c[name] for name in _OWN),
            grant.purpose,
            grant.notice,
            grant.language,
            grant.given_at,
        )
        .join(consent_grant, grant.grant_id == disposal.c.grant_id)
        .where(*conditions)
    )


def _kept(tx: Tx, query: Select[Any]) -> list[Kept]:
    found = []
    for *own, purpose, notice, language, given_at in tx.connection.execute(query).all():
        values: dict[str, Any] = dict(zip(_OWN, own, strict=True))
        if values["asked_at"] < given_at:  # renewed since
            notice, language = _then(tx, values["grant_id"], values["asked_at"])
        found.append(Kept(**values, purpose=purpose, notice=notice, language=language))
    return found


def _then(tx: Tx, grant_id: str, at: datetime) -> tuple[str, str]:
    """The words of the version that was in force at this moment."""
    row = tx.connection.execute(
        select(consent_version.c.notice, consent_version.c.language)
        .where(consent_version.c.grant_id == grant_id, consent_version.c.given_at <= at)
        .order_by(consent_version.c.given_at.desc())
        .limit(1)
    ).one()
    return str(row[0]), str(row[1])
