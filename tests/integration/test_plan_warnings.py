"""What the rules tell a person and never decide: old debts, interest, the cap, what is left to live
on, and a debt that two departments show (LIM-04, INT-04, DED-01, F95)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.citizen.plan_draft import PlanDraft
from app.citizen.slots import PLAN_DRAFT
from debts.debt import Debts
from debts.money import Pence
from tests.budgets import money_out
from tests.debts_desk import CAST, Seated
from tests.plan_desk import at_the_plan, change_answer, held, on, quick
from tests.portal import Portal

WINSTON = ("dwp", "hmrc")


@pytest.fixture
def winston(portal: Portal) -> Seated:
    """One of his two debts may be too old."""
    quick(portal, "sampleford", *WINSTON)
    return at_the_plan(portal, "sampleford", *WINSTON)


def test_a_person_says_first_if_an_old_debt_is_in_lim_04(portal: Portal, winston: Seated) -> None:
    page = winston.get("/plan")
    assert page.says("may be too old to collect. A payment could make it count again.")
    assert page.says("We ask you about it before you agree.")
    page = winston.send(page, do="continue")
    assert page.path == "/plan/old-debts"
    assert page.ticked() == []
    (name,) = {node["name"] for node in page.form().all("input", type_="radio")}
    wrong = winston.send(page)
    assert wrong.errors() == {name: "Select if you want Benefit overpayment in your plan"}
    out = winston.send(page, **{name: "out"})  # type: ignore[arg-type]
    assert out.path == "/plan"
    assert out.says("Not in this plan: Benefit overpayment")
    assert out.says(
        "This debt may be too old to collect. Get free advice before you pay any of it."
    )
    page = winston.get(out.links()["Change your answer about Benefit overpayment"])
    assert page.ticked() == [name]
    page = winston.send(page, **{name: "in"})  # type: ignore[arg-type]
    assert page.path == "/plan"
    assert not page.says("may be too old")
    page = on(winston, winston.send(page, do="continue"))
    assert page.path == "/plan/check"


def test_the_check_is_not_reached_without_that_answer(portal: Portal, winston: Seated) -> None:
    page = on(winston, winston.get("/plan"))
    assert page.path == "/plan/check"
    draft = winston.visit.get(PLAN_DRAFT, PlanDraft)
    assert draft is not None
    winston.visit.put(PLAN_DRAFT, replace(draft, old={}))
    assert winston.get("/plan/check").path == "/plan/old-debts"
    page = winston.send(page, agree="yes")
    assert page.path == "/plan/old-debts"
    assert portal.rows("select 1 from plan") == []


def test_where_no_debt_is_old_nobody_is_asked(portal: Portal) -> None:
    quick(portal, "testwell", "council")
    client = at_the_plan(portal, "testwell", "council")
    assert client.get("/plan/old-debts").path == "/plan"
    assert client.send(client.get("/plan"), do="continue").path == "/plan/day"


def test_interest_is_a_forecast_in_one_line(portal: Portal) -> None:
    quick(portal, "exampleton", "hmrc")
    client = at_the_plan(portal, "exampleton", "hmrc")
    page = client.get("/plan")
    assert page.says("Interest may add about £")
    assert page.says("over the whole plan, at the rate of today.")
    assert page.text.count("nterest") == 1
    assert "save" not in page.text.lower()


def test_what_is_taken_from_universal_credit_is_told_and_never_refused(portal: Portal) -> None:
    quick(portal, "testwell", "dwp")
    client = at_the_plan(portal, "testwell", "dwp", rent=10000)
    answer = held(client, "dwp").answer
    assert isinstance(answer, Debts)
    taken = tuple(
        replace(debt, taken_at_source=Pence(20000)) if debt.taken_at_source else debt
        for debt in answer.items
    )
    change_answer(client, "dwp", answer=replace(answer, items=taken))
    page = client.get("/plan")
    assert page.says("more than usual goes to debts that are taken from Universal Credit")
    assert page.says("Continue with")


def test_a_debt_that_two_departments_show_is_paid_once_f95(portal: Portal) -> None:
    quick(portal, "testwell", "dwp", "council")
    client = at_the_plan(portal, "testwell", "dwp", "council")
    mine, other = held(client, "dwp").answer, held(client, "council").answer
    assert isinstance(mine, Debts)
    assert isinstance(other, Debts)
    one = next(debt for debt in mine.items if "Carer" in debt.label)
    same = replace(one, token="another-token-of-it", reference_tail=one.reference_tail or "1234")
    first = replace(one, reference_tail=same.reference_tail)
    change_answer(
        client,
        "dwp",
        answer=replace(mine, items=tuple(first if d is one else d for d in mine.items)),
    )
    change_answer(client, "council", answer=replace(other, items=(*other.items, same)))
    page = client.get("/plan")
    assert page.says("shows it too, so we think it is one debt. You pay it once."), page.text
    rows = [node.text for node in page.main.all("th", scope="row")]
    assert len([row for row in rows if row.startswith(one.label)]) == 1


def test_f40_no_plan_takes_what_a_home_needs_to_live_on(portal: Portal) -> None:
    quick(portal, "testwell", "council")
    nothing = dict.fromkeys(money_out(CAST.person("testwell")), 0)
    client = at_the_plan(portal, "testwell", "council", **{**nothing, "rent": 120_000})
    page = client.get("/plan")
    assert page.path == "/plan/not-now"
    assert page.says("A home like yours needs at least £1,008 a month to live on")
    assert page.says("With that kept, there is too little for a plan. There is help.")
