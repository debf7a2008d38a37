"""Rows of grants."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Select,
    String,
    Values,
    bindparam,
    column,
    func,
    insert,
    select,
    update,
)

from consent.events import Kind
from consent.ids import DepartmentCode, GrantId, SubjectId
from consent.lifecycle import VALID, State
from consent.purposes import Purpose
from consent.records import consent_event, consent_grant, consent_version
from consent.store import Tx


@dataclass(frozen=True, slots=True)
class Grant:
    """One row of `consent_grant`. Times are aware UTC."""

    grant_id: GrantId
    lineage_id: UUID
    version: int
    subject_id: SubjectId
    department: DepartmentCode
    purpose: Purpose
    state: State
    receipt: str
    notice: str
    notice_sha256: str
    presented_sha256: str
    post_hash: str
    language: str
    lawful_basis: str
    requested_at: datetime
    given_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    ended_by: str | None
    told_at: datetime | None
    one_time: bool
    uses: int
    last_used_at: datetime | None
    pairwise_id: str
    subject_handle: str
    channel: str
    idp: str
    signed_in_at: datetime
    vot: str
    ial: str
    nonce_commitment: str | None
    salt: str
    record_hash: str
    prev_record_hash: str | None
    changed_by: str
    changed_at: datetime
    reason: str
    assisted_by: str | None
    id_token_sha256: str | None
    stop_proof: str

    def live(self, now: datetime) -> bool:
        """May a department be asked under it now? Expiry holds at use (SEC-10)."""
        return self.state in VALID and now < self.expires_at


_NOT_ENDED = (State.GIVEN, State.RENEWED, State.SUSPENDED)
_NAMES = tuple(field.name for field in fields(Grant))
_RECORD = (
    *("version", "receipt", "notice", "notice_sha256", "presented_sha256", "post_hash"),
    *("language", "lawful_basis", "requested_at", "given_at", "expires_at", "channel"),
    *("assisted_by", "idp", "signed_in_at", "vot", "ial", "nonce_commitment"),
    *("id_token_sha256", "salt", "record_hash", "prev_record_hash"),
)
_ALL = tuple(consent_grant.c[name] for name in _NAMES)


def _one_of(states: Iterable[State]) -> ColumnElement[bool]:
    """In so many words and not as values: a prepared statement that does not know them cannot use
    the index of what has not ended, and reads a person's whole history instead."""
    values = sorted(state.value for state in states)
    listed: BindParameter[list[str]] = bindparam(
        "states", values, unique=True, expanding=True, literal_execute=True
    )
    return consent_grant.c.state.in_(listed)


def _grants(tx: Tx, query: Select[Any]) -> list[Grant]:
    found = []
    for row in tx.connection.execute(query):
        values: dict[str, Any] = dict(zip(_NAMES, row, strict=True))
        values["state"] = State(values["state"])
        values["purpose"] = Purpose(values["purpose"])
        found.append(Grant(**values))
    return found


def add(tx: Tx, grant: Grant) -> None:
    """Add the row of a request that was said yes to; the request's own row goes with it."""
    values = {name: getattr(grant, name) for name in _NAMES}
    tx.connection.execute(insert(consent_grant).values(values))


def live_of(
    tx: Tx, subject: SubjectId, now: datetime, *, to_use: Purpose | None = None
) -> list[Grant]:
    """This person's grants that may be used now, in one order: who locks them, locks alike.

    `to_use` takes those of one purpose and holds them, so that none ends between look and use.
    """
    query = (
        select(*_ALL)
        .where(
            consent_grant.c.subject_id == subject,
            _one_of(VALID),
            consent_grant.c.expires_at > now,
        )
        .order_by(consent_grant.c.grant_id)
    )
    if to_use is not None:
        # Joined to nothing, so that no other index answers it by reading all that has ended.
        same = consent_grant.c.purpose.concat("") == to_use.value
        query = query.where(same).with_for_update()
    return _grants(tx, query)


def open_of(tx: Tx, subject: SubjectId, now: datetime) -> list[Grant]:
    """This person's grants that have not ended, paused ones too."""
    return _grants(
        tx,
        select(*_ALL)
        .where(
            consent_grant.c.subject_id == subject,
            _one_of(_NOT_ENDED),
            consent_grant.c.expires_at > now,
        )
        .order_by(consent_grant.c.grant_id),
    )


def open_ids_of(tx: Tx, subject: SubjectId) -> list[GrantId]:
    """This person's grants that have not ended, paused ones too, in the order of locking."""
    rows = tx.connection.execute(
        select(consent_grant.c.grant_id)
        .where(
            consent_grant.c.subject_id == subject,
            _one_of(_NOT_ENDED),
        )
        .order_by(consent_grant.c.grant_id)
    )
    return [GrantId(row[0]) for row in rows]


def all_of(tx: Tx, subject: SubjectId) -> list[Grant]:
    """Every grant of this person, newest first: as long as their history is."""
    return _grants(
        tx,
        select(*_ALL)
        .where(consent_grant.c.subject_id == subject)
        .order_by(consent_grant.c.given_at.desc(), consent_grant.c.department),
    )


