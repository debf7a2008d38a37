"""`/_control`: time, faults and how messages go. `/_ledger`: the books, for somebody who checks."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import web

from adapters.simulators.control import refuse_other_sites
from adapters.simulators.govuk_pay.books import Books, timings_from
from adapters.simulators.govuk_pay.faults import Plan, Planned
from adapters.simulators.govuk_pay.webhooks import Manners, Postman

KEPT: Final = 500
OUTCOMES: Final = ("accept", "refuse", "refuse_for_good")


@dataclass
class Desk:
    """What the control has its hands on."""

    books: Books
    postman: Postman
    plan: Plan
    asked: deque[dict[str, str]] = field(default_factory=lambda: deque(maxlen=KEPT))


DESK: Final = web.AppKey("desk", Desk)


def install(app: web.Application, desk: Desk) -> None:
    app[DESK] = desk
    app.router.add_get("/_control", _show)
    app.router.add_post("/_control", _change)
    app.router.add_get("/_ledger", _ledger)
    app.router.add_get("/healthz", _healthy)


async def _healthy(request: web.Request) -> web.Response:
    return web.json_response({"status": "ok", "department": ""})


async def _show(request: web.Request) -> web.Response:
    return web.json_response(_listing(request.app[DESK]))


async def _change(request: web.Request) -> web.Response:
    """Any of these, in this order:

    {"reset": true}                                  everything as at the start, the books empty
    {"timings": {"capture": 0, "lag": 5}}            see `Timings`
    {"faults": [{"on": "create_payment", "kind": "after_timeout", "times": 1, "seconds": 3}]}
    {"charges": {"*": "refuse"}}                     by agreement id; {} takes it back
    {"refunds_fail": true}
    {"webhooks": {"copies": 3, "order": "random"}}   see `Manners`; {} takes it back
    {"webhook_url": "http://…"}
    {"advance": 86400}                               seconds that pass at once
    {"deliver": true}                                everything that waits is brought now
    """
    refuse_other_sites(request)
    desk = request.app[DESK]
    try:
        body = await request.json()
        _apply(desk, dict(body))
    except (KeyError, ValueError, TypeError, AttributeError) as fault:
        return web.json_response({"fault": f"not understood: {fault!r}"}, status=422)
    if body.get("deliver"):
        await desk.postman.deliver(now=True)
    return web.json_response(_listing(desk))


def _apply(desk: Desk, body: dict[str, Any]) -> None:
    if body.get("reset"):
        desk.books.clear()
        desk.plan.planned.clear()
        desk.asked.clear()
        desk.postman.manners, desk.postman.sent = Manners(), 0
    if "timings" in body:
        desk.books.timings = timings_from(body["timings"], desk.books.timings)
    if "faults" in body:
        desk.plan.planned = [Planned.read(one) for one in body["faults"]]
    if "charges" in body:
        if not set(body["charges"].values()) <= set(OUTCOMES):
            raise KeyError(*OUTCOMES)
        desk.books.charges = dict(body["charges"])
    if "refunds_fail" in body:
        desk.books.refunds_fail = bool(body["refunds_fail"])
    if "webhooks" in body:
        desk.postman.manners = Manners.read(body["webhooks"])
    if "webhook_url" in body:
        desk.postman.to = str(body["webhook_url"])
    if "advance" in body:
        desk.books.advance(float(body["advance"]))
    desk.books.tick()


def _listing(desk: Desk) -> dict[str, Any]:
    messages = desk.books.messages.values()
    return {
        "department": "",
        "now": desk.books.now(),
        "timings": vars(desk.books.timings),
        "faults": [vars(one) for one in desk.plan.planned if one.times > 0],
        "charges": desk.books.charges,
        "refunds_fail": desk.books.refunds_fail,
        "webhooks": vars(desk.postman.manners),
        "webhook_url": desk.postman.to,
        "messages": {
            "waiting": sum(not it.done for it in messages),
            "done": sum(it.done for it in messages),
            "answered": desk.postman.sent,
        },
        "asked": list(desk.asked),
    }


async def _ledger(request: web.Request) -> web.Response:
    """Every payment, refund and agreement, and what they add up to. Amounts are pence."""
    books = request.app[DESK].books
    books.tick()
    paid = [it for it in books.payments.values() if it.status == "success"]
    back = [it for it in books.refunds.values() if it.status == "success"]
    return web.json_response(
        {
            "payments": [
                {
                    "payment_id": it.id,
                    "reference": it.reference,
                    "amount": it.amount,
                    "status": it.status,
                    "code": it.code,
                    "mode": it.mode,
                    "agreement_id": it.agreement,
                    "captured": bool(it.captured),
                    "settled": bool(it.settled),
                    "refunded": sum(one.amount for one in back if one.payment == it.id),
                }
                for it in books.payments.values()
            ],
            "refunds": [
                {
                    "refund_id": it.id,
                    "payment_id": it.payment,
                    "amount": it.amount,
                    "status": it.status,
                }
                for it in books.refunds.values()
            ],
            "agreements": [
                {"agreement_id": it.id, "reference": it.reference, "status": it.status}
                for it in books.agreements.values()
            ],
            "taken": sum(it.amount for it in paid),
            "settled": sum(it.amount for it in paid if it.settled),
            "refunded": sum(it.amount for it in back),
        }
    )
