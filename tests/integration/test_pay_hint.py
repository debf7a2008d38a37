"""Messages of the payment service are hints: signed ones have a payment looked at, none is believed
(SEC-79)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import requests

from adapters.payments.govuk_pay.webhook import HEADER, sign
from app.taking import Taking
from consent.store import WORKER, open_store
from debts.money import Pence
from plan.paying import RefundReason
from plan.reverse import reverse
from tests.debts_desk import Seated
from tests.integration.test_pay_pages import begins, states, tamsin, types_card, worker_looks
from tests.pay_lab import GOOD
from tests.portal import Portal
from tests.time_passes import sql
from tests.until import until

__all__ = ["tamsin"]


@pytest.fixture
def taking(portal: Portal) -> Iterator[Taking]:
    part = portal.services
    store = open_store(portal.database.worker_url, role=WORKER)
    yield Taking(store, part.clock, part.chance, part.payments, part.wire_loop)
    store.close()


def message(payment_id: str, event: str = "card_payment_settled") -> bytes:
    return json.dumps(
        {
            "webhook_message_id": "m1",
            "api_version": 1,
            "created_date": "2026-11-28T10:00:00.000Z",
            "resource_id": payment_id,
            "resource_type": "payment",
            "event_type": event,
            "resource": {"payment_id": payment_id, "state": {"status": "success"}},
        }
    ).encode()


def send(portal: Portal, body: bytes, signature: str) -> int:
    address = f"{portal.url}/webhooks/govuk-pay"
    return requests.post(address, body, headers={HEADER: signature}, timeout=60).status_code


def waits(portal: Portal) -> bool:
    """The worker has nothing to look at now."""
    return portal.rows("select count(*) from payment where check_at <= now()") == [(0,)]


def only_when_told(portal: Portal) -> None:
    """What the worker would look at by itself comes so late that a message has to bring it."""
    sql(portal, "update payment set check_at = now() + interval '1 hour'")


def test_a_signed_message_has_the_payment_looked_at_and_is_not_believed(
    portal: Portal, tamsin: Seated, taking: Taking
) -> None:
    address = begins(tamsin)
    ((payment_id,),) = portal.rows("select provider_id from payment")
    secret = portal.services.pay_webhook_secret
    body = message(payment_id)
    only_when_told(portal)
    assert waits(portal)
    assert send(portal, body, sign(body, "not the secret")) == 400
    assert send(portal, body + b" ", sign(body, secret)) == 400
    assert waits(portal)
    for _ in range(50):
        assert send(portal, body, sign(body, secret)) == 204
    assert not waits(portal)
    taking.look()
    assert states(portal) == [("submitted", 10_000)], "it says success, and nobody has paid"
    only_when_told(portal)
    types_card(address, GOOD)
    for event in ("card_payment_succeeded", "card_payment_started"):
        again = message(payment_id, event)
        assert send(portal, again, sign(again, secret)) == 204
    taking.look()
    assert states(portal) == [("settled", 10_000)]
    for _ in range(20):
        send(portal, body, sign(body, secret))
        taking.look()
    assert portal.rows("select sum(pence) from allocation") == [(10_000,)]
    assert portal.rows("select sum(paid_pence) from instalment") == [(10_000,)]


def test_a_message_about_nobody_is_taken_and_does_nothing(portal: Portal) -> None:
    body = message("hu20sqlact5260q2nanm0q8u93")
    assert send(portal, body, sign(body, portal.services.pay_webhook_secret)) == 204


def test_a_refund_that_somebody_made_there_by_hand_is_taken_from_each_book(
    portal: Portal, tamsin: Seated, taking: Taking
) -> None:
    """Noticed by their message, read from their books, written down once; ours is made beside."""
    address = begins(tamsin)
    types_card(address, GOOD)
    ((payment_id, provider_id),) = portal.rows("select payment_id, provider_id from payment")
    worker_looks(portal, taking)
    assert states(portal) == [("settled", 10_000)]
    advance(address)
    reverse(
        taking.store,
        taking.clock,
        taking.chance,
        payment_id=payment_id,
        pence_in_all=333,
        reason=RefundReason.ASKED,
    )
    taking.loop.call(
        taking.provider.refund(provider_id, Pence(777), refundable=Pence(10_000)), seconds=10
    )
    taking.give_back()  # what can be refunded there is not what we think
    body = message(provider_id, "card_payment_refunded")

    def both_are_done() -> bool:
        assert send(portal, body, sign(body, portal.services.pay_webhook_secret)) == 204
        taking.look()
        portal.rows("update refund set check_at = now() where check_at is not null returning 1")
        taking.give_back()
        return portal.rows("select count(*) from refund where state = 'done'") == [(2,)]

    until(both_are_done, "the refunds")
    taking.look()
    assert portal.rows("select state, pence from refund order by pence") == [
        ("done", 333),
        ("done", 777),
    ]
    assert portal.rows("select sum(pence) from allocation") == [(8_890,)]
    assert portal.rows("select reversed_pence, check_at from payment") == [(1_110, None)]


def test_after_a_part_was_charged_back_another_part_can_be_given_back(
    portal: Portal, tamsin: Seated, taking: Taking
) -> None:
    """What the payer's bank took is no refund of the payment service: it does not count it."""
    address = begins(tamsin)
    types_card(address, GOOD)
    ((payment_id,),) = portal.rows("select payment_id from payment")
    worker_looks(portal, taking)
    advance(address)
    for pence, reason in ((2_000, RefundReason.CHARGED_BACK), (333, RefundReason.ASKED)):
        reverse(
            taking.store,
            taking.clock,
            taking.chance,
            payment_id=payment_id,
            pence_in_all=pence,
            reason=reason,
        )
    taking.give_back()
    assert portal.rows("select state, pence, provider_id <> '' from refund order by pence") in (
        [("sent", 333, True), ("done", 2_000, False)],
        [("done", 333, True), ("done", 2_000, False)],
    )


def advance(address: str) -> None:
    """Two minutes pass at the payment service, so that the money is taken from the card."""
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(address))
    requests.post(f"{origin}/_control", json={"advance": 120}, timeout=60).raise_for_status()
