"""What holds for every screen on which somebody gives, pauses, renews or stops a permission."""

from __future__ import annotations

import pytest

from tests.pages import Page
from tests.permission_desk import permits, person_of, stop_link
from tests.portal import Client, Portal
from tests.time_passes import given_days_ago, sign_in_grows_old

MARKED_AGENT, MARKED_ADDRESS = "canary-agent/9.7", "203.0.113.77"
SCREENS = ("/permissions/choose", "/permissions/check", "/permissions/stop-all")


def screens(client: Client, *verbs: str) -> list[str]:
    """The pages with a choice about a permission that the list leads to."""
    links = client.get("/permissions").links().values()
    return [href for href in links if href.rpartition("/")[2] in verbs]


@pytest.mark.parametrize("language", ["en", "cy"])
def test_nothing_is_chosen_beforehand_on_any_consent_screen(portal: Portal, language: str) -> None:
    """SEC-2, CD01."""
    client = portal.client()
    client.get_in("testwell", "dwp")
    client.send(client.get(screens(client, "pause")[0]), pause="yes")
    given_days_ago(portal, person_of(portal), 345, "hmrc")
    client.get("/permissions/choose/dvla")
    found = [*SCREENS, *screens(client, "stop", "pause", "resume", "renew")]
    assert len(found) == 8
    for address in found:
        page = client.get(f"{address}?lang={language}")
        assert page.path == address
        assert page.ticked() == [], address
        boxes = page.main.all("input", type="radio") + page.main.all("input", type="checkbox")
        assert boxes, address


def test_stopping_needs_no_new_sign_in_and_giving_does(portal: Portal) -> None:
    """SEC-6: a session of 20 minutes stops; SEC-31: it does not give."""
    client = portal.client()
    client.get_in("testwell", "dwp", "dvla")
    sign_in_grows_old(portal)
    assert client.get("/permissions/choose/hmrc").path == "/sign-in"
    page = client.send(client.get(stop_link(client)), stop="yes")
    assert page.heading == "We have stopped asking Department for Work and Pensions"
    assert client.send(client.get("/permissions/stop-all"), stop="yes").path.endswith("all-stopped")
    assert permits(portal) == []


def test_when_and_in_which_words_is_on_record_and_not_from_which_machine(
    portal: Portal, capfd: pytest.CaptureFixture[str]
) -> None:
    """SEC-14: how long the cards were before the person, the language, that nobody helped; never
    an address of theirs nor what browser they have."""
    client = portal.client()
    client.session.headers["User-Agent"] = MARKED_AGENT
    client.session.headers["X-Forwarded-For"] = MARKED_ADDRESS
    client.get_in("testwell", "dwp")
    client.send(client.get(stop_link(client)), stop="yes")
    evidence = "language, channel, assisted_by, requested_at < given_at"
    assert portal.rows(f"select {evidence} from consent_grant") == [("en", "web", None, True)]
    tables = portal.rows("select relname from pg_stat_user_tables where schemaname = 'public'")
    everything = str([portal.rows(f"select t::text from {table} t") for (table,) in tables])
    assert "PM" in everything
    said = capfd.readouterr()
    for marked in (MARKED_AGENT, MARKED_ADDRESS):
        assert marked not in everything
        assert marked not in said.out + said.err


def test_permissions_are_one_click_from_every_page(portal: Portal) -> None:
    client = portal.client()
    client.get_in("testwell", "dwp")
    here = ("/home", "/debts", "/plan", "/budget", "/account", "/permissions/history", "/contact")
    missing = client.get("/nowhere")
    for page in (*map(client.get, here), missing):
        assert "/permissions" in top_links(page), page.path


def top_links(page: Page) -> list[str]:
    return [link["href"] for nav in page.document.all("nav") for link in nav.all("a")]
