"""Departments as clients: who may be one, and the keys that it publishes.

A client's keys are those of `/.well-known/jwks.json` at the address that the register has, reached
over TLS by the one HTTP door: the same set that its answers are checked with. A department with an
interface of its own works by console and is no client.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from adapters.departments.native.published import PublishedKeys
from adapters.wire_loop import WireLoop
from consent.errors import OutsideFailed
from consent.ids import DepartmentCode
from consent.keys import Keys
from consent.register import DepartmentEntry, Register

SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class PublishedClients:
    """The register's native departments."""

    register: Register
    published: Mapping[DepartmentCode, PublishedKeys]
    loop: WireLoop

    def find(self, code: str) -> DepartmentEntry | None:
        entry = self.register.find(code)
        return entry if entry is not None and entry.code in self.published else None

    def keys(self, code: str, *, again: bool = False) -> Keys:
        """The set in hand, or one that is asked for now. Raises OutsideFailed or KeyRefused."""
        published = self.published[DepartmentCode(code)]
        try:
            return self.loop.call(published.renew() if again else published.get(), seconds=SECONDS)
        except TimeoutError:
            raise OutsideFailed(code, "timed_out") from None
