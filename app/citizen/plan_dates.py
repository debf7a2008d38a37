"""The days on which a plan's payments fall, as they are known before it is agreed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import islice
from typing import Final

from flask_babel import format_date

from app.http.current import now
from consent.clock import london_date
from plan import working_days
from plan.terms import Every
from plan.working_days import WorkingDays

USUAL_DAY: Final = 1
"""The day of the month, or of the week, by which a plan is shown while none was chosen."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often, and on which day: as `plan.terms.Terms` has them."""

    every: Every = Every.MONTH
    pay_day: int | None = None
    first_on: date | None = None


@cache
def calendar() -> WorkingDays:
    """Weekends and published bank holidays; read once."""
    return working_days.load()


def today() -> date:
    return london_date(now())


def payment_days(rhythm: Rhythm, count: int, *, start: date | None = None) -> list[date]:
    """`count` days, the first at least five working days from today, or on `start`."""
    return list(islice(_days(rhythm, start), count))


def last_day(rhythm: Rhythm, count: int, *, start: date | None = None) -> date:
    return payment_days(rhythm, count, start=start)[-1]


def first_days(rhythm: Rhythm) -> list[date]:
    """The days on which a plan may begin from today."""
    return calendar().first_days(today(), rhythm.pay_day or USUAL_DAY, rhythm.every)


def month_and_year(day: date) -> str:
    """`December 2027`."""
    return str(format_date(day, "MMMM y"))


def _days(rhythm: Rhythm, start: date | None) -> Iterator[date]:
    every, pay_day = rhythm.every, rhythm.pay_day or USUAL_DAY
    day = start or calendar().first_collection(today(), pay_day, every, step=rhythm.first_on)
    while True:
        yield day
        day = calendar().next_collection(day, pay_day, every)
