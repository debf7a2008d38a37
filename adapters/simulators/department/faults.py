"""Ways in which a department fails, each as it looks on the wire."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import datetime, time, timedelta
from typing import Final

from aiohttp import web

from adapters.simulators.behaviour import Behaviour
from adapters.simulators.department.gateway import Refusal
from adapters.simulators.department.state import Department
from consent.clock import LONDON

SEALED: Final = "application/jose"
HUGE: Final = 50 * 1024 * 1024
_PIECE: Final = b"A" * 65536


async def fail(
    department: Department, request: web.Request, how: Behaviour
) -> web.StreamResponse | None:
    """Fail as told; None when this behaviour is no failure."""
    match how.kind:
        case "closed":
            raise _closed(department, how.detail)
        case "down":
            raise Refusal(503, "unavailable", retry_after=60)
        case "error500":
            raise Refusal(500, "internal")
        case "forbidden":
            raise Refusal(403, "accreditation-suspended")
        case "not_connected":
            raise Refusal(404, "not-connected")
        case "timeout":
            await asyncio.sleep(how.seconds)
            return await _drop(request)
        case "close":
            return await _drop(request)
        case "rubbish":
            return web.Response(text="<html>{not,a=token]\x00", content_type=SEALED)
        case "huge":
            return await _huge(request)
    return None


def _closed(department: Department, clock_time: str) -> Refusal:
    """A planned closure, until the next time that the clocks in the United Kingdom show this."""
    now = department.clock.now().astimezone(LONDON)
    until = datetime.combine(now.date(), time.fromisoformat(clock_time), LONDON)
    if until <= now:
        until = datetime.combine(
            now.date() + timedelta(days=1), time.fromisoformat(clock_time), LONDON
        )
    seconds = int((until - now).total_seconds()) + 1
    return Refusal(503, "unavailable", retry_after=seconds, closed_until=until.isoformat())


async def _drop(request: web.Request) -> web.StreamResponse:
    """Break the connection off in the middle of an answer."""
    response = web.StreamResponse(headers={"Content-Type": SEALED, "Content-Length": "9000"})
    await response.prepare(request)
    await response.write(b"eyJhbGciOiJFQ0RILUVTIiwi")
    if request.transport is not None:
        request.transport.abort()
    return response


async def _huge(request: web.Request) -> web.StreamResponse:
    """Fifty megabytes, without saying so beforehand, for as long as somebody reads."""
    response = web.StreamResponse(headers={"Content-Type": SEALED})
    response.enable_chunked_encoding()
    await response.prepare(request)
    sent = 0
    with suppress(ConnectionError):  # nobody reads on
        while sent < HUGE:
            await response.write(_PIECE)
            sent += len(_PIECE)
    return response
