"""Somebody of the cast at the plan: answers are here and the budget is checked, all for one visit.

client = at_the_plan(portal, "testwell", "dwp", "council", "dvla")
page = client.get("/plan")
page = on(client, page)                # go on with what is offered, to the next page
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit

from adapters.simulators.cast import Person
from app.citizen.budget_draft import SUGGESTED, Budget
from app.citizen.slots import BUDGET
from app.http.session import SESSION_COOKIE
from debts.asking import Held
from debts.money import NOTHING, Pence
from plan.rules import policy as policy_files
from plan.rules.claim import Nation
from plan.rules.statement import Household, Line
from tests.budgets import money_in, money_out
from tests.debts_desk import CAST, Seated, get_debts, seat
from tests.pages import Page
from tests.portal import Portal

TAMSIN = ("dwp", "council", "dvla")
"""Who answers Tamsin in most tests of the plan."""


def a_budget(person: Person, **changes: int) -> Budget:
    """The cast's figures, whole and checked. `changes` are outgoings in pence, by line."""
    money = {**money_in(person), **money_out(person), **changes}
    home = person.household
    today = policy_files.load().on(date(2026, 12, 1), person.nation)
    return Budget(
        nation=Nation(person.nation),
        household=Household(
            home.adults, home.children_under_16, home.children_16_to_18, 0, home.vehicles
        ),
        home="social",
        joint=False,
        income=tuple(money_in(person)),
        outgoings=tuple({**money_out(person), **changes}),
        amounts={line: Line(line, Pence(pence)) for line, pence in money.items()},
        taken_asked="no",
        reasons={group.id: ("not-said",) for group in today.guidelines.groups},
        other_debts=NOTHING,
        savings=SUGGESTED,
        changes=("none",),
        checked=True,
    )


def at_the_plan(portal: Portal, key: str, *departments: str, **changes: int) -> Seated:
    """Departments answer at once; what `portal.control` said before is kept."""
    client = seat(portal, key, *departments)
    get_debts(client)
    client.visit.put(BUDGET, a_budget(CAST.person(key), **changes))
    return client


def quick(portal: Portal, key: str, *departments: str) -> None:
    """These departments answer this person without making anybody wait."""
    for code in departments:
        portal.control(code, key, "0")


def on(client: Seated, page: Page, **said: str) -> Page:
    """Answer the plan's pages as somebody who says yes, from this one to the check."""
    while True:
        match page.path:
            case "/plan":
                page = client.send(page, do="continue")
            case "/plan/old-debts":
                page = client.send(page, **to_all(page, said.get("old", "in")))
            case "/plan/day":
                page = client.send(page, day=said.get("day", "15"))
            case "/plan/how":
                page = client.send(page, method=said.get("method", "card"))
            case "/plan/share":
                names = {n["name"] for n in page.form().all("input", type_="radio")}
                typed: dict[str, Any] = {name: said.get(name, "yes") for name in names}
                page = client.send(page, **typed)
            case _:
                return page


def agreed(client: Seated) -> Page:
    """From the offer to the agreed plan."""
    page = on(client, client.get("/plan"))
    return client.send(page, agree="yes")


def with_spare(key: str, spare: int) -> dict[str, int]:
    """A change of the rent after which this many pence are left over each month."""
    person = CAST.person(key)
    left = sum(money_in(person).values()) - sum(money_out(person).values())
    return {"rent": money_out(person)["rent"] + left - spare}


def older(portal: Portal, client: Seated, minutes: int) -> None:
    """The sign-in was this long ago; the visit goes on."""
    part = portal.services
    jar = client.cookies[urlsplit(portal.url).netloc]
    at = part.clock.now() - timedelta(minutes=minutes)
    jar[SESSION_COOKIE] = part.sessions.rotate(jar[SESSION_COOKIE], at)


def held(client: Seated, code: str) -> Held:
    """What the visit holds of a department's answer."""
    found = client.visit.get(f"answer.{code}", Held)
    assert found is not None
    return found


def change_answer(client: Seated, code: str, **changes: Any) -> None:
    """The answer becomes another: late, or older, or about other debts."""
    client.visit.put(f"answer.{code}", replace(held(client, code), **changes))


def tamsin_at_the_plan(portal: Portal) -> Seated:
    """Her answers are here, her budget is checked, and £100 a month is what fits."""
    quick(portal, "testwell", *TAMSIN)
    return at_the_plan(portal, "testwell", *TAMSIN)


def to_share(client: Seated) -> Page:
    """From the offer to the page that asks whom the plan is shared with."""
    page = client.get("/plan")
    while page.path != "/plan/share":
        page = step(client, page)
    return page


def step(client: Seated, page: Page) -> Page:
    """One page on."""
    typed: dict[str, dict[str, Any]] = {
        "/plan": {"do": "continue"},
        "/plan/day": {"day": "1"},
        "/plan/how": {"method": "card"},
    }
    if page.path == "/plan/share":
        return client.send(page, **to_all(page, "yes"))
    return client.send(page, **typed[page.path])


def to_all(page: Page, answer: str) -> dict[str, Any]:
    """The same answer to every question of the page's form."""
    return dict.fromkeys((one["name"] for one in page.form().all("input", type_="radio")), answer)


def plans(portal: Portal) -> list[tuple[Any, ...]]:
    """Of everybody: pence a payment, day of the month, method, state."""
    return portal.rows("select payment_pence, pay_day, method, state from plan")


def given(portal: Portal) -> list[tuple[Any, ...]]:
    """Of everybody: department, purpose and state of each permission but those to look."""
    return portal.rows(
        "select department, purpose, state from consent_grant"
        " where purpose <> 'view_debts' order by 1, 2"
    )
