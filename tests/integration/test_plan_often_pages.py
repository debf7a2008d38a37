"""D63: who is paid by the week pays by the week, from the offer to the plan so far."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest

from app.citizen.slots import BUDGET
from debts.debt import Debts
from debts.money import Pence
from plan import working_days
from plan.answer import Said
from plan.rules.frequencies import Frequency, converted
from plan.rules.statement import Line
from plan.terms import Every
from tests import paper_text
from tests.debts_desk import CAST, Seated, seat
from tests.integration.test_plan_change_pages import say
from tests.pages import Page
from tests.plan_desk import (
    TAMSIN,
    a_budget,
    agreed,
    change_answer,
    held,
    on,
    tamsin_at_the_plan,
)
from tests.portal import Portal
from tests.time_passes import fell_due

DAYS = working_days.load()
ABOUT_A_MONTH = re.compile(r"[^.;]*\b(?:a month|each month|every month|Day of the month)\b[^.;]*")
BUDGET_BY_THE_MONTH = ("comes in each month", "going out each month")
"""Money in and out stays by the month, whatever the plan is paid by."""


@pytest.fixture
def tamsin(portal: Portal) -> Seated:
    return tamsin_at_the_plan(portal)


def paid_by(client: Seated, every: Frequency) -> None:
    """Her pay comes so often; over a year it is the same, but for pennies."""
    budget = a_budget(CAST.person("testwell"))
    amounts = dict(budget.amounts)
    for key in budget.income or ():
        pence = converted(amounts[key].pence, Frequency.MONTH, every)
        amounts[key] = Line(amounts[key].line, pence, every)
    client.visit.put(BUDGET, replace(budget, amounts=amounts))


def said_of_a_month(page: Page) -> list[str]:
    return [
        found
        for found in ABOUT_A_MONTH.findall(page.text)
        if not any(words in found for words in BUDGET_BY_THE_MONTH)
    ]


def chosen(client: Seated, every: str, day: str = "5", week: int = 0) -> Page:
    """From the offer to the question how she pays, each page looked at."""
    page = client.send(client.get("/plan"), do="continue")
    assert page.path == "/plan/day"
    page = client.get(page.links()["You can pay like that too"])
    page = client.send(page, often=every)
    assert page.heading == "Which day of the week do you want to pay?"
    page = client.send(page, day=day)
    if every != "week":
        assert page.heading == "When do you want to make your first payment?"
        choices = [str(node["value"]) for node in page.form().all("input", type_="radio")]
        assert len(choices) == {"fortnight": 2, "four_weeks": 4}[every]
        page = client.send(page, first=choices[week])
    return page


def test_the_way_of_a_plan_by_the_month_is_no_longer_than_it_was(tamsin: Seated) -> None:
    page = tamsin.send(tamsin.get("/plan"), do="continue")
    assert page.heading == "Which day do you want to pay each month?"
    page = tamsin.send(page, day="15")
    assert page.path == "/plan/how"


def test_each_choice_says_what_it_comes_to(tamsin: Seated) -> None:
    page = tamsin.get("/plan/often")
    for words in ("£23.07 a week", "£46.15 every 2 weeks", "£92.30 every 4 weeks", "£100 a month"):
        assert page.says(words)
    assert page.value("often") == "month"
    assert tamsin.send(page, often=[]).errors() == {"often": "Select how often you want to pay"}


def test_who_is_paid_by_the_week_is_told_that_they_can_pay_so(tamsin: Seated) -> None:
    assert not tamsin.get("/plan").says("Some of your money comes in")
    paid_by(tamsin, Frequency.WEEK)
    page = tamsin.get("/plan")
    assert page.says("Some of your money comes in each week. You can pay the plan like that too.")
    page = tamsin.send(page, do="continue")
    assert page.links()["Pay the plan each week instead"] == "/plan/often"
    page = tamsin.get("/plan/often")
    assert "a week. Some of your money comes in like this." in page.text


def test_a_weekly_plan_is_weekly_on_every_page_until_it_is_paid(
    portal: Portal, tamsin: Seated
) -> None:
    """Tamsin is paid on Fridays."""
    page = on(tamsin, chosen(tamsin, "week"))
    assert page.path == "/plan/check"
    for words in ("You pay £23.07 a week", "How often Every week", "Day of the week Friday"):
        assert page.says(words), page.text
    assert said_of_a_month(page) == []
    assert said_of_a_month(tamsin.get("/plan")) == []
    assert tamsin.get("/plan").heading == "A plan you can afford: £23.07 a week"
    assert tamsin.get("/plan").says("That is £46.15 each week, as 52 weeks make 12 months.")
    for path in ("/plan/ways", "/plan/schedule?all=1"):
        assert said_of_a_month(tamsin.get(path)) == []
    assert portal.rows("select count(*) from plan") == [(0,)]
    page = tamsin.send(page, agree="yes")
    assert page.path == "/plan/agreed"
    assert portal.rows("select payment_pence, frequency, pay_day from plan") == [(2307, "week", 5)]
    assert said_of_a_month(page) == []
    for code in TAMSIN:
        say(portal, code, Said.AGREED)
    fell_due(portal, 1)
    for path in (
        *("progress", "letter", "answers", "missed", "pay", "pay/transfer", "payments"),
        *("change", "change/amount", "change/pause", "stop", "change/often"),
    ):
        page = tamsin.get(f"/plan/{path}")
        assert page.path == f"/plan/{path}"
        assert said_of_a_month(page) == [] or path == "change/often", path
    assert page.says("£99.97 a month"), "what it would be by the month"
    assert tamsin.get("/plan/progress").says("You pay £23.07 a week")
    assert tamsin.get("/home").says("£23.07 a week")
    assert tamsin.get("/plan/pay/transfer").says("For a standing order: £23.07 a week.")


def test_the_letter_has_every_weekly_payment_on_page_and_paper(
    portal: Portal, tamsin: Seated
) -> None:
    tamsin.send(on(tamsin, chosen(tamsin, "week")), agree="yes")
    page = tamsin.get("/plan/letter")
    assert page.says("to pay £23.07 a week.")
    assert said_of_a_month(page) == []
    paper = paper_text.read(bytes(tamsin.get("/plan/letter.pdf").response.get_data()))
    assert "Day of the week" in paper.text
    every = paper.text[paper.text.index("Every payment") :]
    assert every.count("£23.07") == -(-193290 // 2307) - 1, "the last one is smaller"


@pytest.mark.parametrize(("every", "weeks"), [("fortnight", 2), ("four_weeks", 4)])
def test_the_weeks_are_hers_to_choose_and_the_schedule_keeps_them(
    portal: Portal, tamsin: Seated, every: str, weeks: int
) -> None:
    today = portal.services.clock.now().date()
    page = on(tamsin, chosen(tamsin, every, day="3", week=weeks - 1))
    assert page.path == "/plan/check"
    sheet = tamsin.get("/plan/schedule.csv").response.get_data(as_text=True).splitlines()[1:]
    days = [date.fromisoformat(line.split(",")[0]) for line in sheet]
    meant = [day - timedelta(days=(day.isoweekday() - 3) % 7) for day in days]
    assert {(b - a).days for a, b in pairwise(meant)} == {7 * weeks}
    assert days[0] == DAYS.first_days(today, 3, Every(every))[weeks - 1]
    tamsin.send(page, agree="yes")
    assert portal.rows("select frequency, starts_on from plan") == [(every, days[0])]


def test_another_weekday_asks_again_in_which_weeks(tamsin: Seated) -> None:
    page = chosen(tamsin, "fortnight")
    assert page.path == "/plan/how"
    page = tamsin.send(tamsin.get("/plan/day"), day="2")
    assert page.path == "/plan/first-day"
    refused = tamsin.send(page, first=[])
    assert refused.errors() == {"first": "Select when you want to make your first payment"}
    page = tamsin.send(tamsin.get("/plan/often"), often="week")
    assert page.path == "/plan/day"
    assert tamsin.get("/plan/first-day").path == "/plan/day", "no weeks to choose among"
    assert tamsin.send(page, day=[]).errors() == {
        "day": "Select which day you want to pay each week"
    }
    assert tamsin.send(page, day="4").path == "/plan/how"


def test_the_amount_she_chose_never_becomes_more_in_a_year(tamsin: Seated) -> None:
    tamsin.send(tamsin.get("/plan"), do="work", amount="other", other="130")
    page = tamsin.send(tamsin.get("/plan/often"), often="week")
    assert page.heading == "A plan you can afford: £30 a week"
    assert page.says("You chose £30. We suggested £23.07.")
    tamsin.send(tamsin.get("/plan/often"), often="month")
    assert tamsin.get("/plan").heading == "A plan you can afford: £130 a month"
    tamsin.send(tamsin.get("/plan"), do="work", amount="half")
    for every, amount in (("week", "£23.07 a week"), ("month", "£100 a month")):
        tamsin.send(tamsin.get("/plan/often"), often=every)
        assert tamsin.get("/plan").heading == f"A plan you can afford: {amount}", "there and back"


def test_an_amount_is_asked_for_in_the_words_of_the_week(tamsin: Seated) -> None:
    tamsin.send(tamsin.get("/plan/often"), often="week")
    page = tamsin.get("/plan")
    for typed, words in (
        ("46.16", "Amount each week must be between £4.62 and £46.15"),
        ("", "Enter how much you want to pay each week"),
    ):
        refused = tamsin.send(page, do="work", amount="other", other=typed)
        assert refused.errors() == {"other": words}
    refused = tamsin.send(page, do="work", amount=[])
    assert refused.errors() == {"amount": "Select how much you want to pay each week"}


def test_a_plan_that_fits_by_the_month_alone_is_shown_by_the_month(tamsin: Seated) -> None:
    """Where a week's payment, rounded down, is a penny less than what is asked for at least."""
    asks_for_at_least(tamsin, 10000)
    page = tamsin.send(tamsin.get("/plan/often"), often="week")
    assert page.heading == "A plan you can afford: £23.08 a week", "half rounded up by a penny"
    asks_for_at_least(tamsin, 20000)
    page = tamsin.get("/plan")
    assert page.heading == "A plan you can afford: £200 a month"
    assert page.says("A plan that is paid each week does not fit these figures any more")
    page = tamsin.get("/plan/often")
    assert [str(node["value"]) for node in page.form().all("input", type_="radio")] == ["month"]
    refused = tamsin.send(page, often="week")
    assert refused.errors() == {
        "often": "Select another answer. A plan that is paid each week does not fit these figures"
    }


