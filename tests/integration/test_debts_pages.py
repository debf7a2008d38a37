"""D20 to D30 as a person meets them, with real departments on the other side.

The states of a department's card are in test_debts_cards.py, what is wrong with a debt in
test_debt_query.py.
"""

from __future__ import annotations

import pytest

from tests.debts_desk import (
    Seated,
    allow,
    answers,
    card,
    debt_address,
    get_debts,
    only,
    seat,
    tamsin_who_owes,
)
from tests.portal import Portal


@pytest.fixture
def tamsin(portal: Portal) -> Seated:
    return tamsin_who_owes(portal)


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


def test_nobody_else_s_pages_open(portal: Portal, tamsin: Seated) -> None:
    get_debts(tamsin)
    other = seat(portal, "prototipi")
    assert other.get("/debts/201").status == 404
    assert other.get("/debts").path == "/debts/get"
    stranger = portal.client()
    for path in ("/debts", "/debts/get", "/debts/waiting", "/debts/201", "/breathing-space"):
        assert stranger.get(path).path == "/sign-in"
