"""The last calls of each department's system to this process, in memory and nothing else (X13).

A call is the address as it is described, without an id, and what it was answered with: nothing of a
person can be in it, and a restart forgets it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

MOST: Final = 20
"""Calls of one address that are remembered."""


@dataclass(frozen=True, slots=True)
class Call:
    """`code` is the problem that it was refused with, or nothing. `at` is aware UTC."""

    at: datetime
    status: int
    code: str = ""


@dataclass(frozen=True, slots=True)
class RecentCalls:
    """By department, and by method and described address."""

    _kept: dict[str, dict[str, deque[Call]]] = field(default_factory=dict)

    def note(self, department: str, what: str, call: Call) -> None:
        of_department = self._kept.setdefault(department, {})
        of_department.setdefault(what, deque(maxlen=MOST)).append(call)

    def of(self, department: str) -> dict[str, list[Call]]:
        """The newest first, under each address that was called."""
        kept = self._kept.get(department, {})
        return {what: list(reversed(calls)) for what, calls in sorted(kept.items())}
