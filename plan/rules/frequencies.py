"""How often money comes and goes, and what that makes in a month (AFF-20 to AFF-25).

A plan is worked out by the month and may be paid by the week (D63). What a person can pay becomes
a payment rounded down, what a department asks for at least becomes one rounded up; so in a year of
the table below no more is paid than twelve months of the one, and no less than of the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from debts.money import Pence, half_up
from plan.rules.words import N_


class Frequency(StrEnum):
    """The `every` of a statement line."""

    WEEK = "week"
    FORTNIGHT = "fortnight"
    FOUR_WEEKS = "four_weeks"
    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"


CONVERSION_TABLE: Final = "52-weeks"
"""The name of the table below, kept with what was worked out by it (AFF-24)."""

TIMES_A_YEAR: Final[Mapping[Frequency, int]] = MappingProxyType(
    {
        Frequency.WEEK: 52,  # AFF-20: a month is 52 twelfths of a week, not 30.4 days (AFF-24)
        Frequency.FORTNIGHT: 26,
        Frequency.FOUR_WEEKS: 13,  # AFF-21
        Frequency.MONTH: 12,
        Frequency.QUARTER: 4,  # AFF-22, and the two below
        Frequency.HALF_YEAR: 2,
        Frequency.YEAR: 1,
    }
)

LABELS: Final[Mapping[Frequency, str]] = MappingProxyType(
    {
        Frequency.WEEK: N_("every week"),
        Frequency.FORTNIGHT: N_("every 2 weeks"),
        Frequency.FOUR_WEEKS: N_("every 4 weeks"),
        Frequency.MONTH: N_("every month"),
        Frequency.QUARTER: N_("every 3 months"),
        Frequency.HALF_YEAR: N_("every 6 months"),
        Frequency.YEAR: N_("every year"),
    }
)


DAYS_APART: Final[Mapping[Frequency, int]] = MappingProxyType(
    {Frequency.WEEK: 7, Frequency.FORTNIGHT: 14, Frequency.FOUR_WEEKS: 28}
)
"""Days between two payments; those by the month keep their day of the month instead."""
PAYMENTS: Final = (Frequency.WEEK, Frequency.FORTNIGHT, Frequency.FOUR_WEEKS, Frequency.MONTH)
"""How often a plan may be paid, the most often first (D63)."""


def monthly(pence: int, every: Frequency) -> Pence:
    """What an amount comes to in a month, in pence; an exact half penny goes up (AFF-23)."""
    return half_up(pence * TIMES_A_YEAR[every], 12)


def at_most(pence: int, every: Frequency) -> Pence:
    """What may be paid each time where a month has this many pence for it: rounded down."""
    return Pence(pence * 12 // TIMES_A_YEAR[every])


def at_least(pence: int, every: Frequency) -> Pence:
    """What is to be paid each time where this many pence a month are asked for: rounded up."""
    return Pence(-(-pence * 12 // TIMES_A_YEAR[every]))


def takes_monthly(pence: int, every: Frequency) -> Pence:
    """What a payment takes from a month, in pence, rounded up. It is within a month's amount
    wherever the payment is within `at_most` of it."""
    return Pence(-(-pence * TIMES_A_YEAR[every] // 12))


def converted(pence: int, before: Frequency, after: Frequency) -> Pence:
    """The same payment by another frequency, rounded down: never more in a year."""
    return Pence(pence * TIMES_A_YEAR[before] // TIMES_A_YEAR[after])


def converted_up(pence: int, before: Frequency, after: Frequency) -> Pence:
    """The same payment by another frequency, rounded up: never less in a year."""
    return Pence(-(-pence * TIMES_A_YEAR[before] // TIMES_A_YEAR[after]))


def payments_in(months: int, every: Frequency) -> int:
    """The payments that these months hold, whole ones."""
    return months * TIMES_A_YEAR[every] // 12


def months_of(payments: int, every: Frequency) -> int:
    """The months over which so many payments go; one that is begun counts."""
    return -(-payments * 12 // TIMES_A_YEAR[every])
