"""Straight at the database, as svd_department: staff of one department, and rows of another."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest

from consent.clock import SetClock
from consent.ids import DepartmentCode
from consent.people import Department, Worker
from consent.retention import drop_staff_events
from consent.roles import First
from consent.staff import LiveStaff, StaffAccount, StaffSessions
from consent.store import DEPARTMENT, WORKER, Store, open_store, staff
from plan.overview import overview
from plan.own_plans import plan_story
from tests.builders import a_clock, a_person, set_chance
from tests.database import Database
from tests.plan_builders import THREE, agreed, known_as

pytestmark = pytest.mark.security
ISSUER = "https://sign-in.example"


class Offices:
    """Two departments with a member of staff each, who are signed in, and a plan of three."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock: SetClock = a_clock()
        self.chance = set_chance("offices")
        self.portal = open_store(database.portal_url)
        self.store: Store = open_store(database.department_url, role=DEPARTMENT)
        self.sessions = StaffSessions(self.store, self.clock, self.chance, pepper=b"s" * 32)
        person = a_person(self.portal, self.clock, self.chance)
        agreed(self.portal, self.clock, person, THREE)
        self.reference = known_as(self.portal, person)
        self.tokens = {code: self.comes_in(code) for code in ("dwp", "council")}

    def comes_in(self, code: str) -> str:
        first = (First(f"{code}-one", f"one@{code}.example", ("answers",)),)
        account = self.admitted(code, f"{code}-one", first)
        assert account is not None
        return self.sessions.open(account, self.clock.now())

    def admitted(
        self, code: str, subject: str, first: tuple[First, ...] = ()
    ) -> StaffAccount | None:
        return self.sessions.admit(
            DepartmentCode(code), issuer=ISSUER, subject=subject, email="", first=first
        )

    def live(self, code: str) -> LiveStaff:
        found = self.sessions.find(self.tokens[code])
        assert found is not None
        return found

    def as_department(self, code: str, statement: str, *values: object) -> list[tuple[object, ...]]:
        url = self.database.department_url.replace("+psycopg", "")
        with psycopg.connect(url) as connection:
            connection.execute("select set_config('svd.department', %s, true)", (code,))
            done = connection.execute(statement.encode(), values)
            return done.fetchall() if done.description else []


@pytest.fixture(scope="module")
def offices(shared_database: Database) -> Iterator[Offices]:
    made = Offices(shared_database)
    yield made
    made.store.close()
    made.portal.close()


TABLES = ("staff_account", "staff_session", "staff_event", "plan_share", "share_answer")


@pytest.mark.parametrize("table", TABLES)
def test_a_department_sees_rows_of_its_own_only(offices: Offices, table: str) -> None:
    for code in ("dwp", "council"):
        seen = offices.as_department(code, f"select distinct department from {table}")
        assert seen in ([(code,)], []), table
    assert offices.as_department("slc", f"select 1 from {table}") == []
    assert offices.as_department("", f"select 1 from {table}") == []


WRITES = {
    "an account": "insert into staff_account values (gen_random_uuid(), 'council', repeat('a', 64),"
    " 'new@council.example', true, true, true, 'active', now(), now())",
    "a session": "insert into staff_session select repeat('b', 64), staff_id, 'council', now(),"
    " now(), now(), now() from staff_account",
    "an event": "insert into staff_event select gen_random_uuid(), now(), 'council', staff_id,"
    " 'removed', '' from staff_account",
    "what was done": "update staff_event set kind = 'signed_in'",
    "that it was done": "delete from staff_event",
    "that there was one": "delete from staff_account",
    "whose it is": "update staff_account set department = 'council'",
    "when it ends": "update staff_session set ends_at = now() + interval '1 year'",
}


@pytest.mark.parametrize("what", WRITES)
def test_a_department_writes_nothing_for_another_and_nothing_over(
    offices: Offices, what: str
) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        offices.as_department("dwp", WRITES[what])


def test_a_change_of_all_accounts_changes_ones_own(offices: Offices) -> None:
    changed = offices.as_department(
        "dwp", "update staff_account set changed_at = now() returning department"
    )
    assert changed == [("dwp",)]


def test_the_overview_counts_ones_own(offices: Offices) -> None:
    dwp, slc = (Department(DepartmentCode(code)) for code in ("dwp", "slc"))
    mine = overview(offices.store, offices.clock, actor=dwp)
    assert (mine.waiting, mine.holds, mine.to_sort_out) == (1, 0, 0)
    assert overview(offices.store, offices.clock, actor=slc).waiting == 0
    story = plan_story(offices.store, actor=dwp, reference=offices.reference)
    assert [line.pence for line in story.plan.lines] == [THREE["dwp"]]


def test_a_session_is_its_owners_and_its_departments(offices: Offices) -> None:
    assert offices.live("dwp").account.department == "dwp"
    assert offices.live("council").account.department == "council"
    assert offices.sessions.find("x" * 43) is None


def test_an_account_of_one_department_does_not_come_in_at_another(offices: Offices) -> None:
    """The same issuer for both, as two bodies of one group have it."""
    assert offices.admitted("council", "dwp-one") is None
    assert offices.admitted("dwp", "council-one") is None
    again = offices.admitted("dwp", "dwp-one")
    assert again is not None
    assert again.staff_id == offices.live("dwp").account.staff_id


def test_who_was_removed_is_out_at_the_next_page_and_for_good(offices: Offices) -> None:
    token = offices.tokens["council"]
    offices.as_department("council", "update staff_account set state = 'removed'")
    try:
        assert offices.sessions.find(token) is None
        assert offices.admitted("council", "council-one") is None
    finally:
        offices.as_department("council", "update staff_account set state = 'active'")


def test_a_session_ends_by_the_clock(shared_database: Database) -> None:
    clock = a_clock()
    store = open_store(shared_database.department_url, role=DEPARTMENT)
    sessions = StaffSessions(store, clock, set_chance(str(uuid4())), pepper=b"s" * 32)
    first = (First("slc-one", "one@slc.example"),)
    try:
        account = sessions.admit(
            DepartmentCode("slc"), issuer=ISSUER, subject="slc-one", email="", first=first
        )
        assert account is not None
        token = sessions.open(account, clock.now())
        for _ in range(9):  # four hours in steps of under 30 minutes, less one
            clock.move(timedelta(minutes=25))
            assert sessions.find(token) is not None
        clock.move(timedelta(minutes=25))
        assert sessions.find(token) is None, "four hours at most, whatever is done"
        token = sessions.open(account, clock.now())
        clock.move(timedelta(minutes=30))
        assert sessions.find(token) is None, "30 minutes of nothing"
    finally:
        store.close()


def test_nothing_of_staff_stays_longer_than_it_may(database: Database) -> None:
    made = Offices(database)
    worker = open_store(database.worker_url, role=WORKER)
    url = database.superuser_url.replace("+psycopg", "")

    def count(table: str) -> int:
        with psycopg.connect(url) as connection:
            (row,) = connection.execute(f"select count(*) from {table}".encode()).fetchall()
            return int(row[0])

    try:
        made.as_department("council", "update staff_account set state = 'removed'")
        made.clock.move(timedelta(minutes=30))
        with worker.transaction(Worker()) as tx:
            assert staff.drop_ended_sessions(tx, made.clock.now()) == 2
        assert drop_staff_events(worker, made.clock) == 0
        made.clock.move(timedelta(days=6 * 366))
        assert drop_staff_events(worker, made.clock) == 3, "two sign-ins, and who was removed"
        assert (count("staff_event"), count("staff_account")) == (0, 1)
    finally:
        worker.close()
        made.store.close()
        made.portal.close()
