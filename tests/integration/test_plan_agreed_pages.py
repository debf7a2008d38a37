"""The pages of a plan that was agreed: its letter, its progress, its answers, and its end."""

from __future__ import annotations

import gzip

import pytest

from tests.debts_desk import Seated, seat
from tests.pages import Page
from tests.plan_desk import (
    agreed,
    given,
    plans,
    step,
    tamsin_at_the_plan,
)
from tests.portal import Portal


@pytest.fixture
def tamsin(portal: Portal) -> Seated:
    return tamsin_at_the_plan(portal)


def test_the_letter_of_the_visit_has_every_payment_and_later_ones_do_not(
    portal: Portal, tamsin: Seated
) -> None:
    agreed(tamsin)
    page = tamsin.get("/plan/letter")
    assert page.says("£32.90 in")
    assert page.says("Every payment")
    later = seat(portal, "testwell")
    page = later.get("/plan/letter")
    assert page.says("to pay £100 a month")
    assert page.says("We do not keep what you owe, so this copy has no finish date")
    assert not page.says("Every payment")


def test_what_is_left_stands_on_the_page_only_after_a_pull(portal: Portal, tamsin: Seated) -> None:
    agreed(tamsin)
    page = tamsin.get("/plan")
    assert page.path == "/plan/progress"
    assert page.says("0 of 20 payments")
    assert page.says("Left to pay £1,932.90")
    later = seat(portal, "testwell")
    page = later.get("/plan/progress")
    assert page.says("You have made no payments yet.")
    assert page.says("We do not keep what you owe")
    assert not page.says("Left to pay")


def test_what_departments_said_is_there_to_read(tamsin: Seated) -> None:
    agreed(tamsin)
    page = tamsin.get("/plan/answers")
    assert page.heading == "What departments said about your plan"
    assert page.text.count("Not answered yet. If it does not answer by") == 3


def test_stopping_is_one_question_and_charges_nothing(portal: Portal, tamsin: Seated) -> None:
    agreed(tamsin)
    page = tamsin.get("/plan/stop")
    assert page.ticked() == []
    page = tamsin.send(page)
    assert page.errors() == {"stop": "Select yes if you want to stop your plan"}
    page = tamsin.send(page, stop="no")
    assert page.path == "/plan/progress"
    page = tamsin.send(tamsin.get("/plan/stop"), stop="yes")
    assert page.heading == "Your plan has stopped"
    assert plans(portal)[0][3] == "ended"
    assert {state for _, purpose, state in given(portal) if purpose == "run_plan"} == {"withdrawn"}
    assert tamsin.get("/plan/agreed").heading == "This plan is over"


def test_another_person_sees_nothing_of_it(portal: Portal, tamsin: Seated) -> None:
    agreed(tamsin)
    priya = seat(portal, "placeholder", "dwp")
    for path in ("agreed", "letter", "progress", "answers", "stop"):
        assert priya.get(f"/plan/{path}").path == "/plan"


def test_every_page_is_light(tamsin: Seated) -> None:
    sizes = {}
    page = tamsin.get("/plan")
    while page.path != "/plan/check":
        sizes[page.path] = weight(page)
        page = step(tamsin, page)
    sizes[page.path] = weight(page)
    tamsin.send(page, agree="yes")
    for path in ("agreed", "letter", "progress", "answers", "stop"):
        sizes[path] = weight(tamsin.get(f"/plan/{path}"))
    assert {path: size for path, size in sizes.items() if size > 14 * 1024} == {}


def weight(page: Page) -> int:
    """Bytes of the page when it is compressed."""
    return len(gzip.compress(page.html.encode()))
