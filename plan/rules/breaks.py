"""Breaks: a crisis break of up to two payments a year, and a long one when income has fallen.

A break costs nothing, and the plan gets longer by what it skips (D76).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

MOST_PAYMENTS: Final = 2
"""Payments skipped in any twelve months by crisis breaks (PLAN-08)."""
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
    """Payments skipped from `first` on."""

    first: date
    payments: int
    kind: BreakKind = BreakKind.CRISIS


def crisis_break(before: Iterable[Break], *, first: date, payments: int) -> WhyNot | None:
    """Whether a crisis break fits: at most two payments in any twelve months (PLAN-08)."""
    if payments > MOST_PAYMENTS:
        return WhyNot.TOO_LONG
    since = _a_year_before(first)
    used = sum(one.payments for one in before if one.kind is BreakKind.CRISIS and one.first > since)
    return WhyNot.USED_UP if used + payments > MOST_PAYMENTS else None


def income_break(*, surplus_then: int, surplus_now: int, months: int) -> WhyNot | None:
    """Whether a long break fits: what is left over fell by half or more (PLAN-09, C22)."""
    if months > LONGEST_MONTHS:
        return WhyNot.TOO_LONG
    fell = surplus_then > 0 and 2 * surplus_now <= surplus_then
    return None if fell else WhyNot.INCOME_NOT_HALVED


def _a_year_before(day: date) -> date:
    leap = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if leap else day.day)