def asks_for_at_least(client: Seated, pence: int) -> None:
    """The first debt of the council has this least amount a month."""
    answer = held(client, "council").answer
    assert isinstance(answer, Debts)
    first, *others = answer.items
    asks = replace(first, minimum=Pence(pence))
    change_answer(client, "council", answer=replace(answer, items=(asks, *others)))


def test_a_running_plan_is_paid_by_the_week_from_now_on(portal: Portal, tamsin: Seated) -> None:
    agreed(tamsin)
    for code in TAMSIN:
        say(portal, code, Said.AGREED)
    page = tamsin.get("/plan/change/amount")
    page = tamsin.get(page.links()["Change how often you pay"])
    assert page.says("£23.07 a week")
    page = tamsin.send(page, often="fortnight")
    assert page.path == "/plan/change/amount"
    assert page.value("amount") == "46.15"
    page = tamsin.send(page, amount="46.15", day="5")
    assert page.path == "/plan/change/first-day"
    assert tamsin.get("/plan/change/compare").path == "/plan/change/first-day"
    second = [str(node["value"]) for node in page.form().all("input", type_="radio")][1]
    page = tamsin.send(page, first=second)
    assert page.says("You pay Now: £100 a month New: £46.15 every 2 weeks")
    assert page.says("Day Now: 15 New: Friday")
    page = tamsin.send(page, plan="new")
    assert page.path == "/plan/progress"
    assert page.says("You pay £46.15 every 2 weeks")
    assert portal.rows("select frequency, pay_day, version from plan") == [("fortnight", 5, 2)]
    assert portal.rows("select due_on from instalment where state = 'planned'") == [
        (date.fromisoformat(second),)
    ]
    told = portal.rows("select count(*) from outbox where topic = 'plan.changed'")
    assert told == [(3,)]


