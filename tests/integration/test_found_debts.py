"""Faults that were met by walking through the pages about debts, each as the person met it."""

from __future__ import annotations

import threading

from tests.debts_desk import card, get_debts, seat
from tests.portal import Portal


def test_hmrc_without_debts_is_never_nought_pounds_in_breathing_space(portal: Portal) -> None:
    """HMRC says that a moratorium runs, and has no debt of its own."""
    jolyon = seat(portal, "specimen", "hmrc", "hmcts")
    get_debts(jolyon)
    page = jolyon.get("/debts")
    assert "£0" not in page.text
    assert "0 debts" not in page.text
    assert "no debts to show" in card(page, "hmrc")
    assert page.says("This debt is not in your breathing space. Keep paying it.")


def test_three_presses_at_once_tell_the_department_once(portal: Portal) -> None:
    """Without scripts nothing stops a second press while the first is under way."""
    delphine = seat(portal, "fictionby", "dwp")
    get_debts(delphine)
    (number,) = (n for n in delphine.get("/debts").links().values() if n.startswith("/debts/2"))
    page = delphine.send(delphine.get(f"{number}/query"), problem="amount")
    sent = page.filled()
    sent.setlist("tell", ["yes"])
    answers: list[tuple[int, str]] = []

    def press() -> None:
        tab = portal.client()
        tab.cookies = {host: dict(jar) for host, jar in delphine.cookies.items()}
        answer = tab.post(page.path, sent)
        answers.append((answer.status, answer.heading))

    presses = [threading.Thread(target=press) for _ in range(3)]
    for one in presses:
        one.start()
    for one in presses:
        one.join()
    assert answers == [(200, "We have told Department for Work and Pensions")] * 3
    assert portal.rows("select state from hold_request") == [("sent",)]
    assert [one["what"] for one in portal.asked("dwp")] == ["debts", "hold_request"]
