"""What the departments' door works with, made once by the wiring."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol, cast

from flask import current_app

from app.department_api.receipts import OwnReceipts
from app.department_api.tokens import Tokens
from app.http.limits import Limits
from app.http.recent import RecentCalls
from consent.clock import Chance, Clock
from consent.keys import Keys
from consent.register import DepartmentEntry
from consent.signer import StatementSigner
from consent.store.checks import Checks


class Clients(Protocol):
    """Departments that may be a client, and the keys that each publishes at its registered
    address. Reading keys raises OutsideFailed or KeyRefused."""

    def find(self, code: str) -> DepartmentEntry | None: ...

    def keys(self, code: str, *, again: bool = False) -> Keys:
        """`again`: because a token names a key that is not in the set in hand."""
        ...


@dataclass(frozen=True, slots=True, repr=False)
class Door:
    """`issuer` is the portal's address, without a slash at the end."""

    issuer: str
    clock: Clock
    chance: Chance
    clients: Clients
    checks: Checks
    tokens: Tokens
    signer: StatementSigner
    receipts: OwnReceipts
    limits: Limits = field(default_factory=Limits)
    recent: RecentCalls = field(default_factory=RecentCalls)

    @property
    def token_address(self) -> str:
        return f"{self.issuer}/oauth/token"


def here() -> Door:
    return cast(Door, current_app.extensions["svd.door"])
