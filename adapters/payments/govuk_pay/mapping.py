"""From GOV.UK Pay's words to ours. A word that is not in a table here is UNKNOWN, never a guess."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from debts.money import NOTHING, Pence
from plan.ports import (
    AgreementStatus,
    PaymentFailure,
    PaymentStatus,
    ProviderAgreement,
    ProviderEvent,
    ProviderPayment,
    ProviderRefund,
    RefundStatus,
)

STATUSES: Final[Mapping[str, PaymentStatus]] = MappingProxyType(
    {
        "created": PaymentStatus.CREATED,
        "started": PaymentStatus.STARTED,
        "submitted": PaymentStatus.SUBMITTED,
        "capturable": PaymentStatus.SUBMITTED,
        "success": PaymentStatus.SUCCESS,
        "failed": PaymentStatus.FAILED,
        "cancelled": PaymentStatus.CANCELLED,
        "error": PaymentStatus.FAILED,
    }
)
FAILURES: Final[Mapping[str, PaymentFailure]] = MappingProxyType(
    {
        "P0010": PaymentFailure.REFUSED,
        "P0020": PaymentFailure.EXPIRED,
        "P0030": PaymentFailure.GIVEN_UP,
        "P0050": PaymentFailure.PROVIDER,
    }
)
REFUNDS: Final[Mapping[str, RefundStatus]] = MappingProxyType(
    {
        "submitted": RefundStatus.SUBMITTED,
        "success": RefundStatus.SUCCESS,
        "error": RefundStatus.ERROR,
    }
)
AGREEMENTS: Final[Mapping[str, AgreementStatus]] = MappingProxyType(
    {
        "created": AgreementStatus.CREATED,
        "active": AgreementStatus.ACTIVE,
        "cancelled": AgreementStatus.CANCELLED,
        "inactive": AgreementStatus.INACTIVE,
    }
)


def status_of(state: Mapping[str, Any]) -> PaymentStatus:
    """`finished` must agree with the status where it is said."""
    status = STATUSES.get(state["status"], PaymentStatus.UNKNOWN)
    if state["finished"] is not None and state["finished"] is not status.over:
        return PaymentStatus.UNKNOWN
    return status


def failure_of(state: Mapping[str, Any]) -> PaymentFailure | None:
    """Why it failed; nothing for a payment that did not."""
    if status_of(state) is not PaymentStatus.FAILED:
        return None
    if state["status"] == "error":
        return PaymentFailure.PROVIDER
    return FAILURES.get(state["code"] or "", PaymentFailure.UNKNOWN)


def payment(read: Mapping[str, Any]) -> ProviderPayment:
    state = read["state"]
    status = status_of(state)
    settled = read["settlement_summary"] or {}
    refunds = read["refund_summary"] or {}
    link = (read["links"] or {}).get("next_url") or {}
    return ProviderPayment(
        id=read["payment_id"],
        status=status,
        pence=read["amount"],
        reference=read["reference"],
        created_at=read["created_date"],
        pay_url="" if status.over else link.get("href", ""),
        failure=failure_of(state),
        may_retry=state["can_retry"] if status is PaymentStatus.FAILED else None,
        agreement_id=read["agreement_id"] or "",
        refundable=_refundable(refunds),
        refunded=refunds.get("amount_submitted") or NOTHING,
        captured_on=settled.get("captured_date"),
        settled_on=settled.get("settled_date"),
    )


def _refundable(refunds: Mapping[str, Any]) -> Pence | None:
    """The amount counts only while the status lets it be returned; `pending` names the whole."""
    match refunds.get("status"):
        case "available":
            available: Pence | None = refunds["amount_available"]
            return available
        case "pending" | "unavailable" | "full":
            return NOTHING
        case _:
            return None


def event(read: Mapping[str, Any]) -> ProviderEvent:
    return ProviderEvent(status_of(read["state"]), read["updated"], failure_of(read["state"]))


def refund(read: Mapping[str, Any]) -> ProviderRefund:
    return ProviderRefund(
        id=read["refund_id"],
        status=REFUNDS.get(read["status"], RefundStatus.UNKNOWN),
        pence=read["amount"],
        created_at=read["created_date"],
        settled_on=(read["settlement_summary"] or {}).get("settled_date"),
    )


def agreement(read: Mapping[str, Any]) -> ProviderAgreement:
    """The status is written in small letters by the API and in capitals in a published example."""
    return ProviderAgreement(
        id=read["agreement_id"],
        status=AGREEMENTS.get((read["status"] or "").lower(), AgreementStatus.UNKNOWN),
        reference=read["reference"],
        created_at=read["created_date"],
    )
