"""Time is handed in: aware UTC, never read inside a rule."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from consent.chance import Chance as Chance

LONDON = ZoneInfo("Europe/London")


class Clock(Protocol):
    """Anything that can say what time it is, as aware UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class SetClock:
    """A clock that is moved by hand, for tests and demonstrations."""

    def __init__(self, at: datetime) -> None:
        if at.tzinfo is None:
            raise ValueError("a clock needs an aware time")
        self._at = at.astimezone(UTC)

    def now(self) -> datetime:
        return self._at

    def move(self, by: timedelta) -> None:
        self._at += by


def london_date(moment: datetime) -> date:
    """The calendar day in the United Kingdom at this moment."""
    return moment.astimezone(LONDON).date()
