"""The console in a real browser, page by page (X01 to X04, X14, X15)."""

from __future__ import annotations

from typing import Any

import pytest

from app.http.recent import Call
from consent.clock import SetClock
from consent.holds import Reason
from consent.store import WORKER, open_store
from tests.builders import a_person, set_chance
from tests.console_money import Money
from tests.e2e.browser import Surfer
from tests.integration.test_console_work import Office
from tests.plan_builders import THREE, a_line, agreed, known_as
from tests.portal import Portal

pytestmark = pytest.mark.e2e


def a_plan(portal: Portal, name: str, **more: Any) -> str:
    part = portal.services
    person = a_person(part.store, SetClock(part.clock.now()), set_chance(name), name)
    agreed(part.store, SetClock(part.clock.now()), person, THREE, seed=name, **more)
    return known_as(part.store, person).replace(" ", "-")


def comes_in(surfer: Surfer, portal: Portal, department: str, person: str) -> None:
    surfer.allowed.add(portal.simulators.addresses["staff_login"].removeprefix("http://"))
    surfer.go("/department")
    surfer.look("x00-sign-in")
    surfer.page.locator(f"[name=department][value={department}]").check()
    surfer.press("Continue to sign in")
    surfer.page.locator(f"[name=person][value={person}]").check()
    surfer.page.get_by_role("button", name="Continue").click()
    surfer.page.wait_for_load_state()


def test_plans_are_read_and_answered(surfer: Surfer, portal: Portal) -> None:
    first = a_plan(portal, "one")
    two = [a_line("dwp", 3000, "0f3c9e51a7d84b6e"), a_line("dwp", 2000, "c_77-several_letters")]
    second = a_plan(portal, "two", lines=two)
    comes_in(surfer, portal, "dwp", "hassan")
    assert surfer.heading == "DWP overview"
    surfer.look("x01-overview")
    surfer.press("plans need an answer")
    surfer.look("x02-plans")
    surfer.go(f"/department/plans/{first}")
    surfer.look("x03-plan")
    surfer.press("Answer this plan")
    surfer.look("x04-answer")
    surfer.press("See what the person will read")
    surfer.look("x04-nothing-said")
    page = surfer.page
    page.locator("[name=answer][value=refused]").check()
    page.locator("[name=refuse_reason][value=court_order]").check()
    page.locator("[name=refuse_words]").fill("This is our final word.\nCall us on 0300 123 4567.")
    surfer.look("x04-objects")
    surfer.press("See what the person will read")
    surfer.look("x04-cold-words")
    surfer.press("Change the words")
    page.locator("[name=refuse_words]").fill("A court has set this.\nCall us on 0300 123 4567.")
    surfer.press("See what the person will read")
    surfer.look("x04-check")
    surfer.press("Send this answer")
    surfer.look("x03-answered")
    surfer.go(f"/department/plans/{first}/answer")
    surfer.look("x04-stands")
    surfer.go(f"/department/plans/{second}/enforcement")
    page.locator("[name=waits][value=no]").check()
    surfer.press("Send to the person")
    surfer.look("x04-enforcement")
    page.locator("[name=reason][value=with_agent]").check()
    surfer.press("Send to the person")
    surfer.look("x03-enforcement-said")
    surfer.go(f"/department/plans/{second}/answer")
    page.locator("[name=answer][value=change_asked]").check()
    surfer.look("x04-two-debts")
    surfer.go("/department/plans?show=all&find=PM1")
    surfer.look("x02-not-found")


