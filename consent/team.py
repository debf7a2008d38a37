"""A department's staff look after their own team: invite, give and take roles, remove (X14).

Only who has the role may, and it is looked at again in the same transaction, with the team's rows
held: two people who remove each other at one moment are not both gone. Nobody changes their own
account, so a role is always given by somebody else, and one who looks after the team always stays.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from consent import staff as sessions
from consent.clock import Chance, Clock
from consent.errors import NotFound, NotPermitted, WrongState
from consent.ids import StaffId, new_uuid
from consent.people import Department
from consent.roles import Role
from consent.staff import Did, StaffState
from consent.store import Store, Tx, staff
from consent.store.staff import StaffEventRow, StaffRow


@dataclass(frozen=True, slots=True)
class Member:
    """One of the team. `last_at` is when they last signed in, if they ever did."""

    row: StaffRow
    last_at: datetime | None

    @property
    def state(self) -> StaffState:
        return StaffState(self.row.state)


@dataclass(frozen=True, slots=True)
class DoneByTeam:
    """Something a member of the team did; `email` is "" for an account that is gone."""

    event: StaffEventRow
    email: str


def team(store: Store, *, actor: Department) -> tuple[Member, ...]:
    """Everybody of this department, by address; those who were removed come last."""
    with store.transaction(actor) as tx:
        rows, last = staff.team(tx), staff.last_signed_in(tx)
    found = [Member(row, last.get(row.staff_id)) for row in rows]
    return tuple(sorted(found, key=lambda one: one.state is StaffState.REMOVED))


def done(store: Store, *, actor: Department, limit: int = 200) -> tuple[DoneByTeam, ...]:
    """What the team did, the newest first."""
    with store.transaction(actor) as tx:
        emails = {row.staff_id: row.email for row in staff.team(tx)}
        events = staff.events(tx, limit=limit)
    return tuple(DoneByTeam(event, emails.get(event.staff_id, "")) for event in events)


def invite(
    store: Store,
    clock: Clock,
    chance: Chance,
    *,
    actor: Department,
    email: str,
    roles: Collection[Role],
) -> StaffId:
    """Let whoever has this confirmed address at the department's own sign-in come in. Who was
    removed can be invited again. Raises WrongState for who is in the team already."""
    now, email = clock.now(), email.lower()
    with store.transaction(actor) as tx:
        held = _held(tx, actor)
        row = next((one for one in held.values() if one.email == email), None)
        if row is not None and row.state != StaffState.REMOVED:
            raise WrongState("already in the team")
        if row is None:
            staff_id = StaffId(new_uuid(chance))
            staff.add(
                tx,
                staff_id=staff_id,
                department=actor.code,
                account_key=None,
                email=email,
                roles=_names(roles),
                state=StaffState.INVITED.value,
                now=now,
            )
        else:
            staff_id = _not_oneself(actor, row.staff_id)
            staff.change(
                tx, staff_id, roles=_names(roles), state=StaffState.INVITED.value, now=now,
                forget=True,
            )  # fmt: skip
        sessions.note(tx, chance, Did.INVITED, now=now, about=str(staff_id))
    return staff_id


def change_roles(
    store: Store,
    clock: Clock,
    chance: Chance,
    *,
    actor: Department,
    staff_id: StaffId,
    roles: Collection[Role],
) -> None:
    """Give and take roles; from the next page on. Raises NotPermitted for one's own account."""
    now = clock.now()
    with store.transaction(actor) as tx:
        row = _one(_held(tx, actor), _not_oneself(actor, staff_id))
        staff.change(tx, staff_id, roles=_names(roles), state=row.state, now=now)
        sessions.note(tx, chance, Did.CHANGED_ROLES, now=now, about=str(staff_id))


def remove(
    store: Store, clock: Clock, chance: Chance, *, actor: Department, staff_id: StaffId
) -> None:
    """End an account and its sessions at once. Raises NotPermitted for one's own."""
    now = clock.now()
    with store.transaction(actor) as tx:
        _one(_held(tx, actor), _not_oneself(actor, staff_id))
        staff.change(tx, staff_id, roles=(), state=StaffState.REMOVED.value, now=now)
        staff.drop_sessions_of(tx, staff_id)
        sessions.note(tx, chance, Did.REMOVED, now=now, about=str(staff_id))


def _held(tx: Tx, actor: Department) -> dict[StaffId, StaffRow]:
    """The team, so that nobody else changes it meanwhile, if the actor may."""
    rows = {row.staff_id: row for row in staff.team(tx, hold=True)}
    mine = rows.get(actor.staff) if actor.staff else None
    if mine is None or mine.state != StaffState.ACTIVE or Role.ADMINISTERS not in mine.roles:
        raise NotPermitted("not who looks after the team")
    return rows


def _one(held: dict[StaffId, StaffRow], staff_id: StaffId) -> StaffRow:
    row = held.get(staff_id)
    if row is None or row.state == StaffState.REMOVED:
        raise NotFound("nobody of this team")
    return row


def _not_oneself(actor: Department, staff_id: StaffId) -> StaffId:
    if staff_id == actor.staff:
        raise NotPermitted("nobody changes their own account")
    return staff_id


def _names(roles: Collection[Role]) -> tuple[str, ...]:
    return tuple(role.value for role in roles if role is not Role.VIEWER)
