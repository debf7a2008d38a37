"""A department hears that money is on its way: over HTTP, from the worker to another process."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from adapters.departments.native import NativeMessages
from adapters.gateway.book import Book
from adapters.wire import Wire
from adapters.wire_loop import WireLoop
from app.delivery import Deliveries
from app.rounds import Rounds
from consent.clock import SetClock, SystemClock
from consent.ids import DepartmentCode
from consent.store import WORKER, Store, open_store
from plan.number import number_settled
from tests.database import Database
from tests.department_desk import ISSUER, REGISTER
from tests.paper_signer import PaperSigner
from tests.plan_builders import DAYS, PRIVATE
from tests.portal import ROOT
from tests.served_door import Served, served_door
from tests.settled import settled_payments
from tests.until import LONG, until

DWP = DepartmentCode("dwp")
COUNT = 3


@dataclass
class Office:
    """The worker, and DWP at an address that a test chooses."""

    served: Served
    store: Store
    clock: SetClock
    loop: WireLoop

    def number(self) -> None:
        """One more payment of each department has its number."""
        number_settled(self.store, batch=1)

    @contextmanager
    def rounds(self, address: str) -> Iterator[Rounds]:
        entry = REGISTER.find("dwp")
        assert entry is not None
        wire = Wire([address], demonstration=True)
        messages = NativeMessages(
            replace(entry, address=address),
            wire=wire,
            signer=PaperSigner(self.served.desk.portal_keys, issuer=ISSUER, clock=self.clock),
            portal=ISSUER,
            clock=self.clock,
            chance=os.urandom,
        )
        sign_head = self.served.desk.door.signer.sign_series_head
        deliver = Deliveries(
            self.store, self.clock, os.urandom, self.loop, {DWP: messages}, PRIVATE, sign_head
        )
        rounds = Rounds(
            self.store, self.clock, os.urandom, deliver=deliver, working_days=DAYS, pushed=[DWP]
        )
        try:
            yield rounds
        finally:
            rounds.stop()
            self.loop.call(wire.close(), seconds=LONG)

    def tell(self, rounds: Rounds) -> int:
        """A second passes at the worker; how many words were put into the outbox."""
        self.clock.move(timedelta(seconds=1))
        (job,) = (one for one in rounds.timetable() if one.name == "push")
        begun = rounds.tick(job)
        rounds.deliver_due()
        until(lambda: not rounds._busy)
        return begun

    def words(self) -> list[tuple[bool, str]]:
        return [
            (bool(row[0]), str(row[1]))
            for row in self.served.ask(
                "select delivered_at is not null, last_fault from outbox order by outbox_id"
            )
        ]

    def rewrite(self) -> None:
        """Somebody with all rights changes what was told."""
        url = self.served.database.superuser_url.replace("+psycopg", "")
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("set session_replication_role = replica")
            connection.execute(
                "update allocation set chain_hash = repeat('0', 64) where sequence = 1"
            )

    def pushed(self) -> int:
        query = "select pushed_sequence from department_book where department = 'dwp'"
        return int(self.served.ask(query)[0][0])


@pytest.fixture
def office(database: Database, tmp_path: Path) -> Iterator[Office]:
    """Three payments came, and the first of them has its number."""
    with psycopg.connect(database.superuser_url.replace("+psycopg", ""), autocommit=True) as one:
        settled_payments(one, database, COUNT, numbered=False)
    store, loop = open_store(database.worker_url, role=WORKER), WireLoop().start()
    with served_door(database, tmp_path) as served:
        opened = Office(served, store, SetClock(SystemClock().now()), loop)
        opened.number()
        yield opened
    loop.stop()
    store.close()


@contextmanager
def department(served: Served, book: Path) -> Iterator[str]:
    """Its gateway as a process that looks once an hour, unless it is told; where it is told."""
    command = served.gateway(book, "--doorbell", "0", "--every", "3600")
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        yield "http://" + process.stderr.readline().removeprefix("told at ").strip()
    finally:
        process.terminate()
        assert process.wait(LONG) == 0


def entries(book: Path) -> int:
    return Book(book).totals().entries


def test_a_department_that_is_told_comes_for_its_money(office: Office, tmp_path: Path) -> None:
    book = tmp_path / "book"
    with department(office.served, book) as address, office.rounds(address) as rounds:
        until(lambda: entries(book) == 1)
        assert office.tell(rounds) == 1
        assert office.words() == [(True, "")]
        office.number()
        assert office.tell(rounds) == 1
        until(lambda: entries(book) == 2)
        assert (office.pushed(), office.tell(rounds)) == (2, 0), "it knows: nothing more is said"
        until(lambda: Book(book).totals().answers_waiting == 0)
    assert office.words() == [(True, ""), (True, "")]


def test_one_that_is_down_loses_nothing_and_fetches_by_itself(
    office: Office, tmp_path: Path
) -> None:
    book = tmp_path / "book"
    with department(office.served, tmp_path / "first") as address:
        pass
    with office.rounds(address) as rounds:
        assert office.tell(rounds) == 1
        assert office.words() == [(False, "failed")]
        office.number()
        assert office.tell(rounds) == 0, "one word waits, however much comes meanwhile"
        assert office.pushed() == 0
    with department(office.served, book) as address, office.rounds(address) as rounds:
        until(lambda: entries(book) == 2)
        office.clock.move(timedelta(hours=1))
        office.tell(rounds)
        assert office.words() == [(True, "")]
        assert office.pushed() == 2, "the word says how the series stands when it is told"
        office.number()
        assert office.tell(rounds) == 1
        until(lambda: entries(book) == 3)


def test_one_that_has_no_place_for_the_word_is_not_asked_again_until_more_comes(
    office: Office,
) -> None:
    with office.rounds(office.served.url) as rounds:
        assert office.tell(rounds) == 1
        assert office.words() == [(True, "refused")]
        assert office.tell(rounds) == 0
        office.number()
        assert office.tell(rounds) == 1


def test_the_signer_says_no_of_a_series_that_was_rewritten_and_nothing_is_told(
    office: Office, tmp_path: Path
) -> None:
    with department(office.served, tmp_path / "book") as address, office.rounds(address) as rounds:
        assert office.tell(rounds) == 1
        office.rewrite()
        office.number()
        assert office.tell(rounds) == 1
        assert office.words()[1] == (False, "error")
        assert office.pushed() == 1
