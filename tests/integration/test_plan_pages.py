"""The plan's pages on a running portal: from the offer to the plan, and when there is none."""

from __future__ import annotations

from tests.plan_desk import agreed, at_the_plan, on, quick
from tests.portal import Portal

TAMSIN = ("dwp", "council", "dvla")


def test_tamsin_agrees_the_plan_that_is_offered(portal: Portal) -> None:
    quick(portal, "testwell", *TAMSIN)
    client = at_the_plan(portal, "testwell", *TAMSIN)
    page = client.get("/plan")
    assert page.heading == "A plan you can afford: £100 a month"
    assert page.says("That is 20 payments. The last one is smaller: £32.90.")
    assert page.says("£1,960 comes in each month and £1,740 goes out. That leaves £220.")
    assert page.says("Not in this plan: Universal Credit advance")
    page = on(client, page)
    assert page.path == "/plan/check"
    assert page.ticked() == []
    page = client.send(page, agree="yes")
    assert page.heading == "You have agreed your plan"
    assert page.says("Department for Work and Pensions has your 4 budget totals")
    kept = portal.rows("select payment_pence, pay_day, method, state from plan")
    assert kept == [(10000, 15, "card", "proposed")]
    lines = portal.rows("select department, current_pence from plan_share order by department")
    assert lines == [("council", 5445), ("dvla", 276), ("dwp", 4279)]
    purposes = portal.rows(
        "select department, purpose, state from consent_grant"
        " where purpose <> 'view_debts' order by 1, 2"
    )
    assert purposes == [
        ("council", "run_plan", "given"),
        ("dvla", "run_plan", "given"),
        ("dwp", "run_plan", "given"),
        ("dwp", "share_budget_totals", "consumed"),
    ]
    assert len(portal.rows("select 1 from outbox where topic = 'plan.proposed'")) == 3


def test_the_letter_made_at_agreement_has_every_payment_and_is_not_kept(portal: Portal) -> None:
    quick(portal, "testwell", *TAMSIN)
    client = at_the_plan(portal, "testwell", *TAMSIN)
    agreed(client)
    page = client.get("/plan/letter")
    assert page.says("Last payment £32.90 in")
    assert page.says("Every payment")
