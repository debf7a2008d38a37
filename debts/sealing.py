"""The one door by which passing values become bytes: sealed, for the vault, and for nothing else.

Key = HKDF-SHA256(the secret of the person's cookie, with the server's pepper). Entries are
AES-256-GCM over zstd over tagged JSON, bound to their visit and slot, so that one cannot stand
for another. The vault holds ciphertext only; without the cookie it opens to nothing (decision 3).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any

import orjson
import zstandard
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from consent.clock import Chance
from consent.errors import EphemeralLeak

NONCE = 12
LONGEST = 4 * 1024 * 1024
"""Bytes of plaintext that one entry may have."""


class Codec:
    """Turns values of the listed classes into bytes and back; any other class is refused."""

    def __init__(self, classes: Iterable[type]) -> None:
        self._classes = {cls.__name__: cls for cls in classes}

    def encode(self, value: object) -> bytes:
        return zstandard.compress(orjson.dumps(self._out(value)), 3)

    def decode(self, body: bytes) -> Any:
        raw = zstandard.ZstdDecompressor().decompress(body, max_output_size=LONGEST)
        return self._in(orjson.loads(raw))

    def _out(self, value: object) -> object:
        if isinstance(value, Enum):
            return {"e": [self._name(value), value.value]}
        if value is None or isinstance(value, bool | int | str):
            return value
        if isinstance(value, datetime):
            return {"t": value.isoformat()}
        if isinstance(value, date):
            return {"d": value.isoformat()}
        if isinstance(value, tuple | list):
            return {"l": [self._out(item) for item in value]}
        if isinstance(value, frozenset | set):
            return {"s": [self._out(item) for item in value]}
        if isinstance(value, Mapping):
            return {"m": [[self._out(key), self._out(item)] for key, item in value.items()]}
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            names = [field.name for field in dataclasses.fields(value)]
            return {
                "c": [self._name(value), {name: self._out(getattr(value, name)) for name in names}]
            }
        raise EphemeralLeak(f"{type(value).__name__} may not enter the vault")

    def _in(self, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        ((tag, body),) = value.items()
        match tag:
            case "e":
                return self._classes[body[0]](body[1])
            case "t":
                return datetime.fromisoformat(body)
            case "d":
                return date.fromisoformat(body)
            case "l":
                return tuple(self._in(item) for item in body)
            case "s":
                return frozenset(self._in(item) for item in body)
            case "m":
                return {self._in(key): self._in(item) for key, item in body}
            case _:
                cls = self._classes[body[0]]
                return cls(**{name: self._in(item) for name, item in body[1].items()})

    def _name(self, value: object) -> str:
        name = type(value).__name__
        if self._classes.get(name) is not type(value):
            raise EphemeralLeak(f"{name} may not enter the vault")
        return name


class Seal:
    """Seals and opens entries of one visit. It holds the key; it prints nothing."""

    __slots__ = ("_aead", "_chance", "visit")

    def __init__(self, secret: bytes, pepper: bytes, chance: Chance) -> None:
        """`secret` is the 32 bytes of the cookie; the visit's id follows from it alone, so that
        a step-up, which changes the session, keeps the visit (decision 28)."""
        self.visit = _derive(secret, b"", b"visit id", 16).hex()
        self._aead = AESGCM(_derive(secret, pepper, b"visit key", 32))
        self._chance = chance

    def __repr__(self) -> str:
        return "<Seal: not shown>"

    def seal(self, slot: str, plain: bytes) -> bytes:
        nonce = self._chance(NONCE)
        return nonce + self._aead.encrypt(nonce, plain, self._bound(slot))

    def open(self, slot: str, sealed: bytes) -> bytes:
        """Raises cryptography's InvalidTag for another visit's, another slot's or altered bytes."""
        return self._aead.decrypt(sealed[:NONCE], sealed[NONCE:], self._bound(slot))

    def _bound(self, slot: str) -> bytes:
        return f"{self.visit}|{slot}".encode()


def _derive(secret: bytes, salt: bytes, info: bytes, size: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=size, salt=salt or None, info=info).derive(secret)
