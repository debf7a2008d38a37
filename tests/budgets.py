"""Typing a whole budget as a person of the cast would, page by page, without a browser.

page = type_budget(client, Cast.load().person("testwell"))      # ends on the check page
page = client.send(page)                                        # and on to the plan
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.simulators.cast import Person
from tests.pages import Page, PageClient

NATIONS = {"ENG": "england", "WLS": "wales", "SCT": "scotland", "NIR": "northern-ireland"}
HOMES = {
    "Owner": "owner",
    "Mortgage": "mortgage",
    "Tenant - private sector": "private",
    "Tenant - social": "social",
    "Living with parents": "parents",
}


def pounds(pence: int) -> str:
    return f"{pence // 100}.{pence % 100:02d}"


def money_in(person: Person) -> dict[str, int]:
    return {line.line: line.pence for line in person.income if line.pence}


def money_out(person: Person) -> dict[str, int]:
    return {line.line: line.pence for line in person.outgoings if line.pence}


def monthly_rows(amounts: Mapping[str, int], page: Page) -> dict[str, Any]:
    """The boxes of one page of amounts, all by the month."""
    asked = {node["name"] for node in page.form().all("input")} & amounts.keys()
    rows = {line: pounds(amounts[line]) for line in asked}
    return {**rows, **{f"{line}-every": "month" for line in asked}}


def type_household(client: PageClient, person: Person, *, whose: str = "me") -> Page:
    """D41 and D42; ends on D43."""
    home = person.household
    page = client.send(
        client.get("/budget/household"),
        adults=str(home.adults),
        children_under_16=str(home.children_under_16),
        children_16_to_18=str(home.children_16_to_18),
        vehicles=str(home.vehicles),
        home=HOMES.get(home.tenure, "other"),
        nation=NATIONS[person.nation],
    )
    return client.send(page, whose=whose)


def type_budget(client: PageClient, person: Person, *, savings: str = "suggested") -> Page:
    """Everything from D41 to D51, with the figures of the cast."""
    page = type_household(client, person)
    income, outgoings = money_in(person), money_out(person)
    page = client.send(page, lines=list(income) or "none")
    if income:
        page = client.send(page, **monthly_rows(income, page), taken="no")
    page = client.send(page, lines=list(outgoings))
    while page.path.startswith("/budget/out/"):
        if page.path.endswith("/reason"):
            page = client.send(page, reasons="not-said")
        else:
            page = client.send(page, **monthly_rows(outgoings, page))
    page = client.send(page, pays="no")
    page = client.send(page, savings=savings)
    return client.send(page, changes="none")
