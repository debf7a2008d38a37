"""D20 to D30 and D85 as a person meets them, with real departments on the other side.

The sixteen states of a department's card each have a test named after their number.
"""

from __future__ import annotations

import gzip
import time
from datetime import date, timedelta
from typing import cast

import pytest

from adapters.departments.native import Delivery
from consent.answer_hold import Decided, Decision, answer_hold, own_holds
from consent.ids import DepartmentCode
from consent.people import Department
from consent.store import DEPARTMENT, open_store
from debts.asking import Asked, Held
from debts.debt import Debts
from tests.debts_desk import (
    PATIENT,
    QUICK,
    Seated,
    allow,
    card,
    get_debts,
    headings,
    seat,
    stop_asking,
)
from tests.pages import Page
from tests.portal import Portal

NHSBSA = DepartmentCode("nhsbsa")
pytestmark = pytest.mark.timeout(120)


def answers(portal: Portal, person: str, **said: str) -> None:
    """How departments answer this person in this test."""
    for department, answer in said.items():
        portal.control(department, person, answer)


@pytest.fixture
def tamsin(portal: Portal) -> Seated:
    """With debts at three departments and none at two, all of which answer at once."""
    portal.services.pulls.deadlines = PATIENT
    answers(portal, "testwell", dwp="0", council="0", dvla="0", hmrc="none:0", hmcts="none:0")
    return seat(portal, "testwell", "dwp", "council", "dvla", "hmrc", "hmcts")


def only(portal: Portal, person: str, department: str, answer: str) -> Seated:
    """A person with one permission, whose one department answers like this."""
    portal.services.pulls.deadlines = QUICK
    portal.control(department, person, answer)
    return seat(portal, person, department)


def test_d20_says_who_will_be_asked_and_how_long_it_takes(tamsin: Seated) -> None:
    page = tamsin.get("/debts/get")
    assert page.heading == "Get your debts"
    assert [li.text for li in page.main.all("li")][:2] == [
        "Department for Work and Pensions",
        "Driver and Vehicle Licensing Agency",
    ]
    assert page.says("It takes up to 20 seconds")


def test_without_a_permission_there_is_nobody_to_ask(portal: Portal) -> None:
    page = seat(portal, "testwell").get("/debts")
    assert page.path == "/debts/get"
    assert page.links()["Choose departments"] == "/permissions/choose"


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
    client = only(portal, "demoska", "nhsbsa", "slow:0.7")
    page = get_debts(client)
    waiting = page.main.one("li", id="w-nhsbsa")
    assert waiting.text == "NHS Business Services Authority is taking longer than usual"
    assert "#s-nhsbsa{display:inline}" in page.html
    assert "#w-nhsbsa{display:none}" in page.html
    assert headings(page) == ["NHS Business Services Authority: 1 debt, £118.60 left to pay"]


def test_s05_one_that_does_not_answer_is_missing_and_the_total_says_so(
    portal: Portal, tamsin: Seated
) -> None:
    portal.control("council", "testwell", "timeout:30")
    page = get_debts(tamsin)
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
    client = only(portal, "demoska", "nhsbsa", "late:2")
    page = get_debts(client)
    assert headings(page) == ["NHS Business Services Authority did not answer in time"]
    wait_for_answer(client, "nhsbsa")
    page = client.get("/debts")
    said = card(page, "nhsbsa")
    assert said.startswith("NHS Business Services Authority has now answered")
    assert "Arrived after you went on. Adding it may change your plan" in said
    assert "£118.60" not in page.html
    page = client.send(page, "/debts/late/nhsbsa")
    assert page.says("£118.60 left to pay")


def test_s15_paused_debts_are_shown_and_not_asked_for(portal: Portal) -> None:
    portal.services.pulls.deadlines = PATIENT
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


def wait_for_answer(client: Seated, code: str) -> None:
    for _ in range(300):
        if client.visit.get(f"answer.{code}", Held) is not None:
            return
        time.sleep(0.01)
    raise AssertionError(f"{code} never answered")


def test_d23_says_all_the_department_said_and_no_more(tamsin: Seated) -> None:
    get_debts(tamsin)
    page = tamsin.get(debt_address(tamsin.get("/debts"), "Council tax 2023 to 2024"))
    assert page.heading == "Council tax 2023 to 2024"
    for words in ("£612.40", "£1,089", "1 April 2023", "Reference ends in 4231", "£20"):
        assert page.says(words), words
    assert "8100 014 231" not in page.html


def test_a_number_that_was_never_given_out_is_no_page(tamsin: Seated) -> None:
    get_debts(tamsin)
    for number in ("299", "9901", "0", "101"):
        assert tamsin.get(f"/debts/{number}").status == 404


