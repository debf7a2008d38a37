"""Breaks: a crisis break of up to two months' payments a year, and a long one when income has
fallen. Of a plan that is paid every week two months are eight payments (decision 21).

A break costs nothing, and the plan gets longer by what it skips (D76).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Final

from plan.rules.frequencies import TIMES_A_YEAR, Frequency

MOST_MONTHS: Final = 2
"""Months of payments skipped in any twelve months by crisis breaks (PLAN-08)."""
LONGEST_MONTHS: Final = 6
"""Months of one break after a fall of income (PLAN-09)."""


class BreakKind(StrEnum):
    """Why payments are skipped. A moratorium shows only the day on which we look again."""

    CRISIS = "crisis"
    INCOME_FELL = "income_fell"
    MORATORIUM = "moratorium"


class WhyNot(StrEnum):
    """Why a break cannot be had from the page; an adviser may still find a way."""

    USED_UP = "used_up"
    TOO_LONG = "too_long"
    INCOME_NOT_HALVED = "income_not_halved"


@dataclass(frozen=True, slots=True)
class Break:
    """Payments skipped from `first` on, of a plan that was paid `every` so often then."""

    first: date
    payments: int
    kind: BreakKind = BreakKind.CRISIS
    every: Frequency = Frequency.MONTH

    @property
    def months(self) -> Fraction:
        """How many months of payments these are."""
        return Fraction(self.payments * 12, TIMES_A_YEAR[self.every])


def crisis_break(before: Iterable[Break], taken: Break) -> WhyNot | None:
    """Whether a crisis break fits: at most two months of payments in any twelve (PLAN-08)."""
    if taken.months > MOST_MONTHS:
        return WhyNot.TOO_LONG
    since = _a_year_before(taken.first)
    used = sum(one.months for one in before if one.kind is BreakKind.CRISIS and one.first > since)
    return WhyNot.USED_UP if used + taken.months > MOST_MONTHS else None


def income_break(*, surplus_then: int, surplus_now: int, months: int) -> WhyNot | None:
    """Whether a long break fits: what is left over fell by half or more (PLAN-09, C22)."""
    if months > LONGEST_MONTHS:
        return WhyNot.TOO_LONG
    fell = surplus_then > 0 and 2 * surplus_now <= surplus_then
    return None if fell else WhyNot.INCOME_NOT_HALVED


def _a_year_before(day: date) -> date:
    leap = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if leap else day.day)
