"""One application process of a history: the verbs of the portal on its own connections.

Each errand writes what it will do into its `Book`, calls the verb that the pages call, and writes
what came of it. When the database goes away in the middle the step stays open: nobody knows.
"""

from __future__ import annotations

import hashlib
import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import psycopg
from sqlalchemy.exc import DBAPIError

from adapters.signer_socket import SocketSigner
from consent import notices as notice_files
from consent import register as register_files
from consent.clock import Clock
from consent.disposal import receive
from consent.errors import ConsentEnded, OutsideFailed, WrongState
from consent.events import Kind
from consent.expire import expire
from consent.grant import Shown, Yes, give
from consent.ids import GrantId, SubjectId
from consent.jose import verify
from consent.keys import Keys
from consent.log.sequencer import sequence
from consent.people import Person
from consent.permit import Permit, SignInEvidence
from consent.permits import note_outcome, permits_for
from consent.purposes import Purpose
from consent.renew import renew
from consent.resume import resume
from consent.signer import ASSERTION_TYPE, DEPARTMENT_PREFIX, PATH_OF, Errand, Signer
from consent.store import WORKER, Store, grants, open_store
from consent.store.checks import Checks
from consent.suspend import suspend
from consent.withdraw import withdraw, withdraw_all
from tests.builders import WITHOUT_LIMITS
from tests.histories.clocks import Earlier, WrongClock
from tests.histories.steps import Book

