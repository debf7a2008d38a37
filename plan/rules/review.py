"""When a plan is looked at again with the person: each year, or sooner once (PLAN-06, D50)."""

from __future__ import annotations

from datetime import date
from typing import Final

SOON: Final = 3
"""Months after which a plan is looked at first, where the person expects that something changes."""


def first_review(starts_on: date, *, changes_soon: bool) -> date:
    """The first of the month of the first look: a year after the first payment, or three months."""
    return _months_after(starts_on, SOON if changes_soon else 12)


def next_review(starts_on: date, today: date) -> date:
    """After a look today: the first of the month in which the next year of the plan is full."""
    day = _months_after(starts_on, 12)
    while (day.year, day.month) <= (today.year, today.month):
        day = day.replace(year=day.year + 1)
    return day


def _months_after(day: date, months: int) -> date:
    year, month = divmod(day.month - 1 + months, 12)
    return date(day.year + year, month + 1, 1)
