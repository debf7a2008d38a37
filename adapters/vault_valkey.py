"""The vault on Valkey or Redis with persistence off, for several processes or machines.

It holds ciphertext with a time to live, and refuses a server that writes to disk (decision 3).
"""

from __future__ import annotations

from datetime import datetime
from typing import cast

import redis

from debts.vault import LONGEST_ENTRY, MOST_ENTRIES, VaultFull

PREFIX = "svd:visit:"
SECONDS = 2.0


class VaultWritesToDisk(Exception):
    """The server named by VAULT_URL keeps a file; the vault must not."""


class ValkeyVault:
    """One hash key for each entry: `svd:visit:<visit>:<slot>`, and one set that lists them."""

    def __init__(self, url: str) -> None:
        self._server = redis.Redis.from_url(
            url, socket_timeout=SECONDS, socket_connect_timeout=SECONDS
        )
        self._refuse_files()

    def put(self, visit: str, slot: str, sealed: bytes, *, expires_at: datetime) -> None:
        index = self._index(visit)
        known = self._server.sismember(index, slot)
        full = not known and self._server.scard(index) >= MOST_ENTRIES
        if len(sealed) > LONGEST_ENTRY or full:
            raise VaultFull(slot.partition(".")[0])
        until = int(expires_at.timestamp() * 1000)
        with self._server.pipeline() as pipe:
            pipe.set(self._key(visit, slot), sealed, pxat=until)
            pipe.sadd(index, slot)
            pipe.pexpireat(index, until, gt=True)
            pipe.pexpireat(index, until, nx=True)
            pipe.execute()

    def get(self, visit: str, slot: str) -> bytes | None:
        return cast(bytes | None, self._server.get(self._key(visit, slot)))

    def take(self, visit: str, slot: str) -> bytes | None:
        return cast(bytes | None, self._server.getdel(self._key(visit, slot)))

    def slots(self, visit: str) -> list[str]:
        names = [
            name.decode() for name in cast(set[bytes], self._server.smembers(self._index(visit)))
        ]
        return [name for name in names if self._server.exists(self._key(visit, name))]

    def delete(self, visit: str, slot: str) -> None:
        with self._server.pipeline() as pipe:
            pipe.delete(self._key(visit, slot))
            pipe.srem(self._index(visit), slot)
            pipe.execute()

    def touch(self, visit: str, *, expires_at: datetime) -> None:
        until = int(expires_at.timestamp() * 1000)
        with self._server.pipeline() as pipe:
            for slot in self.slots(visit):
                pipe.pexpireat(self._key(visit, slot), until, gt=True)
            pipe.pexpireat(self._index(visit), until, gt=True)
            pipe.execute()

    def destroy(self, visit: str) -> None:
        names = [self._key(visit, slot) for slot in self.slots(visit)]
        self._server.delete(*names, self._index(visit))

    def _refuse_files(self) -> None:
        saves = cast(dict[str, str], self._server.config_get("save")).get("save", "")
        appends = cast(dict[str, str], self._server.config_get("appendonly")).get("appendonly", "")
        if saves or appends == "yes":
            raise VaultWritesToDisk("start it with: --save '' --appendonly no")

    @staticmethod
    def _key(visit: str, slot: str) -> str:
        return f"{PREFIX}{visit}:{slot}"

    @staticmethod
    def _index(visit: str) -> str:
        return f"{PREFIX}{visit}"
