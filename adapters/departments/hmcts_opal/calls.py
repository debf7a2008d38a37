"""Calls to Opal: a bearer token, JSON both ways, and RFC 7807 problems (wire 7.1).

`retriable` drives our one retry: a problem that says so is asked again once, after a moment.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from adapters.bearer import BearerSource
from adapters.reading import long_numbers_as_text
from adapters.wire import Reply, Wire
from consent.jose import compact_json
from consent.permit import Permit
from consent.register import DepartmentEntry
from consent.strict_json import NotStrictJson, read_json

ACCEPT: Final = frozenset(
    {"application/json", "application/problem+json", "application/json+problem"}
)
"""The published header summary has the last one, with its words in the wrong order."""
MAX_BYTES: Final = 512 * 1024
AT_ONCE: Final = 6
"""Calls about one person's accounts at a time."""
PAUSE: Final = 0.25
_MAY_PASS: Final = frozenset({408, 409, 500, 502, 503, 504})


class NoReply(Exception):
    """Opal gave a status that is no answer; the reply says which."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


class Calls:
    """For one department. Values that come back are JSON, read strictly."""

    def __init__(self, entry: DepartmentEntry, wire: Wire, tokens: BearerSource) -> None:
        self._entry = entry
        self._wire = wire
        self._tokens = tokens
        self._gate = asyncio.Semaphore(AT_ONCE)

    async def get(self, path: str, permit: Permit) -> Any:
        async with self._gate:
            return await self._once_more("GET", path, permit, None)

    async def post(self, path: str, body: Mapping[str, Any], permit: Permit) -> Any:
        return await self._once_more("POST", path, permit, body)

    async def _once_more(
        self, method: str, path: str, permit: Permit, body: Mapping[str, Any] | None
    ) -> Any:
        """Raises NoReply, OutsideFailed and NotStrictJson."""
        reply = await self._send(method, path, permit, body)
        if reply.status == 401 or retriable(reply):
            if reply.status != 401:
                await asyncio.sleep(PAUSE)
            reply = await self._send(method, path, permit, body)
        if reply.status != 200:
            raise NoReply(reply)
        return read_json(long_numbers_as_text(reply.body), max_bytes=2 * MAX_BYTES)

    async def _send(
        self, method: str, path: str, permit: Permit, body: Mapping[str, Any] | None
    ) -> Reply:
        token = await self._tokens.token()
        headers = {"Authorization": f"Bearer {token}", "X-Correlation-Id": permit.interaction_id}
        reply = await self._wire.send(
            method,
            f"{self._entry.address}{path}",
            headers if body is None else {**headers, "Content-Type": "application/json"},
            b"" if body is None else compact_json(body),
            accept=ACCEPT,
            max_bytes=MAX_BYTES,
            party=self._entry.code,
        )
        if reply.status == 401:
            self._tokens.refused(token)
        return reply


def retriable(reply: Reply) -> bool:
    """The problem says that asking again may help, and names no later time for it."""
    if reply.status not in _MAY_PASS or "retry-after" in reply.headers:
        return False
    try:
        said = read_json(reply.body, max_bytes=8 * 1024)
    except NotStrictJson:
        return False
    return isinstance(said, dict) and said.get("retriable") is True
