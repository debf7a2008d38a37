"""D60 in all its variants, and asking departments to pause."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.citizen.slots import BUDGET
from consent.purposes import Purpose
from debts.debt import Debts, Flag, Hold
from debts.money import Pence
from plan.rules.claim import Nation
from plan.rules.statement import Household
from tests.debts_desk import CAST, Seated
from tests.pages import Page
from tests.plan_desk import a_budget, at_the_plan, change_answer, held, quick, with_spare
from tests.portal import Portal

PRIYA = ("dwp", "council")
NO_MONEY = "You do not have money to spare for a plan right now"
BANNED = ("failed", "warning", "unfortunately", "sorry", "must ", "please", "invalid", "arrears")


@pytest.fixture
def priya(portal: Portal) -> Seated:
    quick(portal, "placeholder", *PRIYA)
    return at_the_plan(portal, "placeholder", *PRIYA)


def spare(client: Seated, pence: int) -> Page:
    """The page when this much is left over."""
    person = CAST.person("placeholder")
    client.visit.put(BUDGET, a_budget(person, **with_spare("placeholder", pence)))
    return client.get("/plan")


def test_priya_is_short_and_has_three_next_steps_in_order(portal: Portal, priya: Seated) -> None:
    page = priya.get("/plan")
    assert page.path == "/plan/not-now"
    assert page.heading == NO_MONEY
    assert page.says(
        "Your money out is £88 more than your money in each month. Many people are in the same"
        " position, and there is help."
    )
    assert page.says("This is not your fault and you have done the right thing by looking.")
    assert page.says("Left over £88 short")
    steps = [node.text for node in page.main.all("h2") if node.text[:1].isdigit()]
    assert steps == [
        "1. Talk to a free adviser",
        "2. Ask the departments to pause",
        "3. Check benefits you may be missing",
    ]
    assert page.says("National Debtline: 0808 808 4000")
    assert page.says("Each month £88 more goes out than comes in. Can you help me?”")
    assert page.says("Sampleshire Council: 0161 496 0105")
    assert page.links()["Change a figure"] == "/budget/check"
    assert "Save a copy of your budget to show an adviser" in page.links()
    assert page.links()["Ask a person to look again"] == "/contact"
    assert not page.document.all("", "govuk-warning-text")
    assert [word for word in BANNED if word in page.text.lower()] == []
    assert portal.rows("select 1 from plan") == []


@pytest.mark.parametrize(
    ("left_over", "heading", "words"),
    [
        (0, NO_MONEY, "Your money out is the same as your money in each month."),
        (300, NO_MONEY, "You have £2.70 to spare each month. A plan needs at least £5."),
        (2500, NO_MONEY, "You have £22.50 to spare each month."),
        (3400, "A plan you can afford: £30.60 a month", ""),
    ],
)
def test_each_reason_has_its_own_first_line(
    priya: Seated, left_over: int, heading: str, words: str
) -> None:
    page = spare(priya, left_over)
    assert page.heading == heading
    assert page.says(words)


def test_f40_what_a_home_needs_to_live_on_is_kept_whatever_the_budget_says(priya: Seated) -> None:
    """Twenty people cannot live on this, although £100 is left over on paper."""
    crowd = replace(
        a_budget(CAST.person("placeholder"), **with_spare("placeholder", 10000)),
        household=Household(adults=10, children_under_16=10),
    )
    priya.visit.put(BUDGET, crowd)
    page = priya.get("/plan")
    assert (page.path, page.heading) == ("/plan/not-now", NO_MONEY)
    assert page.says("A home like yours needs at least £")
    assert page.says("what I have is hardly enough to live on.")
    assert page.says("With that kept, there is too little for a plan. There is help.")


def test_less_than_the_minimums(priya: Seated) -> None:
    page = spare(priya, 3200)
    assert page.says("The departments and the law ask for at least £30.")


def test_a_plan_of_more_than_ten_years(priya: Seated) -> None:
    answer = held(priya, "dwp").answer
    assert isinstance(answer, Debts)
    larger = replace(answer.items[0], balance=Pence(99_999_99))
    change_answer(priya, "dwp", answer=replace(answer, items=(larger,)))
    page = spare(priya, 6000)
    assert page.heading == "A plan would take too long right now"
    assert page.says("With all of it, a plan would take more than 10 years.")


def test_only_paused_debts(priya: Seated) -> None:
    for code in PRIYA:
        answer = held(priya, code).answer
        assert isinstance(answer, Debts)
        paused = tuple(replace(debt, hold=Hold.BREATHING_SPACE) for debt in answer.items)
        change_answer(priya, code, answer=replace(answer, items=paused))
    page = spare(priya, 10000)
    assert page.heading == "You do not need a plan right now"
    assert page.says("Sampleshire Council has paused this debt. You do not need to pay it now.")
    assert page.says("What can be paused is paused already.")


def test_only_disputed_debts(priya: Seated) -> None:
    for code in PRIYA:
        answer = held(priya, code).answer
        assert isinstance(answer, Debts)
        asked = tuple(replace(debt, hold=Hold.DISPUTE) for debt in answer.items)
        change_answer(priya, code, answer=replace(answer, items=asked))
    page = spare(priya, 10000)
    assert page.heading == "There is nothing to put in a plan right now"
    assert page.says("Sampleshire Council is looking at whether this is right.")


def test_a_warrant_is_for_an_adviser_and_not_for_a_program(priya: Seated) -> None:
    answer = held(priya, "council").answer
    assert isinstance(answer, Debts)
    warrant = tuple(replace(debt, flags=frozenset({Flag.WARRANT})) for debt in answer.items)
    change_answer(priya, "council", answer=replace(answer, items=warrant))
    page = spare(priya, 10000)
    assert page.heading == "Talk to a free adviser before you make a plan"


@pytest.mark.parametrize(
    ("nation", "words", "without"),
    [
        (Nation.ENGLAND, "An adviser can ask for breathing space", "Debt Arrangement Scheme"),
        (Nation.WALES, "An adviser can ask for breathing space", "Debt Arrangement Scheme"),
        (Nation.SCOTLAND, "Debt Arrangement Scheme", "An adviser can ask for breathing space"),
        (Nation.NORTHERN_IRELAND, "Advice NI: 0800 915 4604", "National Debtline"),
    ],
)
def test_the_help_is_that_of_where_people_live(
    priya: Seated, nation: Nation, words: str, without: str
) -> None:
    priya.visit.put(BUDGET, replace(a_budget(CAST.person("placeholder")), nation=nation))
    page = priya.get("/plan/not-now")
    assert page.says(words)
    assert not page.says(without)


def test_with_money_to_spare_the_page_gives_way_to_the_plan(priya: Seated) -> None:
    spare(priya, 20000)
    assert priya.get("/plan/not-now").path == "/plan"


@pytest.fixture
def delphine(portal: Portal) -> Seated:
    """With nothing left over; the NHS takes the question from us."""
    quick(portal, "fictionby", "nhsbsa")
    return at_the_plan(portal, "fictionby", "nhsbsa", **with_spare("fictionby", 0))


def test_a_no_to_a_pause_tells_and_keeps_nothing(portal: Portal, delphine: Seated) -> None:
    page = delphine.send(delphine.get("/plan/not-now/pause"), tell_nhsbsa="no")
    assert page.heading == "We have not asked anyone"
    assert {asked["what"] for asked in portal.asked("nhsbsa")} == {"debts"}
    assert portal.rows("select 1 from consent_grant where purpose = 'hold_or_query'") == []


def test_a_pause_is_asked_of_who_said_yes_once(portal: Portal, delphine: Seated) -> None:
    page = delphine.get("/plan/not-now/pause")
    assert page.ticked() == []
    page = delphine.send(page)
    words = "Select yes if you agree to us telling NHS Business Services Authority"
    assert page.errors() == {"tell_nhsbsa": words}
    sent = delphine.send(page, tell_nhsbsa="yes")
    assert sent.heading == "We have asked for a pause"
    again = delphine.send(page, tell_nhsbsa="yes")
    assert again.heading == "We have asked for a pause"
    told = [asked["what"] for asked in portal.asked("nhsbsa") if asked["what"] != "debts"]
    assert told == ["hold_request"]
    used = "select department, state from consent_grant where purpose = %s"
    assert portal.rows(used, Purpose.HOLD_OR_QUERY.value) == [("nhsbsa", "consumed")]
