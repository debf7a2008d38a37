"""D74: a payment has not come; and one payment on another day."""

from __future__ import annotations

from datetime import timedelta

import pytest

from consent.clock import london_date
from plan.answer import Said
from plan.rules.missed import GRACE
from tests.debts_desk import Seated
from tests.integration.test_plan_change_pages import TAMSIN, say
from tests.pages import Page
from tests.plan_desk import agreed, at_the_plan, quick
from tests.portal import Portal
from tests.time_passes import fell_due, sql

TITLE = "We have not had your payment"


@pytest.fixture
def tamsin(portal: Portal) -> Seated:
    """Her plan of £100 a month is agreed, and every department has said yes."""
    quick(portal, "testwell", *TAMSIN)
    client = at_the_plan(portal, "testwell", *TAMSIN)
    agreed(client)
    for code in TAMSIN:
        say(portal, code, Said.AGREED)
    return client


def said(portal: Portal, days: int) -> str:
    """A day from today in the words of a page."""
    day = london_date(portal.services.clock.now()) + timedelta(days=days)
    return f"{day.day} {day:%B} {day.year}"


def choices(page: Page) -> list[str]:
    return [node["value"] for node in page.form().all("input", type_="radio")]


def test_where_nothing_is_late_there_is_no_such_page(portal: Portal, tamsin: Seated) -> None:
    assert tamsin.get("/plan/missed").path == "/plan/progress"
    fell_due(portal, 0)
    assert tamsin.get("/plan/missed").path == "/plan/progress"


def test_the_first_time_it_happens_and_nobody_is_told(portal: Portal, tamsin: Seated) -> None:
    fell_due(portal, 3)
    page = tamsin.get("/plan/missed")
    assert page.heading == TITLE
    assert page.says(f"Your payment of £100 on {said(portal, -3)} has not come. It happens.")
    assert page.says(f"Nothing yet. If you pay by {said(portal, 4)}, it counts as paid.")
    assert page.says(f"From {said(portal, 5)}, a department may see that its part has not come.")
    assert page.says("It is never told why.")
    assert not page.says("Talk to a free adviser first")
    assert choices(page) == ["pay", "part", "day", "pause", "changed", "talk"]
    assert page.ticked() == []
    assert tamsin.send(page).errors() == {"do": "Select what you want to do"}
    told = portal.rows("select topic from outbox where topic not in ('plan.proposed')")
    assert [topic for (topic,) in told if topic.startswith("plan.")] == []


def test_each_answer_leads_to_the_page_that_helps(portal: Portal, tamsin: Seated) -> None:
    fell_due(portal, 3)
    page = tamsin.get("/plan/missed")
    leads = {
        do: tamsin.send(page, do=do, follow=False).response.headers["Location"]
        for do in choices(page)
    }
    assert leads == {
        "pay": "/plan/pay",
        "part": "/plan/pay?how_much=other",
        "day": "/plan/change/one-day",
        "pause": "/plan/change/pause",
        "changed": "/plan/change",
        "talk": "/get-free-debt-advice",
    }
    tamsin.send(tamsin.get("/plan/change/pause"), payments="1")
    assert tamsin.send(page, do="pay").path == "/plan/progress", "nothing is late any more"


def test_a_part_that_came_is_said(portal: Portal, tamsin: Seated) -> None:
    fell_due(portal, 2, paid=4000)
    page = tamsin.get("/plan/missed")
    assert page.says(f"We have had £40 of your payment of {said(portal, -2)}. £60 has not come.")


def test_after_the_days_of_grace_it_cannot_move_but_everything_else_can(
    portal: Portal, tamsin: Seated
) -> None:
    fell_due(portal, GRACE.days + 2)
    page = tamsin.get("/plan/missed")
    assert page.says(f"Since {said(portal, -1)}, a department may see that its part has not come.")
    assert choices(page) == ["pay", "part", "pause", "changed", "talk"]


