"""From the start page to the end of the story, as people of the cast, with and without scripts."""

from __future__ import annotations

import os

import pytest
from playwright.sync_api import Browser, Page

from adapters.simulators.cast import Cast
from app.taking import Taking
from consent.store import WORKER, open_store
from plan.answer import Said
from tests.e2e.browser import Surfer, surfing
from tests.integration.test_plan_change_pages import say
from tests.journey import Journey
from tests.pay_lab import GOOD
from tests.portal import Portal
from tests.time_passes import fell_due

pytestmark = pytest.mark.e2e
CAST = Cast.load()
STORIES = {
    "testwell": (("dwp", "council", "dvla", "hmrc", "hmcts"), "/plan/agreed"),
    "placeholder": (("dwp", "council", "hmrc"), "/plan/not-now"),
    "mockridge": (("hmrc", "dwp", "slc", "council"), "/plan/agreed"),
    "prototipi": (("dwp", "hmrc", "dvla"), "/debts/none"),
    "demoska": (("dwp", "hmrc", "nhsbsa", "hmcts"), "/plan/agreed"),
}
"""Whom each of them asks, and where that leads."""
LOOKED_AT = "testwell"
"""Who walks with scripts in a test that looks at each page on the way."""
ALSO_WITHOUT_SCRIPTS = tuple(STORIES) if os.environ.get("SVD_LONG") else ("testwell", "placeholder")
"""Who walks without scripts in every run: to a plan, and to "not now". The others do with
SVD_LONG=1; their pages are the same ones."""
WALKS = (
    *((key, True) for key in STORIES if key != LOOKED_AT),
    *((key, False) for key in ALSO_WITHOUT_SCRIPTS),
)
ENDS = tuple({end for _, end in STORIES.values()})
LOOKED_AT_ELSEWHERE = ("/budget", "/authorize")


def journey(surfer: Surfer, key: str, **more: object) -> Journey:
    departments, _ = STORIES[key]
    return Journey(surfer.page, surfer.home, CAST.person(key), departments, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("key", "scripts"),
    WALKS,
    ids=[f"{key}-{'with' if scripts else 'without'} scripts" for key, scripts in WALKS],
)
def test_each_story_ends_where_it_should(surfer: Surfer, portal: Portal, key: str) -> None:
    """Zofia's slowest department answers after 14 seconds, as in the demonstration."""
    ends_well(journey(surfer, key), portal, key)


def ends_well(walk: Journey, portal: Portal, key: str) -> None:
    """The walk leads where it should. The sign-in confirms each screen on which something was
    agreed, without a page of its own."""
    assert walk.walk(*ENDS) == STORIES[key][1]
    assert len(walk.visited) <= 45
    confirmed = portal.rows("select id_token_sha256 is not null, purpose from consent_grant")
    assert {yes for yes, _ in confirmed} == {True}
    assert ("run_plan" in {purpose for _, purpose in confirmed}) == walk.visited[-1].endswith(
        "/agreed"
    )


def test_who_is_paid_every_two_weeks_pays_a_plan_every_two_weeks(
    surfer: Surfer, portal: Portal
) -> None:
    """D63, from the start page: Tamsin's money comes every two weeks. She agrees a plan for the
    second of the two Tuesdays, pays what is due by card, and sees it on the plan so far."""
    surfer.allowed |= {
        portal.simulators.addresses[name].removeprefix("http://")
        for name in ("one_login", "govuk_pay")
    }

    def look(page: Page, path: str) -> None:
        if path in ("/plan/day", "/plan/often", "/plan/first-day", "/plan/check"):
            surfer.look(f"two-weeks{path.replace('/', '-')}")

    chosen = {"income": "fortnight", "often": "fortnight", "day": "2"}
    walk = journey(surfer, "testwell", choices=chosen, look=look)
    assert walk.walk("/plan/agreed") == "/plan/agreed"
    assert {"/plan/often", "/plan/first-day"} <= set(walk.visited)
    ((pence, every, day),) = portal.rows("select payment_pence, frequency, pay_day from plan")
    assert (every, day) == ("fortnight", 2)
    for code in portal.rows("select distinct department from plan_share"):
        say(portal, code[0], Said.AGREED)
    fell_due(portal, 1)
    surfer.go("/plan/progress")
    assert f"£{pence / 100:.2f} every 2 weeks" in surfer.page.locator("main").inner_text()
    surfer.look("two-weeks-progress")
    surfer.go("/plan/pay")
    surfer.page.locator('main input[name="how_much"][value="due"]').check()
    surfer.press("Continue to payment")
    surfer.page.locator("input[name=card]").fill(GOOD)
    surfer.page.locator("button", has_text="Continue").first.click()
    surfer.page.locator("button", has_text="Confirm").first.click()
    surfer.page.wait_for_url(f"{portal.url}/plan/pay/return")
    part = portal.services
    store = open_store(portal.database.worker_url, role=WORKER)
    Taking(store, part.clock, part.chance, part.payments, part.wire_loop).look()
    store.close()
    surfer.go("/plan/progress")
    said = surfer.page.locator("main").inner_text()
    assert "All that was due has come." in said
    assert f"£{pence / 100:.2f} in all" in said or "1 of " in said


