"""What the passing-through side needs from outside."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from consent.permit import Permit
from debts.debt import Answer
from debts.facts import Facts


class Department(Protocol):
    """One department's wire. It answers in our words and never raises for what the wire did:
    a fault of any kind is `Unavailable`. The caller holds the deadline and may cancel."""

    async def debts(self, permit: Permit, facts: Facts) -> Answer:
        """Ask once, now, under this permit, about this person."""
        ...


class Vault(Protocol):
    """Sealed entries in memory, by visit and slot. It sees ciphertext only (decision 3)."""

    def put(self, visit: str, slot: str, sealed: bytes, *, expires_at: datetime) -> None: ...

    def get(self, visit: str, slot: str) -> bytes | None: ...

    def take(self, visit: str, slot: str) -> bytes | None:
        """Get and delete in one step: for what may be used once."""
        ...

    def slots(self, visit: str) -> list[str]: ...

    def delete(self, visit: str, slot: str) -> None: ...

    def touch(self, visit: str, *, expires_at: datetime) -> None:
        """Move the end of every entry of the visit: the person is still here."""
        ...

    def destroy(self, visit: str) -> None: ...
