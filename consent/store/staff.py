"""Rows of departments' staff: accounts, sessions, and what they did."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from consent.ids import DepartmentCode, StaffId
from consent.records import staff_account, staff_event, staff_session
from consent.store import Tx

ROLES = ("answers", "reconciles", "administers")
"""Columns that are true for who has the role."""


@dataclass(frozen=True, slots=True)
class StaffRow:
    staff_id: StaffId
    department: DepartmentCode
    email: str
    state: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StaffSessionRow:
    staff_id: StaffId
    department: DepartmentCode
    signed_in_at: datetime
    idle_until: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class StaffEventRow:
    at: datetime
    staff_id: StaffId
    kind: str
    about: str


_ALL = (
    *(staff_account.c.staff_id, staff_account.c.department, staff_account.c.email),
    *(staff_account.c.state, *(staff_account.c[name] for name in ROLES)),
)


def by_key(tx: Tx, account_key: str) -> StaffRow | None:
    """The account of this sign-in, whichever department it belongs to."""
    query = select(*_ALL).where(staff_account.c.account_key == account_key)
    return _row(tx.connection.execute(query).one_or_none())


def one(tx: Tx, staff_id: StaffId) -> StaffRow | None:
    query = select(*_ALL).where(staff_account.c.staff_id == staff_id)
    return _row(tx.connection.execute(query).one_or_none())


def team(tx: Tx, *, hold: bool = False) -> list[StaffRow]:
    """The department's own, by address; `hold` keeps others from changing the team meanwhile."""
    query = select(*_ALL).order_by(staff_account.c.email)
    found = [_row(row) for row in tx.connection.execute(query.with_for_update() if hold else query)]
    return [row for row in found if row is not None]


def add(
    tx: Tx,
    *,
    staff_id: StaffId,
    department: DepartmentCode,
    account_key: str | None,
    email: str,
    roles: Collection[str],
    state: str,
    now: datetime,
) -> StaffRow | None:
    """A new account. Nothing where the department has one with this address or this sign-in."""
    values = {name: name in roles for name in ROLES}
    row = tx.connection.execute(
        upsert(staff_account)
        .values(
            staff_id=staff_id,
            department=department,
            account_key=account_key,
            email=email,
            state=state,
            made_at=now,
            changed_at=now,
            **values,
        )
        .on_conflict_do_nothing()
        .returning(*_ALL)
    ).one_or_none()
    return _row(row)


def accept(
    tx: Tx, department: DepartmentCode, email: str, account_key: str, *, now: datetime
) -> StaffRow | None:
    """Who was invited by this address signs in for the first time."""
    row = tx.connection.execute(
        update(staff_account)
        .where(
            staff_account.c.department == department,
            staff_account.c.email == email,
            staff_account.c.state == "invited",
        )
        .values(account_key=account_key, state="active", changed_at=now)
        .returning(*_ALL)
    ).one_or_none()
    return _row(row)


def change(
    tx: Tx,
    staff_id: StaffId,
    *,
    roles: Collection[str],
    state: str,
    now: datetime,
    forget: bool = False,
) -> None:
    """Other roles or another state; `forget` also drops the sign-in that it was known by."""
    values: dict[str, Any] = {name: name in roles for name in ROLES}
    if forget:
        values["account_key"] = None
    tx.connection.execute(
        update(staff_account)
        .where(staff_account.c.staff_id == staff_id)
        .values(state=state, changed_at=now, **values)
    )


def add_session(
    tx: Tx,
    session_hash: str,
    *,
    staff_id: StaffId,
    department: DepartmentCode,
    started_at: datetime,
    signed_in_at: datetime,
    idle_until: datetime,
    ends_at: datetime,
) -> None:
    tx.connection.execute(
        insert(staff_session).values(
            session_hash=session_hash,
            staff_id=staff_id,
            department=department,
            started_at=started_at,
            signed_in_at=signed_in_at,
            idle_until=idle_until,
            ends_at=ends_at,
        )
    )


def find_session(tx: Tx, session_hash: str) -> StaffSessionRow | None:
    row = tx.connection.execute(
        select(
            staff_session.c.staff_id,
            staff_session.c.department,
            staff_session.c.signed_in_at,
            staff_session.c.idle_until,
            staff_session.c.ends_at,
        ).where(staff_session.c.session_hash == session_hash)
    ).one_or_none()
    return None if row is None else StaffSessionRow(*row)


def touch_session(tx: Tx, session_hash: str, *, idle_until: datetime) -> None:
    tx.connection.execute(
        update(staff_session)
        .where(staff_session.c.session_hash == session_hash)
        .values(idle_until=idle_until)
    )


def drop_session(tx: Tx, session_hash: str) -> None:
    tx.connection.execute(delete(staff_session).where(staff_session.c.session_hash == session_hash))


def drop_sessions_of(tx: Tx, staff_id: StaffId) -> None:
    tx.connection.execute(delete(staff_session).where(staff_session.c.staff_id == staff_id))


def drop_ended_sessions(tx: Tx, now: datetime) -> int:
    """The nightly sweep: rows whose end has passed, either way."""
    ended = (staff_session.c.ends_at <= now) | (staff_session.c.idle_until <= now)
    return tx.connection.execute(delete(staff_session).where(ended)).rowcount


def add_event(
    tx: Tx,
    *,
    event_id: UUID,
    at: datetime,
    department: DepartmentCode,
    staff_id: StaffId,
    kind: str,
    about: str,
) -> None:
    tx.connection.execute(
        insert(staff_event).values(
            event_id=event_id,
            at=at,
            department=department,
            staff_id=staff_id,
            kind=kind,
            about=about,
        )
    )


def events(tx: Tx, *, limit: int) -> list[StaffEventRow]:
    """What the department's own staff did, the newest first."""
    rows = tx.connection.execute(
        select(staff_event.c.at, staff_event.c.staff_id, staff_event.c.kind, staff_event.c.about)
        .order_by(staff_event.c.at.desc(), staff_event.c.event_id)
        .limit(limit)
    )
    return [StaffEventRow(*row) for row in rows]


def last_signed_in(tx: Tx) -> dict[StaffId, datetime]:
    """When each of the department's staff last signed in."""
    rows = tx.connection.execute(
        select(staff_event.c.staff_id, func.max(staff_event.c.at))
        .where(staff_event.c.kind == "signed_in")
        .group_by(staff_event.c.staff_id)
    )
    return {row[0]: row[1] for row in rows}


def who_did(tx: Tx, kind: str, about: str) -> dict[datetime, str]:
    """The address of whoever did this to that, by its moment; accounts that are gone have none."""
    rows = tx.connection.execute(
        select(staff_event.c.at, staff_account.c.email)
        .join(staff_account, staff_account.c.staff_id == staff_event.c.staff_id)
        .where(staff_event.c.kind == kind, staff_event.c.about == about)
    )
    return {row[0]: row[1] for row in rows}


def drop_old(tx: Tx, before: datetime) -> int:
    """What was done, and accounts that were removed, before this moment."""
    done = tx.connection.execute(delete(staff_event).where(staff_event.c.at < before))
    removed = (staff_account.c.state == "removed") & (staff_account.c.changed_at < before)
    return done.rowcount + tx.connection.execute(delete(staff_account).where(removed)).rowcount


def _row(row: Row[Any] | None) -> StaffRow | None:
    if row is None:
        return None
    roles = tuple(name for name in ROLES if getattr(row, name))
    return StaffRow(row.staff_id, row.department, row.email, row.state, roles)
