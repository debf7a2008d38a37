"""What goes wrong on purpose, told by `/_control`, and where.

before_500     answers 500 and has done nothing        after_500    has done it and answers 500
after_timeout  has done it and says nothing            after_close  has done it and hangs up
too_many       429, nothing done                       garbage      has done it, answers no JSON
wrong_amount   has done it, tells a penny more         moved        has done it, tells another id
other_page     leads people to another address         odd_status   tells a status that nobody knows
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import web

BEFORE: Final = ("before_500", "too_many")
AFTER: Final = (
    "after_500",
    "after_timeout",
    "after_close",
    "garbage",
    "wrong_amount",
    "moved",
    "other_page",
    "odd_status",
)
CODES: Final = {
    "create_payment": "P0198",
    "get_payment": "P0298",
    "get_events": "P0398",
    "search_payments": "P0498",
    "cancel_payment": "P0598",
    "create_refund": "P0698",
    "get_refund": "P0798",
    "get_refunds": "P0898",
    "create_agreement": "P2198",
    "get_agreement": "P2298",
    "cancel_agreement": "P2598",
}
"""Every errand of the API by name, with what it says when something is wrong behind it."""


@dataclass
class Planned:
    """`on` is a name of CODES or "*"; it happens `times` times; `seconds` is how long a time-out
    keeps the caller waiting."""

    on: str
    kind: str
    times: int = 1
    seconds: float = 30

    @classmethod
    def read(cls, body: dict[str, Any]) -> Planned:
        """KeyError for what there is not."""
        planned = cls(**body)
        if planned.on not in (*CODES, "*") or planned.kind not in (*BEFORE, *AFTER):
            raise KeyError(planned.on, planned.kind)
        return planned


class Plan:
    """What is still to go wrong."""

    def __init__(self) -> None:
        self.planned: list[Planned] = []

    def take(self, errand: str) -> Planned | None:
        for one in self.planned:
            if one.on in (errand, "*") and one.times > 0:
                one.times -= 1
                return one
        return None


def before(errand: str, kind: str) -> web.Response:
    if kind == "too_many":
        return error(429, "P0900", "Too many requests")
    return error(500, CODES[errand], "Downstream system error")


async def after(
    request: web.Request, errand: str, fault: Planned, done: web.Response
) -> web.Response:
    """The answer that is given instead of the right one."""
    match fault.kind:
        case "after_500":
            return before(errand, fault.kind)
        case "after_timeout" | "after_close":
            if fault.kind == "after_timeout":
                await asyncio.sleep(fault.seconds)
            if request.transport is not None:
                request.transport.abort()
            return done
        case "garbage":
            return web.Response(body=b'{"payment_id": "\xff', content_type="application/json")
        case _:
            said = json.loads(done.body or b"{}")  # type: ignore[arg-type]  # bytes here
            _spoil(said, fault.kind)
            return web.json_response(said, status=done.status)


def _spoil(said: dict[str, Any], kind: str) -> None:
    match kind:
        case "wrong_amount":
            said["amount"] = said.get("amount", 0) + 1
        case "moved":
            for name in ("payment_id", "refund_id", "agreement_id"):
                if name in said:
                    said[name] = "z" * 26
        case "other_page":
            said["_links"]["next_url"]["href"] = "https://pay.example/secure/1"
        case _:
            if isinstance(said.get("state"), dict):
                said["state"]["status"] = "pondering"
            elif "status" in said:
                said["status"] = "pondering"


def error(status: int, code: str, description: str, *, field: str = "") -> web.Response:
    """{field, code, description}, as Pay writes it."""
    said = {"field": field} if field else {}
    return web.json_response({**said, "code": code, "description": description}, status=status)
