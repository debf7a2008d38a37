"""The sixteen states of a department's card, each with a test named after its number (D21, D22),
with real departments on the other side.
"""

from __future__ import annotations

import gzip
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from debts.asking import Asked, Deadlines, Held
from tests.debts_desk import (
    Seated,
    answers,
    ask_all,
    card,
    get_debts,
    get_debts_but,
    headings,
    only,
    reading,
    seat,
    stop_asking,
    tamsin_who_owes,
    wait_for,
)
from tests.portal import Portal
from tests.until import LONG, until


@pytest.fixture
def tamsin(portal: Portal) -> Seated:
    return tamsin_who_owes(portal)


def test_s01_s02_s03_the_waiting_page_ends_with_every_card_and_what_you_owe_adds_up(
    tamsin: Seated,
) -> None:
    page = get_debts(tamsin)
    assert page.heading == "Getting your debts"
    assert page.says("All 5 departments have been asked. 5 answered.")
    assert len(headings(page)) == 5
    assert page.links()["Continue with the answers so far"] == "/debts"

    page = tamsin.get("/debts")
    assert page.heading == "What you owe"
    assert page.says("5 of 5 departments answered at")
    assert len(gzip.compress(page.html.encode())) < 14 * 1024
    assert page.says("£2,312.90 left to pay")
    assert not page.says("so far")
    assert headings(page)[:5] == [
        "Department for Work and Pensions: 2 debts, £1,620.50 left to pay",
        "Driver and Vehicle Licensing Agency: 1 debt, £80 left to pay",
        "HM Courts and Tribunals Service: no debts to show",
        "HM Revenue and Customs: no debts to show",
        "Sampleshire Council: 1 debt, £612.40 left to pay",
    ]


def test_s01_s04_who_is_slow_is_said_in_the_list_and_still_waited_for(portal: Portal) -> None:
    client = only(portal, "demoska", "nhsbsa", "held")
    portal.services.pulls.deadlines = Deadlines(slow=timedelta(0))
    with ThreadPoolExecutor(1) as reader:
        ask_all(client)
        whole = reader.submit(client.get, "/debts/waiting")
        with reading(client) as seen:
            seen.shows("#s-nhsbsa{display:inline}")
            assert "r-nhsbsa" not in seen.html, "it is still waited for"
            until(lambda: portal.services.pulls.readers(client.visit) == 2, "both pages")
            portal.control("nhsbsa", "demoska", "0")
        page = whole.result(LONG)
    waiting = page.main.one("li", id="w-nhsbsa")
    assert waiting.text == "NHS Business Services Authority is taking longer than usual"
    assert "#w-nhsbsa{display:none}" in page.html
    assert headings(page) == ["NHS Business Services Authority: 1 debt, £118.60 left to pay"]


def test_s05_one_that_does_not_answer_is_missing_and_the_total_says_so(
    portal: Portal, tamsin: Seated
) -> None:
    portal.control("council", "testwell", "timeout:60")
    page = get_debts_but(portal, tamsin, "council", "dwp", "dvla", "hmrc", "hmcts")
    assert page.says("4 answered.")
    page = tamsin.get("/debts")
    assert page.says("4 of 5 departments answered at")
    assert page.says("£1,700.50 left to pay so far")
    assert page.says("Not in this total: Sampleshire Council (did not answer in time)")
    said = card(page, "council")
    assert said.startswith("Sampleshire Council did not answer in time")
    assert "This does not mean you owe nothing. You can ask again now or later" in said
    assert "Ask Sampleshire Council again" in said
    assert "£0" not in page.text


def test_s06_a_planned_closure_says_until_when_and_there_is_no_total(portal: Portal) -> None:
    client = only(portal, "enghraifft", "dwp", "closed:06:00")
    get_debts(client)
    page = client.get("/debts")
    assert card(page, "dwp").startswith(
        "Department for Work and Pensions cannot answer until 6am on"
    )
    assert page.says("You can go on without it and add it later")
    assert page.says("No department has given an answer we can show")
    assert "left to pay" not in page.text


def test_s07_an_error_is_ours_and_not_theirs(portal: Portal) -> None:
    client = only(portal, "sampleford", "dvla", "error500")
    get_debts(client)
    page = client.get("/debts")
    assert headings(page)[0] == (
        "We could not get an answer from Driver and Vehicle Licensing Agency"
    )
    assert page.says("This is a problem with our connection, not with you")
    portal.control("dvla", "sampleford", "0")
    page = client.send(page, "/debts/ask-again/dvla")
    assert page.path == "/debts/waiting"
    assert headings(page) == ["Driver and Vehicle Licensing Agency: 1 debt, £100 left to pay"]


def test_s07_one_that_says_when_to_come_back_is_not_asked_before(portal: Portal) -> None:
    client = only(portal, "sampleford", "dvla", "down")
    get_debts(client)
    assert "You can ask again at" in card(client.get("/debts"), "dvla")


def test_s08_a_second_failure_to_find_somebody_stops_and_says_whom_to_call(
    portal: Portal,
) -> None:
    client = only(portal, "mockridge", "council", "mismatch:0")
    get_debts(client)
    page = client.get("/debts")
    assert "could not find you with the details we sent" in card(page, "council")
    assert "£455.90" not in page.html
    page = client.get("/debts/no-match/council")
    assert page.heading == "Sampleshire Council could not find you"

    page = client.get(page.links()["A reference from a letter"])
    page = client.send(page, reference="!!")
    assert page.errors() == {"reference": "Enter a reference from a letter, like AB123456C"}
    assert page.value("reference") == "!!"
    page = client.get(client.get("/debts/no-match/council").links()["A previous name"])
    page = client.send(page)
    assert page.errors() == {"previous_name": "Enter a previous name"}
    page = client.send(page, previous_name="Mockington")
    assert page.path == "/debts/waiting"

    page = client.get("/debts/no-match/council")
    assert page.says("It looked twice")
    assert page.says("0161 496 0105")
    assert "mismatch" not in page.html


