"""Staff of departments: who they are here, what each may do, and their sessions (X01 to X14).

A department's staff sign in at their own organisation. An account is known by a keyed hash of
(issuer, subject) and belongs to one department; the first ones stand in the register, the others
were invited by a colleague (`consent.team`). What somebody did is kept with their random id only.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from consent.clock import Chance, Clock
from consent.ids import DepartmentCode, StaffId, new_uuid, random_text
from consent.people import Anyone, Department, person_key
from consent.roles import First, Role
from consent.sessions import IDLE, LONGEST, TOUCH_EVERY, token_hash
from consent.store import Store, Tx, staff


class StaffState(StrEnum):
    INVITED = "invited"
    """May sign in with this address at the department's own sign-in, and has not so far."""
    ACTIVE = "active"
    REMOVED = "removed"


class Did(StrEnum):
    """What staff do, as the audit names it."""

    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    READ_PLAN = "read_plan"
    TOOK_LIST = "took_list"
    """Downloaded a list."""
    ANSWERED_PLAN = "answered_plan"
    SAID_ENFORCEMENT = "said_enforcement"
    """Said whether the department holds off other ways to collect while a plan runs."""
    ANSWERED_HOLD = "answered_hold"
    CHECKED = "checked"
    """Asked how a permission stands."""
    PLANNED_CLOSURE = "planned_closure"
    DROPPED_CLOSURE = "dropped_closure"
    CONFIRMED_MONEY = "confirmed_money"
    SORTED_OUT = "sorted_out"
    ASKED_RETURN = "asked_return"
    """Wants money to go back to a payer."""
    APPROVED_RETURN = "approved_return"
    DECLINED_RETURN = "declined_return"
    INVITED = "invited"
    PROPOSED_WORDS = "proposed_words"
    """For a kind of debt."""
    APPROVED_WORDS = "approved_words"
    DROPPED_WORDS = "dropped_words"
    CHANGED_ROLES = "changed_roles"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class StaffAccount:
    """One row of `staff_account`, without the hash by which its owner is known."""

    staff_id: StaffId
    department: DepartmentCode
    email: str
    roles: frozenset[Role]
    state: StaffState

    def may(self, role: Role) -> bool:
        return self.state is StaffState.ACTIVE and role in {Role.VIEWER, *self.roles}


@dataclass(frozen=True, slots=True)
class LiveStaff:
    """A session of staff that has not ended, with the roles of this moment. Times aware UTC."""

    account: StaffAccount
    signed_in_at: datetime
    idle_until: datetime
    ends_at: datetime

    @property
    def actor(self) -> Department:
        return Department(self.account.department, self.account.staff_id)


def note(tx: Tx, chance: Chance, did: Did, *, now: datetime, about: str = "") -> None:
    """Write down what the staff of this transaction did, in the same commit. A department's system
    acts without staff: its events stand elsewhere."""
    actor = tx.actor
    if isinstance(actor, Department) and actor.staff is not None:
        staff.add_event(
            tx,
            event_id=new_uuid(chance),
            at=now,
            department=actor.code,
            staff_id=actor.staff,
            kind=did.value,
            about=about,
        )


class StaffSessions:
    """Admits staff, and opens, finds and closes their sessions; as the role `svd_department`."""

    def __init__(self, store: Store, clock: Clock, chance: Chance, *, pepper: bytes) -> None:
        self._store = store
        self._clock = clock
        self._chance = chance
        self._pepper = pepper

    def admit(
        self,
        department: DepartmentCode,
        *,
        issuer: str,
        subject: str,
        email: str,
        first: Collection[First] = (),
    ) -> StaffAccount | None:
        """The account of whoever signed in at this department's own sign-in; nothing for who has
        none, was removed, or belongs to another department.

        Who was invited becomes active by signing in with a confirmed `email` ("" where it is not);
        `first` are the register's own, whose account is made now.
        """
        key, now = person_key(self._pepper, issuer, subject), self._clock.now()
        with self._store.transaction(Department(department), person_key=key) as tx:
            row = staff.by_key(tx, key)
            if row is None and email:
                row = staff.accept(tx, department, email.lower(), key, now=now)
            if row is None:
                row = self._first(tx, department, key, subject, first, now)
            account = _account(row) if row else None
        if account is None or account.department != department:
            return None
        return account if account.state is StaffState.ACTIVE else None

    def open(self, account: StaffAccount, signed_in_at: datetime) -> str:
        """A new session; the answer is the cookie's value and is kept nowhere (SEC-26)."""
        now, token = self._clock.now(), random_text(self._chance, 32)
        ends_at = now + LONGEST
        with self._store.transaction(Department(account.department, account.staff_id)) as tx:
            staff.add_session(
                tx,
                token_hash(token),
                staff_id=account.staff_id,
                department=account.department,
                started_at=now,
                signed_in_at=signed_in_at,
                idle_until=min(now + IDLE, ends_at),
                ends_at=ends_at,
            )
            note(tx, self._chance, Did.SIGNED_IN, now=now)
        return token

    def find(self, token: str) -> LiveStaff | None:
        """The live session of this cookie, with the roles of this moment; nothing when it ended,
        never was, or its owner was removed."""
        now, hashed = self._clock.now(), token_hash(token)
        with self._store.transaction(Anyone(), session_hash=hashed) as tx:
            session = staff.find_session(tx, hashed)
        if session is None or session.idle_until <= now or session.ends_at <= now:
            return None
        actor = Department(session.department, session.staff_id)
        idle_until = min(now + IDLE, session.ends_at)
        with self._store.transaction(actor, session_hash=hashed) as tx:
            row = staff.one(tx, session.staff_id)
            if row is None or row.state != StaffState.ACTIVE:
                return None
            if idle_until - session.idle_until >= TOUCH_EVERY:
                staff.touch_session(tx, hashed, idle_until=idle_until)
        return LiveStaff(_account(row), session.signed_in_at, idle_until, session.ends_at)

    def close(self, token: str, live: LiveStaff) -> None:
        with self._store.transaction(live.actor, session_hash=token_hash(token)) as tx:
            staff.drop_session(tx, token_hash(token))
            note(tx, self._chance, Did.SIGNED_OUT, now=self._clock.now())

    def _first(
        self,
        tx: Tx,
        department: DepartmentCode,
        key: str,
        subject: str,
        first: Collection[First],
        now: datetime,
    ) -> staff.StaffRow | None:
        known = next((one for one in first if one.subject == subject), None)
        if known is None:
            return None
        return staff.add(
            tx,
            staff_id=StaffId(new_uuid(self._chance)),
            department=department,
            account_key=key,
            email=known.email.lower(),
            roles=known.roles,
            state=StaffState.ACTIVE.value,
            now=now,
        )


def _account(row: staff.StaffRow) -> StaffAccount:
    return StaffAccount(
        row.staff_id,
        row.department,
        row.email,
        frozenset(Role(name) for name in row.roles),
        StaffState(row.state),
    )
