"""The paths of the public API, with their documented errors."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from aiohttp import web

from adapters.simulators.govuk_pay.books import Books
from adapters.simulators.govuk_pay.faults import error
from adapters.simulators.govuk_pay.things import (
    Payment,
    agreement_json,
    moment,
    payment_json,
    refund_json,
    state,
)

BOOKS: Final = web.AppKey("books", Books)
_KEY: Final = re.compile(r"[a-zA-Z0-9-]{1,255}")
_LARGEST: Final = 10_000_000
_BLOCKED: Final = re.compile(r"[<>|\\]")


async def create_payment(request: web.Request) -> web.Response:
    books = request.app[BOOKS]
    body = await _body(request)
    if body is None:
        return error(400, "P0197", "Unable to parse JSON")
    fault = _blocked(body) or _payment_fault(body)
    if fault is not None:
        return fault
    if body.get("authorisation_mode", "web") == "agreement":
        return _charge(request, books, body)
    set_up = str(body.get("set_up_agreement", ""))
    if set_up and set_up not in books.agreements:
        return error(
            400,
            "P0103",
            "Invalid attribute value: set_up_agreement. Agreement ID does not exist",
            field="set_up_agreement",
        )
    it = books.open_payment(
        amount=body["amount"],
        reference=body["reference"],
        description=body["description"],
        return_url=body["return_url"],
        language=body.get("language", "en"),
        agreement=set_up,
        payment_type=body.get("agreement_payment_type", "recurring") if set_up else "",
    )
    return _say(books, it, 201)


def _charge(request: web.Request, books: Books, body: dict[str, Any]) -> web.Response:
    """Without the person. Only here does the key count; a repeat is answered with 200."""
    key = request.headers.get("Idempotency-Key", "")
    if key and not _KEY.fullmatch(key):
        return web.json_response(
            {"header": "Idempotency-Key", "code": "P0102", "description": "Invalid header value"},
            status=422,
        )
    known = books.keys.get(key) if key else None
    if known is not None and known["body"] != body:
        return web.json_response(
            {
                "header": "Idempotency-Key",
                "code": "P0191",
                "description": "The `Idempotency-Key` you sent in the request header has already "
                "been used to create a payment.",
            },
            status=409,
        )
    if known is not None:
        return _say(books, books.payments[known["payment"]], 200)
    agreement = books.agreements.get(str(body.get("agreement_id", "")))
    if agreement is None or agreement.status != "active":
        what = "does not exist" if agreement is None else "must be active"
        return error(
            400,
            "P0102",
            f"Invalid attribute value: agreement_id. Agreement {what}",
            field="agreement_id",
        )
    it = books.open_payment(
        amount=body["amount"],
        reference=body["reference"],
        description=body["description"],
        mode="agreement",
        agreement=agreement.id,
        payment_type=body.get("agreement_payment_type", "recurring"),
    )
    if key:
        books.remember_key(key, body, it.id)
    return _say(books, it, 201)


def _payment_fault(body: dict[str, Any]) -> web.Response | None:
    by_agreement = body.get("authorisation_mode") == "agreement"
    if body.get("authorisation_mode", "web") not in ("web", "agreement"):
        return error(422, "P0195", "Using authorisation_mode of moto_api is not allowed")
    needed = (
        "amount",
        "reference",
        "description",
        "agreement_id" if by_agreement else "return_url",
    )
    for name in needed:
        if name not in body:
            return error(400, "P0101", f"Missing mandatory attribute: {name}", field=name)
    if type(body["amount"]) is not int or not 0 < body["amount"] <= _LARGEST:
        why = "Must be greater than or equal to 1 and at most 10000000"
        return error(422, "P0102", f"Invalid attribute value: amount. {why}", field="amount")
    for name in ("reference", "description"):
        if not isinstance(body[name], str) or not 0 < len(body[name]) <= 255:
            return error(422, "P0102", f"Invalid attribute value: {name}. 1 to 255", field=name)
    if by_agreement:
        if body.keys() & {"return_url", "email", "prefilled_cardholder_details"}:
            return error(400, "P0104", "Unexpected attribute: return_url", field="return_url")
        return None
    if not str(body["return_url"]).startswith(("https://", "http://")):
        return error(422, "P0102", "Invalid attribute value: return_url", field="return_url")
    return None


async def get_payment(request: web.Request) -> web.Response:
    books = request.app[BOOKS]
    it = books.payments.get(request.match_info["payment"])
    return error(404, "P0200", "Not found") if it is None else _say(books, it, 200)


async def search_payments(request: web.Request) -> web.Response:
    """Newest first, and as far behind as the timings say."""
    books = request.app[BOOKS]
    query = request.query
    if not query.get("display_size", "500").isdecimal() or not query.get("page", "1").isdecimal():
        return error(422, "P0401", "Invalid parameters: display_size, page.")
    size, page = min(500, int(query.get("display_size", "500"))), int(query.get("page", "1"))
    wanted = {"reference": "reference", "agreement_id": "agreement", "state": "status"}
    found = [
        it
        for it in reversed(books.payments.values())
        if all(getattr(it, of) == query[name] for name, of in wanted.items() if name in query)
        and it.created + books.timings.lag <= books.now()
    ]
    part = found[(page - 1) * size : page * size]
    return web.json_response(
        {
            "total": len(found),
            "count": len(part),
            "page": page,
            "results": [payment_json(it, books.given_back(it.id), books.url) for it in part],
            "_links": {"self": {"href": f"{books.url}{request.path_qs}", "method": "GET"}},
        }
    )


async def get_events(request: web.Request) -> web.Response:
    books = request.app[BOOKS]
    it = books.payments.get(request.match_info["payment"])
    if it is None:
        return error(404, "P0300", "Not found")
    here = f"{books.url}/v1/payments/{it.id}"
    return web.json_response(
        {
            "payment_id": it.id,
            "events": [
                {
                    "payment_id": it.id,
                    "state": state(status, code),
                    "updated": moment(at),
                    "_links": {"payment_url": {"href": here, "method": "GET"}},
                }
                for status, code, at in it.history
            ],
            "_links": {"self": {"href": f"{here}/events", "method": "GET"}},
        }
    )


async def cancel_payment(request: web.Request) -> web.Response:
    books = request.app[BOOKS]
    it = books.payments.get(request.match_info["payment"])
    if it is None:
        return error(404, "P0500", "Not found")
    if it.mode == "agreement":
        return error(400, "P0501", "Cancellation of payment failed")
    if not it.open:
        return error(409, "P0502", "Cancellation of payment failed")
    books.move(it, "cancelled", "P0040")
    return web.Response(status=204)


async def create_refund(request: web.Request) -> web.Response:
    books = request.app[BOOKS]
    body = await _body(request)
    if body is None:
        return error(400, "P0697", "Unable to parse JSON")
    it = books.payments.get(request.match_info["payment"])
    if it is None:
        return error(404, "P0600", "Not found")
    if "amount" not in body:
        return error(400, "P0601", "Missing mandatory attribute: amount", field="amount")
    for name in ("amount", "refund_amount_available"):
        value = body.get(name, it.amount)
        if type(value) is not int or not 0 < value <= _LARGEST:
            return error(422, "P0602", f"Invalid attribute value: {name}.", field=name)
    said = payment_json(it, books.given_back(it.id), books.url)["refund_summary"]
    left = said["amount_available"]
    if said["status"] != "available":
        return _not_available(said["status"])
    if body.get("refund_amount_available", left) != left:
        return error(412, "P0604", "Refund amount available mismatch.")
    if body["amount"] > left:
        return _not_available("amount_not_available")
    return web.json_response(
        refund_json(books.open_refund(it, body["amount"]), books.url), status=202
    )


def _not_available(status: str) -> web.Response:
    why = f"The payment is not available for refund. Payment refund status: {status}"
    return error(400, "P0603", why)


async def get_refunds(request: web.Request) -> web.Response:
    books = request.app[BOOKS]
    it = books.payments.get(request.match_info["payment"])
    if it is None:
        return error(404, "P0800", "Not found")
    known = [one for one in books.refunds_of(it.id) if _known(books, one.created)]
    return web.json_response(
        {
            "payment_id": it.id,
            "_links": {"self": {"href": f"{books.url}{request.path}", "method": "GET"}},
            "_embedded": {"refunds": [refund_json(one, books.url) for one in known]},
        }
    )


async def get_refund(request: web.Request) -> web.Response:
    books = request.app[BOOKS]
    it = books.refunds.get(request.match_info["refund"])
    if it is None or it.payment != request.match_info["payment"]:
        return error(404, "P0700", "Not found")
    return web.json_response(refund_json(it, books.url))


async def create_agreement(request: web.Request) -> web.Response:
    books = request.app[BOOKS]
    body = await _body(request)
    if body is None:
        return error(400, "P2197", "Unable to parse JSON")
    for name in ("reference", "description"):
        if name not in body:
            return error(400, "P2101", f"Missing mandatory attribute: {name}", field=name)
        if not isinstance(body[name], str) or not 0 < len(body[name]) <= 255:
            return error(422, "P2102", f"Invalid attribute value: {name}", field=name)
    person = str(body.get("user_identifier", ""))
    made = books.open_agreement(body["reference"], body["description"], person)
    return web.json_response(agreement_json(made), status=201)


async def get_agreement(request: web.Request) -> web.Response:
    it = request.app[BOOKS].agreements.get(request.match_info["agreement"])
    if it is None:
        return error(404, "P2200", "Not found")
    return web.json_response(agreement_json(it))


async def cancel_agreement(request: web.Request) -> web.Response:
    books = request.app[BOOKS]
    it = books.agreements.get(request.match_info["agreement"])
    if it is None:
        return error(404, "P2500", "Not found")
    if it.status != "active":
        return error(400, "P2501", "Cancellation of agreement failed")
    books.end_agreement(it)
    return web.Response(status=204)


def _known(books: Books, created: float) -> bool:
    return created + books.timings.lag <= books.now()


def _say(books: Books, it: Payment, status: int) -> web.Response:
    return web.json_response(
        payment_json(it, books.given_back(it.id), books.url),
        status=status,
        headers={"Location": f"{books.url}/v1/payments/{it.id}"},
    )


async def _body(request: web.Request) -> dict[str, Any] | None:
    try:
        body = await request.json()
    except (json.JSONDecodeError, UnicodeDecodeError):
        return None
    return body if isinstance(body, dict) else None


def _blocked(body: dict[str, Any]) -> web.Response | None:
    if any(isinstance(value, str) and _BLOCKED.search(value) for value in body.values()):
        return error(403, "P0920", "Request blocked by security rules.")
    return None
