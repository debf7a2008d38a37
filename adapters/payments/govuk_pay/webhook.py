"""A message from GOV.UK Pay: is it theirs, and where should we look? (SEC-79)

The signature covers the body alone, without a time, so an old message can be sent again by anybody
who saw it. That costs one look at a payment and changes nothing: nothing here is a state.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import Final

from marshmallow import ValidationError

from adapters.payments.govuk_pay.schema import Webhook
from consent.strict_json import NotStrictJson, read_json
from plan.ports import PaymentHint

HEADER: Final = "Pay-Signature"
MOST_BYTES: Final = 64 * 1024
_HEX: Final = re.compile(r"[0-9a-f]{64}")
_SCHEMA: Final = Webhook()
ABOUT: Final = ("payment", "refund")


class HintRefused(ValueError):
    """Not a message of theirs ("signature"), or not one that can be used ("unreadable")."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


def sign(raw: bytes, secret: str) -> str:
    """HMAC-SHA256 over the raw body in small hexadecimal letters; the key is the secret's UTF-8."""
    return hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


def read_webhook(raw: bytes, signature: str, secret: str) -> PaymentHint:
    """Where to look. Raises HintRefused; the body of a message that is not theirs is not parsed."""
    if not secret or not _HEX.fullmatch(signature):
        raise HintRefused("signature")
    if not hmac.compare_digest(sign(raw, secret), signature):
        raise HintRefused("signature")
    try:
        read = _SCHEMA.load(read_json(raw, max_bytes=MOST_BYTES))
    except (NotStrictJson, ValidationError):
        raise HintRefused("unreadable") from None
    about = read["resource_type"].lower()
    message = read["webhook_message_id"] or read["id"]
    if about not in ABOUT or not message:
        raise HintRefused("unreadable")
    return PaymentHint(read["event_type"].lower(), about, read["resource_id"], message)
