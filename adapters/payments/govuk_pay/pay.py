"""`plan.ports.Payments` at GOV.UK Pay.

Pay honours an Idempotency-Key only for charges of an agreement; for a payment that a person makes
on its page it is sent and has no effect there. `plan.ports` says how callers live with that.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any, Final
from urllib.parse import urlsplit

from adapters.payments.govuk_pay import faults, mapping, schema
from adapters.payments.govuk_pay.calls import Calls
from adapters.payments.govuk_pay.faults import PARTY, Answered
from adapters.wire import Wire
from consent.errors import OutsideFailed
from debts.money import Pence
from plan.ports import (
    NotDone,
    ProviderAgreement,
    ProviderEvent,
    ProviderPayment,
    ProviderRefund,
    RefundStatus,
)

LARGEST: Final = 10_000_000
MOST_FOUND: Final = "20"
_KEY: Final = re.compile(r"[A-Za-z0-9-]{1,255}")
_BLOCKED: Final = frozenset('<>"\\|')
"""Characters that Pay's firewall refuses (P0920)."""

_PAYMENT: Final = schema.Payment()
_FOUND: Final = schema.Found()
_EVENTS: Final = schema.Events()
_REFUND: Final = schema.Refund()
_REFUNDS: Final = schema.Refunds()
_AGREEMENT: Final = schema.Agreement()


class GovukPay:
    """One account at GOV.UK Pay. `pages` is the only origin that people are sent to."""

    def __init__(self, wire: Wire, address: str, api_key: str, *, pages: str) -> None:
        self._calls = Calls(wire, address, api_key)
        self._pages = _origin(pages)

    async def start(
        self,
        *,
        key: str,
        pence: Pence,
        reference: str,
        description: str,
        return_url: str,
        language: str = "en",
        agreement_id: str = "",
    ) -> ProviderPayment:
        body = _asked(key, pence, reference, description) | {
            "return_url": return_url,
            "language": language,
        }
        if agreement_id:
            body |= {"set_up_agreement": agreement_id, "agreement_payment_type": "recurring"}
        read = await self._calls.post(_PAYMENT, "payments", body=body, key=key)
        made = _as_asked(self._payment(read), pence, reference)
        if not made.pay_url and not made.status.over:
            raise OutsideFailed(PARTY, "unreadable")
        return made

    async def charge(
        self, *, key: str, agreement_id: str, pence: Pence, reference: str, description: str
    ) -> ProviderPayment | NotDone:
        body = _asked(key, pence, reference, description) | {
            "authorisation_mode": "agreement",
            "agreement_id": agreement_id,
            "agreement_payment_type": "recurring",
        }
        try:
            read = await self._calls.post(_PAYMENT, "payments", body=body, key=key)
        except Answered as fault:
            if _agreement_is_over(fault):
                return NotDone.AGREEMENT_OVER
            raise
        return _as_asked(self._payment(read), pence, reference)

    async def payment(self, payment_id: str) -> ProviderPayment:
        read = await self._calls.get(_PAYMENT, "payments", payment_id)
        _same(payment_id, read["payment_id"])
        return self._payment(read)

    async def with_reference(self, reference: str) -> tuple[ProviderPayment, ...]:
        read = await self._calls.get(
            _FOUND, "payments", reference=reference, display_size=MOST_FOUND
        )
        found = (self._payment(one) for one in read["results"])
        return tuple(one for one in found if one.reference == reference)

    async def events(self, payment_id: str) -> tuple[ProviderEvent, ...]:
        read = await self._calls.get(_EVENTS, "payments", payment_id, "events")
        _same(payment_id, read["payment_id"])
        return tuple(sorted(map(mapping.event, read["events"]), key=lambda event: event.at))

    async def cancel(self, payment_id: str) -> ProviderPayment:
        await self._call_off("payments", payment_id)
        return await self.payment(payment_id)

    async def refund(
        self, payment_id: str, pence: Pence, *, refundable: Pence, known: Collection[str] = ()
    ) -> ProviderRefund | NotDone:
        if not 0 < pence <= refundable:
            raise ValueError("a refund is of 1 penny at least and of what can be returned at most")
        body = {"amount": pence, "refund_amount_available": refundable}
        try:
            read = await self._calls.post(_REFUND, "payments", payment_id, "refunds", body=body)
        except Answered as fault:
            if fault.said not in (faults.REFUND_MISMATCH, faults.REFUND_NOT_AVAILABLE):
                raise
            made = _found_again(await self.refunds(payment_id), pence, known)
            changed = fault.said == faults.REFUND_MISMATCH
            return made or (NotDone.REFUNDABLE_CHANGED if changed else NotDone.NOT_REFUNDABLE)
        if read["amount"] != pence:
            raise OutsideFailed(PARTY, "not_as_asked")
        return mapping.refund(read)

    async def refunds(self, payment_id: str) -> tuple[ProviderRefund, ...]:
        read = await self._calls.get(_REFUNDS, "payments", payment_id, "refunds")
        _same(payment_id, read["payment_id"])
        return tuple(map(mapping.refund, read["embedded"]["refunds"]))

    async def refund_made(self, payment_id: str, refund_id: str) -> ProviderRefund:
        read = await self._calls.get(_REFUND, "payments", payment_id, "refunds", refund_id)
        _same(refund_id, read["refund_id"])
        return mapping.refund(read)

    async def make_agreement(
        self, *, reference: str, description: str, person: str = ""
    ) -> ProviderAgreement:
        body = {"reference": _plain(reference), "description": _plain(description)}
        if person:
            body["user_identifier"] = _plain(person)
        made = mapping.agreement(await self._calls.post(_AGREEMENT, "agreements", body=body))
        if made.reference != reference:
            raise OutsideFailed(PARTY, "not_as_asked")
        return made

    async def agreement(self, agreement_id: str) -> ProviderAgreement:
        read = await self._calls.get(_AGREEMENT, "agreements", agreement_id)
        _same(agreement_id, read["agreement_id"])
        return mapping.agreement(read)

    async def cancel_agreement(self, agreement_id: str) -> ProviderAgreement:
        await self._call_off("agreements", agreement_id)
        return await self.agreement(agreement_id)

    async def _call_off(self, what: str, which: str) -> None:
        """Too late is no fault: how it stands is read afterwards."""
        try:
            await self._calls.do(what, which, "cancel")
        except Answered as fault:
            if fault.said not in faults.CANCELLED_TOO_LATE:
                raise

    def _payment(self, read: dict[str, Any]) -> ProviderPayment:
        """Refused when it would lead people anywhere but to Pay's own pages."""
        found = mapping.payment(read)
        if found.pay_url and _origin(found.pay_url) != self._pages:
            raise OutsideFailed(PARTY, "not_as_asked")
        return found