def test_every_page_on_the_way_is_in_order(browser: Browser, portal: Portal) -> None:
    """Tamsin's story with scripts: axe finds nothing and nothing scrolls sideways at 320 px, on
    each page of her way and on the pages of her account afterwards."""
    with surfing(browser, portal.url) as surfer:
        surfer.allowed.add(portal.simulators.addresses["one_login"].removeprefix("http://"))

        def look(page: Page, path: str) -> None:
            if not path.startswith(LOOKED_AT_ELSEWHERE) and page.url.startswith(surfer.home):
                surfer.look(f"journey{path.replace('/', '-')}")

        ends_well(journey(surfer, LOOKED_AT, look=look), portal, LOOKED_AT)
        for path in (
            "/home",
            "/plan/progress",
            "/plan/answers",
            "/plan/letter",
            "/plan/stop",
            "/debts/101",
            "/debts/print",
            "/permissions",
            "/permissions/history",
            "/permissions/stop-all",
            "/account",
            "/account/your-data",
        ):
            surfer.go(path)
            surfer.look(f"after{path.replace('/', '-')}")
        surfer.fine()


def test_back_after_signing_out_shows_nothing(surfer: Surfer) -> None:
    journey(surfer, "testwell").walk("/debts/waiting")
    surfer.go("/debts")
    assert "£" in surfer.page.locator("main").inner_text()
    surfer.page.get_by_role("button", name="Sign out").click()
    surfer.page.wait_for_load_state()
    assert surfer.heading == "You have signed out"
    surfer.page.go_back()
    surfer.page.wait_for_load_state()
    assert "£" not in surfer.page.locator("main").inner_text()
    surfer.go("/debts")
    assert "£" not in surfer.page.locator("main").inner_text()


def test_exit_this_page_ends_the_visit_first(surfer: Surfer) -> None:
    journey(surfer, "testwell").walk("/debts/waiting")
    surfer.page.route("https://www.bbc.co.uk/**", lambda route: route.fulfill(body="Weather"))
    surfer.allowed.add("www.bbc.co.uk")
    surfer.go("/debts")
    surfer.page.locator(".govuk-exit-this-page__button").first.click()
    surfer.page.wait_for_url("https://www.bbc.co.uk/**")
    surfer.go("/debts")
    assert surfer.path != "/debts"
    assert "£" not in surfer.page.locator("main").inner_text()


def test_two_people_at_once_see_only_their_own(browser: Browser, portal: Portal) -> None:
    with surfing(browser, portal.url) as one, surfing(browser, portal.url) as other:
        journey(one, "testwell").walk("/debts/waiting")
        journey(other, "placeholder").walk("/debts/waiting")
        for surfer in (one, other, one, other):
            surfer.go("/debts")
        tamsin, priya = (s.page.locator("main").inner_text() for s in (one, other))
        assert "£2,312.90" in tamsin
        assert "£3,514.10" in priya
        assert "Council tax 2024 to 2025" not in tamsin
        assert "Council tax 2023 to 2024" not in priya
