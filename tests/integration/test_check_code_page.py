"""P12: the page that says whether a message or letter is from us."""

from __future__ import annotations

import gzip
from datetime import date
from pathlib import Path

import pytest

from plan.check_code import KINDS, made
from tests.pages import Page, PageClient
from tests.unit.http.fakes import NOON, a_portal

PATH = "/is-this-from-us"
KEY = bytes(32)


@pytest.fixture
def client(tmp_path: Path) -> PageClient:
    return PageClient(a_portal(tmp_path))


def asked(client: PageClient, code: str) -> Page:
    return client.send(client.get(PATH), code=code)


def test_a_code_of_ours_is_answered_with_what_it_was_and_the_day(client: PageClient) -> None:
    page = asked(client, made(KEY, "M06", date(2026, 11, 2)).lower())
    assert page.heading == "Yes, we sent a message with this code"
    assert page.says("A letter about something you agreed")
    assert page.says("2 November 2026")
    assert page.status == 200
    assert page.response.headers["Cache-Control"] == "no-store"


def test_any_other_code_is_answered_with_how_to_report_it(client: PageClient) -> None:
    for code in ("4K7P 2MXD", "OISO 0111", made(KEY, "M06", date(2026, 11, 24))):
        page = asked(client, code)
        assert page.heading == "No, this code is not one of ours"
        assert page.says("report@phishing.gov.uk")
        assert code not in page.html


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Enter the code from your letter, email or text"),
        ("4K7P", "Code must be 8 letters and numbers, like 4K7P 2MXD"),
        ("4K7P 2MX?", "Code must be 8 letters and numbers, like 4K7P 2MXD"),
        ("4K7P 2MXD 4K7P", "Code must be 8 letters and numbers, like 4K7P 2MXD"),
    ],
)
def test_what_is_no_code_is_said_in_exact_words(client: PageClient, typed: str, words: str) -> None:
    page = asked(client, typed)
    assert page.errors() == {"code": words}
    assert page.status == 422


def test_every_kind_has_words_and_yes_and_no_are_of_about_one_size(client: PageClient) -> None:
    today = NOON.date()
    answers = [asked(client, made(KEY, kind, today)) for kind in KINDS]
    assert len({page.text for page in answers}) == len(KINDS)
    sizes = [len(gzip.compress(page.html.encode())) for page in (*answers, asked(client, "2" * 8))]
    assert max(sizes) - min(sizes) < 300
    for page in answers:
        assert not {"debt", "owe", "plan", "payment"} & set(page.main.text.lower().split())


def test_a_code_in_an_address_is_not_read(client: PageClient) -> None:
    page = client.get(f"{PATH}?code={made(KEY, 'M06', NOON.date()).replace(' ', '')}")
    assert page.heading == "Check a message or letter is from us"
    assert page.value("code") == ""