def _asked(key: str, pence: Pence, reference: str, description: str) -> dict[str, Any]:
    """What every payment says. A fault here is ours, and nothing has been sent."""
    if not _KEY.fullmatch(key):
        raise ValueError("a key is of letters, digits and hyphens")
    if type(pence) is not int or not 0 < pence <= LARGEST:
        raise ValueError("a payment is of 1 penny at least and of 100,000 pounds at most")
    return {
        "amount": pence,
        "reference": _plain(reference),
        "description": _plain(description),
    }


def _plain(text: str) -> str:
    if not 0 < len(text) <= 255 or _BLOCKED & {*text}:
        raise ValueError("1 to 255 characters, without those that the firewall blocks")
    return text


def _as_asked(made: ProviderPayment, pence: Pence, reference: str) -> ProviderPayment:
    if (made.pence, made.reference) != (pence, reference):
        raise OutsideFailed(PARTY, "not_as_asked")
    return made


def _same(asked: str, answered: str) -> None:
    """An answer about something else is no answer."""
    if asked != answered:
        raise OutsideFailed(PARTY, "unreadable")


def _agreement_is_over(fault: Answered) -> bool:
    wrong = fault.said == faults.BAD_VALUE and fault.field == "agreement_id"
    return wrong or fault.said == faults.NO_SUCH_AGREEMENT


def _found_again(
    made: Collection[ProviderRefund], pence: Pence, known: Collection[str]
) -> ProviderRefund | None:
    """The one refund of this size that went through and is not on record: our own, whose answer
    was lost. With none or several it cannot be told."""
    ours = [
        one
        for one in made
        if one.pence == pence and one.id not in known and one.status is not RefundStatus.ERROR
    ]
    return ours[0] if len(ours) == 1 else None


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
