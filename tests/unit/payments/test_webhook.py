"""A message of the payment provider: theirs or nobody's, and a hint at most (SEC-79)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from adapters.payments.govuk_pay import HintRefused, read_webhook
from adapters.payments.govuk_pay.webhook import sign
from plan.ports import PaymentHint
from tests.upstream_lab import published

SECRET = "a secret that nobody else has"


def a_message(**changes: Any) -> bytes:
    message = {
        "webhook_message_id": "m1",
        "api_version": 1,
        "created_date": "2026-01-12T10:36:26.988Z",
        "resource_id": "p1",
        "resource_type": "payment",
        "event_type": "card_payment_captured",
        "resource": {"amount": 5000, "state": {"status": "success", "finished": True}},
    }
    return json.dumps(message | changes).encode()


def refused(raw: bytes, signature: str, secret: str = SECRET) -> str:
    with pytest.raises(HintRefused) as caught:
        read_webhook(raw, signature, secret)
    return caught.value.kind


def test_a_signed_message_is_a_hint_where_to_look() -> None:
    raw = a_message()
    hint = read_webhook(raw, sign(raw, SECRET), SECRET)
    assert hint == PaymentHint("card_payment_captured", "payment", "p1", "m1")


def test_capitals_and_the_other_name_of_the_id_are_the_same_message() -> None:
    raw = a_message(
        webhook_message_id=None, id="m1", resource_type="REFUND", event_type="CARD_PAYMENT_REFUNDED"
    )
    hint = read_webhook(raw, sign(raw, SECRET), SECRET)
    assert hint == PaymentHint("card_payment_refunded", "refund", "p1", "m1")


def test_no_byte_of_a_message_can_be_changed() -> None:
    """Every byte of the body and of the signature, to three other values: none is accepted."""
    raw = a_message()
    signature = sign(raw, SECRET)
    tried = 0
    for place in range(len(raw)):
        for flip in (0x01, 0x20, 0x80):
            spoiled = bytearray(raw)
            spoiled[place] ^= flip
            assert refused(bytes(spoiled), signature) == "signature"
            tried += 1
    for place in range(len(signature)):
        for flip in (0x01, 0x20, 0x80):
            letter = chr(ord(signature[place]) ^ flip)
            spoiled_signature = signature[:place] + letter + signature[place + 1 :]
            assert refused(raw, spoiled_signature) == "signature"
            tried += 1
    assert tried == 3 * (len(raw) + 64)


@pytest.mark.parametrize("cut", [0, 1, 10])
def test_nothing_can_be_cut_off_or_added(cut: int) -> None:
    raw = a_message()
    signature = sign(raw, SECRET)
    for spoiled in (raw[: len(raw) - cut - 1], raw + b" " * (cut + 1), b" " + raw):
        assert refused(spoiled, signature) == "signature"


@pytest.mark.parametrize("change", [str.upper, lambda s: s[:-1], lambda s: f" {s}", lambda s: ""])
def test_a_signature_is_written_in_one_way(change: Any) -> None:
    raw = a_message()
    assert refused(raw, change(sign(raw, SECRET))) == "signature"


def test_another_secret_or_none_signs_nothing() -> None:
    raw = a_message()
    assert refused(raw, sign(raw, "another secret")) == "signature"
    assert refused(raw, sign(raw, ""), "") == "signature"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"null",
        b'{"resource_id": "p1"}',
        b'\xef\xbb\xbf{"resource_id": "p1"}',
        a_message(resource_type="dispute"),
        a_message(webhook_message_id=None),
        a_message(resource_id="../payments"),
        a_message(resource_id=17),
        a_message(event_type="card payment"),
        a_message(resource_id="p" * 65),
        a_message()[:-1] + b', "resource_id": "p2"}',
        a_message(resource="x" * 70_000),
    ],
)
def test_what_is_signed_and_makes_no_sense_is_not_used(raw: bytes) -> None:
    assert refused(raw, sign(raw, SECRET)) == "unreadable"


def test_the_published_vector() -> None:
    vectors = json.loads(published("_derived", "signatures", "signature_vectors.json").read_text())
    (pay,) = [one for one in vectors["vectors"] if one["header"] == "Pay-Signature"]
    assert sign(pay["body"].encode(), pay["key"]) == pay["signature"]
    assert refused(pay["body"].encode(), pay["signature"], pay["key"]) == "unreadable"
    assert refused(pay["body"].encode() + b"\n", pay["signature"], pay["key"]) == "signature"
