"""D40 to D51 and D57 as a person meets them, without a browser."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from typing import Any

import pytest
import requests

from adapters.simulators.cast import Cast
from app.http.session import SESSION_COOKIE, VISIT_COOKIE
from debts.money import format_pounds
from plan.rules.statement_lines import INCOME_LINES, OUTGOING_GROUPS, OUTGOING_LINES
from tests.budgets import type_budget, type_household
from tests.pages import Page
from tests.portal import Client, Portal

CAST = Cast.load()
TAMSIN = CAST.person("testwell")
HEAVIEST = 14 * 1024
"""Bytes of a page's HTML, gzipped."""


@pytest.fixture
def client(shared_portal: Portal) -> Client:
    client = shared_portal.client()
    client.sign_in("testwell")
    return client


def at_money_in(client: Client, *lines: str) -> Page:
    """On the page of amounts, with these lines ticked."""
    type_household(client, TAMSIN)
    return client.send(client.get("/budget/in/choose"), lines=lines)


def at_money_out(client: Client, *lines: str) -> Page:
    type_household(client, TAMSIN)
    return client.send(client.get("/budget/out/choose"), lines=lines)


def row(line: str, amount: str, every: str = "month") -> dict[str, Any]:
    return {line: amount, f"{line}-every": every}


def refused(page: Page, errors: Mapping[str, str]) -> None:
    """The page came back with exactly these errors, in this order."""
    assert page.status == 422
    assert list(page.errors().items()) == list(errors.items())


def download(client: Client, path: str) -> requests.Response:
    """A file, as it is sent: not one of our pages."""
    cookies = {name: client.cookie(name) for name in (SESSION_COOKIE, VISIT_COOKIE)}
    sent = "; ".join(f"{name}={value}" for name, value in cookies.items())
    return client.session.get(client.base_url + path, headers={"Cookie": sent}, timeout=60)


def statuses(page: Page) -> list[str]:
    return [node.text for node in page.main.all("div", "govuk-task-list__status")]


class TestTheList:
    def test_the_parts_open_one_after_another(self, client: Client) -> None:
        page = client.get("/budget")
        assert page.says("Use rough figures. We do not ask for proof here.")
        assert page.says("About 8 minutes for most people")
        assert statuses(page) == ["Not yet started"] * 2 + ["Cannot start yet"] * 3
        assert list(page.links())[:2] == ["Your household", "Money coming in"]
        type_household(client, TAMSIN)
        assert statuses(client.get("/budget")) == [
            "Completed", "Not yet started", "Not yet started", "Cannot start yet",
            "Cannot start yet",
        ]  # fmt: skip
        client.send(client.get("/budget/in/choose"), lines="child-benefit")
        assert statuses(client.get("/budget"))[1] == "Part done"

    def test_all_parts_are_completed_when_the_check_is_and_a_change_opens_it_again(
        self, client: Client
    ) -> None:
        page = type_budget(client, TAMSIN)
        assert statuses(client.get("/budget")) == ["Completed"] * 4 + ["Not yet started"]
        page = client.send(page, follow=False)
        assert (page.status, page.response.headers["Location"]) == (303, "/plan")
        assert statuses(client.get("/budget")) == ["Completed"] * 5
        client.send(client.get("/budget/changes?from=check"), changes="job")
        assert statuses(client.get("/budget"))[4] == "Not yet started"

    def test_a_page_that_has_no_question_yet_leads_to_one_that_has(self, client: Client) -> None:
        assert client.get("/budget/in/amounts").path == "/budget/in/choose"
        assert client.get("/budget/out/home").path == "/budget/out/choose"
        assert client.get("/budget/savings").path == "/budget"
        assert client.get("/budget/check").path == "/budget"
        assert client.get("/budget/save-a-copy/file").path == "/budget"
        assert client.get("/budget/out/nowhere").status == 404
        assert client.get("/budget/out/home/reason").status == 404


