"""The offer of a plan on a running portal: amounts, ways to share, what it says and leaves out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.citizen.plan_schedule import plain
from app.citizen.slots import BUDGET
from debts.debt import Debts, NoDebts
from tests.debts_desk import CAST, Seated, get_debts, seat
from tests.plan_desk import (
    TAMSIN,
    a_budget,
    at_the_plan,
    change_answer,
    held,
    on,
    quick,
    tamsin_at_the_plan,
)
from tests.portal import Portal


@pytest.fixture
def tamsin(portal: Portal) -> Seated:
    return tamsin_at_the_plan(portal)


def test_before_a_plan_the_page_says_what_is_needed(portal: Portal) -> None:
    client = seat(portal, "testwell", "dwp")
    page = client.get("/plan")
    assert page.heading == "Before we can work out a plan"
    assert page.links()["What you owe"] == "/debts/get"
    assert page.links()["Money in and out"] == "/budget"
    for path in (
        *("day", "how", "share", "check", "schedule", "not-now", "agreed", "progress", "ways"),
        *("missed", "finished", "change/one-day"),
    ):
        assert client.get(f"/plan/{path}").path == "/plan"


def test_another_amount_is_worked_out_on_the_same_page(tamsin: Seated) -> None:
    page = tamsin.send(tamsin.get("/plan"), do="work", amount="three_quarters")
    assert page.heading == "A plan you can afford: £150 a month"
    assert page.says("You chose £150. We suggested £100.")
    assert page.says("Continue with £150 a month")
    assert "150" not in page.response.request.url
    page = tamsin.send(page, do="work", amount="other", other="45.5")
    assert page.heading == "A plan you can afford: £45.50 a month"
    assert page.value("other") == "45.50"


@pytest.mark.parametrize(
    ("typed", "box", "words"),
    [
        ({"amount": "other", "other": ""}, "other", "Enter how much you want to pay each month"),
        (
            {"amount": "other", "other": "45.505"},
            "other",
            "Amount each month must be an amount of money, like 70 or 70.50",
        ),
        (
            {"amount": "other", "other": "200.01"},
            "other",
            "Amount each month must be between £20 and £200",
        ),
        (
            {"amount": "other", "other": "19.99"},
            "other",
            "Amount each month must be between £20 and £200",
        ),
        ({"amount": []}, "amount", "Select how much you want to pay each month"),
    ],
)
def test_an_amount_that_cannot_be_is_answered_in_exact_words(
    tamsin: Seated, typed: dict[str, Any], box: str, words: str
) -> None:
    page = tamsin.send(tamsin.get("/plan"), do="work", **typed)
    assert page.status == 422
    assert page.errors() == {box: words}
    assert page.value("other") == typed.get("other", "")


@pytest.mark.parametrize("payment", ["20001", "1", "-5", "1e9", "", "١٠٠٠٠"])
def test_an_amount_that_was_tampered_with_is_not_taken(tamsin: Seated, payment: str) -> None:
    page = tamsin.send(tamsin.get("/plan"), do="continue", payment=payment)
    assert page.path == "/plan"
    assert page.heading == "A plan you can afford: £100 a month"


def test_other_ways_to_share_are_compared_and_the_chosen_one_is_agreed_f97(
    portal: Portal, tamsin: Seated
) -> None:
    page = tamsin.get("/plan")
    assert page.says("You can also have small debts paid first. It takes as long")
    page = tamsin.get(page.links()["See other ways to share your £100"])
    assert page.heading == "Ways to share your payment"
    assert page.says("You pay £100 a month, 20 times, and finish in")
    assert page.ticked() == ["way"]
    cards = [node.text for node in page.main.all("h2")]
    assert cards[0] == "A third to what can hurt you most, the rest by size (what we suggest)"
    assert len(cards) == 5
    assert page.says("The first to end is Vehicle tax penalty, by")
    later = "A debt that can hurt you most ends later this way."
    assert page.text.count(later) == 2, "by size, and the same to each"
    assert page.says("They all end together.")
    assert tamsin.send(page, way=[]).errors() == {
        "way": "Select how you want to share your payment"
    }
    page = tamsin.send(page, way="small_first")
    assert page.path == "/plan"
    assert page.heading == "A plan you can afford: £100 a month"
    assert page.says("That is 20 payments. The last one is smaller: £32.90.")
    assert page.says("Small debts come first: all of it goes to the smallest one")
    assert page.says("Nothing at first")
    tamsin.send(on(tamsin, page), agree="yes")
    assert portal.rows("select strategy, payment_pence from plan") == [("small_first", 10000)]
    lines = portal.rows("select department, current_pence, rank from plan_share order by rank")
    assert lines == [("dvla", 8000, 1), ("council", 2000, 2), ("dwp", 0, 3)]


def test_one_debt_has_no_ways_and_its_plan_says_where_all_of_it_goes(portal: Portal) -> None:
    quick(portal, "testwell", "council")
    client = at_the_plan(portal, "testwell", "council")
    page = client.get("/plan")
    assert page.says("All of it goes to Sampleshire Council.")
    assert page.says("There is one debt in the plan, so all of it goes there.")
    assert client.get("/plan/ways").path == "/plan"


def test_a_short_plan_says_so(tamsin: Seated) -> None:
    for code in ("dwp", "council"):
        change_answer(tamsin, code, answer=NoDebts(held(tamsin, code).arrived_at))
    page = tamsin.get("/plan")
    assert page.heading == "A plan you can afford: £80, once"
    assert page.says("If you pay £80 once, on")
    assert page.says("Where your £80 goes")
    assert page.says("£80 – ")
    amounts = [node["value"] for node in page.form().all("input", name="amount")]
    assert amounts == ["half", "other"]
    assert page.says("This is a short plan. You can also pay each department yourself.")


def test_interest_is_one_neutral_line(tamsin: Seated) -> None:
    """DVLA says nothing of it in the register; the others stop while the plan is kept (F47)."""
    for code in ("council", "dvla"):
        answer = held(tamsin, code).answer
        assert isinstance(answer, Debts)
        dearer = tuple(replace(debt, interest_rate="8.00%") for debt in answer.items)
        change_answer(tamsin, code, answer=replace(answer, items=dearer))
    page = tamsin.get("/plan")
    assert page.text.lower().count("interest") == 2
    assert page.says(
        "Driver and Vehicle Licensing Agency adds interest to what is left, so the plan may take a"
        " little longer."
    )
    assert page.says(
        "these add no interest and no fees: Department for Work and Pensions, Sampleshire Council."
    )
    assert "save" not in page.text.lower()


def test_f40_the_largest_amount_leaves_the_protected_minimum(tamsin: Seated) -> None:
    """A third child: £1,358 after the home is paid, of which £1,300 is protected."""
    budget = a_budget(CAST.person("testwell"))
    assert budget.household is not None
    home = replace(budget.household, children_under_16=3)
    tamsin.visit.put(BUDGET, replace(budget, household=home))
    page = tamsin.get("/plan")
    assert page.heading == "A plan you can afford: £58 a month"
    assert page.says("We suggest £58. More would leave you too little to live on.")
    page = tamsin.send(page, amount="other", other="58.01", do="work")
    assert page.errors() == {"other": "Amount each month must be between £20 and £58"}


def test_f35_while_there_is_time_to_appeal_the_plan_says_so(portal: Portal, tamsin: Seated) -> None:
    answer = held(tamsin, "dwp").answer
    assert isinstance(answer, Debts)
    day = portal.services.clock.now().date() + timedelta(days=20)
    items = tuple(replace(debt, appeal_by=day) for debt in answer.items)
    change_answer(tamsin, "dwp", answer=replace(answer, items=items))
    page = on(tamsin, tamsin.get("/plan"))
    assert page.path == "/plan/check"
    assert page.says("Saying yes to a plan does not change that.")
    link = next(
        where for words, where in page.links().items() if words.startswith("See how to app")
    )
    debt = tamsin.get(link)
    assert debt.says("How to appeal")
    assert debt.says("It calls this mandatory reconsideration.")


def test_f29_a_department_that_could_not_find_her_is_named_and_its_debt_joins_when_found(
    portal: Portal,
) -> None:
    portal.control("council", "testwell", "mismatch:0")
    quick(portal, "testwell", "dwp", "dvla")
    client = at_the_plan(portal, "testwell", *TAMSIN)
    page = client.get("/plan")
    assert page.says("Not in this plan, because we have no answer we can use:")
    assert page.says("Sampleshire Council (")
    assert "Council tax" not in page.main.text
    quick(portal, "testwell", "council")
    page = client.get("/debts/no-match/council?fact=previous_name")
    client.send(page, previous_name="Testington")
    get_debts(client)
    page = client.get("/plan")
    assert not page.says("because we have no answer we can use")
    assert page.says("Council tax")


def test_a_late_answer_is_offered_and_not_slipped_in(tamsin: Seated) -> None:
    change_answer(tamsin, "dvla", late=True)
    page = tamsin.get("/plan")
    assert page.says("Driver and Vehicle Licensing Agency has now answered")
    assert not page.says("Vehicle tax penalty")


def test_the_schedule_adds_up_and_shows_a_year_first(tamsin: Seated) -> None:
    page = tamsin.get("/plan/schedule")
    assert len(page.main.all("tr")) == 13
    page = tamsin.get(page.links()["Show all 20 payments"])
    assert len(page.main.all("tr")) == 21
    reply = tamsin.get("/plan/schedule.csv")
    rows = [line.split(",") for line in reply.html.strip().splitlines()]
    pence = [[int(cell.replace(".", "")) for cell in row[1:]] for row in rows[1:]]
    assert all(total == sum(shares) for total, *shares in pence)
    assert sum(total for total, *_ in pence) == 124050 + 61240 + 8000
    assert reply.response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("cell", ["=1+1", "+44", "-2", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_of_the_file_is_a_formula(cell: str) -> None:
    assert plain(cell) == f"'{cell}"
    assert plain("Council tax") == "Council tax"
