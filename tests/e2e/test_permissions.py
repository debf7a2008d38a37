"""Getting in, permissions and account in a real browser, with and without scripts."""

from __future__ import annotations

import gzip

import pytest
from playwright.sync_api import Locator

from app.citizen.slots import BUDGET
from app.http.session import VISIT_COOKIE
from tests.debts_desk import CAST, Seated, get_debts
from tests.e2e.browser import Surfer
from tests.permission_desk import person_of
from tests.plan_desk import a_budget, on
from tests.portal import Portal
from tests.time_passes import given_days_ago

pytestmark = pytest.mark.e2e
HEAVIEST = 14 * 1024
"""Bytes of a page's HTML, gzipped."""


def look(surfer: Surfer, name: str) -> None:
    """The page is in order, and light."""
    surfer.look(name)
    weight = len(gzip.compress(surfer.page.content().encode()))
    assert weight <= HEAVIEST, f"{surfer.path} is {weight} bytes"


def wrong(surfer: Surfer, name: str, button: str = "Continue") -> None:
    """Sent empty: the summary is first, and each of its links leads to a box (K02)."""
    here = surfer.path
    surfer.press(button)
    assert surfer.path == here
    assert surfer.page.title().startswith("Error: ")
    if surfer.scripts:
        focused = surfer.page.evaluate("document.activeElement.className")
        assert "govuk-error-summary" in focused
    for link in surfer.page.locator(".govuk-error-summary a").all():
        target = (link.get_attribute("href") or "").removeprefix("#")
        assert surfer.page.locator(f"[id='{target}']").count() == 1
    if surfer.scripts:  # without them the page is the same for axe
        look(surfer, f"{name}-errors")


def equal(surfer: Surfer) -> None:
    """Yes and no have the same control, size and colour (CD02), and none is chosen (CD01)."""
    yes, no, *_others = surfer.page.locator("main .govuk-radios__item").all()
    assert surfer.page.locator("main input:checked").count() == 0

    def drawn(item: Locator) -> list[str]:
        drawing: list[str] = item.locator("label").evaluate(
            "label => { const s = getComputedStyle(label);"
            " return [s.fontSize, s.fontWeight, s.color, s.backgroundColor, s.padding]; }"
        )
        return drawing

    assert drawn(yes) == drawn(no)
    first, second = yes.bounding_box(), no.bounding_box()
    assert first is not None
    assert second is not None
    assert abs(first["height"] - second["height"]) <= 2
    assert first["x"] == second["x"]


def sign_in(surfer: Surfer, person: str) -> None:
    surfer.press("Continue to GOV.UK One Login")
    surfer.page.check(f"#person-{person}")
    surfer.page.click("button[value=continue]")
    surfer.page.wait_for_load_state()


