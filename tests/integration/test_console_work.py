"""Permissions, questions, demand and the connection at a department's console (X05, X10 to X13)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest

from app.department_api.clients import PublishedClients
from app.department_console.keys import look
from app.http.recent import Call
from consent.clock import LONDON, SetClock
from consent.closures import own_closures
from consent.grant import Given
from consent.holds import HoldState, Reason, ask_for_hold
from consent.ids import DepartmentCode, new_uuid
from consent.keys import Keys, accept_keys, new_key, public_jwk
from consent.people import Department, Person
from consent.store import WORKER, open_store
from consent.store.holds import HoldRequest
from consent.withdraw import withdraw
from plan.answer_times import drop_old, keep, span_of
from tests.builders import a_person, given, set_chance
from tests.console import sign_in
from tests.integration.test_department_demand import EVENT
from tests.pages import Page
from tests.portal import Client, Portal

pytestmark = pytest.mark.security
PERMISSIONS, QUESTIONS = "/department/permissions", "/department/disputes"
DEMAND, CONNECTION = "/department/statistics", "/department/connection"
UNKNOWN = "PM22 2222 2222"
NOBODYS = "Your department has no permission with this reference."


@dataclass
class Office:
    """One portal's console, and people who allow and ask."""

    portal: Portal
    person: Person
    clients: dict[tuple[str, str], Client]
    count: int = 0

    def staff(self, person: str = "rhoswen", department: str = "dwp") -> Client:
        """Signed in once for all tests."""
        if (department, person) not in self.clients:
            client = self.clients[department, person] = self.portal.client()
            sign_in(client, department, person)
        return self.clients[department, person]

    def allows(self, *codes: str) -> Given:
        self.count += 1
        part = self.portal.services
        clock = SetClock(part.clock.now())
        chance = set_chance(f"console {self.count}")
        return given(part.store, clock, chance, self.person, codes, post_key=f"p{self.count}")

    def asks(self, reason: Reason = Reason.AMOUNT, department: str = "dwp") -> HoldRequest:
        self.count += 1
        part = self.portal.services
        return ask_for_hold(
            part.store,
            part.clock,
            os.urandom,
            actor=self.person,
            hold_id=new_uuid(os.urandom),
            department=DepartmentCode(department),
            debt_token="d_1",
            debt_tag=os.urandom(32).hex(),
            reason=reason,
            state=HoldState.SENT,
        )

    def behind(self, query: str, **values: object) -> None:
        url = self.portal.database.superuser_url.replace("+psycopg", "")
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("set session_replication_role = replica")
            connection.execute(query.encode(), values)


@pytest.fixture(scope="module")
def office(shared_portal: Portal) -> Office:
    part = shared_portal.services
    clock = SetClock(part.clock.now())
    return Office(shared_portal, a_person(part.store, clock, set_chance("office")), {})


def check(client: Client, reference: str) -> Page:
    return client.send(client.get(PERMISSIONS), reference=reference)


# ---- X05 ----


def test_a_permission_is_found_by_the_reference_on_the_persons_receipt(office: Office) -> None:
    made = office.allows("dwp", "dvla")
    client = office.staff()
    page = check(client, made.receipt.lower())
    assert page.says("In force")
    assert page.says("Show the person what they owe you")
    assert len(page.main.all("dl")) == 1, "its own, and not the other department's"
    (own,) = (one for one in made.grants if one.department == "dwp")
    assert check(client, own.grant_id).says("In force")
    part = office.portal.services
    withdraw(part.store, part.clock, part.chance, actor=office.person, grant_id=own.grant_id)
    assert check(client, made.receipt).says("Stopped by the person")
    done = office.portal.rows("select about from staff_event where kind = 'checked' order by at")
    assert [about for (about,) in done] == [made.receipt, own.grant_id, made.receipt]


def test_unknown_and_another_departments_look_the_same_sec_88(office: Office) -> None:
    theirs = office.allows("nhsbsa")
    client = office.staff()
    said = {}
    for reference in (theirs.receipt, UNKNOWN, theirs.grants[0].grant_id, "g_" + "A" * 22):
        page = check(client, reference)
        assert page.says(NOBODYS)
        said[reference] = page.text.replace(reference, "")
    assert len(set(said.values())) == 1


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Enter a permission reference"),
        ("PM7K", "Permission reference must be 12 characters, like PM7K 3XQ2 9TVA"),
        ("%' or '1", "Permission reference must be 12 characters, like PM7K 3XQ2 9TVA"),
    ],
)
def test_what_is_no_reference_is_said_to_be_none(office: Office, typed: str, words: str) -> None:
    assert check(office.staff(), typed).errors() == {"reference": words}


