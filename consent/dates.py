"""A day in words, as a notice says it: the same for ever, whatever a library of locales does."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from consent.clock import london_date

MONTHS: Final = {
    "en": (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
    "cy": (
        "Ionawr", "Chwefror", "Mawrth", "Ebrill", "Mai", "Mehefin",
        "Gorffennaf", "Awst", "Medi", "Hydref", "Tachwedd", "Rhagfyr",
    ),
}  # fmt: skip


def in_words(day: date | datetime, language: str) -> str:
    """`2 March 2027`, `2 Mawrth 2027`; a moment is the day that it is in London."""
    if isinstance(day, datetime):
        day = london_date(day)
    return f"{day.day} {MONTHS[language][day.month - 1]} {day.year}"
