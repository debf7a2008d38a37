"""Faults that were met by walking through the pages of a plan, each as the person met it."""

from __future__ import annotations

import pytest

from tests.plan_desk import agreed, at_the_plan
from tests.portal import Portal


def test_an_amount_too_long_to_be_a_number_is_no_fault_of_the_service(portal: Portal) -> None:
    client = at_the_plan(portal, "testwell", "dwp")
    page = client.get("/plan")
    page = client.send(page, do="continue", payment="9" * 5000)
    assert (page.status, page.path) == (200, "/plan")


def test_a_form_that_names_no_button_works_out_the_amount(portal: Portal) -> None:
    client = at_the_plan(portal, "testwell", "dwp")
    typed = client.get("/plan").filled()
    typed.setlist("amount", ["all"])
    for pressed in ("", "something"):
        typed.setlist("do", [pressed])
        page = client.post("/plan", typed)
        assert (page.status, page.path) == (200, "/plan")
        assert page.form().one("input", name="amount", value="all")["id"] in page.ticked()


@pytest.mark.parametrize("path", ["/plan/day", "/plan/how", "/plan/share"])
def test_back_after_agreeing_asks_nothing_that_would_change_nothing(
    portal: Portal, path: str
) -> None:
    client = at_the_plan(portal, "testwell", "dwp")
    assert agreed(client).path == "/plan/agreed"
    assert client.get(path).path == "/plan/progress"


def test_an_amount_from_an_old_page_does_not_touch_the_plan_that_runs(portal: Portal) -> None:
    client = at_the_plan(portal, "testwell", "dwp")
    old_page = client.get("/plan")
    agreed(client)
    page = client.send(old_page, do="continue")
    assert page.path == "/plan/progress"