def test_d26_says_what_it_does_not_cover_and_offers_two_equal_ways_on(portal: Portal) -> None:
    portal.services.pulls.deadlines = PATIENT
    answers(portal, "prototipi", dwp="none:0", hmrc="none:0", dvla="none:0")
    client = seat(portal, "prototipi", "dwp", "hmrc", "dvla")
    get_debts(client)
    page = client.get("/debts")
    assert page.path == "/debts/none"
    assert page.says("None of the departments you asked says you owe it anything")
    assert page.says("Child Maintenance Service")
    both = page.main.one("div", "app-equal").all("a")
    assert [a["class"] for a in both] == ["govuk-button govuk-button--secondary"] * 2


def test_none_from_some_and_silence_from_others_is_not_no_debts(portal: Portal) -> None:
    portal.services.pulls.deadlines = PATIENT
    answers(portal, "prototipi", dwp="none:0", dvla="error500")
    client = seat(portal, "prototipi", "dwp", "dvla")
    get_debts(client)
    page = client.get("/debts/none")
    assert page.path == "/debts"
    assert page.says("No debts to show so far")
    assert page.says("This does not mean you owe them nothing")


def test_d28_three_tries_then_a_clock_time(portal: Portal) -> None:
    client = only(portal, "testwell", "council", "error500")
    get_debts(client)
    for _ in range(2):
        client.send(client.get("/debts"), "/debts/ask-again/council")
    page = client.get("/debts")
    assert "You can ask again at" in card(page, "council")
    assert "again</button>" not in page.html
    client.post("/debts/ask-again/council", client.get("/debts/get").filled("/debts/get"))
    assert len(portal.asked("council")) == 3


def test_pressing_twice_within_half_a_minute_asks_once(portal: Portal, tamsin: Seated) -> None:
    get_debts(tamsin)
    page = get_debts(tamsin)
    assert page.says("5 answered.")
    assert len(portal.asked("dwp")) == 1


def test_a_department_allowed_later_is_asked_alone(portal: Portal, tamsin: Seated) -> None:
    get_debts(tamsin)
    allow(portal, tamsin, ["slc"])
    page = tamsin.get("/debts")
    assert "You have not asked us to check with Student Loans Company" in card(page, "slc")
    page = tamsin.send(page, "/debts/ask-again/slc")
    assert page.says("6 answered.")
    assert len(portal.asked("dwp")) == 1


def test_d29_prints_each_department_with_the_time_and_is_no_bill(tamsin: Seated) -> None:
    get_debts(tamsin)
    page = tamsin.get("/debts/print")
    assert len(page.main.all("div", "app-sheet")) == 5
    assert page.text.count("This is not a bill.") == 6


def test_d30_names_what_else_there_is_and_keeps_nothing(tamsin: Seated) -> None:
    page = tamsin.get("/debts/add")
    page = tamsin.send(page)
    assert page.errors() == {"also": "Select what else you owe, or select ‘Nothing else’"}
    page = tamsin.send(page, also=["cms"])
    assert page.says("0161 496 0110")


def debt_address(page: Page, label: str) -> str:
    return next(node["href"] for node in page.main.all("a") if node.text.startswith(label))


def question(client: Seated, label: str, problem: str, more: str = "") -> Page:
    """Say what is wrong with a debt, to the page after it."""
    page = client.get(debt_address(client.get("/debts"), label) + "/query")
    return client.send(page, problem=problem, more=more)


def test_d24_asks_what_the_problem_is_and_keeps_what_was_typed(tamsin: Seated) -> None:
    get_debts(tamsin)
    address = debt_address(tamsin.get("/debts"), "Vehicle tax penalty") + "/query"
    page = tamsin.send(tamsin.get(address))
    assert page.errors() == {"problem": "Select what the problem is"}
    page = tamsin.send(page, problem="other")
    assert page.errors() == {"more": "Tell us what the problem is"}
    page = tamsin.send(page, problem="other", more="x" * 501)
    assert page.errors() == {"more": "What the problem is must be 500 characters or less"}
    assert page.value("more") == "x" * 501


@pytest.fixture
def delphine(portal: Portal) -> Seated:
    """Somebody whose department may be told: the simulator remembers, so nobody else is used."""
    return only(portal, "fictionby", "nhsbsa", "0")