CODES: Final = ("dwp", "dvla")
A_DAY: Final = timedelta(days=1)
ORIGIN: Final = "https://portal.example"
FAR: Final = timedelta(minutes=5)
NOTICES: Final = notice_files.load()
NOTICE: Final = NOTICES.newest(Purpose.VIEW_DEBTS, "en")
_FOUND: Final = (register_files.load().find(code) for code in CODES)
ENTRIES: Final = [replace(entry, longest_days=1) for entry in _FOUND if entry]
"""Read once, before any process is forked."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the database is, for each role, and the signer's socket."""

    portal: str
    worker: str
    signer: str
    department: str
    socket: Path


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person with a session, as the pages know them."""

    subject: UUID
    session_hash: str

    @property
    def actor(self) -> Person:
        return Person(SubjectId(self.subject))

    @property
    def name(self) -> str:
        return str(self.subject)


@dataclass(slots=True, repr=False)
class Application:
    """What a portal process has. A planted bug replaces one of the parts at the end."""

    store: Store
    worker: Store
    checks: Checks
    keys: Keys
    signer: Signer
    clock: WrongClock = field(default_factory=WrongClock)
    use_clock: Clock | None = None
    withdraw: Callable[..., Any] = withdraw
    permits: Callable[..., list[Permit]] = permits_for
    last_check: Callable[..., bool] = receive
    acknowledge_early: bool = False

    @property
    def looking(self) -> Clock:
        """The clock by which a permission is looked at when it is used."""
        return self.use_clock or self.clock


def application(addresses: Addresses, keys: Keys) -> Application:
    return Application(
        store=open_store(addresses.portal, pool_size=1),
        worker=open_store(addresses.worker, role=WORKER, pool_size=1),
        checks=Checks(addresses.department),
        keys=keys,
        signer=SocketSigner(addresses.socket),
    )


class Errands:
    """Random errands of one process in one history, on the people of that history."""

    def __init__(
        self, app: Application, book: Book, chance: random.Random, people: list[Somebody]
    ) -> None:
        self.app = app
        self.book = book
        self.random = chance
        self.people = people

    def run(self, steps: int) -> None:
        """So many errands that came to an end. What was under way when the database or the signer
        went away stays open."""
        which = {
            self._give: 28,
            self._pull: 36,
            self._withdraw: 16,
            self._withdraw_all: 3,
            self._suspend: 5,
            self._resume: 5,
            self._renew: 5,
            self._jump: 5,
        }
        while steps:
            errand = self.random.choices(list(which), list(which.values()))[0]
            try:
                errand(self.random.choice(self.people))
                steps -= 1
            except (DBAPIError, psycopg.OperationalError, OutsideFailed):
                time.sleep(0.05)

    def sweep(self, until: Callable[[], bool]) -> None:
        """The worker: expires and appends to the log until it is told that all are done."""
        while not until():
            try:
                number = self.book.begin("expire")
                self.book.end(number, count=expire(self.app.worker, self.app.clock, os.urandom))
                sequence(self.app.worker)
                if self.random.random() < 0.05:
                    self._jump(self.people[0])
            except (DBAPIError, psycopg.OperationalError):
                time.sleep(0.03)
            time.sleep(self.random.uniform(0.005, 0.03))

    def _give(self, person: Somebody) -> None:
        """On a clock that is a day late but for a moment: some end while the history lasts."""
        app, chance = self.app, self.random
        entries = chance.sample(ENTRIES, chance.choice((1, 2)))
        left = timedelta(seconds=chance.uniform(0.02, 0.3)) if chance.random() < 0.4 else FAR
        clock = Earlier(app.clock, A_DAY - left)  # also by this one it looks what is live
        post = f"form {chance.random()}"
        shown = Shown(post_key=post, requested_at=clock.now(), language="en")
        number = self.book.begin(
            "give",
            person=person.name,
            post=shown.post_hash,
            codes=[entry.code for entry in entries],
            late=(A_DAY - left).total_seconds(),
        )
        made = give(
            app.store,
            clock,
            os.urandom,
            actor=person.actor,
            yeses=[Yes(entry, NOTICE) for entry in entries],
            shown=shown,
            sign_in=SignInEvidence(clock.now(), "Cl.Cm", "P2", "one_login"),
            origin=ORIGIN,
        )
        self.book.end(number, grants=[[one.grant_id, one.department] for one in made.grants])

    def _withdraw(self, person: Somebody) -> None:
        found = self._open(person)
        if not found:
            return
        grant_id = self.random.choice(found)
        number = self.book.begin("withdraw", person=person.name, grant=grant_id)
        options = {"told": partial(self.book.end, number)} if self.app.acknowledge_early else {}
        ended = self.app.withdraw(
            self.app.store,
            self.app.clock,
            os.urandom,
            actor=person.actor,
            grant_id=grant_id,
            **options,
        )
        if not options:
            self.book.end(number, state=ended.state.value)

    def _withdraw_all(self, person: Somebody) -> None:
        number = self.book.begin("withdraw_all", person=person.name)
        ended = withdraw_all(self.app.store, self.app.clock, os.urandom, actor=person.actor)
        self.book.end(number, states=[[one.grant_id, one.state.value] for one in ended])

    def _pull(self, person: Somebody) -> None:
        """Ask, as the page does: permits, one signed assertion each, an answer that takes its
        time, and the last look before it is shown."""
        app = self.app
        number = self.book.begin("permits", person=person.name)
        permits = app.permits(
            app.store,
            app.looking,
            os.urandom,
            NOTICES,
            actor=person.actor,
            purpose=Purpose.VIEW_DEBTS,
            sign_in=SignInEvidence(app.clock.now(), "Cl.Cm", "P2", "one_login"),
            terms=WITHOUT_LIMITS,
            session_hash=person.session_hash,
        )
        self.book.end(number, asks=[[one.grant_id, one.interaction_id] for one in permits])
        for permit in permits:
            self._ask(person, permit)

    def _ask(self, person: Somebody, permit: Permit) -> None:
        app, book = self.app, self.book
        entry = next(one for one in ENTRIES if one.code == permit.department)
        # The signer has a clock of its own, and that one is right.
        number = book.begin("sign", grant=permit.grant_id, late=app.clock.off.total_seconds())
        try:
            minted = app.signer.mint_assertion(
                permit,
                audience=DEPARTMENT_PREFIX + permit.department,
                htu=entry.address + PATH_OF[Errand.DEBT_QUERY],
            )
        except ConsentEnded:
            book.end(number, use="no")
            return
        book.end(number, use="yes")
        answer = self._department(permit, minted.token)
        number = book.begin("show", grant=permit.grant_id)
        shown = app.last_check(
            app.store,
            app.looking,
            actor=person.actor,
            permit=permit,
            answer_sha256=hashlib.sha256(answer.encode()).hexdigest(),
            held_until=app.clock.now() + FAR,
        )
        book.end(number, use="yes" if shown else "no")
        kind = Kind.ANSWERED if shown else Kind.DROPPED
        number = book.begin("note", grant=permit.grant_id, ask=permit.interaction_id, kind=kind)
        note_outcome(app.store, app.clock, os.urandom, actor=person.actor, permit=permit, kind=kind)
        book.end(number)

    def _department(self, permit: Permit, token: str) -> str:
        """Reads the assertion, may look how the permission stands, and takes its time."""
        verify(token, self.app.keys, typ=ASSERTION_TYPE)
        time.sleep(self.random.expovariate(1 / 0.008))
        if self.random.random() < 0.4:
            number = self.book.begin("look", grant=permit.grant_id)
            seen = self.app.checks.look(
                permit.department, spent=(), grant_ids=(permit.grant_id,), lasting=False
            ).found
            states = [one.state_at(self.app.looking.now()).value for one in seen]
            self.book.end(number, state=(*states, "unknown")[0])
        return token

    def _jump(self, _person: Somebody) -> None:
        self.app.clock.off = timedelta(seconds=self.random.uniform(-0.15, 0.15))

    def _suspend(self, person: Somebody) -> None:
        self._change("suspend", person, partial(suspend, self.app.store, self.app.clock))

    def _resume(self, person: Somebody) -> None:
        sign_in = SignInEvidence(self.app.clock.now(), "Cl.Cm", "P2", "one_login")
        errand = partial(resume, self.app.store, self.app.clock, sign_in=sign_in)
        self._change("resume", person, errand)

    def _renew(self, person: Somebody) -> None:
        app, found = self.app, self._open(person)
        if not found:
            return
        grant_id = self.random.choice(found)
        with app.store.transaction(person.actor) as tx:
            grant = grants.one(tx, person.actor.subject, grant_id)
        if grant is None:
            return
        clock = Earlier(app.clock, A_DAY - FAR)
        shown = Shown(post_key=f"form {self.random.random()}", requested_at=app.clock.now(),
                      language="en")  # fmt: skip
        entry = next(one for one in ENTRIES if one.code == grant.department)
        errand = partial(
            renew,
            app.store,
            clock,
            notices=NOTICES,
            yes=Yes(entry, NOTICE),
            shown=shown,
            sign_in=SignInEvidence(clock.now(), "Cl.Cm", "P2", "one_login"),
            origin=ORIGIN,
        )
        self._change("renew", person, errand, grant_id, late=(A_DAY - FAR).total_seconds())

    def _change(
        self,
        does: str,
        person: Somebody,
        errand: Callable[..., Any],
        grant_id: GrantId | None = None,
        **told: float,
    ) -> None:
        """One step of one permission that has not ended, or the word that it cannot be."""
        found = [grant_id] if grant_id else self._open(person)
        if not found:
            return
        one = self.random.choice(found)
        number = self.book.begin(does, person=person.name, grant=one, **told)
        try:
            after = errand(chance=os.urandom, actor=person.actor, grant_id=one)
        except (ConsentEnded, WrongState):
            self.book.end(number, done=False)
        else:
            self.book.end(number, done=True, state=after.state.value)

    def _open(self, person: Somebody) -> list[GrantId]:
        with self.app.store.transaction(person.actor) as tx:
            return grants.open_ids_of(tx, person.actor.subject)
