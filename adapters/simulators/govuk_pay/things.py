"""What the provider has on its books, and how it writes it in its API."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

OPEN: Final = ("created", "started", "submitted")
MESSAGES: Final = {
    "P0010": "Payment method rejected",
    "P0020": "Payment expired",
    "P0030": "Payment was cancelled by the user",
    "P0040": "Payment was cancelled by the service",
    "P0050": "Payment provider returned an error",
}


@dataclass
class Payment:
    """`token` opens its card page. Moments are seconds since 1970, 0 for not yet; days are text."""

    id: str
    token: str
    amount: int
    reference: str
    description: str
    created: float
    return_url: str = ""
    language: str = "en"
    mode: str = "web"
    agreement: str = ""
    payment_type: str = ""
    status: str = "created"
    code: str = ""
    can_retry: bool | None = None
    card: str = ""
    finished: float = 0
    captured: float = 0
    settled: float = 0
    history: list[tuple[str, str, float]] = field(default_factory=list)

    @property
    def open(self) -> bool:
        return self.status in OPEN


@dataclass
class Refund:
    id: str
    payment: str
    amount: int
    created: float
    status: str = "submitted"
    done: float = 0


@dataclass
class Agreement:
    """`card` is the number that is charged, empty until a first payment succeeded."""

    id: str
    reference: str
    description: str
    created: float
    person: str = ""
    status: str = "created"
    card: str = ""
    ended: float = 0


@dataclass
class Message:
    """One webhook message. `tried` counts the attempts, `due` is the next in real time."""

    id: str
    event: str
    payment: str
    body: str
    due: float = 0
    tried: int = 0
    done: bool = False


def moment(seconds: float) -> str:
    at = datetime.fromtimestamp(seconds, UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def day(seconds: float) -> str:
    return moment(seconds)[:10]


def state(status: str, code: str, can_retry: bool | None = None) -> dict[str, Any]:
    said: dict[str, Any] = {"status": status, "finished": status not in (*OPEN, "capturable")}
    if code:
        said |= {"code": code, "message": MESSAGES[code]}
    if can_retry is not None:
        said["can_retry"] = can_retry
    return said


def refund_summary(it: Payment, given_back: int) -> dict[str, Any]:
    left = it.amount - given_back
    if it.status == "success":
        status = "pending" if not it.captured else "available" if left else "full"
    else:
        status = "pending" if it.open else "unavailable"
    return {"status": status, "amount_available": left, "amount_submitted": given_back}


def settlement(it: Payment) -> dict[str, Any]:
    said: dict[str, Any] = {}
    if it.status == "success":
        said["capture_submit_time"] = moment(it.finished)
    if it.captured:
        said["captured_date"] = day(it.captured)
    if it.settled:
        said["settled_date"] = day(it.settled)
    return said


def payment_json(it: Payment, given_back: int, url: str) -> dict[str, Any]:
    """As `GET /v1/payments/{id}`."""
    here = f"{url}/v1/payments/{it.id}"
    links = {
        "self": {"href": here, "method": "GET"},
        "events": {"href": f"{here}/events", "method": "GET"},
        "refunds": {"href": f"{here}/refunds", "method": "GET"},
    }
    said: dict[str, Any] = {
        "amount": it.amount,
        "description": it.description,
        "reference": it.reference,
        "language": it.language,
        "state": state(it.status, it.code, it.can_retry),
        "payment_id": it.id,
        "payment_provider": "sandbox",
        "created_date": moment(it.created),
        "refund_summary": refund_summary(it, given_back),
        "settlement_summary": settlement(it),
        "delayed_capture": False,
        "moto": False,
        "authorisation_mode": it.mode,
        "_links": links,
    }
    if it.agreement:
        said |= {"agreement_id": it.agreement, "agreement_payment_type": it.payment_type}
    if it.mode == "web":
        said["return_url"] = it.return_url
    if it.mode == "web" and it.open:
        links["cancel"] = {"href": f"{here}/cancel", "method": "POST"}
        links["next_url"] = {"href": f"{url}/secure/{it.token}", "method": "GET"}
    if it.card:
        said["card_details"] = {
            "card_brand": "Visa",
            "card_type": "debit",
            "last_digits_card_number": it.card[-4:],
            "first_digits_card_number": it.card[:6],
            "cardholder_name": "A Cardholder",
            "expiry_date": "12/30",
        }
    return said


def refund_json(it: Refund, url: str) -> dict[str, Any]:
    payment = f"{url}/v1/payments/{it.payment}"
    return {
        "refund_id": it.id,
        "created_date": moment(it.created),
        "amount": it.amount,
        "status": it.status,
        "settlement_summary": {"settled_date": day(it.done)} if it.status == "success" else {},
        "_links": {
            "self": {"href": f"{payment}/refunds/{it.id}", "method": "GET"},
            "payment": {"href": payment, "method": "GET"},
        },
    }


def agreement_json(it: Agreement) -> dict[str, Any]:
    said: dict[str, Any] = {
        "agreement_id": it.id,
        "reference": it.reference,
        "description": it.description,
        "status": it.status,
        "created_date": moment(it.created),
    }
    if it.person:
        said["user_identifier"] = it.person
    if it.ended:
        said["cancelled_date"] = moment(it.ended)
    if it.card:
        said["payment_instrument"] = {
            "type": "card",
            "created_date": moment(it.created),
            "card_details": {
                "card_brand": "Visa",
                "last_digits_card_number": it.card[-4:],
                "expiry_date": "12/30",
            },
        }
    return said
