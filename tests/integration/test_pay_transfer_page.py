"""D71: somebody pays by bank transfer with what the page says, and sees that it came."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.payments.camt053 import OwnAccount, ours, read
from adapters.simulators.bank_statement import Line, statement
from app.paying_account import DEMONSTRATION
from consent.clock import london_date
from consent.store import WORKER, open_store
from plan.answer import Said
from plan.take_in import take_in
from tests.debts_desk import Seated
from tests.integration.test_plan_change_pages import TAMSIN, say
from tests.plan_desk import agreed, at_the_plan, quick
from tests.portal import Portal
from tests.time_passes import fell_due


@pytest.fixture
def tamsin(portal: Portal) -> Seated:
    quick(portal, "testwell", *TAMSIN)
    client = at_the_plan(portal, "testwell", *TAMSIN)
    agreed(client)
    return client


def test_what_the_page_says_is_enough_for_a_transfer_to_arrive(
    portal: Portal, tamsin: Seated, tmp_path: Path
) -> None:
    assert tamsin.get("/plan/pay").heading == "There is nothing to pay yet"
    assert tamsin.get("/plan/pay/transfer").says("Do not pay yet")
    for code in TAMSIN:
        say(portal, code, Said.AGREED)
    fell_due(portal, 1)
    page = tamsin.get("/plan/pay")
    assert "/plan/pay/transfer" in page.html
    page = tamsin.get("/plan/pay/transfer")
    name, sort_code, number = DEMONSTRATION
    for words in (name, "00-00-00", number, "£100 is due now", "do not send money to it"):
        assert page.says(words)
    found = re.search(r"PL\w\w( \w{4}){2} \w\w", page.html)
    assert found is not None
    part = portal.services
    day = london_date(part.clock.now()) - timedelta(days=1)
    lines = [Line(10_000, f"plan {found[0]}")]
    body = statement(lines, sort_code=sort_code, number=number, day=day)
    worker = open_store(portal.database.worker_url, role=WORKER)
    for one in ours(read(body), OwnAccount(sort_code, number)):
        assert take_in(worker, part.clock, part.chance, one).matched == 1
    worker.close()
    page = tamsin.get("/plan/payments")
    assert page.says("£100 on")
    assert page.says("Received, by bank transfer")
    assert tamsin.get("/plan/pay/transfer").says("Nothing is due now")
