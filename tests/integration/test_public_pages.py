"""The public pages: each one read, with its own words, and every link on them leading somewhere."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from tests.pages import PageClient
from tests.unit.http.fakes import a_portal

TITLES = {
    "/": "See and pay what you owe to government",
    "/check-you-can-use-this": "Check this service is right for you",
    "/get-free-debt-advice": "Get free debt advice",
    "/exit-this-page": "How to leave this service quickly",
    "/stay-safe-online": "Stay safe online",
    "/cookies": "Cookies",
    "/privacy": "How we use your information",
    "/accessibility-statement": "Accessibility statement",
    "/contact": "Get help with this service",
    "/is-this-from-us": "Check a message or letter is from us",
    "/about": "About this service",
    "/about/what-we-store": "What we store and what we do not",
    "/about/how-plans-are-worked-out": "How we work out a plan",
    "/about/departments": "Departments you can ask",
    "/about/data-shares": "Register of data shares",
    "/about/data-shares/dwp-view-debts": (
        "Data share: Department for Work and Pensions to this service"
    ),
    "/about/privacy-impact-assessment": "Privacy impact assessment",
    "/about/security": "Security and how to report a problem",
    "/log": "The log of permissions",
    "/signed-out": "You have signed out",
    "/account-closed": "Your account is closed",
    "/timed-out": "For your security, we signed you out",
    "/404": "Page not found",
    "/500": "Sorry, there is a problem with the service",
    "/503": "Sorry, the service is unavailable",
    "/403": "You cannot view this page",
    "/429": "You have tried too many times",
}
BANNED = (
    "debtor", "default", "delinquent", "arrears", "enforcement", "failure", "failed", "immediately",
    "warning", "final", "please", "invalid", "unfortunately", "simply", "easy", "oops",
    "click here", "and/or", "e.g.", "i.e.", "etc.", "!", "pcm", "per month",
)  # fmt: skip
CITIZENS = re.compile(r"/(sign-in|home|debts|plan|permissions)\b.*")
"""Pages behind a sign-in, which other tests open."""


@pytest.fixture
def portal(tmp_path: Path) -> Flask:
    return a_portal(tmp_path)


@pytest.fixture
def client(portal: Flask) -> PageClient:
    return PageClient(portal)


@pytest.mark.parametrize(("path", "title"), TITLES.items())
def test_a_public_page_has_its_title_and_the_way_to_free_advice(
    client: PageClient, path: str, title: str
) -> None:
    page = client.get(path)
    assert page.heading == title
    footer = page.document.one("footer")
    assert "/get-free-debt-advice" in {link["href"] for link in footer.all("a")}
    if path != "/contact":
        assert page.links()["Get help with this page"] == "/contact"


@pytest.mark.parametrize("path", TITLES)
def test_a_public_page_uses_plain_words(client: PageClient, path: str) -> None:
    text = client.get(path).text.lower().replace("easy read", "")
    found = [word for word in BANNED if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text)]
    assert not found


@pytest.mark.parametrize("path", TITLES)
def test_every_link_of_a_public_page_leads_somewhere(client: PageClient, path: str) -> None:
    for link in client.get(path).document.all("a"):
        address = link["href"].split("?")[0].split("#")[0]
        if address.startswith("/") and address != path and not CITIZENS.fullmatch(address):
            assert client.get(address, follow=False).status < 400, (path, address)


@pytest.mark.parametrize("path", TITLES)
def test_a_public_page_is_light(client: PageClient, path: str) -> None:
    html = client.get(path).html
    assert len(html) < (240_000 if "what-we-store" in path else 40_000)
    assert len(gzip.compress(html.encode())) < 14 * 1024


def test_the_public_pages_set_no_cookie(client: PageClient) -> None:
    for path in TITLES:
        answer = client.get(path).response
        if path not in {"/check-you-can-use-this", "/is-this-from-us"}:
            assert "Set-Cookie" not in answer.headers, path


def test_the_start_page_says_what_is_and_is_not_kept_and_whom_you_can_ask(
    client: PageClient,
) -> None:
    page = client.get("/")
    assert page.says("You decide which departments we ask. We do not keep a copy of your debts.")
    assert page.says("Department for Work and Pensions: Benefit overpayments")
    assert page.says("Coming later: Child Maintenance Service")
    assert page.links()["Start now"] == "/exit-this-page"


def test_three_answers_lead_a_person_to_the_start(client: PageClient) -> None:
    page = client.get("/check-you-can-use-this")
    page = client.send(page, where="wales")
    assert page.heading == "Is what you owe personal or for a business?"
    page = client.send(page, kind="personal")
    page = client.send(page, other="no")
    assert page.heading == "You can use this service"


@pytest.mark.parametrize(
    ("answers", "heading"),
    [
        (
            [{"where": "elsewhere"}],
            "This service is for people who live in the United Kingdom",
        ),
        (
            [{"where": "scotland"}, {"kind": "business"}],
            "This service does not cover business debts yet",
        ),
        (
            [{"where": "england"}, {"kind": "personal"}, {"other": "yes"}],
            "The person needs to say yes themselves",
        ),
    ],
)
def test_who_cannot_use_it_is_shown_the_right_place(
    client: PageClient, answers: list[dict[str, Any]], heading: str
) -> None:
    page = client.get("/check-you-can-use-this")
    for answer in answers:
        page = client.send(page, **answer)
    assert page.heading == heading
    assert page.status == 200


@pytest.mark.parametrize(
    ("path", "box", "message"),
    [
        ("", "where", "Select where you live"),
        ("/what-kind", "kind", "Select if the debt is personal or for a business"),
        ("/for-whom", "other", "Select yes if you are doing this for someone else"),
    ],
)
def test_no_answer_is_said_in_the_summary_and_beside_the_question(
    client: PageClient, path: str, box: str, message: str
) -> None:
    page = client.get(f"/check-you-can-use-this{path}")
    page = client.send(page)
    assert page.status == 422
    assert page.errors() == {box: message}


def test_an_answer_that_the_page_does_not_offer_is_no_answer(client: PageClient) -> None:
    page = client.get("/check-you-can-use-this")
    sent = page.filled()
    sent["where"] = "atlantis"
    assert client.post("/check-you-can-use-this", sent).errors() == {
        "where": "Select where you live"
    }
    sent["balance"] = "1"
    assert client.post("/check-you-can-use-this", sent).status == 400


def test_what_we_store_lists_every_table_and_its_fingerprint(client: PageClient) -> None:
    page = client.get("/about/what-we-store")
    assert page.says("so we do hold how much you pay each department each time")
    for table in ("person", "session", "consent_grant"):
        assert page.says(table)
    assert re.search(r"Fingerprint of this list: [0-9a-f]{16}\b", page.text)


def test_the_worked_example_is_the_engines_own(client: PageClient) -> None:
    page = client.get("/about/how-plans-are-worked-out")
    assert page.says("Left over £220")
    assert page.says("Put aside £20")
    assert page.says("We suggest half £100")
    assert page.says("this takes 15 months")


def test_each_department_says_what_it_shows_and_how_to_contact_it(client: PageClient) -> None:
    page = client.get("/about/departments")
    assert page.says("Driver and Vehicle Licensing Agency")
    assert page.says("Your name, date of birth, address, National Insurance number")
    assert page.links()["Website of DVLA"] == "https://www.gov.uk/contact-the-dvla"
