"""Permissions in every state, and every verb that moves them, for tests of the state machine."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Any

import psycopg

from consent import notices as notice_files
from consent import register as register_files
from consent.ask import Card, ask
from consent.assisted import give_assisted, stop_by_receipt
from consent.change import change_in
from consent.clock import Chance, SetClock
from consent.defer import defer
from consent.expire import expire, lapse
from consent.grant import Given, Shown, Yes, give
from consent.ids import DepartmentCode, GrantId
from consent.invalidate import Invalid, invalidate
from consent.lifecycle import State
from consent.notices import Notice
from consent.people import Person, Worker
from consent.permit import Permit
from consent.permits import permits_for
from consent.purposes import Purpose
from consent.refuse import refuse
from consent.renew import renew
from consent.resume import resume
from consent.revoke import Revoked, Revoker, revoke
from consent.store import HELPDESK, PORTAL, WORKER, Store, grants, open_store
from consent.store.grants import Grant
from consent.suspend import Pause, suspend, suspend_by_system
from consent.withdraw import withdraw
from tests.builders import ORIGIN, a_clock, a_person, a_sign_in, set_chance
from tests.database import Database

NOTICES = notice_files.load()
REGISTER = register_files.load()
YEAR = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Made:
    """One permission of one person: its form, its id, and its receipt where there is one."""

    actor: Person
    key: str
    grant_id: GrantId
    department: DepartmentCode
    receipt: str = ""

    @property
    def post_hash(self) -> str:
        return hashlib.sha256(self.key.encode()).hexdigest()


@dataclass(slots=True)
class Lab:
    """The stores of each process on one database, and a clock that is moved by hand."""

    database: Database
    portal: Store
    worker: Store
    helpdesk: Store
    behind: psycopg.Connection[tuple[Any, ...]]
    clock: SetClock = field(default_factory=a_clock)
    chance: Chance = field(default_factory=lambda: set_chance("lifecycle"))
    count: int = 0

    def person(self) -> Person:
        self.count += 1
        return a_person(self.portal, self.clock, self.chance, f"person {self.count}")

    def key(self) -> str:
        self.count += 1
        return f"form {self.count}"

    def later(self, **by: float) -> None:
        self.clock.move(timedelta(**by))

    def notice(self, purpose: Purpose = Purpose.VIEW_DEBTS) -> Notice:
        return NOTICES.newest(purpose, "en")

    def shown(self, key: str, channel: str = "web") -> Shown:
        return Shown(key, self.clock.now(), "en", channel)

    def yes(self, department: str, purpose: Purpose = Purpose.VIEW_DEBTS, **more: Any) -> Yes:
        return Yes(REGISTER.departments[DepartmentCode(department)], self.notice(purpose), **more)

    # ---- making ----

    def ask(self, actor: Person, department: str = "dwp", *, key: str = "") -> Made:
        key = key or self.key()
        yes = self.yes(department)
        cards = [Card(yes.entry, yes.notice)]
        found = ask(self.portal, self.chance, actor=actor, cards=cards, shown=self.shown(key))
        return Made(actor, key, found[0].grant_id, yes.entry.code)

    def say_yes(self, actor: Person, *departments: str, key: str = "", once: bool = False) -> Given:
        yeses = [self.yes(one, once=once) for one in departments or ("dwp",)]
        return self.give_yes(actor, *yeses, key=key)

    def give_yes(self, actor: Person, *yeses: Yes, key: str = "") -> Given:
        return give(
            self.portal,
            self.clock,
            self.chance,
            actor=actor,
            yeses=yeses,
            shown=self.shown(key or self.key()),
            sign_in=a_sign_in(self.clock),
            origin=ORIGIN,
        )

    def given(self, *, once: bool = False) -> Made:
        actor, key = self.person(), self.key()
        made = self.say_yes(actor, key=key, once=once)
        grant = made.grants[0]
        self.later(seconds=1)
        return Made(actor, key, grant.grant_id, grant.department, made.receipt)

    def made(self, state: State) -> Made:
        """A permission that has come to this state by the shortest way."""
        match state:
            case State.REQUESTED:
                return self.ask(self.person())
            case State.DEFERRED | State.REFUSED | State.LAPSED:
                made = self.ask(self.person())
                self.later(seconds=1)
                before: Mapping[State, Callable[[Made], object]] = {
                    State.DEFERRED: self.defer,
                    State.REFUSED: self.refuse,
                    State.LAPSED: lambda one: self.step_of(one, State.LAPSED),
                }
                before[state](made)
            case State.GIVEN:
                made = self.given()
            case State.CONSUMED:
                made = self.given(once=True)
                self.use(made)
            case _:
                made = self.given()
                self.ways[state](made)
        self.later(seconds=1)
        assert self.state(made) is state
        return made

    def made_of_all(self) -> None:
        """At least one row of each kind: asked, given, renewed, used, ended."""
        if not self.rows("select 1 from consent_version"):
            self.made(State.REQUESTED)
            made = self.made(State.RENEWED)
            self.use(made)
            self.made(State.WITHDRAWN)

    @property
    def ways(self) -> Mapping[State, Callable[[Made], object]]:
        """From given to each state that one step reaches."""
        return MappingProxyType(
            {
                State.RENEWED: self.renew,
                State.SUSPENDED: self.suspend,
                State.WITHDRAWN: self.withdraw,
                State.EXPIRED: lambda one: self.step_of(one, State.EXPIRED),
                State.REVOKED: self.revoke,
                State.INVALIDATED: self.invalidate,
            }
        )

    # ---- the verbs ----

    def show_again(self, made: Made, *, actor: Person | None = None) -> Made:
        return self.ask(actor or made.actor, made.department, key=self.key())

    def refuse(self, made: Made, *, actor: Person | None = None) -> object:
        post_hash, by = made.post_hash, actor or made.actor
        return refuse(self.portal, self.clock, self.chance, actor=by, post_hash=post_hash)

    def defer(self, made: Made, *, actor: Person | None = None) -> object:
        post_hash, by = made.post_hash, actor or made.actor
        return defer(self.portal, self.clock, self.chance, actor=by, post_hash=post_hash)

    def give(self, made: Made, *, actor: Person | None = None) -> Given:
        return self.say_yes(actor or made.actor, made.department, key=made.key)

    def give_assisted(self, made: Made, *, actor: Person | None = None) -> Given:
        return give_assisted(
            self.portal,
            self.clock,
            self.chance,
            actor=actor or made.actor,
            helper="citizens-advice-1",
            yeses=[self.yes(made.department)],
            shown=self.shown(made.key, "read_out"),
            origin=ORIGIN,
        )

    def renew(self, made: Made, *, actor: Person | None = None, **more: Any) -> Grant:
        return renew(
            self.portal,
            self.clock,
            self.chance,
            NOTICES,
            **{
                "actor": actor or made.actor,
                "grant_id": made.grant_id,
                "yes": self.yes(made.department),
                "shown": self.shown(self.key()),
                "sign_in": a_sign_in(self.clock),
                "origin": ORIGIN,
                **more,
            },
        )

    def suspend(self, made: Made, *, actor: Person | None = None) -> Grant:
        by = actor or made.actor
        return suspend(self.portal, self.clock, self.chance, actor=by, grant_id=made.grant_id)

    def suspend_by_system(self, made: Made) -> Grant:
        return suspend_by_system(
            self.worker, self.clock, self.chance, grant_id=made.grant_id, reason=Pause.INCIDENT
        )

    def resume(self, made: Made, *, actor: Person | None = None) -> Grant:
        return resume(
            self.portal,
            self.clock,
            self.chance,
            actor=actor or made.actor,
            grant_id=made.grant_id,
            sign_in=a_sign_in(self.clock),
        )

    def withdraw(self, made: Made, *, actor: Person | None = None) -> Grant:
        by = actor or made.actor
        return withdraw(self.portal, self.clock, self.chance, actor=by, grant_id=made.grant_id)

    def phone(self, made: Made) -> object:
        return stop_by_receipt(self.helpdesk, self.clock, self.chance, receipt=made.receipt)

    def use(self, made: Made, *, actor: Person | None = None) -> list[Permit]:
        return self.permits(actor or made.actor)

    def permits(self, actor: Person) -> list[Permit]:
        return permits_for(
            self.portal,
            self.clock,
            self.chance,
            NOTICES,
            actor=actor,
            purpose=Purpose.VIEW_DEBTS,
            sign_in=a_sign_in(self.clock),
        )

    def revoke(self, made: Made, by: Revoker = Revoker.PORTAL) -> Grant:
        return revoke(
            self.worker,
            self.clock,
            self.chance,
            by=by,
            grant_id=made.grant_id,
            reason=Revoked.LEAVES,
            department=made.department if by is Revoker.DEPARTMENT else None,
        )

    def invalidate(self, made: Made) -> Grant:
        return invalidate(
            self.worker,
            self.clock,
            self.chance,
            grant_id=made.grant_id,
            reason=Invalid.WORDS_WRONG,
        )

    def expire(self) -> int:
        return expire(self.worker, self.clock, self.chance)

    def lapse(self) -> int:
        return lapse(self.worker, self.clock, self.chance)

    def lapse_after(self, days: int) -> int:
        self.later(days=days)
        return self.lapse()

    def expire_after(self, days: int) -> int:
        self.later(days=days)
        return self.expire()

    def step_of(self, made: Made, after: State) -> None:
        """What the clock does when the time has come, done without waiting for it."""
        at = self.clock.now()
        if after is State.LAPSED:
            self.rows(
                "with e as (insert into consent_event (event_id, at, subject_id, grant_id,"
                " department, purpose, kind, by_kind, salt, leaf_hash) select gen_random_uuid(),"
                " %(at)s, subject_id, grant_id, department, purpose, 'lapsed', 'clock',"
                " repeat('a', 22), repeat('0', 64) from consent_request where grant_id = %(id)s)"
                " update consent_request set state = 'lapsed', changed_by = 'clock',"
                " changed_at = %(at)s, decided_at = %(at)s where grant_id = %(id)s returning 1",
                at=at,
                id=made.grant_id,
            )
            return
        with self.worker.transaction(Worker()) as tx:
            grant = grants.by_id(tx, made.grant_id, lock=True)
            assert grant is not None
            change_in(tx, self.chance, grant, after, by="clock", at=at)

    # ---- looking ----

    def state(self, made: Made) -> State:
        found = self.rows(
            "select state from consent_request where grant_id = %(id)s union all"
            " select state from consent_grant where grant_id = %(id)s",
            id=made.grant_id,
        )
        assert len(found) == 1
        return State(found[0][0])

    def grant(self, made: Made) -> Grant:
        with self.portal.transaction(made.actor) as tx:
            found = grants.one(tx, made.actor.subject, made.grant_id)
        assert found is not None
        return found

    def events(self, made: Made) -> list[tuple[str, str]]:
        """Kind and actor of each, in their order."""
        return self.rows(
            "select kind, by_kind from consent_event where grant_id = %(id)s order by position",
            id=made.grant_id,
        )

    def rows(self, query: str, **values: object) -> list[tuple[Any, ...]]:
        return self.behind.execute(query, values).fetchall()

    def everything(self) -> str:
        """A hash of all that a step could write: permissions, events, words to departments."""
        tables = ("consent_request", "consent_grant", "consent_version", "consent_event", "outbox")
        parts = (
            f"(select coalesce(md5(string_agg(t::text, '|' order by t::text)), '') from {name} t)"
            for name in tables
        )
        return str(self.rows("select " + " || ".join(parts))[0][0])


@contextmanager
def lab_of(database: Database) -> Iterator[Lab]:
    stores = (
        open_store(database.portal_url, role=PORTAL),
        open_store(database.worker_url, role=WORKER),
        open_store(database.helpdesk_url, role=HELPDESK),
    )
    try:
        with superuser(database) as behind:
            yield Lab(database, *stores, behind)
    finally:
        for store in stores:
            store.close()


def superuser(database: Database) -> psycopg.Connection[tuple[Any, ...]]:
    url = database.superuser_url.replace("+psycopg", "")
    return psycopg.connect(url, autocommit=True)