def test_a_weekly_plan_pauses_for_up_to_eight_payments(portal: Portal, tamsin: Seated) -> None:
    tamsin.send(on(tamsin, chosen(tamsin, "week")), agree="yes")
    say(portal, "council", Said.AGREED)
    page = tamsin.get("/plan/change/pause")
    values = [str(node["value"]) for node in page.form().all("input", type_="radio")]
    assert values == ["1", "2", "4", "8", "longer"]
    page = tamsin.send(page, payments="8")
    assert page.says("Your plan is paused.")
    assert portal.rows("select count(*) from instalment where state = 'skipped'") == [(8,)]


def test_the_yearly_look_says_what_a_week_can_take(portal: Portal, tamsin: Seated) -> None:
    tamsin.send(on(tamsin, chosen(tamsin, "week")), agree="yes")
    say(portal, "council", Said.AGREED)
    portal.rows("update plan set review_month = date_trunc('month', now()) returning plan_id")
    page = tamsin.get("/plan/review")
    assert page.says("You pay £23.07 a week. Is that still right for you?")
    assert page.says("a plan can take up to £46.15 a week")


def test_a_later_visit_says_when_the_weekly_plan_ends(portal: Portal, tamsin: Seated) -> None:
    tamsin.send(on(tamsin, chosen(tamsin, "week")), agree="yes")
    page = tamsin.get("/plan/progress")
    assert page.says("0 of 84 payments"), page.text
    assert seat(portal, "testwell").get("/plan/progress").says("You pay £23.07 a week")
    assert Pence(84 * 2307) >= 193290