def latest_of(
    tx: Tx, subject: SubjectId, departments: Collection[DepartmentCode], purpose: Purpose
) -> list[Grant]:
    """The newest grant of each of these departments for this purpose, however many went before;
    a live one is the newest, because nobody gives what they have given already."""
    codes = Values(column("code", String), name="asked").data([(code,) for code in departments])
    newest = (
        select(*_ALL)
        .where(
            consent_grant.c.subject_id == subject,
            consent_grant.c.department == codes.c.code,
            consent_grant.c.purpose == purpose.value,
        )
        .order_by(consent_grant.c.given_at.desc())
        .limit(1)
        .lateral("newest")
    )
    return _grants(tx, select(*(newest.c[name] for name in _NAMES)).select_from(codes, newest))


def ended_of(tx: Tx, subject: SubjectId, now: datetime, *, limit: int) -> list[Grant]:
    """What may not be used any more, newest first; the cost is that of `limit` rows."""
    usable = _one_of(VALID)
    return _grants(
        tx,
        select(*_ALL)
        .where(
            consent_grant.c.subject_id == subject,
            ~(usable & (consent_grant.c.expires_at > now)),
        )
        .order_by(consent_grant.c.given_at.desc(), consent_grant.c.grant_id)
        .limit(limit),
    )


def of_receipt(tx: Tx, subject: SubjectId, receipt: str) -> list[Grant]:
    return _grants(
        tx,
        select(*_ALL)
        .where(consent_grant.c.subject_id == subject, consent_grant.c.receipt == receipt)
        .order_by(consent_grant.c.department),
    )


def of_post(tx: Tx, subject: SubjectId, post_hash: str) -> list[Grant]:
    return _grants(
        tx,
        select(*_ALL)
        .where(consent_grant.c.subject_id == subject, consent_grant.c.post_hash == post_hash)
        .order_by(consent_grant.c.department),
    )


def one(tx: Tx, subject: SubjectId, grant_id: GrantId, *, lock: bool = False) -> Grant | None:
    """One grant of this person, locked for a change when asked."""
    query = select(*_ALL).where(
        consent_grant.c.subject_id == subject, consent_grant.c.grant_id == grant_id
    )
    found = _grants(tx, query.with_for_update() if lock else query)
    return found[0] if found else None


def change(tx: Tx, grant_id: GrantId, values: Mapping[str, object]) -> None:
    """Write a step of the state; only `consent.change` and `consent.renew` do."""
    tx.connection.execute(
        update(consent_grant).where(consent_grant.c.grant_id == grant_id).values(dict(values))
    )


def record_of(grant: Grant) -> dict[str, object]:
    """The columns that a record is made from; a renewal alone replaces them, all together."""
    return {name: getattr(grant, name) for name in _RECORD}


def of_receipt_read_out(tx: Tx, receipt: str) -> list[Grant]:
    """For the helpline, which sees what this reference opens: the grants of one receipt, also
    those that were renewed since and have a newer one. In the order of locking, locked."""
    renewed = tx.connection.execute(
        select(consent_version.c.grant_id).where(consent_version.c.receipt == receipt)
    )
    return _grants(
        tx,
        select(*_ALL)
        .where(
            (consent_grant.c.receipt == receipt)
            | consent_grant.c.grant_id.in_(list(renewed.scalars()))
        )
        .order_by(consent_grant.c.grant_id)
        .with_for_update(),
    )


def note_use(tx: Tx, grant_id: GrantId, now: datetime) -> None:
    tx.connection.execute(
        update(consent_grant)
        .where(consent_grant.c.grant_id == grant_id)
        .values(uses=consent_grant.c.uses + 1, last_used_at=now)
    )


def uses_since(tx: Tx, grant_ids: Collection[GrantId], since: datetime) -> dict[GrantId, int]:
    """How often each of these was used after this moment, by its events."""
    rows = tx.connection.execute(
        select(consent_event.c.grant_id, func.count())
        .where(
            consent_event.c.grant_id.in_(list(grant_ids)),
            consent_event.c.kind == Kind.ASKED.value,
            consent_event.c.at > since,
        )
        .group_by(consent_event.c.grant_id)
    )
    return {GrantId(row[0]): row[1] for row in rows}


def note_handle(tx: Tx, grant_id: GrantId, handle: str) -> None:
    """Keep the department's own handle for the person, at most 64 characters."""
    tx.connection.execute(
        update(consent_grant)
        .where(consent_grant.c.grant_id == grant_id)
        .values(subject_handle=handle)
    )


def due_to_expire(tx: Tx, now: datetime, *, limit: int) -> list[Grant]:
    """Grants whose end has passed, claimed so that two workers never take the same."""
    return _grants(
        tx,
        select(*_ALL)
        .where(
            _one_of(_NOT_ENDED),
            consent_grant.c.expires_at <= now,
        )
        .order_by(consent_grant.c.expires_at)
        .limit(limit)
        .with_for_update(skip_locked=True),
    )


def by_id(tx: Tx, grant_id: GrantId, *, lock: bool = False) -> Grant | None:
    """For the worker and the signer, who have no person."""
    query = select(*_ALL).where(consent_grant.c.grant_id == grant_id)
    found = _grants(tx, query.with_for_update() if lock else query)
    return found[0] if found else None


def note_told(tx: Tx, grant_id: GrantId, now: datetime, word: str = "") -> None:
    """The department has confirmed that it knows, with or without a signed word of its own (a
    compact JWS). What it was told last counts; a word stays until a newer one comes."""
    values = {"told_at": now, "stop_proof": word} if word else {"told_at": now}
    tx.connection.execute(
        update(consent_grant).where(consent_grant.c.grant_id == grant_id).values(values)
    )