def test_so_many_references_may_be_tried(office: Office) -> None:
    client = office.staff("odette", "council")
    pages = (check(client, UNKNOWN) for _ in range(60))  # one more is free every ten seconds
    tried, page = next((n, page) for n, page in enumerate(pages) if page.status != 200)
    assert tried >= 30
    assert (page.status, page.heading) == (429, "You have tried too many times")
    assert check(office.staff("casimir", "council"), UNKNOWN).status == 200, "each for themself"


def test_a_departments_role_never_reads_the_number_of_a_receipt(office: Office) -> None:
    url = office.portal.database.department_url.replace("+psycopg", "")
    with psycopg.connect(url) as connection:
        connection.execute("select set_config('svd.department', 'dwp', true)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("select receipt from consent_grant")


def test_a_receipt_is_found_by_its_index_however_many_there_are(office: Office) -> None:
    url = office.portal.database.department_url.replace("+psycopg", "")
    with psycopg.connect(url) as connection:
        connection.execute("set local enable_seqscan = off")
        connection.execute(
            "select set_config('svd.department', 'dwp', true), set_config('svd.receipt', %s, true)",
            (UNKNOWN,),
        )
        plan = connection.execute("explain select state from consent_grant").fetchall()
    words = " ".join(line for (line,) in plan)
    assert "Index Scan using ix_consent_grant_receipt" in words
    assert "Index Cond: ((receipt >=" in words


# ---- X10, X11 ----


def test_a_question_is_answered_once_and_the_words_reach_the_person(office: Office) -> None:
    hold = office.asks()
    tobias = office.staff("tobias")
    page = tobias.get(QUESTIONS)
    address = page.links()[hold.reference]
    page = tobias.get(address)
    assert page.says("The amount is wrong")
    assert tobias.send(page).errors() == {
        "decision": "Select your decision",
        "words": "Tell the person why in 500 characters or less",
    }
    words = "The amount is right.\nWe have checked it."
    right: dict[str, Any] = {"decision": "not_upheld", "words": words}
    assert tobias.send(page, **right).errors() == {
        "appeal_by": "Enter the last day on which the person can appeal"
    }
    assert tobias.send(page, **right, appeal_by="31.12.2030").errors() == {
        "appeal_by": "Last day to appeal must be a date, like 31/12/2030"
    }
    assert tobias.send(page, **right, appeal_by="1/1/2020").errors() == {
        "appeal_by": "Last day to appeal must be in the future"
    }
    page = tobias.send(page, **right, appeal_by="31/12/2030")
    assert page.says("Your decision is saved.")
    assert office.portal.rows(
        "select decision, words, appeal_by, by_kind from hold_answer where hold_id = %s",
        hold.hold_id,
    ) == [("not_upheld", right["words"], date(2030, 12, 31), "console")]
    assert tobias.get(address).says("This is decided and cannot change here.")


def test_a_forced_debt_shows_the_rules_of_contact_first(office: Office) -> None:
    hold = office.asks(Reason.COERCED)
    page = office.staff("tobias").get(f"{QUESTIONS}/{hold.reference.replace(' ', '-')}")
    assert page.says("The person may not be safe at home.")
    assert page.text.index("may not be safe") < page.text.index("What is your decision?")
    assert office.staff("tobias").get(QUESTIONS).says("Contact with care")


def test_who_may_not_answer_sees_and_cannot(office: Office) -> None:
    hold = office.asks()
    address = f"{QUESTIONS}/{hold.reference.replace(' ', '-')}"
    rhoswen = office.staff()
    page = rhoswen.get(address)
    assert page.says("Somebody who answers plans can answer this.")
    token = rhoswen.get(PERMISSIONS).filled()["csrf_token"]
    assert rhoswen.post(address, {"csrf_token": token, "decision": "held"}).status == 403


def test_another_departments_question_is_not_there(office: Office) -> None:
    hold = office.asks(department="council")
    address = f"{QUESTIONS}/{hold.reference.replace(' ', '-')}"
    tobias = office.staff("tobias")
    assert tobias.get(address).status == 404
    token = tobias.get(PERMISSIONS).filled()["csrf_token"]
    sent = {"csrf_token": token, "decision": "held", "words": "Held.", "appeal_by": "",
            "look_again_on": ""}  # fmt: skip
    assert tobias.post(address, sent).status == 404
    assert hold.reference not in tobias.get(QUESTIONS).text


# ---- X12 ----


def test_a_week_is_counted_with_its_answer_times_and_nothing_small(office: Office) -> None:
    today = datetime.now(LONDON).date()
    monday = today - timedelta(days=today.weekday() + 7)
    noon = datetime.combine(monday, datetime.min.time(), tzinfo=UTC) + timedelta(hours=12)
    events = (
        ("dwp", "asked", 37),
        ("dwp", "answered", 33),
        ("dwp", "not_answered", 4),
        ("council", "asked", 1000),
    )
    for department, kind, count in events:
        outcome = "timed_out" if kind == "not_answered" else ""
        values: dict[str, Any] = {"department": department, "kind": kind, "outcome": outcome}
        office.behind(EVENT, at=noon, count=count, **values)
    dwp, council = DepartmentCode("dwp"), DepartmentCode("council")
    keep(
        office.portal.services.store,
        {
            (dwp, monday, span_of(0.5)): 30,
            (dwp, monday, span_of(4)): 3,
            (council, monday, span_of(9)): 500,
        },
    )
    page = office.staff().get(DEMAND)
    assert page.says("Half of your answers came within 0.50 seconds") or page.says("0.5")
    assert page.says("35")
    assert not page.says("37")
    assert not page.says("1000")
    year, week, _ = monday.isocalendar()
    file = office.staff().get(f"{DEMAND}/{year}-W{week:02d}.csv").html.splitlines()
    assert f"{year}-W{week:02d},requests by day,{monday},35" in file
    assert f"{year}-W{week:02d},outcomes,timed_out," in file
    (median,) = (line for line in file if ",median," in line)
    assert 0.5 <= float(median.split(",")[3]) <= 0.55
    assert office.staff("odette", "council").get(DEMAND).says("1000")


def test_answer_times_stay_two_years(office: Office) -> None:
    part = office.portal.services
    today = datetime.now(LONDON).date()
    old = today - timedelta(days=today.weekday() + 7 * 110)
    keep(part.store, {(DepartmentCode("slc"), old, 7): 3, (DepartmentCode("slc"), today, 7): 2})
    worker = open_store(office.portal.database.worker_url, role=WORKER)
    assert drop_old(worker, part.clock) == 1
    worker.close()
    rows = "select monday, answers from answer_time where department = 'slc'"
    assert office.portal.rows(rows) == [(today, 2)]


def test_a_week_that_is_not_over_is_not_there(office: Office) -> None:
    today = datetime.now(LONDON).date()
    year, week, _ = today.isocalendar()
    assert office.staff().get(f"{DEMAND}?week={year}-W{week:02d}").status == 404
    assert office.staff().get(f"{DEMAND}?week=now").status == 404


# ---- X13 ----


def test_a_closure_is_planned_seen_and_taken_back(office: Office) -> None:
    greta = office.staff("greta")
    page = greta.get(CONNECTION)
    assert greta.send(page).errors() == {
        "from_day": "Enter the day on which the closure starts",
        "from_time": "Enter the time at which the closure starts",
        "until_day": "Enter the day on which the closure ends",
        "until_time": "Enter the time at which the closure ends",
    }
    soon = datetime.now(LONDON).date() + timedelta(days=3)
    day = f"{soon:%d/%m/%Y}"
    night: dict[str, Any] = {"from_day": day, "from_time": "22:00", "until_time": "06:00"}
    page = greta.send(page, **night, until_day=day)
    assert page.errors() == {"until_day": "Closure end must be after closure start"}
    page = greta.send(page, until_day=f"{soon + timedelta(days=30):%d/%m/%Y}")
    assert page.errors() == {"until_day": "Closure must be 7 days or less"}
    page = greta.send(page, until_day=f"{soon + timedelta(days=1):%d/%m/%Y}")
    assert page.says("The closure is planned.")
    (one,) = closures(office)
    assert one.from_at.astimezone(LONDON).strftime("%H:%M") == "22:00"
    assert one.by_kind == "console"
    page = greta.send(page, "/department/connection/closures", **night,
                      until_day=f"{soon + timedelta(days=1):%d/%m/%Y}")  # fmt: skip
    assert page.errors() == {"from_day": "Closure must be at a time when no other one is planned"}
    assert not office.staff("odette", "council").get(CONNECTION).says("10pm")
    drop = f"/department/connection/closures/{one.closure_id}/drop"
    assert greta.send(greta.get(CONNECTION), drop).says("The closure is taken back.")
    assert closures(office) == []
    kinds = "select kind from staff_event where kind like '%%closure' order by at"
    assert office.portal.rows(kinds) == [("planned_closure",), ("dropped_closure",)]


def closures(office: Office) -> list[Any]:
    part = office.portal.services
    dwp = Department(DepartmentCode("dwp"))
    return own_closures(part.console.store, part.clock, actor=dwp)


def test_who_does_not_administer_plans_no_closure(office: Office) -> None:
    rhoswen = office.staff()
    page = rhoswen.get(CONNECTION)
    assert not page.main.all("form")
    token = rhoswen.get(PERMISSIONS).filled()["csrf_token"]
    for address in ("closures", "closures/00000000-0000-4000-8000-000000000000/drop"):
        assert rhoswen.post(f"{CONNECTION}/{address}", {"csrf_token": token}).status == 403


def test_the_connection_says_when_the_system_fails(office: Office) -> None:
    now = datetime.now(UTC) - timedelta(minutes=5)
    office.behind(EVENT, at=now, count=6, department="dvla", kind="not_answered",
                  outcome="timed_out")  # fmt: skip
    page = office.staff("juno", "dvla").get(CONNECTION)
    assert page.says("Your system did not answer most questions in the last hour.")
    assert page.says("Not answered in 25 seconds")
    assert not office.staff().get(CONNECTION).says("did not answer most questions")


def ending(*ends: int | None, now: datetime) -> Keys:
    """A set with signing keys that end so many days from now; None is one that does not say."""
    listed = [
        {
            **public_jwk(new_key("sig", f"k{number}")),
            **({} if days is None else {"exp": int((now + timedelta(days=days)).timestamp())}),
        }
        for number, days in enumerate(ends)
    ]
    return accept_keys([*listed, public_jwk(new_key("enc", "e"))])


@pytest.mark.parametrize(
    ("ends", "named"),
    [
        ((29,), ["k0"]),
        ((3, 20), ["k1"]),
        ((31,), []),
        ((3, 40), []),
        ((3, None), []),
        ((-1,), ["k0"]),
    ],
)
def test_the_key_that_lasts_longest_counts(ends: tuple[int | None, ...], named: list[str]) -> None:
    now = datetime.now(UTC)
    assert [one.name for one in look(ending(*ends, now=now), now).ending] == named


def test_keys_stand_with_their_ends_and_the_one_that_ends_soon_is_named(office: Office) -> None:
    page = office.staff().get(CONNECTION)
    assert page.says("It does not say when it ends."), "the simulator's own keys have no end"
    assert not page.says("expires in under 30 days")
    now = datetime.now(UTC)
    clients = office.portal.services.door.clients
    assert isinstance(clients, PublishedClients)
    published = clients.published[DepartmentCode("dwp")]
    before, published._keys = published._keys, ending(29, now=now)
    try:
        page = office.staff().get(CONNECTION)
        assert page.says("Key k0 expires in under 30 days")
        assert not office.staff("juno", "dvla").get(CONNECTION).says("expires in under 30 days")
    finally:
        published._keys = before


def test_the_last_calls_stand_without_an_id_of_anybody(office: Office) -> None:
    recent = office.portal.services.door.recent
    at = datetime(2026, 11, 29, 10, 0, tzinfo=UTC)
    for number in range(25):
        recent.note("dwp", "GET /v1/grants/<grant_id>/status", Call(at, 200 if number else 404))
    recent.note("dwp", "PUT /v1/plans/<plan_reference>/answer", Call(at, 409, "plan-changed"))
    page = office.staff().get(office.staff().get(CONNECTION).links()[
        "See the last calls of your system to us"])  # fmt: skip
    assert page.says("GET /v1/grants/<grant_id>/status")
    assert page.says("plan-changed")
    assert len(page.main.all("tbody")) == 2
    assert len(page.main.all("tbody")[0].all("tr")) == 20, "the oldest are forgotten"
    assert office.staff("odette", "council").get(page.path).says("has not called this server")