class TestTheHousehold:
    def test_what_is_missing(self, client: Client) -> None:
        page = client.send(client.get("/budget/household"))
        refused(
            page,
            {
                "adults": "Enter how many adults share the costs",
                "home": "Select what kind of home you have",
                "nation": "Select where you live",
            },
        )

    def test_what_is_not_a_number_and_what_is_too_many(self, client: Client) -> None:
        typed = {"adults": "two", "children_under_16": "21", "home": "other", "nation": "wales"}
        page = client.send(client.get("/budget/household"), **typed)  # type: ignore[arg-type]
        refused(
            page,
            {
                "adults": "Number of adults must be a whole number, like 1 or 2",
                "children_under_16": "Number of children under 16 must be 20 or fewer",
            },
        )
        assert page.value("adults") == "two"
        assert page.value("home") == "other"

    def test_whose_budget_it_is(self, client: Client) -> None:
        page = client.send(client.get("/budget/joint"))
        refused(page, {"whose": "Select if this budget is only for you or for you and a partner"})
        assert page.says("If it is not safe to ask, choose just me")


class TestMoneyIn:
    def test_25_kinds_in_4_groups_and_nothing_ticked(self, client: Client) -> None:
        page = client.get("/budget/in/choose")
        kinds = {node["value"] for node in page.main.all("input", name="lines")}
        assert kinds == {*INCOME_LINES, "none"}
        assert len(page.main.all("h2")) == 4
        assert page.ticked() == []

    def test_nothing_ticked_is_asked_again(self, client: Client) -> None:
        words = "Select what money you have coming in, or select ‘I have no money coming in’"
        refused(client.send(client.get("/budget/in/choose")), {"lines": words})
        both = client.send(client.get("/budget/in/choose"), lines=["none", "child-benefit"])
        refused(both, {"lines": words})

    def test_no_money_coming_in_is_no_error_and_goes_on(self, client: Client) -> None:
        page = client.send(client.get("/budget/in/choose"), lines="none")
        assert page.path == "/budget/out/choose"
        assert page.says("Money coming in: £0 a month")
        assert client.get("/budget/in/choose").ticked() == ["lines-none"]

    def test_each_error_names_its_line(self, client: Client) -> None:
        page = at_money_in(client, "tax-credits-universal-credit", "child-benefit")
        refused(
            client.send(page),
            {
                "tax-credits-universal-credit": "Enter how much Universal Credit you get",
                "tax-credits-universal-credit-every": ("Select how often you get Universal Credit"),
                "child-benefit": "Enter how much Child Benefit you get",
                "child-benefit-every": "Select how often you get Child Benefit",
            },
        )
        typed = {**row("tax-credits-universal-credit", "45.505"), **row("child-benefit", "-5")}
        page = client.send(page, **typed)
        refused(
            page,
            {
                "tax-credits-universal-credit": (
                    "Universal Credit must be an amount of money, like 250 or 250.75"
                ),
                "child-benefit": "Child Benefit must be £0 or more",
            },
        )
        assert page.value("tax-credits-universal-credit") == "45.505"
        assert page.value("child-benefit-every") == "month"

    @pytest.mark.parametrize("typed", ["£1,234.50", " 1 234.5 ", "1234.50"])
    def test_amounts_as_people_write_them(self, client: Client, typed: str) -> None:
        page = at_money_in(client, "client-salary-or-wages")
        page = client.send(page, **row("client-salary-or-wages", typed))
        assert page.says("Money coming in: £1,234.50 a month")
        page = client.get("/budget/in/amounts")
        assert page.value("client-salary-or-wages") == "1234.50"

    def test_what_is_taken_for_a_debt_is_asked_and_not_counted(self, client: Client) -> None:
        page = at_money_in(client, "tax-credits-universal-credit")
        typed = row("tax-credits-universal-credit", "719.98")
        asked = client.send(page, **typed, taken="yes")
        refused(
            asked,
            {
                "taken_amount": "Enter how much is taken for a debt",
                "taken_every": "Select how often it is taken",
            },
        )
        page = client.send(asked, taken_amount="60.02", taken_every="month")
        assert page.says("Money coming in: £719.98 a month")
        page = client.get("/budget/other-debts")
        assert page.says("Leave out the £60.02 a month that is taken before your money reaches you")

    def test_typing_how_much_is_taken_and_then_no_is_no(self, client: Client) -> None:
        page = at_money_in(client, "child-benefit")
        typed = row("child-benefit", "100")
        page = client.send(page, **typed, taken="no", taken_amount="rubbish", taken_every="")
        assert page.path == "/budget/out/choose"