@pytest.mark.parametrize("scripts", [False], ids=["without scripts"])
def test_the_team(surfer: Surfer, portal: Portal) -> None:
    comes_in(surfer, portal, "dwp", "greta")
    surfer.look("x01-nothing-waits")
    surfer.go("/department/plans")
    surfer.look("x02-none")
    surfer.go("/department/team/invite")
    surfer.press("Invite")
    surfer.look("x14-invite")
    surfer.page.locator("[name=email]").fill("nia.newcomer@dwp.example")
    surfer.page.locator("[name=roles][value=answers]").check()
    surfer.press("Invite")
    surfer.look("x14-team")
    surfer.press("Change role", exact=False)
    surfer.look("x14-role")
    surfer.go("/department/team")
    surfer.press("Remove", exact=False)
    surfer.look("x14-remove")
    surfer.go("/department/team/history")
    surfer.look("x14-history")
    surfer.go("/department/remittances/none")
    surfer.look("x-404")
    surfer.go("/department/sign-in/no-account")
    surfer.look("x00-no-account")


@pytest.mark.parametrize("scripts", [False], ids=["without scripts"])
def test_the_wording(surfer: Surfer, portal: Portal) -> None:
    comes_in(surfer, portal, "dwp", "tobias")
    surfer.go("/department/wording/DWP_SF")
    surfer.press("Ask a colleague to approve it")
    surfer.look("x15-nothing-said")
    boxes = {
        "name_en": "Social Fund loan",
        "words_en": "We lent you money.\nEnforcement necessitates immediate repayment.",
        "name_cy": "Benthyciad y Gronfa Gymdeithasol",
        "words_cy": "Gwnaethom fenthyg arian i chi.",
    }
    for name, words in boxes.items():
        surfer.page.locator(f"[name={name}]").fill(words)
    surfer.press("Ask a colleague to approve it")
    surfer.look("x15-look")
    surfer.go("/department/wording")
    surfer.look("x15-wording")


def test_the_money(surfer: Surfer, portal: Portal) -> None:
    worker = open_store(portal.database.worker_url, role=WORKER)
    money = Money(portal, worker)
    worker.close()
    day = money.day("dwp").reference.replace(" ", "")
    comes_in(surfer, portal, "dwp", "imani")
    surfer.go("/department/remittances?sort=largest&since=never")
    surfer.look("x06-list")
    surfer.go(f"/department/remittances/{day}")
    surfer.press("Confirm")
    surfer.look("x07-nothing-said")
    surfer.page.locator("[name=matches][value=no]").check()
    surfer.press("Confirm")
    surfer.page.locator("[name=arrived]").fill("49.50")
    surfer.press("Compare")
    surfer.look("x07-compared")
    surfer.go(f"/department/reconciliation/{money.line('dwp')}")
    surfer.page.locator("[name=what][value=place]").check()
    surfer.press("Save")
    surfer.look("x09-nothing-said")
    surfer.page.locator("[name=what][value=part]").check()
    surfer.page.locator("[name=returned]").fill("12.34")
    surfer.page.locator("[name=reason]").select_option("amount_over_balance")
    surfer.press("Save")
    surfer.look("x09-asked")
    surfer.go("/department/reconciliation")
    surfer.look("x08-waits")


def test_questions_permissions_demand_and_connection(surfer: Surfer, portal: Portal) -> None:
    part = portal.services
    person = a_person(part.store, SetClock(part.clock.now()), set_chance("one"), "one")
    office = Office(portal, person, {})
    made, hold = office.allows("dwp"), office.asks(Reason.COERCED)
    comes_in(surfer, portal, "dwp", "hassan")
    surfer.go("/department/permissions")
    surfer.page.locator("[name=reference]").fill(made.receipt)
    surfer.press("Check")
    surfer.look("x05-found")
    surfer.go("/department/disputes")
    surfer.press(hold.reference)
    surfer.press("Send to the person")
    surfer.look("x11-nothing-said")
    surfer.go("/department/statistics")
    surfer.look("x12-demand")
    surfer.go("/department/connection")
    surfer.press("Plan the closure")
    surfer.look("x13-nothing-said")
    recent, at = part.door.recent, part.clock.now()
    recent.note("dwp", "GET /v1/grants/<grant_id>/status", Call(at, 200))
    recent.note("dwp", "PUT /v1/plans/<plan_reference>/answer", Call(at, 409, "plan-changed"))
    surfer.go("/department/connection/calls")
    surfer.look("x13-calls")
