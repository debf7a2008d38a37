"""What lies in the vault about an ask: when a department was asked, and what it answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from debts.debt import Answer
from debts.ephemeral import Ephemeral

FRESH = timedelta(minutes=30)
"""How long an answer's amounts are shown (S13)."""
TRIES, TRIES_WITHIN = 3, timedelta(minutes=10)
REPEAT = timedelta(seconds=30)
"""A second press of a button within this asks nobody again."""


@dataclass(frozen=True, slots=True)
class Deadlines:
    """How long one department is waited for (decision 21). Shorter ones are for tests."""

    slow: timedelta = timedelta(seconds=8)
    """After this its place in the list says that it takes longer than usual (S04)."""
    hard: timedelta = timedelta(seconds=20)
    """After this it counts as not answering (S05)."""
    overall: timedelta = timedelta(seconds=25)
    """After this a page that waits ends, whatever is still open."""
    late: timedelta = timedelta(seconds=60)
    """Until this a late answer is still taken in (S14, decision 45)."""


@dataclass(frozen=True, slots=True, repr=False)
class Asked(Ephemeral):
    """When a department was asked in this visit; `tries` are the moments of the last asks and
    `interaction` is the id of the newest one. `late_too`: the person wants an answer that came
    late (S14); the answer itself lies as it was sealed."""

    at: datetime
    tries: tuple[datetime, ...]
    interaction: str = ""
    late_too: bool = False

    def next_try_at(self, now: datetime) -> datetime | None:
        """Nothing when it may be asked again now, else the moment it may (D28)."""
        recent = [moment for moment in self.tries if now - moment < TRIES_WITHIN]
        return None if len(recent) < TRIES else min(recent) + TRIES_WITHIN


@dataclass(frozen=True, slots=True, repr=False)
class Held(Ephemeral):
    """An answer as it lies in the vault."""

    answer: Answer
    arrived_at: datetime
    late: bool = False
