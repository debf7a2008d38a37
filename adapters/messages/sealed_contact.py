"""The safe contact, sealed at rest; only what sends messages opens it (decision 41)."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from consent.clock import Chance
from consent.ids import SubjectId


class ContactKeeper:
    """Seals an address for one person with AES-256-GCM under the contact key (32 bytes)."""

    __slots__ = ("_aead", "_chance")

    def __init__(self, key: bytes, chance: Chance) -> None:
        self._aead = AESGCM(key)
        self._chance = chance

    def __repr__(self) -> str:
        return "<ContactKeeper: not shown>"

    def seal(self, address: str, subject: SubjectId) -> str:
        """Text for the column; at most 1,200 characters for 800 bytes of address."""
        nonce = self._chance(12)
        plain = address.encode()
        padded = plain + b"\x00" * (-len(plain) % 64)
        sealed = nonce + self._aead.encrypt(nonce, padded, str(subject).encode())
        return urlsafe_b64encode(sealed).decode("ascii")

    def open(self, sealed: str, subject: SubjectId) -> str:
        """The address. Raises cryptography's InvalidTag for another person's."""
        raw = urlsafe_b64decode(sealed)
        plain = self._aead.decrypt(raw[:12], raw[12:], str(subject).encode())
        return plain.rstrip(b"\x00").decode()
