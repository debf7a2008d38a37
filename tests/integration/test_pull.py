"""Asking for real: each fault keeps to itself, nothing crosses, nothing stopped is read."""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
import requests

from app import create_app
from app.book import ConsentBook
from app.citizen import debts_waiting
from app.settings import Settings
from consent.events import Kind
from consent.ids import DepartmentCode
from debts.asking import Deadlines, Held
from debts.debt import Debts, NotAsked
from debts.money import format_pounds
from debts.pull import Pulls
from tests.debts_desk import (
    CAST,
    OVER,
    a_page_waits,
    ask_all,
    asked_of,
    card,
    get_debts,
    headings,
    reading,
    seat,
    stop_asking,
    wait_for,
)
from tests.pages import PageClient
from tests.portal import House, Portal
from tests.until import LONG, until

OTHERS = ("dwp", "dvla", "hmrc", "hmcts")
EXPECTED = {
    "timeout:60": "Sampleshire Council did not answer in time",
    "error500": "We could not get an answer from Sampleshire Council",
    "rubbish": "We could not get an answer from Sampleshire Council",
    "huge": "We could not get an answer from Sampleshire Council",
    "swap": "We could not get an answer from Sampleshire Council",
    "close": "We could not get an answer from Sampleshire Council",
}


@pytest.fixture
def only_the_bell(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    """No deadline is near and no sign of life is sent: what a page shows, it was told of."""
    hours = timedelta(hours=1)
    portal.services.pulls.deadlines = Deadlines(hours, hours, hours)
    monkeypatch.setattr(debts_waiting, "SIGN_OF_LIFE", 3600.0)


@pytest.mark.parametrize("fault", EXPECTED)
def test_each_fault_is_one_card_and_delays_nobody(portal: Portal, fault: str) -> None:
    timed: dict[str, float] = {}
    portal.services.pulls.timed = timed.__setitem__
    for code in OTHERS:
        portal.control(code, "testwell", "0")
    portal.control("council", "testwell", fault)
    client = seat(portal, "testwell", "council", *OTHERS)
    ask_all(client)
    with reading(client) as seen:
        for code in OTHERS:
            seen.shows(f'id="r-{code}"')
        if fault.startswith("timeout"):
            assert "r-council" not in seen.html, "nobody was delayed"
            portal.services.pulls.deadlines = OVER
        seen.end()
    page = client.get("/debts")
    assert card(page, "council").startswith(EXPECTED[fault])
    assert "This does not mean you owe nothing" in card(page, "council")
    assert sorted(timed) == sorted(OTHERS), "only what was answered is timed, and of nobody"


def test_another_person_s_answer_is_never_shown(portal: Portal) -> None:
    portal.control("dwp", "testwell", "swap")
    client = seat(portal, "testwell", "dwp")
    page = get_debts(client)
    assert headings(page) == ["We could not get an answer from Department for Work and Pensions"]
    for other in CAST:
        for debt in other.debts_at("dwp"):
            assert debt.label not in page.html


def kinds(portal: Portal, department: str) -> list[str]:
    rows = portal.rows(
        "select kind from consent_event where department = %s order by position", department
    )
    return [kind for (kind,) in rows]


def asks(portal: Portal) -> list[str]:
    rows = portal.rows(
        "select department, kind, outcome from consent_event"
        " where kind not in ('requested', 'given', 'disposed') order by department, position"
    )
    return [" ".join(row) for row in rows]


def test_an_answer_under_a_withdrawn_permission_is_dropped_unread(portal: Portal) -> None:
    portal.control("dwp", "testwell", "held")
    portal.control("dvla", "testwell", "0")
    client = seat(portal, "testwell", "dwp", "dvla")
    ask_all(client)
    with reading(client) as page:
        asked_of(portal, "dwp")
        stop_asking(portal, client, "dwp")
        portal.control("dwp", "testwell", "0")
        html = page.end().html
    assert "You stopped us asking Department for Work and Pensions on" in html
    assert "Overpayment" not in html
    held = wait_for(client, "dwp")
    assert isinstance(held.answer, NotAsked)
    wanted = ["requested", "given", "asked", "withdrawn", str(Kind.DROPPED)]
    until(lambda: kinds(portal, "dwp") == wanted)


def test_stopping_in_the_service_cancels_the_ask_itself(portal: Portal) -> None:
    portal.control("dwp", "testwell", "held")
    client = seat(portal, "testwell", "dwp")
    ask_all(client)
    with reading(client) as page:
        asked_of(portal, "dwp")
        stop_asking(portal, client, "dwp")
        book = ConsentBook.of(portal.services, client.person)
        portal.services.pulls.forget(client.visit, DepartmentCode("dwp"), book)
        seen = page.end()
        assert kinds(portal, "dwp")[-1] == "withdrawn", "the department is still silent"
    assert "You stopped us asking Department for Work and Pensions on" in seen.html
    assert client.visit.slots("answer.") == []
    assert client.visit.slots("ask.") == []


def test_two_people_at_once_and_nothing_crosses(portal: Portal) -> None:
    departments = ("dwp", "council", "dvla", "hmrc", "hmcts", "nhsbsa", "slc")
    people = ("testwell", "placeholder", "sampleford", "fictionby")
    for person in people:
        for code in departments:
            portal.control(code, person, "0.3")
    clients = {person: seat(portal, person, *departments) for person in people}
    with ThreadPoolExecutor(len(people)) as at_once:
        pages = dict(zip(people, at_once.map(get_debts, clients.values()), strict=True))
    for person, page in pages.items():
        mine = sorted(CAST.person(person).debts, key=lambda debt: debt.label)
        shown = [node.text for node in page.main.all("h4")]
        assert sorted(text.partition(" from ")[0] for text in shown) == [d.label for d in mine]
        assert all(page.says(format_pounds(debt.balance)) for debt in mine), person


@pytest.mark.usefixtures("only_the_bell")
def test_the_first_bytes_come_at_once_and_each_card_as_its_department_answers(
    portal: Portal,
) -> None:
    order = ("dwp", "dvla", "council")
    for code in order:
        portal.control(code, "testwell", "held")
    client = seat(portal, "testwell", *order)
    ask_all(client)
    with reading(client) as page:
        page.shows("Continue with the answers so far")
        for code in order:
            assert f"r-{code}" not in page.html
            portal.control(code, "testwell", "0")
            page.shows(f'id="r-{code}"')
        seen = page.end()
    assert seen.headers["Cache-Control"] == "no-store"
    assert seen.headers["X-Accel-Buffering"] == "no"
    assert "Content-Encoding" not in seen.headers
    assert "Continue with the answers so far" in seen.html.partition("r-dwp")[0]
    assert tuple(seen.cards) == order
    for code in order:
        late = seen.started_at + seen.cards[code] - wait_for(client, code).arrived_at.timestamp()
        print(f"{code}: on screen {late * 1000:.0f} ms after its answer was opened")


def test_a_reload_shows_what_arrived_and_waits_for_the_rest(portal: Portal) -> None:
    portal.control("dvla", "testwell", "0")
    portal.control("dwp", "testwell", "held")
    client = seat(portal, "testwell", "dwp", "dvla")
    ask_all(client)
    wait_for(client, "dvla")
    with reading(client) as page:
        page.shows('id="r-dvla"')
        portal.control("dwp", "testwell", "0")
        seen = page.end()
    assert list(seen.cards) == ["dvla", "dwp"]
    assert len(portal.asked("dvla")) == 1


def test_a_reader_who_goes_away_ends_the_page_and_not_the_pull(portal: Portal) -> None:
    portal.control("dwp", "testwell", "held")
    client = seat(portal, "testwell", "dwp")
    ask_all(client)
    jar = client.cookies[client.base_url.removeprefix("http://")]
    cookie = "; ".join(f"{name}={value}" for name, value in jar.items())
    reply = requests.get(
        f"{client.base_url}/debts/waiting", headers={"Cookie": cookie}, stream=True, timeout=LONG
    )
    next(reply.iter_content(64))
    a_page_waits(portal, client)
    reply.close()
    until(lambda: portal.services.pulls.readers(client.visit) == 0, "the end of the page")
    assert client.visit.get("answer.dwp", Held) is None
    portal.control("dwp", "testwell", "0")
    wait_for(client, "dwp")
    assert client.get("/debts").says("£1,620.50 left to pay")


@pytest.mark.usefixtures("only_the_bell")
def test_another_process_shows_what_this_one_asks(house: House, portal: Portal) -> None:
    """Two portals with one vault: one asks, the other looks into the vault often enough."""
    portal.control("dwp", "testwell", "held")
    client = seat(portal, "testwell", "dwp")
    ask_all(client)
    part = portal.services
    threads = ThreadPoolExecutor(1)
    elsewhere = Pulls(
        {}, part.clock, spawn=part.wire_loop.submit, threads=threads, deadlines=part.pulls.deadlines
    )
    settings = Settings.from_environment(house.environment(portal.database))
    other = PageClient(create_app(settings, replace(part, pulls=elsewhere)))
    for name, value in client.cookies[client.base_url.removeprefix("http://")].items():
        other.client.set_cookie(name, value, domain="localhost", secure=True)
    with ThreadPoolExecutor(1) as reader:
        page = reader.submit(other.get, "/debts/waiting")
        until(lambda: elsewhere.readers(client.visit) == 1, "a page that waits")
        portal.control("dwp", "testwell", "0")
        assert headings(page.result(LONG))[0].startswith(
            "Department for Work and Pensions: 2 debts"
        )


def test_nothing_of_the_database_is_held_while_a_page_waits(portal: Portal) -> None:
    portal.control("dwp", "testwell", "held")
    client = seat(portal, "testwell", "dwp")
    ask_all(client)
    with reading(client) as page:
        asked_of(portal, "dwp")
        page.shows("Continue with the answers so far")
        a_page_waits(portal, client)
        assert portal.services.store.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
        portal.control("dwp", "testwell", "0")
        page.end()


def test_the_history_has_one_line_for_each_ask_and_no_word_of_debts(portal: Portal) -> None:
    for code, answer in (("dwp", "0"), ("hmcts", "none:0"), ("dvla", "error500")):
        portal.control(code, "testwell", answer)
    client = seat(portal, "testwell", "dwp", "hmcts", "dvla")
    get_debts(client)
    wanted = [
        "dvla asked ",
        "dvla not_answered error",
        "dwp asked ",
        "dwp answered ",
        "hmcts asked ",
        "hmcts answered ",
    ]
    until(lambda: asks(portal) == wanted)
    figures = r"(?<![-\w])(124050|1,?240|38000)(?![-\w])"  # hashes have any digits
    assert not re.search(figures, str(portal.rows("select * from consent_event")))


@pytest.mark.slow
def test_at_its_real_deadlines_the_slow_are_said_at_8_and_given_up_at_20_seconds(
    portal: Portal,
) -> None:
    deadlines = Deadlines()
    assert portal.services.pulls.deadlines == deadlines
    portal.control("nhsbsa", "demoska", "held")
    portal.control("dwp", "demoska", "timeout:50")
    portal.control("hmrc", "demoska", "0.6")
    client = seat(portal, "demoska", "nhsbsa", "dwp", "hmrc")
    pressed = ask_all(client)
    with reading(client) as page:
        page.shows('id="r-hmrc"')
        page.shows("#s-nhsbsa{display:inline}")
        assert time.time() - pressed > deadlines.slow.total_seconds()
        portal.control("nhsbsa", "demoska", "0")
        page.shows('id="r-nhsbsa"')
        seen = page.end()
    assert seen.started_at + seen.cards["dwp"] - pressed > deadlines.hard.total_seconds()
    assert "#s-dwp{display:inline}" in seen.html
    assert list(seen.cards) == ["hmrc", "nhsbsa", "dwp"]
    assert "NHS Business Services Authority: 1 debt, £118.60 left to pay" in seen.html
    assert "Department for Work and Pensions did not answer in time" in seen.html


def test_what_is_asked_again_is_read_again_from_the_department(portal: Portal) -> None:
    portal.control("dwp", "testwell", "none:0")
    client = seat(portal, "testwell", "dwp")
    get_debts(client)
    portal.control("dwp", "testwell", "0")
    client.post("/debts/ask-again/dwp", client.get("/debts/get").filled("/debts/get"))
    held = wait_for(client, "dwp")
    assert isinstance(held.answer, Debts)
