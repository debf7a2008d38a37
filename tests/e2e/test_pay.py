"""A payment in a real browser: from the plan to the payment service's own page, and back."""

from __future__ import annotations

import pytest

from app.taking import Taking
from consent.store import WORKER, open_store
from plan.answer import Said
from tests.e2e.browser import Surfer
from tests.e2e.test_plan import TAMSIN, take_over
from tests.integration.test_plan_change_pages import say
from tests.pay_lab import GOOD
from tests.plan_desk import agreed, at_the_plan, quick
from tests.portal import Portal
from tests.time_passes import fell_due

pytestmark = pytest.mark.e2e


def test_somebody_pays_by_card(surfer: Surfer, portal: Portal) -> None:
    quick(portal, "testwell", *TAMSIN)
    client = at_the_plan(portal, "testwell", *TAMSIN)
    agreed(client)
    for code in TAMSIN:
        say(portal, code, Said.AGREED)
    take_over(surfer, client)
    surfer.allowed.add(portal.simulators.addresses["govuk_pay"].removeprefix("http://"))
    fell_due(portal, 1)
    page = surfer.go("/plan/progress")
    page.get_by_role("button", name="Make a payment").click()
    assert surfer.path == "/plan/pay"
    surfer.look("pay")
    page.get_by_role("link", name="Pay by bank transfer or standing order instead").click()
    surfer.look("pay-transfer")
    surfer.go("/plan/pay")
    page.get_by_label("Another amount").check()
    surfer.press("Continue to payment")
    assert page.title().startswith("Error: ")
    surfer.look("pay-error")
    page.get_by_label("£100, all that is due").check()
    surfer.press("Continue to payment")
    page.locator("input[name=card]").fill(GOOD)
    page.locator("button", has_text="Continue").first.click()
    page.locator("button", has_text="Confirm").first.click()
    page.wait_for_url(f"{portal.url}/plan/pay/return")
    surfer.look("pay-checking")
    part = portal.services
    store = open_store(portal.database.worker_url, role=WORKER)
    Taking(store, part.clock, part.chance, part.payments, part.wire_loop).look()
    store.close()
    surfer.go("/plan/pay/return")
    assert surfer.heading == "Payment received"
    surfer.look("pay-done")
    surfer.go("/plan/payments")
    surfer.look("payments")
