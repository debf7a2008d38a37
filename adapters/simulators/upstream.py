"""What the simulators of departments with their own wires share: how they fail, their tokens,
and their count of whom they were asked about.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from decimal import Decimal
from email.utils import format_datetime
from typing import Any, Final

from aiohttp import web

from adapters.simulators.behaviour import Behaviour
from adapters.simulators.cast import Cast, Person
from adapters.simulators.control import Control
from consent.clock import LONDON, Clock

HUGE: Final = 50 * 1024 * 1024
TOKEN_LIVES: Final = timedelta(hours=4)
_PIECE: Final = b"[" * 65536


@dataclass(slots=True)
class Upstream:
    """One simulated department: its people, its control, its tokens, and what it was asked."""

    cast: Cast
    control: Control
    clock: Clock
    tokens: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    unmatched: int = 0
    refused: Counter[str] = field(default_factory=Counter)

    def note(self, person: Person | None, what: str) -> None:
        self.control.note(person, what)
        if person is None:
            self.unmatched += 1
        else:
            self.asked[person.key] += 1

    def bearer(self, request: web.Request) -> str:
        """What the caller's token may do: its scope, or an empty text when it is not good."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        scope, until = self.tokens.get(token, ("", self.clock.now()))
        return scope if scheme == "Bearer" and until > self.clock.now() else ""

    def somebody_else(self, person: Person, department: str) -> Person:
        """Another person, who has debts here where anybody has: for answers that are mixed up."""
        others = [other for other in self.cast if other is not person]
        return next((other for other in others if other.debts_at(department)), others[0])


HERE: Final = web.AppKey("upstream", Upstream)


async def log(request: web.Request) -> web.Response:
    """Whom we were asked about and how often: names of the cast, no amounts."""
    here = request.app[HERE]
    return web.json_response(
        {"asked": dict(here.asked), "unmatched": here.unmatched, "refused": dict(here.refused)}
    )


async def issue_token(request: web.Request) -> web.Response:
    """OAuth 2: a client with a secret gets a token for itself; with a code, one for a user."""
    here = request.app[HERE]
    form = await request.post()
    grant = form.get("grant_type")
    if not form.get("client_id") or not form.get("client_secret"):
        here.refused["invalid_client"] += 1
        return web.json_response({"error": "invalid_client"}, status=401)
    if grant not in ("client_credentials", "authorization_code"):
        return web.json_response({"error": "unsupported_grant_type"}, status=400)
    scope = str(form.get("scope") or "all") if grant == "client_credentials" else "user"
    token = secrets.token_hex(16)
    now = here.clock.now()
    here.tokens = {known: had for known, had in here.tokens.items() if had[1] > now}
    here.tokens[token] = (scope, now + TOKEN_LIVES)
    said = {
        "access_token": token,
        "token_type": "bearer",
        "expires_in": int(TOKEN_LIVES.total_seconds()),
        "scope": scope,
    }
    return web.json_response(said, headers={"Cache-Control": "no-store"})


async def fail(
    request: web.Request, how: Behaviour, errors: Mapping[int, Any], *, media_type: str
) -> web.StreamResponse | None:
    """Fail as told; None when this behaviour is no failure. `errors` has this wire's own body
    for 403, 404, 500 and 503."""
    match how.kind:
        case "closed":
            until = next_time(request.app[HERE].clock.now(), how.detail)
            header = {"Retry-After": format_datetime(until, usegmt=True)}
            return _error(errors, 503, media_type, header)
        case "down":
            return _error(errors, 503, media_type)
        case "error500":
            return _error(errors, 500, media_type)
        case "forbidden":
            return _error(errors, 403, media_type)
        case "not_connected":
            return web.Response(status=404, text="<h1>404 Not Found</h1>", content_type="text/html")
        case "timeout":
            await asyncio.sleep(how.seconds)
            return await _drop(request)
        case "close":
            return await _drop(request)
        case "rubbish":
            return web.Response(
                body=b'{"count": NaN, <html>\xff\x00', content_type="application/json"
            )
        case "huge":
            return await _huge(request)
    return None


def pounds(pence: int) -> Decimal:
    return Decimal(pence) / 100


def exact_json(value: Any) -> str:
    """JSON in which a Decimal is a number with two places; no float anywhere."""
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    if isinstance(value, dict):
        pairs = (f"{json.dumps(str(name))}:{exact_json(item)}" for name, item in value.items())
        return "{" + ",".join(pairs) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(exact_json, value)) + "]"
    return json.dumps(value)


def next_time(now: datetime, clock_time: str) -> datetime:
    """The next moment at which clocks in the United Kingdom show this time, as aware UTC."""
    local = now.astimezone(LONDON)
    until = datetime.combine(local.date(), time.fromisoformat(clock_time), LONDON)
    if until <= local:
        until = datetime.combine(
            local.date() + timedelta(days=1), time.fromisoformat(clock_time), LONDON
        )
    return until.astimezone(now.tzinfo)


def _error(
    errors: Mapping[int, Any],
    status: int,
    media_type: str,
    headers: Mapping[str, str] | None = None,
) -> web.Response:
    return web.json_response(
        errors[status], status=status, content_type=media_type, headers=headers
    )


async def _drop(request: web.Request) -> web.StreamResponse:
    """Break the connection off in the middle of an answer."""
    headers = {"Content-Type": "application/json", "Content-Length": "9000"}
    response = web.StreamResponse(headers=headers)
    await response.prepare(request)
    await response.write(b'{"processingDateTime": "20')
    if request.transport is not None:
        request.transport.abort()
    return response


async def _huge(request: web.Request) -> web.StreamResponse:
    """Fifty megabytes, without saying so beforehand, for as long as somebody reads."""
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    response.enable_chunked_encoding()
    await response.prepare(request)
    sent = 0
    with suppress(ConnectionError):  # nobody reads on
        while sent < HUGE:
            await response.write(_PIECE)
            sent += len(_PIECE)
    return response
