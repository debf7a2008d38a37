"""D80: the letter about a plan, as a page and on paper, with its check code."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from plan.answer import Said
from tests import paper_text
from tests.debts_desk import Seated, seat
from tests.integration.test_plan_change_pages import say
from tests.pages import Page
from tests.plan_desk import agreed, at_the_plan, on, quick
from tests.portal import Portal

TAMSIN = ("dwp", "council", "dvla")


@pytest.fixture
def tamsin(portal: Portal) -> Seated:
    quick(portal, "testwell", *TAMSIN)
    client = at_the_plan(portal, "testwell", *TAMSIN)
    agreed(client)
    return client


def pdf_of(client: Seated, query: str = "") -> bytes:
    reply = client.get(f"/plan/letter.pdf{query}").response
    assert reply.mimetype == "application/pdf"
    assert reply.headers["Cache-Control"] == "no-store"
    assert reply.headers["Content-Disposition"] == 'attachment; filename="letter.pdf"'
    return bytes(reply.get_data())


def test_page_and_paper_say_the_same_with_every_payment_and_a_code_that_is_ours(
    portal: Portal, tamsin: Seated
) -> None:
    sheets = paper_text.read(pdf_of(tamsin))
    assert len(sheets.pages) <= 2
    assert "Tamsin Testwell" in sheets.pages[0]
    every = sheets.text[sheets.text.index("Every payment") :]
    assert every.count("£100 ") == 19
    assert every.count("£32.90") == 1
    page = tamsin.get("/plan/letter")
    for said in said_on(page):
        assert said in sheets.text.replace("• ", ""), said

    code = sheets.text.split("Check code ")[1][:9]
    assert page.says(code)
    stranger = portal.client()
    answer = stranger.send(stranger.get("/is-this-from-us"), code=code)
    assert answer.says("A letter about something you agreed")
    assert not answer.says("Tamsin")


@pytest.mark.parametrize(
    ("method", "words"),
    [
        ("cash", "Take this letter to a PayPoint shop or a Post Office."),
        ("standing_order", "Sort code: 00-00-00"),
        ("pay_by_bank", "Account number: 00000001"),
    ],
)
def test_who_pays_without_our_pages_has_all_they_need_on_paper_d64(
    portal: Portal, method: str, words: str
) -> None:
    quick(portal, "testwell", *TAMSIN)
    client = at_the_plan(portal, "testwell", *TAMSIN)
    client.send(on(client, client.get("/plan"), method=method), agree="yes")
    sheets, page = paper_text.read(pdf_of(client)), client.get("/plan/letter")
    assert len(sheets.pages) <= 2
    for said in (words, "Wait until we tell you that a department has agreed."):
        assert said in sheets.text.replace("• ", "")
        assert page.says(said)
    for said in said_on(page):
        assert said in sheets.text.replace("• ", ""), said
    assert ("<svg" in page.html.partition("<main")[2]) is (method == "cash")
    assert (sheets.filled > 50) is (method == "cash")
    for code in TAMSIN:
        say(portal, code, Said.AGREED)
    assert not seat(portal, "testwell").get("/plan/letter").says("Wait until we tell you")


def said_on(page: Page) -> Iterator[str]:
    """The words of the page, without those about how to save it."""
    for name in ("dt", "dd", "h2", "th", "td", "li", "p"):
        for node in page.main.all(name):
            words = " ".join(node.text.split()).replace(" .", ".")
            if not words.startswith(("Save", "Keep it safe", "Get help with")):
                yield words


def test_large_print_is_there_for_the_asking_and_later_copies_have_no_payments(
    portal: Portal, tamsin: Seated
) -> None:
    assert min(paper_text.read(pdf_of(tamsin, "?print=16")).sizes) == 16
    assert min(paper_text.read(pdf_of(tamsin, "?print=20")).sizes) == 20
    assert min(paper_text.read(pdf_of(tamsin, "?print=4")).sizes) > 9
    later = paper_text.read(pdf_of(seat(portal, "testwell")))
    assert "to pay £100 a month" in later.text
    assert "so this copy has no finish date" in later.text
    assert "Every payment" not in later.text
    priya = seat(portal, "placeholder", "dwp")
    assert priya.get("/plan/letter.pdf").path == "/plan"
    assert portal.client().get("/plan/letter.pdf", follow=False).status == 303


def test_the_letter_of_other_terms_or_of_an_ended_plan_has_no_payments_of_the_old_ones(
    tamsin: Seated,
) -> None:
    page = tamsin.send(tamsin.get("/plan/change/amount"), amount="80", day="20")
    tamsin.send(page, plan="new")
    page = tamsin.get("/plan/letter")
    assert page.says("to pay £80 a month")
    assert not page.says("Every payment")
    tamsin.send(tamsin.get("/plan/stop"), stop="yes")
    page, sheets = tamsin.get("/plan/letter"), paper_text.read(pdf_of(tamsin))
    assert page.says("Your plan ended on")
    for words in ("Where each payment goes", "How to change or stop", "How you pay"):
        assert not page.says(words)
        assert words not in sheets.text
