"""Rows of what was shown and is not agreed to: requested, deferred, refused, lapsed."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, insert, select, update

from consent.ids import DepartmentCode, GrantId, SubjectId
from consent.lifecycle import State
from consent.purposes import Purpose
from consent.records import consent_request
from consent.store import Tx


@dataclass(frozen=True, slots=True)
class Request:
    """One row of `consent_request`. `decide_by` is when it lapses by itself. Times are UTC."""

    grant_id: GrantId
    subject_id: SubjectId
    department: DepartmentCode
    purpose: Purpose
    state: State
    notice: str
    notice_sha256: str
    language: str
    channel: str
    post_hash: str
    requested_at: datetime
    decide_by: datetime
    decided_at: datetime | None
    changed_by: str
    changed_at: datetime


_NAMES = tuple(field.name for field in fields(Request))
_ALL = tuple(consent_request.c[name] for name in _NAMES)
OPEN = (State.REQUESTED, State.DEFERRED)


def _requests(tx: Tx, query: Select[Any]) -> list[Request]:
    found = []
    for row in tx.connection.execute(query):
        values: dict[str, Any] = dict(zip(_NAMES, row, strict=True))
        values["state"] = State(values["state"])
        values["purpose"] = Purpose(values["purpose"])
        found.append(Request(**values))
    return found


def hold_form(tx: Tx, post_hash: str) -> None:
    """Of one form in two tabs, or posted twice, one goes first."""
    tx.connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(post_hash, 0))))


def hold_person(tx: Tx, subject: SubjectId) -> None:
    """Of two forms of one person, one goes first: nobody gives twice what is one permission."""
    hold_form(tx, f"person {subject}")


def add(tx: Tx, request: Request) -> None:
    values = {name: getattr(request, name) for name in _NAMES}
    tx.connection.execute(insert(consent_request).values(values))


def of_form(
    tx: Tx, subject: SubjectId, post_hash: str, department: DepartmentCode, purpose: Purpose
) -> Request | None:
    """What this form asked for one department and purpose, locked until it is decided."""
    found = _requests(
        tx,
        select(*_ALL)
        .where(
            consent_request.c.subject_id == subject,
            consent_request.c.post_hash == post_hash,
            consent_request.c.department == department,
            consent_request.c.purpose == purpose.value,
        )
        .with_for_update(),
    )
    return found[0] if found else None


def of_post(tx: Tx, subject: SubjectId, post_hash: str) -> list[Request]:
    """All that one form asked, in one order, locked until it is decided."""
    return _requests(
        tx,
        select(*_ALL)
        .where(consent_request.c.subject_id == subject, consent_request.c.post_hash == post_hash)
        .order_by(consent_request.c.grant_id)
        .with_for_update(),
    )


def deferred_of(
    tx: Tx, subject: SubjectId, department: DepartmentCode, purpose: Purpose
) -> Request | None:
    """The newest question about this department and purpose that was put off, locked."""
    found = _requests(
        tx,
        select(*_ALL)
        .where(
            consent_request.c.subject_id == subject,
            consent_request.c.department == department,
            consent_request.c.purpose == purpose.value,
            consent_request.c.state == State.DEFERRED.value,
        )
        .order_by(consent_request.c.requested_at.desc())
        .limit(1)
        .with_for_update(),
    )
    return found[0] if found else None


def open_of(tx: Tx, subject: SubjectId) -> list[Request]:
    """What waits for this person's decision, the newest first, locked."""
    return _requests(
        tx,
        select(*_ALL)
        .where(
            consent_request.c.subject_id == subject,
            consent_request.c.state.in_([state.value for state in OPEN]),
        )
        .order_by(consent_request.c.requested_at.desc(), consent_request.c.grant_id)
        .with_for_update(),
    )


def due_to_lapse(tx: Tx, now: datetime, *, limit: int) -> list[Request]:
    """Requests without a decision in time, claimed so that two workers never take the same."""
    return _requests(
        tx,
        select(*_ALL)
        .where(
            consent_request.c.state.in_([state.value for state in OPEN]),
            consent_request.c.decide_by <= now,
        )
        .order_by(consent_request.c.decide_by)
        .limit(limit)
        .with_for_update(skip_locked=True),
    )


def move(
    tx: Tx,
    grant_id: GrantId,
    after: State,
    *,
    by: str,
    at: datetime,
    decide_by: datetime | None = None,
) -> None:
    """The row's new state; one that is decided keeps no deadline but the one it had."""
    values: dict[str, Any] = {
        "state": after.value,
        "changed_by": by,
        "changed_at": at,
        "decided_at": None if after in OPEN else at,
    }
    if decide_by is not None:
        values["decide_by"] = decide_by
    tx.connection.execute(
        update(consent_request).where(consent_request.c.grant_id == grant_id).values(values)
    )


def show_again(tx: Tx, request: Request) -> None:
    """The same row with the words of today, as this request has them."""
    values = {name: getattr(request, name) for name in _NAMES if name != "grant_id"}
    tx.connection.execute(
        update(consent_request).where(consent_request.c.grant_id == request.grant_id).values(values)
    )


def drop_decided(tx: Tx, before: datetime) -> int:
    """The nightly sweep: a no, or no decision, is not kept longer than it serves."""
    gone = delete(consent_request).where(consent_request.c.decided_at < before)
    return tx.connection.execute(gone).rowcount