class TestMoneyOut:
    def test_63_kinds_in_12_groups_and_nothing_ticked(self, client: Client) -> None:
        page = client.get("/budget/out/choose")
        assert {n["value"] for n in page.main.all("input", name="lines")} == set(OUTGOING_LINES)
        assert len(page.main.all("h2")) == 12
        assert page.ticked() == []
        refused(client.send(page), {"lines": "Select what you spend money on"})

    def test_each_group_has_its_page_and_its_lines_their_errors(self, client: Client) -> None:
        page = at_money_out(client, *OUTGOING_LINES)
        for group in OUTGOING_GROUPS:
            assert page.path == f"/budget/out/{group.slug}"
            assert page.heading == f"How much do you spend on {group.label}?"
            expected = {}
            for kind in group.lines:
                expected[kind.id] = f"Enter how much you spend on {kind.label}"
                expected[f"{kind.id}-every"] = f"Select how often you pay {kind.label}"
            refused(client.send(page), expected)
            nothing: dict[str, Any] = {kind.id: "0" for kind in group.lines}
            page = client.send(page, **nothing)

    def test_too_much_and_not_money(self, client: Client) -> None:
        page = at_money_out(client, "rent", "mortgage", "tv-licence")
        rent = row("rent", "10000")
        typed = {**rent, **row("mortgage", "9,999.99", "week"), **row("tv-licence", "lots")}
        refused(
            client.send(page, **typed),
            {
                "rent": "Rent must be less than £10,000",
                "tv-licence": "TV licence must be an amount of money, like 250 or 250.75",
            },
        )

    def test_nought_is_accepted_without_how_often(self, client: Client) -> None:
        page = client.send(at_money_out(client, "rent"), rent="0")
        assert page.path == "/budget/other-debts"

    def test_back_leads_through_the_pages_and_loses_nothing(self, client: Client) -> None:
        page = at_money_out(client, "rent", "gas")
        page = client.send(page, **row("rent", "165", "week"))
        assert page.path == "/budget/out/utilities"
        page = client.get(page.document.one("a", "govuk-back-link")["href"])
        assert (page.value("rent"), page.value("rent-every")) == ("165", "week")
        client.send(client.get("/budget/out/choose"), lines="gas")
        page = client.send(client.get("/budget/out/choose"), lines=["rent", "gas"])
        assert page.value("rent") == "165"


class TestAReason:
    def above(self, client: Client) -> Page:
        page = at_money_out(client, "groceries")
        return client.send(page, **row("groceries", "500"))

    def test_it_is_a_question_with_the_figure_and_says_that_it_is_invented(
        self, client: Client
    ) -> None:
        page = self.above(client)
        assert page.path == "/budget/out/food-housekeeping/reason"
        assert page.heading == "Is there a reason you spend more on food and housekeeping?"
        assert page.says(
            "People in a home like yours usually spend up to £460 a month on this."
            " That does not mean you are wrong."
        )
        assert page.says("invented for this demonstration")
        words = "Select a reason, or select ‘I’d rather not say’"
        refused(client.send(page), {"reasons": words})

    def test_not_saying_is_an_answer_and_the_figure_stays(self, client: Client) -> None:
        page = client.send(self.above(client), reasons="not-said")
        assert page.path == "/budget/other-debts"
        assert client.get("/budget/out/food-housekeeping").value("groceries") == "500"

    def test_at_the_guideline_nobody_is_asked(self, client: Client) -> None:
        page = client.send(at_money_out(client, "groceries"), **row("groceries", "460"))
        assert page.path == "/budget/other-debts"
        assert client.get("/budget/out/food-housekeeping/reason").path == "/budget/in/choose"


