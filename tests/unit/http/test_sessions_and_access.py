"""Who may open what, and how a session begins, lives and ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from app.http.access import safe_path
from app.http.session import SESSION_COOKIE, SIGNED_OUT, VISIT_COOKIE
from tests.pages import PageClient
from tests.unit.http.fakes import Bag


def location(client: PageClient, path: str) -> str:
    return client.get(path, follow=False).response.headers.get("Location", "")


def test_a_view_that_declares_nothing_is_refused_to_everybody(client: PageClient) -> None:
    assert client.get("/trial/undeclared").status == 403
    client.get("/trial/sign-in")
    assert client.get("/trial/undeclared").status == 403


def test_a_page_of_ones_own_sends_strangers_to_sign_in_and_back(client: PageClient) -> None:
    assert location(client, "/trial/own") == "/sign-in?next=/trial/own"


def test_a_signed_in_person_sees_their_page_with_the_ways_out(client: PageClient) -> None:
    client.get("/trial/sign-in")
    page = client.get("/trial/own")
    assert page.heading == "Your own page"
    assert "For your security, we will sign you out at 12:30pm" in page.html
    exits = page.document.one("a", "govuk-exit-this-page__button")
    assert exits["href"] == "/leave"
    assert page.document.one("dialog")["data-seconds"] == "1800"


def test_after_15_minutes_a_decision_needs_a_new_sign_in(client: PageClient, bag: Bag) -> None:
    client.get("/trial/sign-in")
    assert client.get("/trial/decide").status == 200
    bag.clock.move(timedelta(minutes=16))
    assert location(client, "/trial/decide") == "/sign-in?again=1&next=/trial/decide"
    assert client.get("/trial/own").status == 200


def test_30_minutes_of_nothing_end_the_session_and_what_passed_through(
    client: PageClient, bag: Bag
) -> None:
    client.get("/trial/sign-in")
    client.get("/trial/keep/balance")
    bag.clock.move(timedelta(minutes=31))
    assert location(client, "/trial/own") == "/timed-out"
    page = client.get("/timed-out")
    assert page.heading == "For your security, we signed you out"
    assert not client.cookie(VISIT_COOKIE)


def test_four_hours_are_the_longest(client: PageClient, bag: Bag) -> None:
    client.get("/trial/sign-in")
    for _ in range(12):
        bag.clock.move(timedelta(minutes=19))
        assert client.get("/trial/own").status == 200
    bag.clock.move(timedelta(minutes=13))
    assert location(client, "/trial/own") == "/timed-out"


def test_signing_out_destroys_what_passed_through_and_back_shows_nothing(
    client: PageClient,
) -> None:
    client.get("/trial/sign-in")
    client.get("/trial/keep/balance")
    assert client.get("/trial/kept").html == "balance"
    page = client.get("/trial/own")
    form = page.document.one("ul", "govuk-service-navigation__list").one("form")
    answer = client.post(
        "/sign-out", {"csrf_token": form.one("input")["value"]}, follow=False
    ).response
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert client.cookie(SESSION_COOKIE) == SIGNED_OUT
    assert client.cookie(VISIT_COOKIE) == ""
    assert location(client, "/trial/own") == "/signed-out"
    assert client.get("/signed-out").heading == "You have signed out"
    client.get("/trial/sign-in")
    assert client.get("/trial/kept").html == "nothing"


def test_exit_this_page_ends_the_session_and_leaves_no_cookie(client: PageClient, bag: Bag) -> None:
    client.get("/trial/sign-in")
    answer = client.get("/leave", follow=False).response
    assert answer.status_code == 303
    assert answer.headers["Location"] == "https://www.bbc.co.uk/weather"
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert not client.cookie(SESSION_COOKIE)
    assert not client.cookie(VISIT_COOKIE)
    assert not bag.sessions.rows
    assert bag.pulls.forgotten == 1
    assert location(client, "/trial/own") == "/sign-in?next=/trial/own"


def test_exit_this_page_works_when_signed_out_too(client: PageClient) -> None:
    assert client.get("/leave", follow=False).status == 303


def test_staying_moves_the_end(client: PageClient, bag: Bag) -> None:
    client.get("/trial/sign-in")
    page = client.get("/trial/own")
    token = page.document.one("dialog").one("form", action="/session/stay").all("input")[0]
    bag.clock.move(timedelta(minutes=29))
    sent = {"csrf_token": token["value"], "next": "/trial/own"}
    told = client.post("/session/stay", sent, headers={"Accept": "application/json"})
    assert told.response.json == {"seconds": 1800}
    back = client.post("/session/stay", sent, follow=False).response
    assert (back.status_code, back.headers["Location"]) == (303, "/trial/own")


def test_signing_in_again_keeps_the_visit_under_a_new_session_id(client: PageClient) -> None:
    client.get("/trial/sign-in")
    client.get("/trial/keep/balance")
    first = client.cookie(SESSION_COOKIE)
    client.get("/trial/sign-in")
    assert client.cookie(SESSION_COOKIE) != first
    assert client.get("/trial/kept").html == "balance"


def test_the_old_session_id_is_dead_after_signing_in_again(
    client: PageClient, portal: Flask
) -> None:
    client.get("/trial/sign-in")
    stolen = client.cookie(SESSION_COOKIE)
    client.get("/trial/sign-in")
    thief = PageClient(portal)
    thief.client.set_cookie(SESSION_COOKIE, stolen)
    assert location(thief, "/trial/own") == "/timed-out"


def test_a_session_cookie_of_somebodys_own_making_opens_nothing(portal: Flask) -> None:
    forger = PageClient(portal)
    forger.client.set_cookie(SESSION_COOKIE, "x" * 43)
    assert location(forger, "/trial/own") == "/timed-out"


def test_two_browsers_share_nothing(client: PageClient, portal: Flask) -> None:
    other = PageClient(portal)
    client.get("/trial/sign-in")
    other.get("/trial/sign-in")
    client.get("/trial/keep/balance")
    assert other.get("/trial/kept").html == "nothing"


def test_cookies_are_for_this_host_only(client: PageClient) -> None:
    answer = client.get("/trial/sign-in").response
    cookies = answer.headers.getlist("Set-Cookie")
    assert {cookie.split("=")[0] for cookie in cookies} == {SESSION_COOKIE, VISIT_COOKIE}
    for cookie in cookies:
        parts = set(cookie.split("; ")[1:])
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= parts
        assert "Domain" not in cookie


@pytest.mark.parametrize(
    "text",
    ["//evil.example", "/\\evil.example", "https://evil.example", "/a/../b", "", "x", "/a\n/b",
     "javascript:alert(1)", "/a#b", "/" + "a" * 300],
)  # fmt: skip
def test_nobody_is_sent_to_another_site(text: str) -> None:
    assert safe_path(text) == "/home"


@pytest.mark.parametrize("text", ["/", "/plan", "/permissions/p_3?lang=cy", "/debts/3"])
def test_paths_of_this_site_are_kept(text: str) -> None:
    assert safe_path(text) == text
