"""Random histories of asking, stopping, leaving and waiting: whatever happens at the same moment,
each answer has one end on record, and what has its end on record nobody can read (SEC-76)."""

from __future__ import annotations

import asyncio
import hashlib
import os
import random
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from adapters.wire_loop import WireLoop
from app.book import ConsentBook
from consent import notices as notice_files
from consent.clock import SetClock
from consent.disposal import dispose_due
from consent.how import How
from consent.ids import DepartmentCode
from consent.notices import Notices
from consent.people import Person
from consent.permit import Permit
from consent.permits import permits_for
from consent.purposes import Purpose
from consent.store import Store
from consent.withdraw import withdraw_all
from debts.asking import Asked, Held
from debts.debt import Answer, Debt, Debts, NoDebts, NotAsked, NotMatched, Unanswered, Unavailable
from debts.facts import Facts
from debts.money import Pence
from debts.pull import Pulls
from debts.vault import MemoryVault
from debts.visit import Visit, Visits
from tests.builders import NOON, WITHOUT_LIMITS, a_clock, a_person, a_sign_in, given
from tests.database import Database
from tests.log_lab import portal_of, superuser, worker_of
from tests.native_lab import a_stranger

CODES = [DepartmentCode(code) for code in ("dwp", "dvla", "slc")]
CLASSES = (Asked, Held, Debt, Debts, NoDebts, NotAsked, NotMatched, Unavailable, Unanswered)
STEPS = 300 if os.environ.get("SVD_LONG") == "1" else 40
ANSWERS: tuple[Answer, ...] = (
    Debts((Debt("t", "DWP_UC_OP", "Overpayment", Pence(5), NOON),), NOON),
    NoDebts(NOON),
    NotMatched(NOON),
    Unavailable(NOON, Unanswered.ERROR),
)


@dataclass
class AnyDepartment:
    """Answers something, after a moment."""

    dice: random.Random

    async def debts(self, permit: Permit, facts: Facts) -> Answer:
        await asyncio.sleep(self.dice.random() * 0.02)
        return self.dice.choice(ANSWERS)


@dataclass
class World:
    """One person in one browser at a time; a vault whose every live entry can be looked at."""

    dice: random.Random
    store: Store
    worker: Store
    clock: SetClock
    vault: MemoryVault
    visits: Visits
    pulls: Pulls
    person: Person
    notices: Notices
    visit: Visit = field(init=False)
    forms: int = 0
    allowed: bool = False

    def __post_init__(self) -> None:
        self.visit = self.visits.open(self.visits.new_secret())

    @property
    def book(self) -> ConsentBook:
        return ConsentBook(self.store, self.clock, secrets.token_bytes, self.notices, self.person)

    def allow(self) -> None:
        if self.allowed:
            return
        self.forms, self.allowed = self.forms + 1, True
        given(
            self.store,
            self.clock,
            secrets.token_bytes,
            self.person,
            CODES,
            post_key=f"form {self.forms}",
        )

    def ask(self) -> None:
        made = permits_for(
            self.store,
            self.clock,
            secrets.token_bytes,
            self.notices,
            actor=self.person,
            purpose=Purpose.VIEW_DEBTS,
            sign_in=a_sign_in(self.clock),
            departments=self.dice.sample(CODES, self.dice.randint(1, 3)),
            terms=WITHOUT_LIMITS,
        )
        self.pulls.ask(self.visit, made, a_stranger(), self.book)

    def stop(self) -> None:
        withdraw_all(self.store, self.clock, secrets.token_bytes, actor=self.person)
        self.allowed = False
        for code in CODES:
            self.pulls.forget(self.visit, code, self.book)

    def leave(self) -> None:
        asked = self.pulls.forget_all(self.visit)
        self.visit.destroy()
        self.book.disposed(asked, How.SIGNED_OUT)
        self.visit = self.visits.open(self.visits.new_secret())

    def time_goes_by(self) -> None:
        self.clock.move(timedelta(minutes=self.dice.choice((1, 12, 31))))

    def work(self) -> None:
        dispose_due(self.worker, self.clock, secrets.token_bytes, self.notices)

    def settle(self) -> None:
        running = list(self.pulls._running.values())
        wait(running, timeout=60)

    def readable(self) -> set[str]:
        """Hashes of all entries of the vault whose time has not passed."""
        now = self.clock.now()
        with self.vault._lock:
            entries = [
                sealed
                for slots in self.vault._visits.values()
                for sealed, ends in slots.values()
                if ends > now
            ]
        return {hashlib.sha256(sealed).hexdigest() for sealed in entries}


@pytest.fixture
def stores(database: Database) -> Iterator[tuple[Store, Store]]:
    with portal_of(database) as store, worker_of(database) as worker:
        yield store, worker


@pytest.mark.parametrize("seed", range(2 if STEPS > 40 else 1))
def test_each_answer_ends_once_and_is_not_readable_afterwards(
    seed: int, database: Database, stores: tuple[Store, Store]
) -> None:
    dice, clock = random.Random(seed), a_clock()
    vault, loop = MemoryVault(clock), WireLoop().start()
    visits = Visits(vault, clock, secrets.token_bytes, pepper=b"k" * 32, classes=CLASSES)
    with ThreadPoolExecutor(4) as threads:
        departments = {code: AnyDepartment(dice) for code in CODES}
        pulls = Pulls(departments, clock, spawn=loop.submit, threads=threads)
        person = a_person(stores[0], clock, secrets.token_bytes)
        world = World(dice, *stores, clock, vault, visits, pulls, person, notice_files.load())
        doings = (
            *(world.ask,) * 5,
            *(world.settle,) * 3,
            world.stop,
            world.leave,
            world.time_goes_by,
            world.work,
        )
        for _ in range(STEPS):
            world.allow()
            dice.choice(doings)()
            disposed = hashes(database, "disposed_at is not null")
            assert not disposed & world.readable()
        world.settle()
    loop.stop()
    clock.move(timedelta(minutes=32))
    vault.sweep()
    world.work()

    assert vault._visits == {}
    assert hashes(database, "disposed_at is null") == set()
    with superuser(database) as connection:
        ((answered, wrong),) = connection.execute(
            "select count(*), count(*) filter (where ends <> 1 or closed <> 1) from ("
            " select (select count(*) from consent_event d where d.kind = 'disposed'"
            "  and d.interaction_id = a.interaction_id) ends,"
            " (select count(*) from disposal h where h.interaction_id = a.interaction_id) closed"
            " from consent_event a where a.kind = 'answered') x"
        ).fetchall()
    assert int(str(answered)) > STEPS / 8
    assert wrong == 0


def hashes(database: Database, where: str) -> set[str]:
    with superuser(database) as connection:
        rows = connection.execute(f"select answer_sha256 from disposal where {where}").fetchall()
    return {str(row[0]) for row in rows}
