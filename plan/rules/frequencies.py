"""How often money comes and goes, and what that makes in a month (AFF-20 to AFF-25)."""

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


def monthly(pence: int, every: Frequency) -> Pence:
    """What an amount comes to in a month, in pence; an exact half penny goes up (AFF-23)."""
    return half_up(pence * TIMES_A_YEAR[every], 12)
