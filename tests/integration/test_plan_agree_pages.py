"""From the offer to a yes on a running portal: each question, each no, and what comes between."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import cast

import pytest

from adapters.departments.native import Delivery
from app.citizen.slots import BUDGET, PLAN_DRAFT
from tests.debts_desk import CAST, Seated, stop_asking
from tests.plan_desk import (
    a_budget,
    change_answer,
    given,
    older,
    on,
    plans,
    tamsin_at_the_plan,
    to_share,
)
from tests.portal import Portal


class Unreachable:
    """A department whose door is closed to messages."""

    async def send_budget_totals(self, permit: object, *, totals: object) -> Delivery:
        return Delivery.FAILED


@pytest.fixture
def tamsin(portal: Portal) -> Seated:
    return tamsin_at_the_plan(portal)


def test_tamsin_agrees_the_plan_that_is_offered(portal: Portal, tamsin: Seated) -> None:
    page = tamsin.get("/plan")
    assert page.heading == "A plan you can afford: £100 a month"
    assert page.says("That is 20 payments. The last one is smaller: £32.90.")
    assert page.says("£1,960 comes in each month and £1,740 goes out. That leaves £220.")
    assert page.says("Not in this plan: Universal Credit advance")
    page = on(tamsin, page)
    assert page.path == "/plan/check"
    assert page.ticked() == []
    assert page.says("While you keep to this plan, these add no interest and no fees: Department")
    page = tamsin.send(page, agree="yes")
    assert page.heading == "You have agreed your plan"
    assert page.says("Department for Work and Pensions has your 4 budget totals")
    assert plans(portal) == [(10000, 15, "card", "proposed")]
    lines = portal.rows("select department, current_pence from plan_share order by department")
    assert lines == [("council", 5445), ("dvla", 276), ("dwp", 4279)]
    assert given(portal) == [
        ("council", "run_plan", "given"),
        ("dvla", "run_plan", "given"),
        ("dwp", "run_plan", "given"),
        ("dwp", "share_budget_totals", "consumed"),
    ]
    assert len(portal.rows("select 1 from outbox where topic = 'plan.proposed'")) == 3
    assert tamsin.visit.slots(PLAN_DRAFT) == []


def test_each_question_says_exactly_what_is_missing(tamsin: Seated) -> None:
    page = tamsin.send(tamsin.get("/plan"), do="continue")
    assert page.path == "/plan/day"
    page = tamsin.send(page)
    assert page.errors() == {"day": "Select which day you want to pay each month"}
    for typed in ("", "0", "29", "x"):
        page = tamsin.send(page, day="other", other=typed)
        assert page.errors() == {"other": "Day of the month must be between 1 and 28"}
    page = tamsin.send(page, day="other", other="7")
    page = tamsin.send(page)
    assert page.errors() == {"method": "Select how you want to pay"}
    page = tamsin.send(page, method="cash")
    assert page.ticked() == []
    page = tamsin.send(page, share_dwp="yes", totals_dwp="no", share_council="yes")
    words = "Select yes if you agree to share your plan with Driver and Vehicle Licensing Agency"
    assert page.errors() == {"share_dvla": words}
    page = tamsin.send(page, share_dvla="yes")
    page = tamsin.send(page)
    assert page.errors() == {"agree": "Select yes if you agree to this plan"}


@pytest.mark.parametrize(("paid_on", "pays_on"), [("19", 20), ("27", 28), ("28", 1), ("31", 1)])
def test_the_day_after_a_benefit_is_one_that_every_month_has(
    portal: Portal, tamsin: Seated, paid_on: str, pays_on: int
) -> None:
    """D63: of the benefit nothing is kept."""
    page = tamsin.send(tamsin.get("/plan"), do="continue")
    for typed in ("", "0", "32", "x"):
        again = tamsin.send(page, day="benefit", benefit=typed)
        assert set(again.errors()) == {"benefit"}
        assert again.value("benefit") == typed
    tamsin.send(page, day="benefit", benefit=paid_on)
    page = on(tamsin, tamsin.get("/plan/how"))
    assert page.says(f"Day of the month {pays_on}")
    tamsin.send(page, agree="yes")
    assert [day for _, day, _, _ in plans(portal)] == [pays_on]


def test_a_no_shows_the_new_plan_first_and_that_department_is_told_nothing(
    portal: Portal, tamsin: Seated
) -> None:
    page = to_share(tamsin)
    page = tamsin.send(page, share_dwp="yes", totals_dwp="no", share_dvla="no", share_council="yes")
    assert page.path == "/plan"
    assert page.says("You said no to sharing with Driver and Vehicle Licensing Agency")
    assert page.says("You did not give permission to put Driver and Vehicle Licensing Agency")
    page = tamsin.send(page, do="continue")
    assert page.path == "/plan/check"
    assert page.says("Not shared with anyone")
    tamsin.send(page, agree="yes")
    assert given(portal) == [("council", "run_plan", "given"), ("dwp", "run_plan", "given")]
    assert {asked["what"] for asked in portal.asked("dvla")} == {"debts"}


def test_no_to_everyone_is_no_plan_and_no_second_ask(portal: Portal, tamsin: Seated) -> None:
    page = to_share(tamsin)
    page = tamsin.send(page, share_dwp="no", totals_dwp="no", share_dvla="no", share_council="no")
    assert page.path == "/plan/not-now"
    assert page.heading == "There is no plan without these departments"
    assert page.links()["Change who we share with"] == "/plan/share"
    assert given(portal) == []


def test_a_no_at_the_check_keeps_nothing(portal: Portal, tamsin: Seated) -> None:
    page = tamsin.send(on(tamsin, tamsin.get("/plan")), agree="no")
    assert page.heading == "We have not made a plan"
    assert plans(portal) == []
    assert given(portal) == []


def test_figures_that_changed_are_shown_old_and_new_and_asked_again(
    portal: Portal, tamsin: Seated
) -> None:
    page = on(tamsin, tamsin.get("/plan"))
    other_tab = tamsin.send(tamsin.get("/plan"), do="work", amount="all")
    tamsin.send(other_tab, do="continue")
    page = tamsin.send(page, agree="yes")
    assert page.status == 409
    assert page.says("The figures have changed since you opened this page")
    assert page.ticked() == []
    assert plans(portal) == []
    page = tamsin.send(page, agree="yes")
    assert page.heading == "You have agreed your plan"
    assert plans(portal)[0][0] == 20000


def test_a_budget_that_changed_is_a_figure_that_changed(portal: Portal, tamsin: Seated) -> None:
    page = on(tamsin, tamsin.get("/plan"))
    poorer = a_budget(CAST.person("testwell"), **{"childcare-costs": 20000})
    tamsin.visit.put(BUDGET, poorer)
    page = tamsin.send(page, agree="yes")
    assert page.path == "/plan"
    assert page.says("The amount you chose does not fit these figures any more")
    assert plans(portal) == []


def test_two_submits_at_once_are_one_plan(portal: Portal, tamsin: Seated) -> None:
    page = on(tamsin, tamsin.get("/plan"))
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda _: tamsin.send(page, agree="yes"), range(2)))
    assert {one.heading for one in both} == {"You have agreed your plan"}
    assert len(plans(portal)) == 1
    assert len(given(portal)) == 4
    again = tamsin.send(page, agree="yes")
    assert again.heading == "You have agreed your plan"
    assert len(plans(portal)) == 1


def test_agreeing_needs_a_sign_in_of_the_last_15_minutes(portal: Portal, tamsin: Seated) -> None:
    page = on(tamsin, tamsin.get("/plan"))
    older(portal, tamsin, 16)
    page = tamsin.send(page, agree="yes")
    assert page.path == "/sign-in"
    assert plans(portal) == []


def test_amounts_that_were_cleared_are_got_again_before_a_yes(
    portal: Portal, tamsin: Seated
) -> None:
    page = on(tamsin, tamsin.get("/plan"))
    earlier = portal.services.clock.now() - timedelta(minutes=31)
    change_answer(tamsin, "dvla", arrived_at=earlier)
    page = tamsin.send(page, agree="yes")
    assert page.path == "/plan"
    assert page.says("Get them again before you agree a plan.")
    assert not page.says("Continue with")
    assert plans(portal) == []


def test_a_department_that_was_stopped_meanwhile_is_not_in_the_plan(
    portal: Portal, tamsin: Seated
) -> None:
    page = on(tamsin, tamsin.get("/plan"))
    stop_asking(portal, tamsin, "dvla")
    page = tamsin.send(page, agree="yes")
    assert page.status == 409
    assert page.says("The figures have changed since you opened this page")
    assert plans(portal) == []


def test_totals_that_could_not_be_sent_are_not_kept_for_later(
    portal: Portal, tamsin: Seated
) -> None:
    page = on(tamsin, tamsin.get("/plan"))
    cast(dict[str, object], portal.services.messages)["dwp"] = Unreachable()
    page = tamsin.send(page, agree="yes")
    assert page.says("We could not reach Department for Work and Pensions with your budget totals")
    assert ("dwp", "share_budget_totals", "consumed") in given(portal)
