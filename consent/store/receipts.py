"""Rows of what receipts are made of: every version of a grant, and the leaf of each."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Select, desc, func, select, union_all

from consent.events import Event, Kind
from consent.ids import DepartmentCode, GrantId, SubjectId
from consent.lifecycle import State
from consent.purposes import Purpose
from consent.records import consent_event, consent_grant, consent_version
from consent.store import Tx
from consent.store.grants import Grant

_GRANT: Final = tuple(consent_grant.c[field.name] for field in fields(Grant))
_VERSION: Final = tuple(column for column in consent_version.c if column.name != "subject_id")
MOST_OF_A_RECEIPT: Final = 20
"""One screen asks for no more purposes of one department than that."""
_RECORDED: Final = (Kind.GIVEN.value, Kind.RENEWED.value)


@dataclass(frozen=True, slots=True)
class OwnGrant:
    """A grant as its department may see it (role `svd_department`): what its record is made of and
    where it stands. The person's id in our tables and the receipt's number are not among it."""

    grant_id: GrantId
    lineage_id: UUID
    version: int
    department: DepartmentCode
    purpose: Purpose
    state: State
    changed_at: datetime
    pairwise_id: str
    notice: str
    notice_sha256: str
    presented_sha256: str
    language: str
    lawful_basis: str
    requested_at: datetime
    given_at: datetime
    expires_at: datetime
    one_time: bool
    channel: str
    assisted_by: str | None
    idp: str
    signed_in_at: datetime
    vot: str
    ial: str
    nonce_commitment: str | None
    salt: str
    record_hash: str
    prev_record_hash: str | None


_OWN: Final = tuple(consent_grant.c[field.name] for field in fields(OwnGrant))


@dataclass(frozen=True, slots=True)
class Leaf:
    """The event of a version, the hash that stands in the log for it, and where (if it does)."""

    event: Event
    leaf_hash: str
    leaf_index: int | None


def own_grant(tx: Tx, grant_id: GrantId) -> OwnGrant | None:
    """One grant of the department that this transaction acts for; nothing of any other."""
    query = select(*_OWN).where(consent_grant.c.grant_id == grant_id)
    row = tx.connection.execute(query).mappings().one_or_none()
    if row is None:
        return None
    return OwnGrant(**{**row, "state": State(row["state"]), "purpose": Purpose(row["purpose"])})


class OwnStanding(NamedTuple):
    """A permission as its department's staff see it: no id, nothing of the person."""

    purpose: Purpose
    state: State
    given_at: datetime
    expires_at: datetime
    ended_at: datetime | None


def own_standings(tx: Tx, *, grant_id: str = "") -> list[OwnStanding]:
    """Permissions of the department that asks: the one of this id, or, without it, those of the
    receipt that the transaction names (policy `department_receipt`)."""
    query = select(*(consent_grant.c[name] for name in OwnStanding._fields)).order_by(
        consent_grant.c.purpose, consent_grant.c.given_at
    )
    if grant_id:
        query = query.where(consent_grant.c.grant_id == grant_id)
    found = tx.connection.execute(query.limit(MOST_OF_A_RECEIPT))
    return [OwnStanding(Purpose(row[0]), State(row[1]), *row[2:]) for row in found]


def references_of(tx: Tx, subject: SubjectId) -> list[str]:
    """The reference of every receipt that this person was ever given, newest first."""
    both = union_all(
        *(
            select(table.c.receipt, table.c.given_at).where(table.c.subject_id == subject)
            for table in (consent_grant, consent_version)
        )
    ).subquery()
    query = (
        select(both.c.receipt)
        .group_by(both.c.receipt)
        .order_by(desc(func.max(both.c.given_at)), both.c.receipt)
    )
    return list(tx.connection.execute(query).scalars())


def versions_of_receipt(tx: Tx, subject: SubjectId, receipt: str) -> list[Grant]:
    """The grants of one receipt as they were then: the columns of their record are of that time,
    state and uses of today."""
    current = select(consent_grant.c.grant_id).where(
        consent_grant.c.subject_id == subject, consent_grant.c.receipt == receipt
    )
    replaced = select(*_VERSION).where(
        consent_version.c.subject_id == subject, consent_version.c.receipt == receipt
    )
    return _versions(tx, current, replaced)


def versions_of_grant(tx: Tx, grant_id: GrantId) -> list[Grant]:
    """Every version of one grant, the first one first; none where it may not be seen."""
    current = select(consent_grant.c.grant_id).where(consent_grant.c.grant_id == grant_id)
    replaced = select(*_VERSION).where(consent_version.c.grant_id == grant_id)
    return _versions(tx, current, replaced)


def _versions(tx: Tx, current: Select[Any], replaced: Select[Any]) -> list[Grant]:
    ids = set(tx.connection.execute(current).scalars())
    rows = tx.connection.execute(replaced).mappings().all()
    wanted = ids | {row["grant_id"] for row in rows}
    now = {one.grant_id: one for one in _grants(tx, wanted)}
    found = [one for one in now.values() if one.grant_id in ids]
    found += [replace(now[row["grant_id"]], **row) for row in rows]
    return sorted(found, key=lambda one: (one.department, one.purpose, one.grant_id, one.version))


def _grants(tx: Tx, ids: Collection[str]) -> list[Grant]:
    query = select(*_GRANT).where(consent_grant.c.grant_id.in_(list(ids)))
    return [
        Grant(**{**row, "state": State(row["state"]), "purpose": Purpose(row["purpose"])})
        for row in tx.connection.execute(query).mappings()
    ]


def leaves_of(tx: Tx, ids: Collection[GrantId]) -> dict[GrantId, list[Leaf]]:
    """What the log has of each grant's giving and renewals, in their order: one for a version."""
    rows = tx.connection.execute(
        select(*consent_event.c)
        .where(consent_event.c.grant_id.in_(list(ids)), consent_event.c.kind.in_(_RECORDED))
        .order_by(consent_event.c.position)
    ).mappings()
    found: dict[GrantId, list[Leaf]] = {one: [] for one in ids}
    for row in rows:
        event = Event(
            event_id=row["event_id"],
            at=row["at"],
            subject=SubjectId(row["subject_id"]),
            grant_id=GrantId(row["grant_id"]),
            department=DepartmentCode(row["department"]),
            purpose=row["purpose"],
            kind=Kind(row["kind"]),
            by=row["by_kind"],
            outcome=row["outcome"],
            salt=row["salt"],
            interaction_id=row["interaction_id"],
            digest=row["digest"],
        )
        found[event.grant_id].append(Leaf(event, row["leaf_hash"], row["leaf_index"]))
    return found
