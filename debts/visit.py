"""A visit: what passes through between sign-in and leaving, sealed under the person's cookie."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from cryptography.exceptions import InvalidTag

from consent.clock import Chance, Clock
from debts.ports import Vault
from debts.sealing import Codec, Seal

IDLE = timedelta(minutes=30)
FIXED = "answer."
"""Slots whose end does not move, however long the person stays: departments' answers (SEC-76)."""
T = TypeVar("T")


class Visit:
    """One person's sealed slots. Values go in and come out; nothing else can read them."""

    __slots__ = ("_clock", "_codec", "_seal", "_vault")

    def __init__(self, seal: Seal, codec: Codec, vault: Vault, clock: Clock) -> None:
        self._seal = seal
        self._codec = codec
        self._vault = vault
        self._clock = clock

    def __repr__(self) -> str:
        return "<Visit: not shown>"

    @property
    def id(self) -> str:
        """The visit's random id in the vault; it appears nowhere else."""
        return self._seal.visit

    def put(self, slot: str, value: object, *, life: timedelta = IDLE) -> None:
        """Seal a value into a slot for `life`, 30 minutes unless said otherwise."""
        self.put_sealed(slot, self.seal(slot, value), until=self._clock.now() + life)

    def seal(self, slot: str, value: object) -> bytes:
        """A value as it would lie in this slot, for who must name it before it does."""
        return self._seal.seal(slot, self._codec.encode(value))

    def put_sealed(self, slot: str, sealed: bytes, *, until: datetime) -> None:
        self._vault.put(self._shelf(slot), slot, sealed, expires_at=until)

    def get(self, slot: str, kind: type[T]) -> T | None:
        """The value of a slot when it is there, readable and of this kind; otherwise nothing."""
        return self._open(slot, self._vault.get(self._shelf(slot), slot), kind)

    def take(self, slot: str, kind: type[T]) -> T | None:
        """The value, once: it is gone afterwards."""
        return self._open(slot, self._vault.take(self._shelf(slot), slot), kind)

    def slots(self, prefix: str = "") -> list[str]:
        names = [*self._vault.slots(self.id), *self._vault.slots(self._answers)]
        return sorted(slot for slot in names if slot.startswith(prefix))

    def delete(self, slot: str) -> None:
        self._vault.delete(self._shelf(slot), slot)

    def delete_sealed(self, slot: str, sealed: bytes) -> None:
        """Delete a slot if exactly this lies in it."""
        if self._vault.get(self._shelf(slot), slot) == sealed:
            self.delete(slot)

    def touch(self) -> None:
        """The person is still here: every entry lives 30 minutes from now, but no answer does."""
        self._vault.touch(self.id, expires_at=self._clock.now() + IDLE)

    def destroy(self) -> None:
        """Forget all of it at once."""
        self._vault.destroy(self._answers)
        self._vault.destroy(self.id)

    @property
    def _answers(self) -> str:
        return f"{self.id}.answers"

    def _shelf(self, slot: str) -> str:
        """Answers lie apart, where nothing moves their end."""
        return self._answers if slot.startswith(FIXED) else self.id

    def _open(self, slot: str, sealed: bytes | None, kind: type[T]) -> T | None:
        if sealed is None:
            return None
        try:
            value: Any = self._codec.decode(self._seal.open(slot, sealed))
        except InvalidTag:
            return None
        return value if isinstance(value, kind) else None


class Visits:
    """Opens the visit that a cookie's secret belongs to."""

    def __init__(
        self, vault: Vault, clock: Clock, chance: Chance, *, pepper: bytes, classes: Iterable[type]
    ) -> None:
        self._vault = vault
        self._clock = clock
        self._chance = chance
        self._pepper = pepper
        self._codec = Codec(classes)

    def new_secret(self) -> str:
        """The value of a new visit cookie: 256 bits."""
        return urlsafe_b64encode(self._chance(32)).rstrip(b"=").decode("ascii")

    def open(self, secret: str) -> Visit:
        """The visit of this cookie value. Raises ValueError for what is no such value."""
        raw = urlsafe_b64decode(secret + "=" * (-len(secret) % 4))
        if len(raw) != 32:
            raise ValueError("not a visit secret")
        return Visit(Seal(raw, self._pepper, self._chance), self._codec, self._vault, self._clock)