def test_s09_one_question_then_the_answer(portal: Portal) -> None:
    client = only(portal, "sampleford", "dvla", "needs:vrm")
    page = get_debts(client)
    assert headings(page) == [
        "Driver and Vehicle Licensing Agency needs your vehicle registration number to find you"
    ]
    page = client.get("/debts/no-match/dvla")
    page = client.send(page, vrm="")
    assert page.errors() == {"vrm": "Enter a vehicle registration number"}
    page = client.send(page, vrm="aa00 aah")
    assert page.path == "/debts/waiting"
    assert len(headings(page)) == 1


def test_s10_who_is_not_asked_gets_nothing(portal: Portal) -> None:
    client = only(portal, "prototipi", "dwp", "0")
    get_debts(client)
    page = client.get("/debts/none")
    assert page.heading == "No debts found"
    portal.control("dwp", "prototipi", "error500")
    client.visit.delete("ask.dwp")
    get_debts(client)
    page = client.get("/debts")
    said = card(page, "hmcts")
    assert said.startswith("You have not asked us to check with HM Courts and Tribunals Service")
    assert "Nothing has been sent to it" in said
    assert portal.asked("hmcts") == []


def test_s11_a_stopped_department_is_not_asked_and_its_answer_is_gone(
    portal: Portal, tamsin: Seated
) -> None:
    get_debts(tamsin)
    before = len(portal.asked("dwp"))
    stop_asking(portal, tamsin, "dwp")
    page = tamsin.get("/debts")
    assert card(page, "dwp").startswith("You stopped us asking Department for Work and Pensions on")
    assert page.says("4 of 4 departments answered")
    assert page.says("£692.40 left to pay")
    assert "£1,240.50" not in page.html
    tamsin.post("/debts/ask-again/dwp", tamsin.get("/debts/get").filled("/debts/get"))
    assert len(portal.asked("dwp")) == before


def test_s12_a_department_that_knows_of_more_says_so(portal: Portal) -> None:
    client = only(portal, "mockridge", "slc", "partial:0")
    page = get_debts(client)
    assert headings(page) == ["Student Loans Company: 1 debt, but it says there may be others"]
    assert page.says("It cannot show Student loans here yet")


def test_s13_after_half_an_hour_the_amounts_are_gone_and_can_be_got_again(
    portal: Portal, tamsin: Seated
) -> None:
    get_debts(tamsin)
    before = portal.services.clock.now() - timedelta(minutes=31)
    for code in ("dwp", "council", "dvla", "hmrc", "hmcts"):
        tamsin.visit.put(f"ask.{code}", Asked(before, (before,)))
        held = tamsin.visit.get(f"answer.{code}", Held)
        assert held is not None
        tamsin.visit.put(f"answer.{code}", Held(held.answer, before))
    page = tamsin.get("/debts")
    assert "These amounts are from" in card(page, "dwp")
    assert page.says("They have been cleared from this page to keep you safe")
    assert "£1,240.50" not in page.html
    assert tamsin.get("/debts/201").path == "/debts"
    page = tamsin.send(page, "/debts/get")
    assert page.says("5 answered.")


def test_s14_a_late_answer_waits_to_be_added(portal: Portal) -> None:
    client = only(portal, "demoska", "nhsbsa", "held")
    page = get_debts_but(portal, client, "nhsbsa")
    assert headings(page) == ["NHS Business Services Authority did not answer in time"]
    portal.control("nhsbsa", "demoska", "late:0")
    wait_for(client, "nhsbsa")
    page = client.get("/debts")
    said = card(page, "nhsbsa")
    assert said.startswith("NHS Business Services Authority has now answered")
    assert "Arrived after you went on. Adding it may change your plan" in said
    assert "£118.60" not in page.html
    page = client.send(page, "/debts/late/nhsbsa")
    assert page.says("£118.60 left to pay")


def test_s15_paused_debts_are_shown_and_not_asked_for(portal: Portal) -> None:
    answers(portal, "specimen", dwp="0", hmcts="0")
    client = seat(portal, "specimen", "dwp", "hmcts")
    get_debts(client)
    page = client.get("/debts")
    assert "Department for Work and Pensions has paused this debt" in headings(page)
    said = card(page, "dwp")
    assert "You do not need to pay it now" in said
    assert "We will look again on" in said
    assert "Court fine" in card(page, "hmcts")
    page = client.get("/breathing-space")
    assert page.says("On hold: Employment and Support Allowance overpayment")
    assert "crisis" not in page.main.one("div", "govuk-inset-text").text


def test_s16_one_that_is_not_connected_yet_is_said_to_be_so(portal: Portal) -> None:
    client = only(portal, "placeholder", "council", "not_connected")
    get_debts(client)
    page = client.get("/debts")
    said = card(page, "council")
    assert said.startswith("Sampleshire Council is not part of this service yet")
    assert "0161 496 0105" in said
    assert page.says("No department has given an answer we can show")