class TestTheRest:
    def test_other_debts(self, client: Client) -> None:
        page = client.get("/budget/other-debts")
        assert page.says("We do not need to know who to")
        refused(client.send(page), {"pays": "Select yes if you pay other debts each month"})
        page = client.send(page, pays="yes")
        refused(page, {"amount": "Enter how much you pay for other debts each month"})
        client.send(page, pays="yes", amount="25")
        page = client.get("/budget/other-debts")
        assert (page.value("pays"), page.value("amount")) == ("yes", "25")

    def test_putting_money_aside(self, client: Client) -> None:
        type_budget(client, TAMSIN)
        page = client.get("/budget/savings")
        assert page.says("We suggest £20 so a bill you did not expect does not stop your plan.")
        between = "Amount to put aside must be between £0 and £20"
        for typed in ("", "20.01", "-1", "some"):
            refused(client.send(page, savings="other", amount=typed), {"amount": between})
        client.send(page, savings="other", amount="7.50")
        assert client.get("/budget/check").says("Put aside £7.50 a month")

    def test_how_much_to_put_aside_must_be_chosen(self, client: Client) -> None:
        type_household(client, TAMSIN)
        page = client.send(client.get("/budget/savings"))
        refused(page, {"savings": "Select how much you want to put aside"})

    def test_what_will_change(self, client: Client) -> None:
        page = client.get("/budget/changes")
        words = "Select what will change, or select ‘Nothing I know of’"
        refused(client.send(page), {"changes": words})
        refused(client.send(page, changes=["none", "job"]), {"changes": words})


class TestTheCheck:
    def test_tamsins_figures_add_up(self, client: Client) -> None:
        page = type_budget(client, TAMSIN)
        assert page.says("Total coming in £1,960 a month")
        assert page.says("Total going out £1,740 a month")
        assert page.says("Left over £220 a month Put aside £20 a month")
        assert page.says("Left for a plan £200 a month")

    @pytest.mark.parametrize(
        ("person", "total_in", "total_out", "left"),
        [
            ("enghraifft", "£1,781", "£1,394", "£367 a month"),
            ("mockridge", "£2,882", "£2,611", "£251 a month"),
            ("fictionby", "£1,505", "£1,345", "£144 a month"),
            ("placeholder", "£1,342", "£1,430", "£88 short"),
        ],
    )
    def test_others_of_the_cast_in_each_nation(
        self, shared_portal: Portal, person: str, total_in: str, total_out: str, left: str
    ) -> None:
        """The figures of tests/examples/cast_outcomes.toml, typed page by page."""
        client = shared_portal.client()
        client.sign_in(person)
        page = type_budget(client, CAST.person(person))
        assert page.says(f"Total coming in {total_in} a month")
        assert page.says(f"Total going out {total_out} a month")
        assert page.says(f"Left for a plan {left}")

    def test_more_out_than_in_puts_advice_first(self, client: Client) -> None:
        page = type_budget(client, CAST.person("placeholder"))
        assert page.says("more than your money in each month. Many people are in the same")
        assert page.main.all("a")[0]["href"] == "/get-free-debt-advice"
        assert page.says("short")
        assert "-£" not in page.text

    def test_a_change_link_returns_to_the_check(self, client: Client) -> None:
        page = type_budget(client, TAMSIN)
        changes = [a["href"] for a in page.main.all("a") if a.text.startswith("Change")]
        assert changes
        assert all(address.endswith("?from=check") for address in changes)
        for address in changes:
            assert client.send(client.get(address)).path == "/budget/check", address

    def test_a_line_added_at_the_check_is_asked_and_then_back_to_the_check(
        self, client: Client
    ) -> None:
        type_budget(client, TAMSIN)
        page = client.get("/budget/out/choose?from=check")
        ticked = page.filled().getlist("lines")
        page = client.send(page, lines=[*ticked, "union-fees"])
        assert page.path == "/budget/out/professional"
        page = client.send(page, **row("union-fees", "12", "year"))
        assert page.path == "/budget/check"
        assert page.says("Union fees: £12 every year ÷ 12 = £1 a month")

    def test_what_looks_low_is_a_question_and_takes_nothing_away(self, client: Client) -> None:
        type_budget(client, TAMSIN)
        page = client.get("/budget/out/food-housekeeping?from=check")
        page = client.send(page, groceries="10")
        assert page.says("Have you missed anything? It’s better to put in what you really spend")
        assert page.says("These look low for a home like yours: food and housekeeping")
        assert page.says("Total going out £1,375 a month")

    def test_other_debts_above_what_is_left_say_that_there_is_help(self, client: Client) -> None:
        type_budget(client, TAMSIN)
        page = client.get("/budget/other-debts?from=check")
        page = client.send(page, pays="yes", amount="220.01")
        assert page.says("You pay more for other debts than you have left over.")
        page = client.send(client.get("/budget/other-debts?from=check"), amount="220")
        assert not page.says("You pay more for other debts")