def test_the_second_in_a_row_offers_an_adviser_before_anything_else(
    portal: Portal, tamsin: Seated
) -> None:
    fell_due(portal, 33, 3)
    page = tamsin.get("/plan/missed")
    assert page.says("We have not had all of these payments. It happens.")
    assert page.says(f"£100 of {said(portal, -33)} £100 of {said(portal, -3)}")
    assert page.says("That is £200 in all.")
    assert page.text.index("Talk to a free adviser first") < page.text.index(
        "What do you want to do?"
    )
    assert page.links()["Find a free adviser"] == "/get-free-debt-advice"
    assert not page.says("We would like to look at your plan with you.")


def test_a_review_says_by_when_and_that_a_person_tries_first(
    portal: Portal, tamsin: Seated
) -> None:
    fell_due(portal, 70, 40, 10)
    page = tamsin.get("/plan/missed")
    assert page.says("We would like to look at your plan with you. Your plan goes on.")
    assert page.says(f"Pay, pause or change it by {said(portal, 28)}, or call us")
    assert page.says("We do not end your plan before a person has tried to reach you.")
    sql(portal, "update plan set review_by = review_by - 60")
    page = tamsin.get("/plan/missed")
    assert page.says("Pay, pause or change it, or call us on 0161 496 0000.")
    assert portal.rows("select state from plan") == [("active",)]


def test_a_late_payment_moves_to_the_chosen_day(portal: Portal, tamsin: Seated) -> None:
    fell_due(portal, 3)
    page = tamsin.get("/plan/change/one-day")
    assert page.says(f"£100 was due on {said(portal, -3)}.")
    assert page.ticked() == []
    assert tamsin.send(page).errors() == {"day": "Select which day you want to pay"}
    days = [value for value in choices(page) if value != "other"]
    assert len(days) == 4
    wrong = tamsin.send(page, day="other", other="x")
    assert wrong.errors()["other"].startswith("Enter a working day from ")
    assert wrong.value("other") == "x"
    moved = tamsin.send(page, day=days[1])
    assert moved.path == "/plan/progress"
    due = portal.rows("select due_on from instalment where state = 'due'")[0][0]
    assert due.isoformat() == days[1]
    assert tamsin.get("/plan/missed").path == "/plan/progress"
    again = tamsin.send(page, day=days[0])
    assert again.path == "/plan/change/one-day", "that day has gone by"


def test_any_working_day_can_be_typed(portal: Portal, tamsin: Seated) -> None:
    fell_due(portal, 1)
    page = tamsin.get("/plan/change/one-day")
    last = [value for value in choices(page) if value != "other"][-1]
    tamsin.send(page, day="other", other=str(int(last[-2:])))
    due = portal.rows("select due_on from instalment where state = 'due'")[0][0]
    assert due.isoformat() == last


def test_the_page_of_another_payment_moves_nothing(portal: Portal, tamsin: Seated) -> None:
    page = tamsin.get("/plan/change/one-day")
    assert page.says("Your next payment is on")
    shown = next(value for value in choices(page))
    fell_due(portal, 2)
    before = portal.rows("select sequence, due_on from instalment order by 1")
    assert tamsin.send(page, day=shown).path == "/plan/change/one-day"
    assert portal.rows("select sequence, due_on from instalment order by 1") == before


def test_while_nothing_can_move_the_page_leads_to_what_can(portal: Portal, tamsin: Seated) -> None:
    sql(portal, "update plan set state = 'paused', look_again_on = current_date + 9")
    assert tamsin.get("/plan/change/one-day").path == "/plan/change"


def test_for_somebody_who_has_died_the_page_asks_nothing(tamsin: Seated) -> None:
    page = tamsin.send(tamsin.get("/plan/change"), changed="died")
    assert page.heading == "When somebody has died"
    assert page.says("Then we stop all payments and messages.")
