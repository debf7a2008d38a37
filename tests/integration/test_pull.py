"""Asking for real: each fault keeps to itself, nothing crosses, nothing stopped is read.

Times are those of this machine; the limits leave room for a busy one.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import requests

from app import create_app
from app.book import ConsentBook
from app.settings import Settings
from consent.events import Kind
from consent.ids import DepartmentCode
from debts.asking import Deadlines, Held
from debts.debt import Debts, NotAsked
from debts.money import format_pounds
from debts.pull import Pulls
from tests.debts_desk import (
    CAST,
    PATIENT,
    QUICK,
    Seated,
    ask_all,
    card,
    get_debts,
    headings,
    seat,
    stop_asking,
    watch,
)
from tests.pages import PageClient
from tests.portal import House, Portal

pytestmark = pytest.mark.timeout(150)
OTHERS = ("dwp", "dvla", "hmrc", "hmcts")
EXPECTED = {
    "timeout:30": "Sampleshire Council did not answer in time",
    "error500": "We could not get an answer from Sampleshire Council",
    "rubbish": "We could not get an answer from Sampleshire Council",
    "huge": "We could not get an answer from Sampleshire Council",
    "swap": "We could not get an answer from Sampleshire Council",
    "close": "We could not get an answer from Sampleshire Council",
}


def prompt(portal: Portal, person: str, seconds: float = 0.2) -> None:
    """The other four departments answer in this time."""
    for code in OTHERS:
        portal.control(code, person, f"{seconds}")


@pytest.mark.parametrize("fault", EXPECTED)
def test_each_fault_is_one_card_and_delays_nobody(portal: Portal, fault: str) -> None:
    timed: dict[str, float] = {}
    portal.services.pulls.deadlines = PATIENT
    portal.services.pulls.timed = timed.__setitem__
    prompt(portal, "testwell")
    portal.control("council", "testwell", fault)
    client = seat(portal, "testwell", "council", *OTHERS)
    ask_all(client)
    seen = watch(client)
    page = client.get("/debts")
    assert card(page, "council").startswith(EXPECTED[fault])
    assert "This does not mean you owe nothing" in card(page, "council")
    assert sorted(timed) == sorted(OTHERS), "only what was answered is timed, and of nobody"
    others = {code: round(at, 2) for code, at in seen.cards.items() if code != "council"}
    print(f"council: {fault}; the others, each 0.2 s, were on screen after {others}")
    assert len(others) == 4
    assert max(others.values()) < PATIENT.hard.total_seconds() - 0.1, "somebody was delayed"


def test_another_person_s_answer_is_never_shown(portal: Portal) -> None:
    portal.services.pulls.deadlines = QUICK
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


def until(look: Callable[[], list[str]], wanted: list[str], seconds: float = 10.0) -> list[str]:
    """What is there once it is what is wanted, or at the end: the pull writes it a moment later."""
    end = time.monotonic() + seconds
    while (found := look()) != wanted and time.monotonic() < end:
        time.sleep(0.05)
    return found


def asked_of(portal: Portal, department: str) -> None:
    """Wait until the department has been asked; it holds its answer meanwhile."""
    assert until(lambda: [line["what"] for line in portal.asked(department)], ["debts"]) == [
        "debts"
    ]


def a_page_waits(portal: Portal, client: Seated) -> None:
    """Wait until a page has shown what there is and waits for more."""
    assert until(lambda: ["page"] * portal.services.pulls.readers(client.visit), ["page"]) == [
        "page"
    ]


def test_an_answer_under_a_withdrawn_permission_is_dropped_unread(portal: Portal) -> None:
    portal.control("dwp", "testwell", "held")
    portal.control("dvla", "testwell", "0")
    client = seat(portal, "testwell", "dwp", "dvla")
    ask_all(client)
    with ThreadPoolExecutor(1) as reading:
        page = reading.submit(watch, client)
        asked_of(portal, "dwp")
        stop_asking(portal, client, "dwp")
        portal.control("dwp", "testwell", "0")
        html = page.result(30).html
    assert "You stopped us asking Department for Work and Pensions on" in html
    assert "Overpayment" not in html
    held = wait_for(client, "dwp")
    assert isinstance(held.answer, NotAsked)
    wanted = ["requested", "given", "asked", "withdrawn", str(Kind.DROPPED)]
    assert until(lambda: kinds(portal, "dwp"), wanted) == wanted


def test_stopping_in_the_service_cancels_the_ask_itself(portal: Portal) -> None:
    portal.control("dwp", "testwell", "held")
    client = seat(portal, "testwell", "dwp")
    ask_all(client)
    with ThreadPoolExecutor(1) as reading:
        page = reading.submit(watch, client)
        asked_of(portal, "dwp")
        stop_asking(portal, client, "dwp")
        book = ConsentBook.of(portal.services, client.person)
        portal.services.pulls.forget(client.visit, DepartmentCode("dwp"), book)
        seen = page.result(15)  # the department is still silent
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


def test_the_first_bytes_come_at_once_and_each_card_as_its_department_answers(
    portal: Portal,
) -> None:
    delays = {"dwp": 0.4, "dvla": 0.8, "council": 1.2}
    for code, delay in delays.items():
        portal.control(code, "testwell", str(delay))
    client = seat(portal, "testwell", *delays)
    get_ready(client)
    pressed = ask_all(client)
    seen = watch(client)
    print(f"first flush {seen.first * 1000:.0f} ms")
    assert seen.first < 3
    assert seen.headers["Cache-Control"] == "no-store"
    assert seen.headers["X-Accel-Buffering"] == "no"
    assert "Content-Encoding" not in seen.headers
    assert "Continue with the answers so far" in seen.html.partition("r-dwp")[0]
    for code, delay in delays.items():
        arrived = wait_for(client, code).arrived_at.timestamp()
        shown = seen.started_at + seen.cards[code]
        over = shown - pressed - delay
        print(f"{code}: on screen {(shown - arrived) * 1000:.0f} ms after its answer was opened,")
        print(f"    {over * 1000:.0f} ms after its own {delay} s")
        assert shown - arrived < 2
    assert list(seen.cards) == ["dwp", "dvla", "council"]


def test_a_reload_shows_what_arrived_and_waits_for_the_rest(portal: Portal) -> None:
    portal.control("dvla", "testwell", "0")
    portal.control("dwp", "testwell", "held")
    client = seat(portal, "testwell", "dwp", "dvla")
    ask_all(client)
    wait_for(client, "dvla")
    with ThreadPoolExecutor(1) as reading:
        page = reading.submit(watch, client)
        a_page_waits(portal, client)
        portal.control("dwp", "testwell", "0")
        seen = page.result(30)
    assert list(seen.cards) == ["dvla", "dwp"]
    assert len(portal.asked("dvla")) == 1


def test_a_reader_who_goes_away_ends_the_page_and_not_the_pull(portal: Portal) -> None:
    portal.control("dwp", "testwell", "1.2")
    client = seat(portal, "testwell", "dwp")
    ask_all(client)
    jar = client.cookies[client.base_url.removeprefix("http://")]
    cookie = "; ".join(f"{name}={value}" for name, value in jar.items())
    reply = requests.get(
        f"{client.base_url}/debts/waiting", headers={"Cookie": cookie}, stream=True, timeout=10
    )
    next(reply.iter_content(64))
    reply.close()
    wait_for(client, "dwp")
    assert client.get("/debts").says("£1,620.50 left to pay")
    for _ in range(60):
        if portal.services.pulls.readers(client.visit) == 0:
            return
        time.sleep(0.1)
    raise AssertionError("the page of a reader who has gone still waits")


def test_another_process_shows_what_this_one_asks(house: House, portal: Portal) -> None:
    """Two portals with one vault: one asks, the other looks into the vault often enough."""
    portal.control("dwp", "testwell", "0.7")
    client = seat(portal, "testwell", "dwp")
    ask_all(client)
    part = portal.services
    elsewhere = Pulls({}, part.clock, spawn=part.wire_loop.submit, threads=ThreadPoolExecutor(1))
    settings = Settings.from_environment(house.environment(portal.database))
    other = PageClient(create_app(settings, replace(part, pulls=elsewhere)))
    for name, value in client.cookies[client.base_url.removeprefix("http://")].items():
        other.client.set_cookie(name, value, domain="localhost", secure=True)
    page = other.get("/debts/waiting")
    arrived = wait_for(client, "dwp").arrived_at
    assert headings(page)[0].startswith("Department for Work and Pensions: 2 debts")
    assert (part.clock.now() - arrived).total_seconds() < 3


def test_nothing_of_the_database_is_held_while_a_page_waits(portal: Portal) -> None:
    portal.control("dwp", "testwell", "held")
    client = seat(portal, "testwell", "dwp")
    ask_all(client)
    with ThreadPoolExecutor(1) as reading:
        page = reading.submit(watch, client)
        asked_of(portal, "dwp")
        a_page_waits(portal, client)
        assert portal.services.store.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
        portal.control("dwp", "testwell", "0")
        page.result(30)


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
    assert until(lambda: asks(portal), wanted) == wanted
    figures = r"(?<![-\w])(124050|1,?240|38000)(?![-\w])"  # hashes have any digits
    assert not re.search(figures, str(portal.rows("select * from consent_event")))


@pytest.mark.slow
def test_at_its_real_deadlines_the_slow_are_said_at_8_and_given_up_at_20_seconds(
    portal: Portal,
) -> None:
    assert portal.services.pulls.deadlines == Deadlines()
    portal.control("nhsbsa", "demoska", "slow:14.0")
    portal.control("dwp", "demoska", "timeout:30")
    portal.control("hmrc", "demoska", "0.6")
    client = seat(portal, "demoska", "nhsbsa", "dwp", "hmrc")
    ask_all(client)
    seen = watch(client)
    assert seen.cards["hmrc"] < 7
    assert 13 < seen.cards["nhsbsa"] < 19
    assert 19 < seen.cards["dwp"] < 24
    assert seen.ended < 25
    assert "#s-nhsbsa{display:inline}" in seen.html
    assert "NHS Business Services Authority: 1 debt, £118.60 left to pay" in seen.html
    assert "Department for Work and Pensions did not answer in time" in seen.html


def get_ready(client: Seated) -> None:
    """Pages, keys and connections of this process have been used once."""
    client.get("/debts/get")


def wait_for(client: Seated, code: str, seconds: float = 15) -> Held:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        held = client.visit.get(f"answer.{code}", Held)
        if held is not None:
            return held
        time.sleep(0.01)
    raise AssertionError(f"{code} never answered")


def test_what_is_asked_again_is_read_again_from_the_department(portal: Portal) -> None:
    portal.control("dwp", "testwell", "none:0")
    client = seat(portal, "testwell", "dwp")
    get_debts(client)
    portal.control("dwp", "testwell", "0")
    client.post("/debts/ask-again/dwp", client.get("/debts/get").filled("/debts/get"))
    held = wait_for(client, "dwp")
    assert isinstance(held.answer, Debts)
