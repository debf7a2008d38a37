"""D64 and D71: somebody without a bank account pays over a counter, with a page they print."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from barcode import Code128

from consent.clock import london_date
from consent.store import WORKER, open_store
from plan.answer import Said
from plan.paying import Route
from plan.record_money import record_money
from tests.debts_desk import Seated
from tests.integration.test_plan_change_pages import TAMSIN, say
from tests.plan_desk import agreed, at_the_plan, quick
from tests.portal import House, Portal
from tests.time_passes import fell_due


@pytest.fixture
def tamsin(portal: Portal) -> Seated:
    quick(portal, "testwell", *TAMSIN)
    client = at_the_plan(portal, "testwell", *TAMSIN)
    agreed(client)
    return client


def test_the_printed_page_is_enough_to_pay_over_a_counter(portal: Portal, tamsin: Seated) -> None:
    assert tamsin.get("/plan/pay/cash").says("Do not pay yet")
    for code in TAMSIN:
        say(portal, code, Said.AGREED)
    fell_due(portal, 1)
    assert "/plan/pay/cash" in tamsin.get("/plan/pay").html
    page = tamsin.get("/plan/pay/cash")
    assert page.heading == "Pay in cash"
    assert page.says("£100 is due now")
    assert page.says("No shop takes money for this barcode")
    found = re.search(r"PL\w\w( \w{4}){2} \w\w", page.html)
    assert found is not None
    reference = found[0]
    part = portal.services
    worker = open_store(portal.database.worker_url, role=WORKER)
    day = london_date(part.clock.now())
    record_money(
        worker,
        part.clock,
        part.chance,
        route=Route.CASH,
        reference=reference,
        pence=10_000,
        value_date=day,
        receipt_id="COUNTER-7",
    )
    worker.close()
    assert tamsin.get("/plan/payments").says("Received, in cash")
    assert tamsin.get("/plan/pay/cash").says("Nothing is due now")


def test_the_barcode_is_the_networks_digits_and_the_reference(
    portal: Portal, tamsin: Seated
) -> None:
    for code in TAMSIN:
        say(portal, code, Said.AGREED)
    page = tamsin.get("/plan/pay/cash")
    drawn = re.search(r'viewBox="0 0 (\d+) 1".*?fill="#000" d="([^"]+)"', page.html)
    reference = re.search(r"PL\w\w( \w{4}){2} \w\w", page.html)
    assert drawn
    assert reference
    bars = re.findall(r"M(\d+) 0h(\d+)v1h-\2z", drawn[2])
    dark = {int(at) + n for at, width in bars for n in range(int(width))}
    modules = "".join("01"[at in dark] for at in range(int(drawn[1])))
    quiet = "0" * 10
    assert modules == quiet + Code128("0000" + reference[0].replace(" ", "")).build()[0] + quiet


def test_without_a_cash_network_nobody_is_offered_to_pay_in_cash(
    house: House, portal: Portal, tamsin: Seated, monkeypatch: pytest.MonkeyPatch
) -> None:
    for code in TAMSIN:
        say(portal, code, Said.AGREED)
    fell_due(portal, 1)
    assert house.switch.app is not None
    extensions = house.switch.app.extensions
    known = extensions["svd"]
    bare = replace(known, settings=replace(known.settings, cash_prefix=""))
    monkeypatch.setitem(extensions, "svd", bare)
    assert "/plan/pay/cash" not in tamsin.get("/plan/pay").html
    page = tamsin.get("/plan/pay/cash")
    assert page.says("You cannot pay in cash here yet")
    assert "Barcode" not in page.html
