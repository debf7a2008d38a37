"""Faults that were met by leaving in one tab and going on in another."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from tests.debts_desk import get_debts, seat
from tests.portal import Portal


@pytest.mark.parametrize("path", ["/debts/ask-again/dwp", "/debts/late/dwp", "/session/stay"])
def test_a_button_pressed_after_leaving_leads_back_to_a_page(portal: Portal, path: str) -> None:
    """Exit this page in one tab, then a button in another: nothing but a form has this address."""
    client = seat(portal, "testwell", "dwp")
    client.cookies[urlsplit(portal.url).netloc].clear()
    answer = client.post(path, follow=False)
    assert answer.response.headers["Location"] == "/sign-in?next=/home"


def test_a_page_with_a_form_is_come_back_to(portal: Portal) -> None:
    client = seat(portal, "testwell", "dwp")
    get_debts(client)
    client.cookies[urlsplit(portal.url).netloc].clear()
    answer = client.post("/debts/get", follow=False)
    assert answer.response.headers["Location"] == "/sign-in?next=/debts/get"


def test_the_language_switch_of_a_refused_form_leads_to_a_page(portal: Portal) -> None:
    client = seat(portal, "testwell", "dwp")
    page = client.post("/debts/ask-again/dwp")
    assert page.status == 403
    (link,) = (a for a in page.document.all("a") if a["hreflang"] == "cy")
    assert client.get(link["href"]).status == 200
