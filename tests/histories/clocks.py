"""Clocks for histories: the machine's own, some way off, now and then put back or forth."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from consent.clock import Clock


@dataclass(slots=True)
class WrongClock:
    """The machine's clock and how far this process's is off, which a history changes (SEC-58)."""

    off: timedelta = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.off


@dataclass(frozen=True, slots=True)
class Earlier:
    """Another clock, so much earlier: a permission given by it ends so much sooner."""

    clock: Clock
    by: timedelta

    def now(self) -> datetime:
        return self.clock.now() - self.by
