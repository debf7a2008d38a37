"""The portal's published keys, as a department reads them: from a file, else over HTTP."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Final

import aiohttp

from consent.keys import KeyRefused, Keys, read_keys

_NOT_SOONER_THAN: Final = 1.0
_LARGEST: Final = 64 * 1024


class PortalKeys:
    """`keys/portal.jwks.json` where it is at hand, otherwise `/.well-known/jwks.json`."""

    def __init__(self, path: Path, portal_url: str) -> None:
        self._path = path
        self._url = f"{portal_url}/.well-known/jwks.json"
        self._keys: Keys | None = None
        self._read_at = 0.0
        self._lock = asyncio.Lock()

    async def get(self, *, again: bool = False) -> Keys:
        """The set in hand; read `again` when a token names a key that is not in it.

        Raises KeyRefused when there is none to be had.
        """
        async with self._lock:
            age = time.monotonic() - self._read_at
            if self._keys is None or (again and age > _NOT_SOONER_THAN):
                self._keys = read_keys(await self._raw())
                self._read_at = time.monotonic()
            return self._keys

    async def _raw(self) -> bytes:
        if self._path.exists():
            return self._path.read_bytes()
        timeout = aiohttp.ClientTimeout(total=5)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.get(self._url, allow_redirects=False) as response,
            ):
                return await response.content.read(_LARGEST)
        except (aiohttp.ClientError, TimeoutError):
            raise KeyRefused("portal_keys_not_found") from None
