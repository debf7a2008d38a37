"""Requests to GOV.UK Pay: one is sent, and its answer is a record that was read, or raised."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any, Final
from urllib.parse import urlencode

from marshmallow import Schema, ValidationError

from adapters.payments.govuk_pay.faults import PARTY, read_fault
from adapters.payments.govuk_pay.schema import IDENTIFIER
from adapters.wire import Reply, Wire
from consent.errors import OutsideFailed
from consent.strict_json import NotStrictJson, read_json

JSON: Final = "application/json"
TAKEN: Final = frozenset({JSON, "text/plain", "text/html"})
"""Errors from in front of the API are not always JSON; then their status is what counts."""
KEY_HEADER: Final = "Idempotency-Key"
MOST_BYTES: Final = 256 * 1024
"""A page of a search is longer than one payment."""


class Calls:
    """One account. Its key goes into a header and nowhere else."""

    def __init__(self, wire: Wire, address: str, api_key: str) -> None:
        self._wire = wire
        self._address = address.rstrip("/")
        self._headers = {
            "Authorization": f"Bearer {api_key}",
            "Content-Type": JSON,
            "Accept": JSON,
        }

    async def get(self, schema: Schema, *path: str, **query: str) -> dict[str, Any]:
        """The record at this path. Raises as `post` does."""
        reply = await self._send("GET", path, query=query)
        return self._read(reply, schema, (200,))

    async def post(
        self, schema: Schema, *path: str, body: Mapping[str, Any], key: str = ""
    ) -> dict[str, Any]:
        """The record that was made, or the one that was made for this key before. Raises Answered
        for an error that Pay tells, OutsideFailed for anything else."""
        reply = await self._send("POST", path, body=body, key=key)
        return self._read(reply, schema, (200, 201, 202))

    async def do(self, *path: str) -> None:
        """An errand that makes nothing. Raises as `post` does."""
        reply = await self._send("POST", path, body={})
        if not 200 <= reply.status < 300:
            raise read_fault(reply)

    async def _send(
        self,
        method: str,
        path: Collection[str],
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        key: str = "",
    ) -> Reply:
        if not all(IDENTIFIER.fullmatch(part) for part in path):
            raise OutsideFailed(PARTY, "not_found")
        url = "/".join((self._address, "v1", *path))
        return await self._wire.send(
            method,
            f"{url}?{urlencode(query)}" if query else url,
            {**self._headers, **({KEY_HEADER: key} if key else {})},
            b"" if body is None else json.dumps(body).encode(),
            accept=TAKEN,
            max_bytes=MOST_BYTES,
            party=PARTY,
        )

    def _read(self, reply: Reply, schema: Schema, wanted: Collection[int]) -> dict[str, Any]:
        if reply.status not in wanted:
            raise read_fault(reply)
        try:
            read: dict[str, Any] = schema.load(read_json(reply.body, max_bytes=MOST_BYTES))
        except (NotStrictJson, ValidationError):
            raise OutsideFailed(PARTY, "unreadable") from None
        return read