def test_d24_d25_the_department_is_told_under_a_permission_of_its_own(
    portal: Portal, delphine: Seated
) -> None:
    get_debts(delphine)
    page = question(delphine, "Prescription penalty charge", "other", "I had a certificate in May")
    assert page.heading == "Check what you are agreeing to"
    assert page.ticked() == []
    assert page.says("I had a certificate in May")
    page = delphine.send(page)
    assert page.errors() == {"tell": "Select yes if you agree to us telling them"}
    page = delphine.send(page, tell="yes")
    assert page.heading == "We have told NHS Business Services Authority"
    assert page.says("Until then the debt is left out of your plan here")

    assert [asked["what"] for asked in portal.asked("nhsbsa")][-1] == "hold_request"
    kept = portal.rows("select department, reason_code, state from hold_request")
    assert kept == [("nhsbsa", "other", "sent")]
    assert portal.rows("select state from consent_grant where purpose = 'hold_or_query'") == [
        ("consumed",)
    ]
    assert "certificate" not in str(portal.rows("select * from hold_request"))
    assert not delphine.visit.slots("query")
    assert "You asked about this" in card(delphine.get("/debts"), "nhsbsa")

    door = open_store(portal.database.department_url, role=DEPARTMENT)
    nhs = Department(DepartmentCode("nhsbsa"))
    (sent,) = own_holds(door, actor=nhs)
    words = "Your certificate did not cover May. You can ask us to look once more."
    decided = Decided(Decision.NOT_UPHELD, words, appeal_by=date(2031, 1, 31))
    answer_hold(
        door,
        portal.services.clock,
        portal.services.chance,
        actor=nhs,
        reference=sent.reference,
        decided=decided,
    )
    door.close()
    page = delphine.get(debt_address(delphine.get("/debts"), "Prescription") + "/query/sent")
    assert page.says("It says that the debt is right as it is")
    assert page.says(words)
    assert page.says("You can appeal until 31 January 2031")
    assert page.says("The debt stays out of your plan here until you put it back")


def test_d25_a_no_tells_nobody_and_gives_a_letter(portal: Portal, tamsin: Seated) -> None:
    get_debts(tamsin)
    page = question(tamsin, "Vehicle tax penalty", "paid")
    page = tamsin.send(page, tell="no")
    assert page.heading == "How to tell Driver and Vehicle Licensing Agency"
    assert page.says("We have sent nothing")
    assert [asked["what"] for asked in portal.asked("dvla")] == ["debts"]
    assert portal.rows("select state from hold_request") == [("letter",)]


def test_d25_a_department_that_cannot_take_it_gets_a_letter(portal: Portal, tamsin: Seated) -> None:
    get_debts(tamsin)
    page = question(tamsin, "Council tax 2023 to 2024", "amount")
    assert page.heading == "How to tell Sampleshire Council"
    letter = page.main.one("div", "app-letter").text
    assert "Tamsin Testwell" in letter
    assert "The reference ends in 4231" in letter
    assert "The amount is wrong" in letter
    assert portal.rows("select count(*) from consent_grant where purpose <> 'view_debts'") == [(0,)]
    page = tamsin.send(page, debt_address(tamsin.get("/debts"), "Council tax") + "/query/end")
    assert portal.rows("select state from hold_request") == [("closed",)]


class Unreachable:
    """A department whose line is dead."""

    async def send_hold(self, permit: object, **said: object) -> Delivery:
        return Delivery.FAILED


def test_d25_when_the_department_cannot_be_reached_it_can_be_tried_again(
    portal: Portal, delphine: Seated
) -> None:
    get_debts(delphine)
    page = question(delphine, "Prescription penalty charge", "paid")
    messages = cast(dict[DepartmentCode, object], portal.services.messages)
    real = messages[NHSBSA]
    messages[NHSBSA] = Unreachable()
    page = delphine.send(page, tell="yes")
    messages[NHSBSA] = real
    assert page.heading == "We could not reach NHS Business Services Authority"
    page = delphine.get(page.links()["Try again"])
    page = delphine.send(page, tell="yes")
    assert page.heading == "We have told NHS Business Services Authority"
    assert portal.rows("select state from hold_request order by asked_at") == [
        ("closed",),
        ("sent",),
    ]


def test_a_debt_somebody_was_made_to_take_on_needs_no_proof_and_no_letter(
    portal: Portal, tamsin: Seated
) -> None:
    get_debts(tamsin)
    page = question(tamsin, "Vehicle tax penalty", "coerced")
    assert page.heading == "You do not need to prove anything here"
    page = tamsin.send(page, safe="no")
    assert page.heading == "We have not told Driver and Vehicle Licensing Agency"
    assert portal.rows("select reason_code, state from hold_request") == [("coerced", "kept_back")]
    assert [asked["what"] for asked in portal.asked("dvla")] == ["debts"]


def test_a_reference_of_a_department_without_handles_is_kept_sealed(portal: Portal) -> None:
    portal.services.pulls.deadlines = PATIENT
    answers(portal, "exampleton", hmcts="0")
    client = seat(portal, "exampleton", "hmcts")
    get_debts(client)
    held = client.visit.get("answer.hmcts", Held)
    assert held is not None
    assert isinstance(held.answer, Debts)
    question(client, held.answer.items[0].label, "appeal")
    kept = portal.rows("select debt_token from hold_request")[0][0]
    assert kept.startswith("s1.")
    assert held.answer.items[0].token not in kept


def test_nobody_else_s_pages_open(portal: Portal, tamsin: Seated) -> None:
    get_debts(tamsin)
    other = seat(portal, "prototipi")
    assert other.get("/debts/201").status == 404
    assert other.get("/debts").path == "/debts/get"
    stranger = portal.client()
    for path in ("/debts", "/debts/get", "/debts/waiting", "/debts/201", "/breathing-space"):
        assert stranger.get(path).path == "/sign-in"
