"""What GOV.UK Pay says of payments, refunds and agreements, read strictly.

Only what is named here is read: a name, an e-mail address, a card or metadata never becomes an
object. What must be there and is not, or is of another type, makes the whole answer unreadable.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from adapters.reading import Unreadable, day, london_moment, whole_pence
from debts.money import Pence

IDENTIFIER: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LONGEST: Final = 255


class Exclude(Schema):
    """Takes what it names and drops the rest."""

    class Meta:
        unknown = EXCLUDE


class Identifier(fields.String):
    """An id that may stand in an address as it is."""

    def __init__(self, **more: Any) -> None:
        super().__init__(validate=validate.Regexp(rf"{IDENTIFIER.pattern}\Z"), **more)


class PenceField(fields.Field[Pence]):
    """Whole pence, 0 or more. `5.00` and true are refused."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any
    ) -> Pence:
        try:
            read = whole_pence(value)
        except Unreadable:
            raise ValidationError("not pence") from None
        if read < 0:
            raise ValidationError("not pence")
        return read


class Moment(fields.Field[datetime]):
    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any
    ) -> datetime:
        try:
            return london_moment(value)
        except Unreadable:
            raise ValidationError("not a moment") from None


class Day(fields.Field[date]):
    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any
    ) -> date:
        try:
            return day(value)
        except Unreadable:
            raise ValidationError("not a day") from None


class Truth(fields.Field[bool]):
    """true or false, and nothing that looks like them."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **_: Any
    ) -> bool:
        if not isinstance(value, bool):
            raise ValidationError("not true or false")
        return value


def _text(**more: Any) -> fields.String:
    return fields.String(validate=validate.Length(max=_LONGEST), **more)


class State(Exclude):
    status = _text(required=True)
    finished = Truth(load_default=None, allow_none=True)
    code = _text(load_default=None, allow_none=True)
    can_retry = Truth(load_default=None, allow_none=True)


class _Refundable(Exclude):
    status = _text(load_default=None, allow_none=True)
    amount_available = PenceField(load_default=None, allow_none=True)
    amount_submitted = PenceField(load_default=None, allow_none=True)


class _Settled(Exclude):
    captured_date = Day(load_default=None, allow_none=True)
    settled_date = Day(load_default=None, allow_none=True)


class _Link(Exclude):
    href = fields.String(required=True, validate=validate.Length(max=2000))


class _Links(Exclude):
    next_url = fields.Nested(_Link, load_default=None, allow_none=True)


class Payment(Exclude):
    """One payment: created, read alone, or found by a search."""

    payment_id = Identifier(required=True)
    amount = PenceField(required=True)
    state = fields.Nested(State, required=True)
    reference = _text(required=True)
    created_date = Moment(load_default=None, allow_none=True)
    agreement_id = Identifier(load_default=None, allow_none=True)
    refund_summary = fields.Nested(_Refundable, load_default=None, allow_none=True)
    settlement_summary = fields.Nested(_Settled, load_default=None, allow_none=True)
    links = fields.Nested(_Links, data_key="_links", load_default=None, allow_none=True)


class Found(Exclude):
    """A page of a search for payments."""

    results = fields.List(fields.Nested(Payment), required=True)


class _Event(Exclude):
    state = fields.Nested(State, required=True)
    updated = Moment(required=True)


class Events(Exclude):
    payment_id = Identifier(required=True)
    events = fields.List(fields.Nested(_Event), required=True)


class Refund(Exclude):
    refund_id = Identifier(required=True)
    amount = PenceField(required=True)
    status = _text(required=True)
    created_date = Moment(load_default=None, allow_none=True)
    settlement_summary = fields.Nested(_Settled, load_default=None, allow_none=True)


class _Embedded(Exclude):
    refunds = fields.List(fields.Nested(Refund), required=True)


class Refunds(Exclude):
    payment_id = Identifier(required=True)
    embedded = fields.Nested(_Embedded, data_key="_embedded", required=True)


class Agreement(Exclude):
    """The card that goes with it is not read."""

    agreement_id = Identifier(required=True)
    reference = _text(required=True)
    status = _text(load_default="", allow_none=True)
    created_date = Moment(load_default=None, allow_none=True)


class Webhook(Exclude):
    """A message of a payment event. `webhook_message_id` is what examples say, `id` what the
    reference's table says; `resource`, a copy of a state that may be old, is not read."""

    webhook_message_id = Identifier(load_default=None, allow_none=True)
    id = Identifier(load_default=None, allow_none=True)
    resource_id = Identifier(required=True)
    resource_type = _text(required=True)
    event_type = fields.String(required=True, validate=validate.Regexp(r"[A-Za-z_]{1,64}\Z"))
