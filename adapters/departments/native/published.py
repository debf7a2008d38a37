"""The keys a department publishes, asked for once and again when it says that it changed them."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Final

from adapters.wire import Wire
from consent.clock import Clock
from consent.errors import OutsideFailed
from consent.keys import Keys, read_keys

_JSON: Final = frozenset({"application/json", "application/jwk-set+json"})
KEEP: Final = timedelta(hours=1)
NOT_SOONER_THAN: Final = timedelta(seconds=10)


class PublishedKeys:
    """`GET /.well-known/jwks.json` of one registered department.

    The registered address, reached over TLS, is what makes these keys the department's own.
    """

    def __init__(self, address: str, party: str, wire: Wire, clock: Clock) -> None:
        self._url = f"{address}/.well-known/jwks.json"
        self._party = party
        self._wire = wire
        self._clock = clock
        self._keys: Keys | None = None
        self._fetched: datetime | None = None
        self._lock = asyncio.Lock()

    async def get(self) -> Keys:
        """The set in hand while it is fresh, without keys that have ended by their own word.

        Raises OutsideFailed or KeyRefused.
        """
        async with self._lock:
            kept = self._keys
            if kept is None or self._older_than(KEEP):
                kept = await self._fetch()
            return kept.at(self._clock.now())

    async def renew(self) -> Keys:
        """Ask again because a token named a key that we do not know; not in quick succession."""
        async with self._lock:
            kept = self._keys
            if kept is None or self._older_than(NOT_SOONER_THAN):
                kept = await self._fetch()
            return kept.at(self._clock.now())

    def _older_than(self, age: timedelta) -> bool:
        return self._fetched is None or self._clock.now() - self._fetched > age

    async def _fetch(self) -> Keys:
        reply = await self._wire.send("GET", self._url, accept=_JSON, party=self._party)
        if reply.status != 200:
            raise OutsideFailed(self._party, "bad_status")
        self._keys = read_keys(reply.body)
        self._fetched = self._clock.now()
        return self._keys
