"""The public pages and the parts that every page has, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect
from werkzeug.serving import make_server

from tests.e2e.browser import Surfer, surfing
from tests.unit.http.conftest import trial
from tests.unit.http.fakes import a_bag, a_portal

PAGES = (
    "/", "/check-you-can-use-this", "/check-you-can-use-this/business", "/get-free-debt-advice",
    "/exit-this-page", "/stay-safe-online", "/cookies", "/privacy", "/accessibility-statement",
    "/contact", "/about", "/about/what-we-store", "/about/how-plans-are-worked-out",
    "/about/departments", "/notices", "/notices/view_debts/2/en", "/notices/run_plan/3/cy",
    "/notices/hold_or_query/1/en", "/receipts", "/log", "/signed-out", "/timed-out",
    "/403", "/404", "/429", "/500", "/503",
    "/about/data-shares", "/about/data-shares/dwp-view-debts", "/about/security",
    "/about/privacy-impact-assessment", "/account-closed",
    "/v1", "/v1/calls/answerPlan", "/v1/shapes/AssertionClaims",
)  # fmt: skip
pytestmark = pytest.mark.e2e


def milliseconds(time: timedelta) -> int:
    return int(time.total_seconds() * 1000)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    app = a_portal(tmp_path_factory.mktemp("portal"), a_bag(datetime.now(UTC)))
    app.register_blueprint(trial)
    return app


@pytest.fixture(scope="module")
def home(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()


@pytest.fixture
def surfer(browser: Browser, home: str, scripts: bool) -> Iterator[Surfer]:
    with surfing(browser, home, scripts=scripts) as opened:
        yield opened
        opened.fine()


def test_axe_finds_nothing_and_320_pixels_are_enough(browser: Browser, home: str) -> None:
    with surfing(browser, home) as surfer:
        surfer.expected.append("the server responded with a status of 50")
        for path in PAGES:
            surfer.go(path)
            surfer.look("public-" + (path.strip("/").replace("/", "-") or "start"))
        surfer.fine()


def test_a_page_of_ones_own_passes_too(surfer: Surfer) -> None:
    surfer.go("/trial/sign-in")
    surfer.go("/trial/own")
    expect(surfer.page.get_by_role("button", name="Exit this page")).to_be_visible()
    surfer.look("own")


def test_what_is_wrong_is_said_first_and_has_the_focus(surfer: Surfer) -> None:
    surfer.go("/check-you-can-use-this")
    surfer.press("Continue")
    page = surfer.page
    assert page.title().startswith("Error: ")
    summary = page.locator(".govuk-error-summary")
    if surfer.scripts:
        expect(summary).to_be_focused()
    summary.get_by_role("link", name="Select where you live").click()
    if surfer.scripts:
        expect(page.get_by_role("radio", name="England")).to_be_focused()
    surfer.look("suits-error")


def test_three_questions_lead_to_the_start(surfer: Surfer) -> None:
    surfer.go("/check-you-can-use-this")
    for choice in ("England", "Personal", "No, for me"):
        surfer.page.get_by_role("radio", name=choice).check()
        surfer.press("Continue")
    assert surfer.heading == "You can use this service"


def test_signing_out_and_going_back_shows_nothing(surfer: Surfer) -> None:
    surfer.go("/trial/sign-in")
    surfer.go("/trial/own")
    menu = surfer.page.get_by_role("navigation", name="Menu")
    menu.get_by_role("button", name="Sign out").click()
    assert surfer.heading == "You have signed out"
    surfer.page.go_back()
    assert surfer.heading == "You have signed out"


def test_exit_this_page_ends_the_session_before_it_leads_away(
    browser: Browser, home: str, scripts: bool
) -> None:
    with surfing(browser, home, scripts=scripts) as surfer:
        surfer.page.route("**/www.bbc.co.uk/**", lambda route: route.fulfill(body="weather"))
        surfer.go("/trial/sign-in")
        surfer.go("/trial/own")
        surfer.page.get_by_role("button", name="Exit this page").click()
        surfer.page.wait_for_url("**/weather")
        names = {cookie.get("name") for cookie in surfer.context.cookies(home)}
        assert not {name for name in names if str(name).startswith("__Host-")}


def test_the_dialog_warns_5_minutes_before_and_staying_moves_the_end(
    browser: Browser, home: str
) -> None:
    with surfing(browser, home) as surfer:
        page = surfer.page
        page.clock.install(time=datetime.now(UTC))
        surfer.go("/trial/sign-in")
        surfer.go("/trial/own")
        dialog = page.get_by_role("dialog")
        page.clock.run_for(milliseconds(timedelta(minutes=24)))
        expect(dialog).to_be_hidden()
        page.clock.run_for(milliseconds(timedelta(minutes=1, seconds=2)))
        expect(dialog).to_be_visible()
        expect(dialog.get_by_role("status")).to_have_text("We will sign you out in 5 minutes.")
        surfer.picture("timeout")
        assert page.evaluate("document.activeElement.closest('dialog') !== null")
        page.clock.run_for(milliseconds(timedelta(minutes=3)))
        expect(dialog.get_by_role("status")).to_have_text("We will sign you out in 2 minutes.")
        dialog.get_by_role("button", name="Stay signed in").click()
        expect(dialog).to_be_hidden()
        page.clock.run_for(milliseconds(timedelta(minutes=6)))
        expect(dialog).to_be_hidden()
        surfer.fine()


def test_doing_nothing_ends_on_the_page_that_says_so(
    browser: Browser, home: str, app: Flask
) -> None:
    bag = app.extensions["svd"].services
    with surfing(browser, home) as surfer:
        surfer.page.clock.install(time=datetime.now(UTC))
        surfer.go("/trial/sign-in")
        surfer.go("/trial/own")
        bag.clock.move(timedelta(minutes=31))
        surfer.page.clock.run_for(milliseconds(timedelta(minutes=30, seconds=4)))
        surfer.page.wait_for_url("**/timed-out")
        assert surfer.heading == "For your security, we signed you out"


def test_a_page_weighs_little_and_asks_for_little(browser: Browser, home: str) -> None:
    with surfing(browser, home) as surfer:
        asked: list[str] = []
        surfer.page.on("request", lambda request: asked.append(request.url))
        surfer.go("/")
        surfer.page.wait_for_load_state("networkidle")
        assert len(asked) <= 4, asked
        asked.clear()
        surfer.go("/contact")
        surfer.page.wait_for_load_state("networkidle")
        assert len([url for url in asked if "static" not in url]) == 1


def test_pictures_are_left_where_people_look(surfer: Surfer, tmp_path: Path) -> None:
    surfer.go("/")
    surfer.picture("start", str(tmp_path))
    (picture,) = tmp_path.glob("start*.png")
    assert picture.stat().st_size > 1000
