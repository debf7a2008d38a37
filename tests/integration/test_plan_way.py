"""D64 on the pages of a plan: the way to pay that a person chose is shown, used, and changed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.taking import Taking
from plan.answer import Said
from tests.debts_desk import Seated, seat
from tests.integration.test_pay_pages import begins, types_card, worker_looks
from tests.integration.test_pay_pages import taking as taking  # the worker's looks at payments
from tests.integration.test_plan_change_pages import TAMSIN, say
from tests.pay_lab import GOOD
from tests.plan_desk import at_the_plan, on, quick
from tests.portal import House, Portal
from tests.time_passes import fell_due

WHERE = {
    "card": ("Make a payment", "/plan/pay"),
    "pay_by_bank": ("Pay by bank transfer", "/plan/pay/transfer"),
    "standing_order": ("See the details for your bank", "/plan/pay/transfer"),
    "cash": ("Get the page for the counter", "/plan/pay/cash"),
}
"""The button on the plan so far, and where it leads."""
FIRST = {
    "card": "When a payment is due, you make it from the page of your plan.",
    "pay_by_bank": "When a payment is due, send it from your bank.",
    "standing_order": "When a department has agreed, set up the standing order at your bank.",
    "cash": "When a department has agreed, print the page for the counter.",
}
"""What the page after a yes says is to be done."""


def agreed_by(portal: Portal, method: str) -> Seated:
    quick(portal, "testwell", *TAMSIN)
    client = at_the_plan(portal, "testwell", *TAMSIN)
    page = client.send(on(client, client.get("/plan"), method=method), agree="yes")
    assert page.says(FIRST[method])
    for code in TAMSIN:
        say(portal, code, Said.AGREED)
    return client


@pytest.mark.parametrize("method", WHERE)
def test_the_plan_leads_to_the_way_that_was_chosen(portal: Portal, method: str) -> None:
    client = agreed_by(portal, method)
    links = client.get("/plan/progress").links()
    words, address = WHERE[method]
    assert links[words] == address
    assert ("Pay by card instead" in links) is (method != "card")
    assert client.get(address).path == address
    assert "Stop charging my card each time" not in links, "no card is charged"


def test_another_way_counts_from_now_on_and_no_department_is_told(portal: Portal) -> None:
    client = agreed_by(portal, "card")
    told = portal.rows("select count(*) from outbox")
    page = client.send(client.get("/plan/change"), changed="way")
    assert page.path == "/plan/change/how"
    assert page.value("method") == "card"
    page = client.send(page, method="cash")
    assert page.path == "/plan/progress"
    assert page.says("How you pay Cash")
    assert page.links()["Get the page for the counter"] == "/plan/pay/cash"
    assert client.get("/plan/letter").says("How you pay Cash")
    assert portal.rows("select count(*) from outbox") == told
    changed = "select kind, by_kind from plan_event where kind = 'way_changed'"
    assert portal.rows(changed) == [("way_changed", "person")]
    client.send(client.get("/plan/change/how"), method="cash")
    assert len(portal.rows(changed)) == 1, "the same way again is no change"


def test_a_card_that_was_charged_by_itself_is_not_where_the_way_is_another(
    portal: Portal, taking: Taking
) -> None:
    client = agreed_by(portal, "cash")
    fell_due(portal, 1)
    types_card(begins(client, keep="yes"), GOOD)
    worker_looks(portal, taking)
    page = client.get("/plan/progress")
    assert page.says("How you pay Debit card, charged by itself on each payment day")
    assert page.links()["Make a payment"] == "/plan/pay"
    assert page.links()["Stop charging my card each time"] == "/plan/pay/card"
    client.send(client.get("/plan/change/how"), method="standing_order")
    page = client.get("/plan/progress")
    assert page.says("How you pay Standing order")
    assert client.get("/plan/pay/card").heading == "No card is charged by itself"


def test_nothing_selected_and_no_plan(portal: Portal) -> None:
    client = agreed_by(portal, "card")
    page = client.send(client.get("/plan/change/how"), method="")
    assert page.errors()["method"] == "Select how you want to pay"
    client.send(client.get("/plan/stop"), stop="yes")
    assert client.get("/plan/change/how").path == "/plan"
    assert seat(portal, "placeholder").get("/plan/change/how").path == "/plan"


def test_who_asks_about_their_benefit_reads_whom_to_ask(portal: Portal) -> None:
    page = agreed_by(portal, "card").get("/plan/change/how")
    assert page.says("Can it be taken from my benefit?")
    assert page.says("For a debt to DWP, ask it on 0161 496 0104.")


def test_without_an_account_nobody_is_offered_a_transfer(
    house: House, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = agreed_by(portal, "card")
    assert house.switch.app is not None
    extensions = house.switch.app.extensions
    known = extensions["svd"]
    bare = replace(known, settings=replace(known.settings, paying_account=None))
    monkeypatch.setitem(extensions, "svd", bare)
    offered = client.get("/plan/change/how").form().all("input", type_="radio")
    assert [one["value"] for one in offered] == ["card", "cash"]
