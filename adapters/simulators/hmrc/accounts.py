"""Self Assessment Accounts 4.0, `balance-and-transactions`. Decimal pounds; user-restricted."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any, Final

from aiohttp import web

from adapters.simulators.cast import CastDebt, Person
from adapters.simulators.upstream import HERE, exact_json, fail, pounds

ACCEPT: Final = "application/vnd.hmrc.4.0+json"
_NOT_FOUND: Final = {
    "code": "MATCHING_RESOURCE_NOT_FOUND",
    "message": "Matching resource not found",
}
_ERRORS: Final = {
    403: {"code": "CLIENT_OR_AGENT_NOT_AUTHORISED", "message": "Not authorised"},
    404: _NOT_FOUND,
    500: {"code": "INTERNAL_SERVER_ERROR", "message": "An internal server error occurred"},
    503: {"code": "SERVICE_UNAVAILABLE", "message": "Unavailable"},
}
_DOCUMENTS: Final = {"HMRC_SA": "ITSA- Bal Charge"}


async def balance_and_transactions(request: web.Request) -> web.StreamResponse:
    here = request.app[HERE]
    if ACCEPT not in request.headers.get("Accept", ""):
        return web.json_response({"code": "ACCEPT_HEADER_INVALID", "message": "-"}, status=406)
    if here.bearer(request) != "user":
        here.refused["token"] += 1
        return web.json_response({"code": "INVALID_CREDENTIALS", "message": "-"}, status=401)
    person = here.cast.by_nino(request.match_info["nino"])
    here.note(person, "balance-and-transactions")
    if person is None:
        return web.json_response(_NOT_FOUND, status=404)
    how = await here.control.behaviour(person)
    failed = await fail(request, how, _ERRORS, media_type="application/json")
    if failed is not None:
        return failed
    await asyncio.sleep(how.seconds)
    if how.kind in ("mismatch", "needs", "none") and not person.utr:
        return web.json_response(_NOT_FOUND, status=404)
    shown = here.somebody_else(person, "hmrc") if how.kind == "swap" else person
    nothing = how.kind in ("mismatch", "needs", "none")
    return web.Response(
        text=exact_json(_body(shown, nothing=nothing)), content_type="application/json"
    )


def _body(person: Person, *, nothing: bool) -> dict[str, Any]:
    debts = () if nothing else person.debts_at("hmrc")
    total = pounds(sum(debt.balance for debt in debts))
    return {
        "balanceDetails": {
            "payableAmount": total,
            "pendingChargeDueAmount": Decimal("0.00"),
            "overdueAmount": total,
            "bcdBalancePerYear": [],
            "totalBalance": total,
        },
        "documentDetails": [_document(debt, number) for number, debt in enumerate(debts, 1)],
        "financialDetails": [_financial(debt, number) for number, debt in enumerate(debts, 1)],
    }


def _document(debt: CastDebt, number: int) -> dict[str, Any]:
    return {
        "taxYear": f"{debt.started.year - 1}-{debt.started.year % 100:02d}",
        "documentId": f"{number:010d}",
        "documentDate": debt.started.isoformat(),
        "documentText": debt.label[:60],
        "documentDueDate": (debt.due or debt.started).isoformat(),
        "documentDescription": _DOCUMENTS.get(debt.type, "New Charge"),
        "originalAmount": pounds(debt.original),
        "outstandingAmount": pounds(debt.balance),
        "isChargeEstimate": False,
        "isCodedOut": False,
    }


def _financial(debt: CastDebt, number: int) -> dict[str, Any]:
    return {
        "taxYear": f"{debt.started.year - 1}-{debt.started.year % 100:02d}",
        "chargeDetail": {
            "documentId": f"{number:010d}",
            "documentTypeDescription": debt.label[:30],
        },
        "chargeReference": debt.reference[:16],
        "originalAmount": pounds(debt.original),
        "outstandingAmount": pounds(debt.balance),
        "items": [
            {
                "itemId": "001",
                "dueDate": (debt.due or debt.started).isoformat(),
                "locks": {
                    "isChargeOnHold": debt.state != "open",
                    "isEstimatedChargeOnHold": False,
                    "isInterestAccrualOnHold": False,
                    "isInterestChargeOnHold": False,
                },
            }
        ],
    }
