"""Money in and out in a real browser, with and without scripts: each page looked at."""

from __future__ import annotations

import gzip
from collections.abc import Mapping

import pytest

from tests.e2e.browser import Surfer

pytestmark = pytest.mark.e2e
HEAVIEST = 14 * 1024
"""Bytes of a page's HTML, gzipped."""


@pytest.fixture
def tamsin(surfer: Surfer) -> Surfer:
    """Tamsin, signed in, on the list of tasks."""
    page = surfer.go("/sign-in/start?next=/budget")
    page.check("#person-testwell")
    page.click("button[value=continue]")
    page.wait_for_load_state()
    surfer.go("/budget")
    assert surfer.heading == "Your money in and out"
    return surfer


def type_in(surfer: Surfer, boxes: Mapping[str, str]) -> None:
    for name, typed in boxes.items():
        surfer.page.fill(f"[id='{name}']", typed)


def often(surfer: Surfer, choices: Mapping[str, str]) -> None:
    for line, every in choices.items():
        surfer.page.select_option(f"[id='{line}-every']", every)


def tick(surfer: Surfer, *values: str) -> None:
    for value in values:
        surfer.page.check(f"main input[value='{value}']")


def go_on(surfer: Surfer) -> None:
    surfer.press("Continue")


def look(surfer: Surfer, name: str) -> None:
    surfer.look(f"budget-{name}")


def looked_at(surfer: Surfer, name: str) -> None:
    """The page, and the page with its errors."""
    look(surfer, name)
    here = surfer.path
    go_on(surfer)
    assert surfer.path == here
    assert surfer.page.title().startswith("Error: ")
    if surfer.scripts:  # the page is the same without them
        look(surfer, f"{name}-errors")
    for link in surfer.page.locator(".govuk-error-summary a").all():
        target = (link.get_attribute("href") or "").removeprefix("#")
        assert surfer.page.locator(f"[id='{target}']").count() == 1
    weight = len(gzip.compress(surfer.page.content().encode()))
    assert weight <= HEAVIEST, f"{here} is {weight} bytes"


def test_a_budget_from_the_list_to_the_plan(tamsin: Surfer) -> None:
    surfer = tamsin
    look(surfer, "tasks")
    surfer.press("Your household")

    looked_at(surfer, "household")
    type_in(surfer, {"adults": "1", "children_under_16": "2"})
    tick(surfer, "social", "england")
    go_on(surfer)
    looked_at(surfer, "joint")
    tick(surfer, "me")
    go_on(surfer)

    looked_at(surfer, "in-choose")
    tick(surfer, "client-salary-or-wages", "tax-credits-universal-credit", "child-benefit")
    go_on(surfer)
    looked_at(surfer, "in-amounts")
    type_in(
        surfer,
        {
            "client-salary-or-wages": "312.40",
            "tax-credits-universal-credit": "£995.60",
            "child-benefit": "170.2",
        },
    )
    often(
        surfer,
        {
            "client-salary-or-wages": "week",
            "tax-credits-universal-credit": "month",
            "child-benefit": "four_weeks",
        },
    )
    tick(surfer, "yes")
    go_on(surfer)
    look(surfer, "in-amounts-taken")
    type_in(surfer, {"taken_amount": "60.02"})
    surfer.page.select_option("#taken_every", "month")
    go_on(surfer)

    looked_at(surfer, "out-choose")
    tick(surfer, "rent", "council-tax-rates", "electricity", "groceries", "mobile-phone", "gifts")
    go_on(surfer)
    looked_at(surfer, "out-home")
    type_in(surfer, {"rent": "165", "council-tax-rates": "0"})
    often(surfer, {"rent": "week"})
    go_on(surfer)
    assert surfer.heading == "How much do you spend on gas, electricity and other fuel?"
    type_in(surfer, {"electricity": "86"})
    often(surfer, {"electricity": "month"})
    go_on(surfer)
    assert surfer.heading == "How much do you spend on phone, internet and leisure?"
    type_in(surfer, {"mobile-phone": "42", "gifts": "120"})
    often(surfer, {"mobile-phone": "month", "gifts": "year"})
    go_on(surfer)
    assert surfer.heading == "How much do you spend on food and housekeeping?"
    type_in(surfer, {"groceries": "140"})
    often(surfer, {"groceries": "week"})
    go_on(surfer)

    assert surfer.heading == "Is there a reason you spend more on food and housekeeping?"
    looked_at(surfer, "reason")
    tick(surfer, "diet")
    go_on(surfer)
    looked_at(surfer, "other-debts")
    tick(surfer, "yes")
    go_on(surfer)
    look(surfer, "other-debts-amount")
    type_in(surfer, {"amount": "25"})
    go_on(surfer)
    looked_at(surfer, "savings")
    tick(surfer, "suggested")
    go_on(surfer)
    looked_at(surfer, "changes")
    tick(surfer, "job")
    go_on(surfer)

    assert surfer.path == "/budget/check"
    look(surfer, "check")
    words = surfer.page.locator("main").inner_text()
    assert "Your pay: £312.40 every week × 52 ÷ 12 = £1,353.73 a month" in words
    surfer.go("/budget")
    look(surfer, "tasks-part-done")
    surfer.press("Check")
    assert surfer.path == "/budget/check"


def test_no_money_coming_in_unticks_the_rest(tamsin: Surfer, scripts: bool) -> None:
    surfer = tamsin
    surfer.go("/budget/in/choose")
    tick(surfer, "child-benefit", "state-pensions", "none")
    left = surfer.page.locator("main input:checked").count()
    assert left == (1 if scripts else 3)
    go_on(surfer)
    assert surfer.path == ("/budget/out/choose" if scripts else "/budget/in/choose")


def test_a_summary_link_moves_to_its_box(tamsin: Surfer) -> None:
    surfer = tamsin
    surfer.go("/budget/in/choose")
    go_on(surfer)
    surfer.page.click(".govuk-error-summary a")
    if surfer.scripts:
        assert surfer.page.evaluate("document.activeElement.id") == "lines"
    assert surfer.page.url.endswith("#lines") or surfer.scripts


def test_a_copy_is_saved_under_a_name_that_says_nothing(tamsin: Surfer) -> None:
    surfer = tamsin
    surfer.go("/budget/household")
    type_in(surfer, {"adults": "1"})
    tick(surfer, "other", "scotland")
    go_on(surfer)
    tick(surfer, "me")
    go_on(surfer)
    tick(surfer, "none")
    go_on(surfer)
    tick(surfer, "groceries")
    go_on(surfer)
    type_in(surfer, {"groceries": "100"})
    often(surfer, {"groceries": "month"})
    go_on(surfer)
    tick(surfer, "no")
    go_on(surfer)
    look(surfer, "savings-short")
    tick(surfer, "none")
    go_on(surfer)
    tick(surfer, "none")
    go_on(surfer)
    look(surfer, "check-short")
    surfer.press("Save a copy of your budget")
    look(surfer, "save-a-copy")
    for words, name in (
        ("page to read", "saved-copy.html"),
        ("file to bring back", "saved-copy.json"),
    ):
        with surfer.page.expect_download() as download:
            surfer.page.get_by_role("link", name=words).click()
        assert download.value.suggested_filename == name
