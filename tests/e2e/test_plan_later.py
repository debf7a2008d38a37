"""A running plan in a real browser: a payment that has not come, another day, and the end."""

from __future__ import annotations

import pytest

from plan.answer import Said
from tests.e2e.browser import Surfer
from tests.e2e.test_plan import TAMSIN, take_over
from tests.integration.test_plan_change_pages import say
from tests.integration.test_plan_standing_pages import cleared
from tests.plan_desk import agreed, at_the_plan, quick
from tests.portal import Portal
from tests.time_passes import fell_due, sql

pytestmark = pytest.mark.e2e


def test_what_comes_after_the_yes(surfer: Surfer, portal: Portal) -> None:
    quick(portal, "testwell", *TAMSIN)
    client = at_the_plan(portal, "testwell", *TAMSIN)
    agreed(client)
    for code in TAMSIN:
        say(portal, code, Said.AGREED)
    take_over(surfer, client)
    fell_due(portal, 2)
    page = surfer.go("/plan/missed")
    surfer.look("plan-missed")
    surfer.press("Continue")
    assert page.title().startswith("Error: ")
    page.get_by_label("Move it to another day").check()
    surfer.press("Continue")
    assert surfer.path == "/plan/change/one-day"
    page.get_by_label("Another day").check()
    surfer.press("Move this payment")
    assert page.title().startswith("Error: ")
    surfer.look("plan-one-day")
    page.locator("input[name=day]").first.check()
    surfer.press("Move this payment")
    assert surfer.path == "/plan/progress"
    sql(portal, "update instalment set due_on = due_on - 70 where state = 'due'")
    fell_due(portal, 40, 10)
    surfer.go("/plan/missed")
    surfer.look("plan-missed-review")
    surfer.go("/plan/change/died")
    surfer.look("plan-died")
    sql(portal, "update plan set review_month = '2026-01-01'")
    surfer.go("/plan/review")
    surfer.press("Continue")
    assert page.title().startswith("Error: ")
    surfer.look("plan-review")
    cleared(portal, *TAMSIN)
    surfer.go("/plan/finished")
    assert surfer.heading == "You have finished your plan"
    surfer.look("plan-finished")
