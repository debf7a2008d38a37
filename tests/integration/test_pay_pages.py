"""D70 to D73: a payment from the person's page to the payment service and back, over real HTTP.

The worker's rounds run in the test, against the same database and the same payment service.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests

from app.taking import Taking
from consent.store import WORKER, open_store
from plan.answer import Said
from tests.debts_desk import Seated, seat
from tests.integration.test_plan_change_pages import TAMSIN, say
from tests.pay_lab import DECLINED, GOOD
from tests.plan_desk import agreed, at_the_plan, quick
from tests.portal import Portal
from tests.time_passes import fell_due, sql


@pytest.fixture
def tamsin(portal: Portal) -> Seated:
    """Her plan of £100 a month is agreed, every department said yes, and a payment is due."""
    quick(portal, "testwell", *TAMSIN)
    client = at_the_plan(portal, "testwell", *TAMSIN)
    agreed(client)
    for code in TAMSIN:
        say(portal, code, Said.AGREED)
    fell_due(portal, 1)
    return client


@pytest.fixture
def taking(portal: Portal) -> Iterator[Taking]:
    part = portal.services
    store = open_store(portal.database.worker_url, role=WORKER)
    yield Taking(store, part.clock, part.chance, part.payments, part.wire_loop)
    store.close()


def worker_looks(portal: Portal, taking: Taking) -> None:
    """Its next look, whenever that is."""
    sql(portal, "update payment set check_at = now() where check_at is not null")
    taking.look()


def types_card(address: str, card: str, *, then: str = "confirm") -> None:
    for said in ({"how": "card", "card": card}, {"how": then}):
        answer = requests.post(address, said, timeout=60, allow_redirects=False)
        assert answer.status_code in (200, 303), answer.text


def begins(client: Seated, **more: str) -> str:
    """The address of the payment service to which the person is sent."""
    page = client.get("/plan/pay")
    answer = client.send(page, follow=False, **{"how_much": "due", **more}).response
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def states(portal: Portal) -> list[tuple[str, int]]:
    return [(row[0], row[1]) for row in portal.rows("select state, amount_pence from payment")]


def test_what_is_due_is_paid_and_split_d71_d73(
    portal: Portal, tamsin: Seated, taking: Taking
) -> None:
    assert tamsin.get("/plan/pay").says("£100, all that is due")
    there = begins(tamsin)
    assert there.startswith(portal.simulators.addresses["govuk_pay"])
    assert tamsin.get("/plan/pay").path == "/plan/pay/return", "one payment at a time"
    types_card(there, GOOD)
    page = tamsin.get("/plan/pay/return")
    assert page.heading == "Checking your payment"
    assert page.response.headers["Refresh"] == "2"
    taking.look()
    page = tamsin.get("/plan/pay/return")
    assert page.heading == "Payment received"
    assert page.says("Your plan reference: PL")
    ((payment_id,),) = portal.rows("select payment_id from payment")
    reference = str(payment_id)[:8].upper()
    assert page.says(f"Payment reference: {reference[:4]} {reference[4:]}")
    assert page.says("Your next payment is £100 on")
    assert states(portal) == [("settled", 10_000)]
    parts = portal.rows("select sum(pence), count(*) from allocation where state = 'settled'")
    assert parts == [(10_000, 3)]
    assert tamsin.get("/plan/payments").says("Received, goes to the department next")
    assert "Paid so far: £54.45" in tamsin.get("/plan/progress").text
    assert tamsin.get("/plan/payments").says(f"reference {reference[:4]} {reference[4:]}")
    saved = tamsin.get("/plan/payments.csv").html
    assert "Sampleshire Council,54.45," in saved
    assert f"by card,{payment_id},100.00," in saved
    assert not tamsin.get("/plan/pay").says("all that is due")
    assert seat(portal, "testwell").get("/plan/pay").heading == "Nothing is due now"


def test_when_nobody_knows_yet_the_page_says_by_when_d72(portal: Portal, tamsin: Seated) -> None:
    begins(tamsin)
    sql(portal, "update payment set made_at = made_at - interval '2 minutes'")
    page = tamsin.get("/plan/pay/return")
    assert page.says("We do not know yet if your payment went through. Do not pay again.")
    assert page.says("We will tell you by")
    sql(portal, "update payment set made_at = made_at - interval '3 hours'")
    page = tamsin.get("/plan/pay/return")
    assert page.says("We keep asking.")
    assert "We will tell you by" not in page.text


def test_a_part_says_what_its_department_made_of_it_d70(
    portal: Portal, tamsin: Seated, taking: Taking
) -> None:
    types_card(begins(tamsin), GOOD)
    worker_looks(portal, taking)
    sql(
        portal,
        "insert into allocation_receipt (allocation_id, department, outcome, reason, line,"
        " returned_pence, received_at, by_kind, said_hash)"
        " select allocation_id, department, case department when 'dwp' then 'returned'"
        " else 'posted' end, '', 'open', 0, now(), 'department', repeat('0', 64)"
        " from allocation where department <> 'dvla'",
    )
    said = tamsin.get("/plan/payments").text
    assert "The department has it" in said
    assert "The department sent it back" in said
    assert "Received, goes to the department next" in said


def test_a_card_that_is_refused_takes_nothing_and_another_try_is_open(
    portal: Portal, tamsin: Seated, taking: Taking
) -> None:
    address = begins(tamsin)
    requests.post(address, {"how": "card", "card": DECLINED}, timeout=60, allow_redirects=False)
    worker_looks(portal, taking)
    page = tamsin.get("/plan/pay/return")
    assert page.heading == "No money has been taken"
    assert portal.rows("select distinct state from allocation") == [("void",)]
    types_card(begins(tamsin), GOOD)
    worker_looks(portal, taking)
    assert tamsin.get("/plan/pay/return").heading == "Payment received"
    assert portal.rows("select sum(paid_pence) from instalment") == [(10_000,)]


def test_who_does_not_want_to_pay_now_leaves_and_nothing_is_taken(
    portal: Portal, tamsin: Seated, taking: Taking
) -> None:
    begins(tamsin)
    page = tamsin.get("/plan/pay/return")
    assert tamsin.send(page, "/plan/pay/leave").path == "/plan/pay/return"
    worker_looks(portal, taking)
    assert tamsin.get("/plan/pay/return").heading == "No money has been taken"
    assert states(portal) == [("cancelled", 10_000)]


def test_the_same_form_sent_twice_is_one_payment_sec_80(portal: Portal, tamsin: Seated) -> None:
    page = tamsin.get("/plan/pay")
    first = tamsin.send(page, how_much="due", follow=False).response.headers["Location"]
    second = tamsin.send(page, how_much="due", follow=False).response.headers["Location"]
    assert first != "/plan/pay/return"
    assert second == "/plan/pay/return"
    assert states(portal) == [("submitted", 10_000)]


def test_the_messages_of_the_page_d71(tamsin: Seated) -> None:
    page = tamsin.get("/plan/pay")
    assert tamsin.send(page, how_much="").errors() == {
        "how_much": "Select how much you want to pay"
    }
    other = tamsin.send(page, how_much="other", amount="")
    assert other.errors() == {"amount": "Enter how much you want to pay"}
    small = tamsin.send(page, how_much="other", amount="0.50")
    assert "Amount must be between £1 and £" in small.errors()["amount"]


def paid_to(portal: Portal) -> dict[str, int]:
    """Pence of the newest payment by department."""
    return dict(
        portal.rows(
            "select department, sum(pence)::int from allocation where payment_id ="
            " (select payment_id from payment order by made_at desc limit 1) group by 1"
        )
    )


def test_what_is_more_than_due_finishes_the_smallest_debt_and_the_rest_is_shared_d71(
    portal: Portal, tamsin: Seated
) -> None:
    """£100 is due. Of £190, £90 is more than that: £77.24 finishes the debt of £80, and what is
    over goes to the others."""
    page = tamsin.get("/plan/pay")
    assert page.says("Vehicle tax penalty, Driver and Vehicle Licensing Agency: £80 is left.")
    begins(tamsin, how_much="other", amount="190", where="sooner")
    found = paid_to(portal)
    assert found["dvla"] == 8_000
    assert found["dwp"] > 4_279
    assert found["council"] > 5_445
    assert sum(found.values()) == 19_000


def test_what_is_due_goes_as_agreed_whatever_is_marked_beside_it_d71(
    portal: Portal, tamsin: Seated
) -> None:
    begins(tamsin, where="sooner")
    assert paid_to(portal) == {"council": 5_445, "dvla": 276, "dwp": 4_279}


def test_what_is_due_can_be_paid_also_where_it_is_less_than_a_pound(
    portal: Portal, tamsin: Seated
) -> None:
    sql(portal, "update instalment set state = 'part_paid', paid_pence = 9950 where state = 'due'")
    later = seat(portal, "testwell")
    assert later.get("/plan/pay").says("£0.50, all that is due")
    begins(later)
    assert states(portal) == [("submitted", 50)]


def test_who_wants_to_pay_a_bit_is_asked_how_much_d74(tamsin: Seated, portal: Portal) -> None:
    page = tamsin.send(tamsin.get("/plan/missed"), do="part")
    assert page.path == "/plan/pay"
    assert page.value("how_much") == "other"
    assert tamsin.get("/plan/pay").value("how_much") == "due"


def test_a_payment_whose_answer_was_lost_is_called_off(
    portal: Portal, tamsin: Seated, taking: Taking
) -> None:
    """The payment service made it and said nothing: nobody can have paid, and the person may begin
    again once the worker has called it off."""
    portal.simulators.control(
        "govuk_pay", {"faults": [{"on": "create_payment", "kind": "after_timeout", "seconds": 1}]}
    )
    page = tamsin.get("/plan/pay")
    answer = tamsin.send(page, how_much="due")
    assert answer.heading == "We cannot reach GOV.UK Pay right now"
    assert states(portal) == [("started", 10_000)]
    portal.simulators.control("govuk_pay", {"advance": 60})
    worker_looks(portal, taking)
    assert states(portal) == [("cancelled", 10_000)]


def test_a_card_that_is_kept_is_charged_on_the_next_day(
    portal: Portal, tamsin: Seated, taking: Taking
) -> None:
    types_card(begins(tamsin, keep="yes"), GOOD)
    worker_looks(portal, taking)
    assert portal.rows("select state from agreement") == [("active",)]
    fell_due(portal, 0)
    worker_looks(portal, taking)
    portal.simulators.control("govuk_pay", {"advance": 120})
    worker_looks(portal, taking)
    assert sorted(states(portal)) == [("settled", 10_000), ("settled", 10_000)]
    assert portal.rows("select count(*) from instalment where state = 'paid'") == [(2,)]
    page = tamsin.get("/plan/pay/card")
    assert page.heading == "Your card is charged on each payment day"
    assert tamsin.send(page, "/plan/pay/card").heading == "No card is charged by itself"
    assert taking.end_agreements() == 1
    assert taking.end_agreements() == 0
    assert portal.rows("select state from agreement") == [("cancelled",)]
    fell_due(portal, 0)
    assert len(states(portal)) == 2, "nothing is charged any more"


def test_what_goes_back_reaches_the_card_once(
    portal: Portal, tamsin: Seated, taking: Taking
) -> None:
    from plan.paying import RefundReason
    from plan.reverse import reverse

    types_card(begins(tamsin), GOOD)
    worker_looks(portal, taking)
    portal.simulators.control("govuk_pay", {"advance": 120})
    ((payment_id,),) = portal.rows("select payment_id from payment")
    reverse(
        taking.store,
        taking.clock,
        taking.chance,
        payment_id=payment_id,
        pence_in_all=2_500,
        reason=RefundReason.ASKED,
    )
    for _ in range(3):
        sql(portal, "update refund set check_at = now() where check_at is not null")
        taking.give_back()
        portal.simulators.control("govuk_pay", {"advance": 120})
    assert portal.rows("select state, pence from refund") == [("done", 2_500)]
    ledger = requests.get(f"{portal.simulators.addresses['govuk_pay']}/_ledger", timeout=60).json()
    mine = [one for one in ledger["refunds"] if one["amount"] == 2_500]
    assert len(mine) == 1
    assert tamsin.get("/plan/payments").says("£25 went back to you.")
