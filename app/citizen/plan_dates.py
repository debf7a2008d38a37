"""The days on which a plan's payments fall, as they are known before it is agreed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import islice
from typing import Final

from flask_babel import format_date  # type: ignore[import-untyped]  # it ships no types

from app.http.current import now
from consent.clock import london_date
from plan import working_days
from plan.terms import Every
from plan.working_days import WorkingDays

USUAL_DAY: Final = 1
"""The day of the month by which a plan is shown while none was chosen."""


@cache
def calendar() -> WorkingDays:
    """Weekends and published bank holidays; read once."""
    return working_days.load()


def today() -> date:
    return london_date(now())


def payment_days(pay_day: int | None, count: int, *, start: date | None = None) -> list[date]:
    """`count` days, the first at least five working days from today, or on `start`."""
    return list(islice(_days(pay_day or USUAL_DAY, start), count))


def last_day(pay_day: int | None, count: int, *, start: date | None = None) -> date:
    return payment_days(pay_day, count, start=start)[-1]


def month_and_year(day: date) -> str:
    """`December 2027`."""
    return str(format_date(day, "MMMM y"))


def _days(pay_day: int, start: date | None) -> Iterator[date]:
    day = start or calendar().first_collection(today(), pay_day, Every.MONTH)
    while True:
        yield day
        day = calendar().next_collection(day, pay_day, Every.MONTH)