def test_from_signing_in_to_stopping_everything(surfer: Surfer, portal: Portal) -> None:
    page = surfer.page
    surfer.go("/sign-in")
    look(surfer, "in-1-sign-in")
    sign_in(surfer, "mockridge")

    assert surfer.heading == "Are these details right?"
    look(surfer, "in-2-details")
    wrong(surfer, "in-2-details")
    page.check("main input[value=no]")
    surfer.press("Continue")
    look(surfer, "in-3-details-wrong")
    surfer.press("Continue with these details")

    look(surfer, "in-4-nino")
    wrong(surfer, "in-4-nino")
    surfer.press("I do not know it")
    look(surfer, "in-5-nino-not-known")
    page.locator(".govuk-back-link").click()
    page.fill("#nino", "QQ 10 00 05 A")
    surfer.press("Continue")

    look(surfer, "in-6-contact")
    wrong(surfer, "in-6-contact")
    page.check("main input[value=email]")
    page.fill("#email", "morag at example")
    surfer.press("Continue")
    assert page.locator("#email").input_value() == "morag at example"
    look(surfer, "in-6-contact-email-errors")
    page.fill("#email", "morag@example.com")
    surfer.press("Continue")

    assert surfer.heading == "Which departments do you want us to ask?"
    assert page.locator("main input:checked").count() == 0
    look(surfer, "permissions-1-choose")
    wrong(surfer, "permissions-1-choose")
    surfer.go("/home")
    look(surfer, "home-1-first")
    surfer.press("1. Choose which departments we ask")
    for code in ("council", "dwp", "hmrc"):
        page.check(f"main input[value={code}]")
    surfer.press("Continue")

    look(surfer, "permissions-2-council")
    page.fill("#postcode", "")
    wrong(surfer, "permissions-2-council")
    page.fill("#postcode", "SW1A 1AA")
    surfer.press("Continue")
    look(surfer, "permissions-3-council-not-connected")
    surfer.press("I have moved: use an old address")
    page.fill("#postcode", "ZZ99 5AA")
    surfer.press("Continue")

    assert surfer.heading == "Check what you are agreeing to"
    equal(surfer)
    look(surfer, "permissions-4-check")
    assert page.locator("main details:not([open]) dt").count() == 0
    wrong(surfer, "permissions-4-check")
    page.check("main input[value=yes]")
    surfer.press("Continue")

    assert surfer.heading == "Permission given"
    look(surfer, "permissions-5-receipt")
    assert page.get_by_role("button", name="Print this page").count() == surfer.scripts
    surfer.go("/permissions")
    look(surfer, "permissions-6-list")
    surfer.go("/home")
    look(surfer, "home-2-given")
    surfer.go("/permissions/history")
    look(surfer, "permissions-7-history-empty")

    surfer.go("/permissions")
    page.get_by_role("link", name="Pause asking HM Revenue and Customs").click()
    page.wait_for_load_state()
    equal(surfer)
    look(surfer, "permissions-18-pause")
    page.check("main input[value=yes]")
    surfer.press("Continue")
    look(surfer, "permissions-19-paused")
    page.get_by_role("link", name="Start again asking HM Revenue").click()
    page.wait_for_load_state()
    equal(surfer)
    look(surfer, "permissions-20-resume")

    given_days_ago(portal, person_of(portal), 345, "slc")
    surfer.go("/permissions")
    page.get_by_role("link", name="Renew permission for asking Student Loans").click()
    page.wait_for_load_state()
    equal(surfer)
    look(surfer, "permissions-21-renew")
    page.check("main input[value=yes]")
    surfer.press("Continue")
    assert surfer.heading == "Permission given"
    surfer.go("/permissions/choose/dvla")
    page.check("main input[value=later]")
    surfer.press("Continue")
    look(surfer, "permissions-22-later")

    surfer.go("/permissions")
    page.get_by_role("link", name="Stop asking Department for Work").click()
    page.wait_for_load_state()
    equal(surfer)
    assert page.locator("main fieldset").count() == 1
    assert page.locator("main .govuk-warning-text").count() == 0
    look(surfer, "permissions-8-stop")
    wrong(surfer, "permissions-8-stop")
    page.check("main input[value=yes]")
    surfer.press("Continue")
    look(surfer, "permissions-9-stopped")

    surfer.go("/permissions/stop-all")
    equal(surfer)
    look(surfer, "permissions-10-stop-all")
    page.check("main input[value=yes]")
    surfer.press("Continue")
    look(surfer, "permissions-11-all-stopped")
    surfer.go("/permissions")
    look(surfer, "permissions-12-all-ended")
    surfer.go("/permissions/choose")
    page.check("main input[value=none]")
    surfer.press("Continue")
    assert surfer.heading == "We will not ask anyone"
    look(surfer, "permissions-13-not-asked")

    surfer.go("/account")
    look(surfer, "account-1")
    surfer.go("/account/your-data")
    page.locator("main details").last.locator("summary").click()
    look(surfer, "account-2-your-data")


def test_the_ways_in_that_did_not_work(surfer: Surfer) -> None:
    surfer.expected.append("status of 503")
    for name, address in {
        "sign-in-1-not-signed-in": "/sign-in?back=1",
        "sign-in-2-identity-needed": "/sign-in/identity-needed",
        "sign-in-3-unavailable": "/sign-in/unavailable",
        "sign-in-4-did-not-fit": "/sign-in/not-signed-in",
    }.items():
        surfer.go(address)
        look(surfer, name)
    surfer.go("/sign-in")
    surfer.press("Continue to GOV.UK One Login")
    surfer.page.click("button[value=cancel]")
    surfer.page.wait_for_load_state()
    assert "You have not signed in" in surfer.page.locator("main").inner_text()


def test_signing_out_and_going_back_shows_nothing(surfer: Surfer) -> None:
    surfer.go("/sign-in")
    sign_in(surfer, "testwell")
    assert surfer.page.get_by_text("Tamsin Testwell").count() == 1
    surfer.page.get_by_role("button", name="Sign out").first.click()
    surfer.page.wait_for_load_state()
    assert surfer.heading == "You have signed out"
    surfer.page.go_back()
    surfer.page.wait_for_load_state()
    assert surfer.heading == "You have signed out"
    assert surfer.page.get_by_text("Tamsin Testwell").count() == 0


def test_the_pages_of_somebody_with_a_plan(surfer: Surfer, portal: Portal) -> None:
    client = Seated(portal.url, portal.simulators)
    client.get_in("testwell", "dwp", "council")
    get_debts(client)
    visit = portal.services.visits.open(client.cookie(VISIT_COOKIE))
    visit.put(BUDGET, a_budget(CAST.person("testwell")))
    client.send(on(client, client.get("/plan")), agree="yes")
    surfer.go("/sign-in")
    sign_in(surfer, "testwell")
    for name, address in {
        "home-3-plan": "/home",
        "permissions-14-with-plan": "/permissions",
        "permissions-15-history": "/permissions/history",
        "sign-in-5-again": "/sign-in?again=1&next=/permissions/check",
    }.items():
        surfer.go(address)
        assert surfer.path == address.partition("?")[0]
        look(surfer, name)
    surfer.go("/permissions")
    surfer.page.get_by_role("link", name="Stop sharing your plan with Department for Work").click()
    surfer.page.wait_for_load_state()
    equal(surfer)
    look(surfer, "permissions-16-stop-plan")
    surfer.page.check("main input[value=yes]")
    surfer.press("Continue")
    look(surfer, "permissions-17-stopped-plan")
