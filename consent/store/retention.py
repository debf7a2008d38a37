"""What has been kept for as long as it serves, and goes. Each drops one batch and says how many."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Table, delete, exists, func, or_, select

from consent.ids import SubjectId
from consent.records import (
    consent_event,
    consent_grant,
    consent_version,
    contact,
    disposal,
    hold_request,
    person,
    session,
    sign_in_evidence,
)
from consent.store import Tx


def drop_permissions(tx: Tx, before: datetime, *, limit: int) -> int:
    """Permissions that nothing has happened to since they ended, with all that hangs on them. Their
    events stay in the log."""
    last = func.greatest(consent_grant.c.changed_at, consent_grant.c.told_at)
    due = list(
        tx.connection.execute(
            select(consent_grant.c.grant_id)
            .where(consent_grant.c.ended_at.is_not(None), last < before)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).scalars()
    )
    for table in (disposal, consent_version, consent_grant):
        tx.connection.execute(delete(table).where(table.c.grant_id.in_(due)))
    return len(due)


def drop_evidence(tx: Tx, before: datetime) -> int:
    """Sign-in evidence of receipts that name no permission any more."""
    named = [
        exists().where(table.c.receipt == sign_in_evidence.c.receipt)
        for table in (consent_grant, consent_version)
    ]
    gone = delete(sign_in_evidence).where(
        sign_in_evidence.c.kept_at < before, *(~one for one in named)
    )
    return tx.connection.execute(gone).rowcount


def drop_questions(tx: Tx, before: datetime) -> int:
    """What people said of debts, a long time after it was settled."""
    settled = (hold_request.c.state == "closed") & (hold_request.c.changed_at < before)
    return tx.connection.execute(delete(hold_request).where(settled)).rowcount


def people_to_forget(tx: Tx, before: datetime, *, limit: int) -> Sequence[SubjectId]:
    """People of whom nothing serves as evidence any more: they closed their account, or were not
    here since `before`. Whether a plan still needs them is asked elsewhere."""
    query = select(person.c.subject_id).where(_nothing_holds(before)).order_by(person.c.first_seen)
    return [SubjectId(row) for row in tx.connection.execute(query.limit(limit)).scalars()]


def forget(tx: Tx, subject: SubjectId, before: datetime) -> bool:
    """Destroy the link to a person and the key to their evidence, if still nothing holds them."""
    found = tx.connection.execute(
        select(person.c.subject_id).where(person.c.subject_id == subject, _nothing_holds(before))
    ).scalar_one_or_none()
    if found is None:
        return False
    for table in (sign_in_evidence, hold_request, contact, person):
        tx.connection.execute(delete(table).where(table.c.subject_id == subject))
    return True


def _nothing_holds(before: datetime) -> ColumnElement[bool]:
    grant, hold = consent_grant.c, hold_request.c
    quiet = (person.c.first_seen < before) & ~_of(consent_event, consent_event.c.at >= before)
    return (
        or_(person.c.closed_at.is_not(None), quiet)
        & ~_of(session)
        & ~_of(consent_grant, or_(grant.ended_at.is_(None), grant.changed_at >= before))
        & ~_of(hold_request, or_(hold.state != "closed", hold.changed_at >= before))
    )


def _of(table: Table, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Has this table such a row of the person? It reads the columns it names and no other."""
    mine = select(table.c.subject_id).where(table.c.subject_id == person.c.subject_id, *conditions)
    return mine.exists()
