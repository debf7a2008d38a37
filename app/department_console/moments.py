"""Boxes for a day and for a time of day, as people in an office write them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from typing import Final

from app.http.fields import Typed, Words, refuse
from consent.clock import LONDON

_TIME: Final = re.compile(r"([0-9]{1,2})[:.]([0-9]{2})")


class Day(Typed[date]):
    """`31/12/2030`."""

    def __init__(self, *, wrong: Words, empty: Words = "", optional: bool = False) -> None:
        super().__init__(empty=empty or wrong, optional=optional)
        self.wrong = wrong

    def read(self, typed: str) -> date:
        try:
            day, month, year = (int(part) for part in typed.split("/"))
            return date(year, month, day)
        except ValueError:
            refuse(self.wrong)
            raise AssertionError from None


class TimeOfDay(Typed[time]):
    """`18:00`, on the clock of 24 hours."""

    def __init__(self, *, wrong: Words, empty: Words = "") -> None:
        super().__init__(empty=empty or wrong)
        self.wrong = wrong

    def read(self, typed: str) -> time:
        found = _TIME.fullmatch(typed)
        if found is None or int(found[1]) > 23 or int(found[2]) > 59:
            refuse(self.wrong)
            raise AssertionError
        return time(int(found[1]), int(found[2]))


def in_london(day: date, at: time) -> datetime:
    """The moment, aware UTC, at which clocks in London show this."""
    return datetime.combine(day, at, tzinfo=LONDON).astimezone(UTC)