def test_a_fine_that_is_paid_outside_the_plan_is_among_the_money_out(
    shared_portal: Portal,
) -> None:
    client, person = shared_portal.client(), CAST.person("exampleton")
    client.get_in("exampleton", "hmcts")
    client.send(client.get("/debts/get"))
    page = type_budget(client, person)
    assert page.says("Court fine £30 a month")
    assert page.says("HM Courts and Tribunals Service. You pay this outside the plan.")
    spent = sum(line.pence for line in person.outgoings) + 3000
    assert page.says(f"Total going out {format_pounds(spent)} a month")


class TestACopy:
    def test_the_file_has_the_statements_names_and_a_name_that_says_nothing(
        self, client: Client
    ) -> None:
        type_budget(client, TAMSIN)
        assert client.get("/budget/save-a-copy").says("Keep it safe. It is not locked.")
        reply = download(client, "/budget/save-a-copy/file")
        assert reply.headers["Cache-Control"] == "no-store"
        assert reply.headers["Content-Disposition"] == 'attachment; filename="saved-copy.json"'
        saved = json.loads(reply.content)
        assert saved["total-monthly-income"] == "1960.00"
        assert saved["outgoings"]["home-contents"]["rent"] == {
            "amount": "560.00", "every": "month", "monthly": "560.00",
        }  # fmt: skip
        assert saved["dependent-children-under-16"] == 2
        assert saved["housing-tenure"] == "Tenant - social"

    def test_the_page_needs_nothing_else(self, client: Client) -> None:
        type_budget(client, TAMSIN)
        reply = download(client, "/budget/save-a-copy/page")
        assert reply.headers["Content-Disposition"] == 'attachment; filename="saved-copy.html"'
        assert "£1,960" in reply.text
        assert "src=" not in reply.text
        assert "href=" not in reply.text


def test_the_heaviest_pages_are_light(client: Client) -> None:
    type_household(client, TAMSIN)
    pages = [client.get("/budget/in/choose"), client.get("/budget/out/choose")]
    page = client.send(client.get("/budget/in/choose"), lines=tuple(INCOME_LINES))
    income = {name: value for line in INCOME_LINES for name, value in row(line, "12").items()}
    pages += [page, client.send(page)]
    client.send(page, **income)
    page = client.send(client.get("/budget/out/choose"), lines=tuple(OUTGOING_LINES))
    for group in OUTGOING_GROUPS:
        typed = {k: v for kind in group.lines for k, v in row(kind.id, "12", "week").items()}
        pages.append(page)
        page = client.send(page, **typed)
        if page.path.endswith("/reason"):
            page = client.send(page, reasons="not-said")
    client.send(client.get("/budget/other-debts"), pays="no")
    client.send(client.get("/budget/savings"), savings="none")
    pages.append(client.send(client.get("/budget/changes"), changes="none"))
    assert pages[-1].path == "/budget/check"
    assert pages[-1].says("Total coming in £300 a month")
    assert pages[-1].says("Total going out £3,276 a month")
    weights = {page.path: len(gzip.compress(page.html.encode())) for page in pages}
    assert max(weights.values()) <= HEAVIEST, weights


def test_nothing_of_a_budget_stands_in_an_address_a_title_or_a_cookie(client: Client) -> None:
    page = type_household(client, TAMSIN)
    page = client.send(page, lines="client-salary-or-wages")
    page = client.send(page, **row("client-salary-or-wages", "7654.32"))
    page = client.get("/budget/in/amounts?from=check")
    assert page.value("client-salary-or-wages") == "7654.32"
    assert "7654" not in page.title
    assert "7654" not in page.response.request.url
    assert "7654" not in str(client.cookies)


def test_another_person_finds_none_of_it(shared_portal: Portal, client: Client) -> None:
    type_budget(client, TAMSIN)
    other = shared_portal.client()
    other.sign_in("placeholder")
    assert statuses(other.get("/budget"))[0] == "Not yet started"
    assert other.get("/budget/in/choose").ticked() == []
