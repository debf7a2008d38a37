"""The wire of the simulated Notify: the calls that we use, its errors, its control, a page."""

from __future__ import annotations

import asyncio
import time
from html import escape
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from adapters.simulators.cast import Cast
from adapters.simulators.control import PAGE_HEADERS, refuse_other_sites
from adapters.simulators.notify.account import Account, BadWish, Taken, read_key
from consent.clock import LONDON

if TYPE_CHECKING:
    from adapters.simulators.serve import SimulatorSettings

ACCOUNT: Final = web.AppKey("account", Account)
LEEWAY: Final = 30
"""Seconds that a token is good before and after the one it names."""


def make_app(cast: Cast, settings: SimulatorSettings) -> web.Application:
    key = settings.keys_dir / "notify_api_key"
    app = web.Application(middlewares=[_as_notify])
    app[ACCOUNT] = Account(read_key(key.read_text() if key.exists() else ""))
    app.router.add_post("/v2/notifications/{kind:email|sms}", _send)
    app.router.add_get("/v2/notifications", _list)
    app.router.add_get("/v2/notifications/{id}", _one)
    app.router.add_get("/", _page)
    app.router.add_get("/_control", _show)
    app.router.add_post("/_control", _change)
    app.router.add_get("/healthz", _healthy)
    return app


@web.middleware
async def _as_notify(request: web.Request, handler: Any) -> web.StreamResponse:
    """The key, then the fault that is switched on, then the call itself."""
    if not request.path.startswith("/v2/"):
        answered: web.StreamResponse = await handler(request)
        return answered
    account = request.app[ACCOUNT]
    account.asked.append(f"{request.method} {request.path.rpartition('/')[0]}")
    refused = _not_ours(request, account)
    if refused:
        return _error(403, "AuthError", refused)
    fault = account.next_fault()
    name, _, seconds = fault.partition(":")
    match name:
        case "400":
            return _error(400, "BadRequestError", "Can’t send to this recipient")
        case "403":
            return _error(403, "AuthError", "Invalid token: API key not found")
        case "429":
            return _error(429, "RateLimitError", "Exceeded rate limit for key type live")
        case "500":
            return _error(500, "Exception", "Internal server error")
        case "slow":
            await asyncio.sleep(float(seconds))
    answer: web.StreamResponse = await handler(request)
    if name == "lost" and request.transport is not None:
        request.transport.abort()
    return answer


def _not_ours(request: web.Request, account: Account) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme != "Bearer":
        return "Unauthorized: authentication bearer scheme must be used"
    try:
        key = OctKey.import_key(account.secret)
        claims = jwt.decode(token, key, algorithms=["HS256"]).claims
    except (JoseError, ValueError):
        return "Invalid token: signature, api token not found"
    if claims.get("iss") != account.service:
        return "Invalid token: service not found"
    made = claims.get("iat")
    if type(made) is not int or abs(time.time() - made) > LEEWAY:
        return "Error: Your system clock must be accurate to within 30 seconds"
    return ""


async def _send(request: web.Request) -> web.Response:
    account = request.app[ACCOUNT]
    try:
        said = await request.json()
        taken = account.take(request.match_info["kind"], said)
    except (ValueError, AttributeError) as fault:
        return _error(400, "ValidationError", str(fault))
    return web.json_response(
        {
            "id": taken.id,
            "reference": taken.reference,
            "content": {"body": taken.body, "subject": taken.subject},
            "uri": f"/v2/notifications/{taken.id}",
            "template": {"id": taken.template, "version": 1},
            "scheduled_for": None,
        },
        status=201,
    )


async def _list(request: web.Request) -> web.Response:
    wanted = request.query.get("reference")
    found = [one for one in reversed(request.app[ACCOUNT].taken) if wanted in (None, one.reference)]
    return web.json_response({"notifications": [_as_json(one) for one in found], "links": {}})


async def _one(request: web.Request) -> web.Response:
    wanted = request.match_info["id"]
    for one in request.app[ACCOUNT].taken:
        if one.id == wanted:
            return web.json_response(_as_json(one))
    return _error(404, "NoResultFound", "No result found")


def _as_json(one: Taken) -> dict[str, Any]:
    at = one.at.isoformat().replace("+00:00", "Z")
    email = one.kind == "email"
    return {
        "id": one.id,
        "reference": one.reference,
        "email_address": one.to if email else None,
        "phone_number": None if email else one.to,
        "type": one.kind,
        "status": one.status,
        "template": {"id": one.template, "version": 1},
        "subject": one.subject or None,
        "body": one.body,
        "created_at": at,
        "sent_at": at,
        "completed_at": at if one.status != "sending" else None,
    }


def _error(status: int, kind: str, message: str) -> web.Response:
    body = {"status_code": status, "errors": [{"error": kind, "message": message}]}
    return web.json_response(body, status=status)


async def _healthy(_: web.Request) -> web.Response:
    return web.json_response({"status": "ok"})


async def _show(request: web.Request) -> web.Response:
    account = request.app[ACCOUNT]
    return web.json_response(
        {
            "fault": account.fault,
            "arrives": account.arrives,
            "asked": account.asked,
            "taken": [_as_json(one) for one in account.taken],
        }
    )


async def _change(request: web.Request) -> web.Response:
    refuse_other_sites(request)
    try:
        request.app[ACCOUNT].wish(await request.json())
    except (BadWish, ValueError, AttributeError, TypeError):
        return web.json_response({"fault": "not a wish of this simulator"}, status=422)
    return await _show(request)


async def _page(request: web.Request) -> web.Response:
    """What people would have got, newest first."""
    items = "".join(
        f"<li><h2>{escape(one.subject or 'Text message')}</h2><p>{escape(one.body)}</p>"
        f"<p>To {escape(one.to)}, {one.at.astimezone(LONDON):%d %B %Y at %H:%M}."
        f" {escape(one.status)}.</p></li>"
        for one in reversed(request.app[ACCOUNT].taken)
    )
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        "<title>Demonstration: messages that would have been sent</title></head><body>"
        "<h1>Messages that would have been sent</h1>"
        "<p>This stands in for GOV.UK Notify. Nothing leaves this machine.</p>"
        f"<ol>{items or '<li>Nothing yet. Messages go between 8am and 8pm.</li>'}</ol>"
        "</body></html>"
    )
    return web.Response(text=page, content_type="text/html", headers=PAGE_HEADERS)
