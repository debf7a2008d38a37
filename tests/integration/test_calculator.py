"""T09: the public calculator."""

from __future__ import annotations

import pytest

from tests.portal import Portal

PATH = "/about/try-the-calculator"


def test_the_calculator_works_without_a_sign_in_and_puts_no_amount_in_an_address(
    portal: Portal,
) -> None:
    client = portal.client()
    page = client.send(
        client.get(PATH), left="220", where="england", council_tax="612.40", benefit="1,240.50"
    )
    assert page.says("A plan of £100 a month")
    assert page.says("It takes 19 payments.")
    assert page.response.request.url.endswith(PATH)
    assert page.value("left") == "220"
    assert page.says("Other ways to share it")
    assert page.says("Small debts first: Council tax or rates from earlier years ends first")
    assert len(page.main.all("svg", "app-bar")) == 2


@pytest.mark.parametrize(
    ("typed", "errors"),
    [
        (
            {},
            {
                "left": "Enter what you have left over each month",
                "where": "Select where you live",
            },
        ),
        (
            {"left": "12.345", "where": "wales", "tax": "x"},
            {
                "left": "Amount left over each month must be an amount of money,"
                " like 120 or 120.50",
                "tax": "Self Assessment tax must be an amount of money, like 120 or 120.50",
            },
        ),
        (
            {"left": "100", "where": "wales", "tax": "500", "payment": "90.01"},
            {"payment": "Amount you pay must be between £5 and £90"},
        ),
        (
            {"left": "100", "where": "wales", "tax": "500", "payment": "45.505"},
            {"payment": "Amount you pay must be an amount of money, like 70 or 70.50"},
        ),
        (
            {"left": "10", "where": "wales"},
            {"council_tax": "Enter how much is left to pay on at least one of these"},
        ),
    ],
)
def test_what_is_wrong_is_said_in_exact_words(
    portal: Portal, typed: dict[str, str], errors: dict[str, str]
) -> None:
    client = portal.client()
    page = client.send(client.get(PATH), **typed)  # type: ignore[arg-type]
    assert page.errors() == errors


@pytest.mark.parametrize("where", ["england", "scotland", "wales", "northern-ireland"])
def test_each_nation_has_its_own_kinds(portal: Portal, where: str) -> None:
    client = portal.client()
    page = client.send(client.get(PATH), left="300", where=where, council_tax="500", benefit="90")
    assert page.says("Council tax or rates from earlier years £")
    assert not page.says("Not in the plan")


def test_nothing_to_spare_leads_to_advice(portal: Portal) -> None:
    client = portal.client()
    page = client.send(client.get(PATH), left="0", where="england", tax="500")
    assert page.says("There would be no plan with these figures")
    assert page.links()["Talk to a free debt adviser"] == "/get-free-debt-advice"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"left": "0", "tax": "500"}, "Nothing is left over for a plan."),
        ({"left": "4", "tax": "500"}, "This is less than the smallest amount a plan can have."),
        ({"left": "40", "tax": "5000"}, "At this amount a plan would take more than 10 years."),
        ({"left": "100", "tax": "5000"}, "This plan takes more than 5 years."),
        ({"left": "100", "tax": "500", "payment": "60"}, "A plan of £60 a month"),
        ({"left": "100", "tax": "50"}, "It takes 2 payments."),
    ],
)
def test_every_outcome_is_said_in_plain_words(
    portal: Portal, typed: dict[str, str], words: str
) -> None:
    client = portal.client()
    page = client.send(client.get(PATH), where="wales", **typed)  # type: ignore[arg-type]
    assert page.says(words)


def test_a_plan_by_the_week_is_worked_out_from_what_a_month_leaves_d63(portal: Portal) -> None:
    client = portal.client()
    page = client.get(PATH)
    assert page.value("every") == "month"
    page = client.send(page, left="220", where="england", council_tax="612.40", every="week")
    assert page.says("A plan of £23.07 a week")
    assert page.says("It takes 27 payments. The last one is smaller: £12.58.")
    assert page.says("after 7 months")
    assert page.value("every") == "week"
    refused = client.send(page, payment="50")
    assert refused.errors() == {"payment": "Amount you pay must be between £1.15 and £46.15"}
