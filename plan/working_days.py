"""Working days, and the days on which a plan's payments fall (decision 35).

The chosen day is the person's; a weekend or a bank holiday moves that one payment to the next
working day, and the following one falls on the chosen day again. Payments two or four weeks apart
stay in the weeks that the person chose: in step with the one that lies ahead (D63).
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from consent.register import FOLDER
from plan.terms import Every

FILE: Final = FOLDER / "policy" / "bank_holidays.toml"
NOTICE_DAYS: Final = 5
"""Working days between the first agreement and the first collection, at least."""

BY_WEEKS: Final = frozenset({Every.FORTNIGHT, Every.FOUR_WEEKS})
"""Where the weekday does not say in which weeks a payment falls."""

_DAY: Final = timedelta(days=1)
_WEEKS: Final = {Every.WEEK: 1, Every.FORTNIGHT: 2, Every.FOUR_WEEKS: 4}


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """Bank holidays by which banks move payments. After `known_until` only weekends are known."""

    holidays: frozenset[date]

    @property
    def known_until(self) -> int:
        """The last year whose bank holidays are listed."""
        return max((day.year for day in self.holidays), default=0)

    def is_one(self, day: date) -> bool:
        return day.isoweekday() < 6 and day not in self.holidays

    def on_or_after(self, day: date) -> date:
        """This day, or the next working day."""
        while not self.is_one(day):
            day += _DAY
        return day

    def after(self, day: date, count: int) -> date:
        """The working day that comes `count` working days after this day, whatever day it is."""
        for _ in range(count):
            day = self.on_or_after(day + _DAY)
        return day

    def first_collection(
        self, agreed_on: date, pay_day: int, every: Every, *, step: date | None = None
    ) -> date:
        """The first chosen day at least five working days later, moved to a working day. `step` is
        another payment: two or four weeks apart this one is in step with it, and not before it."""
        soonest = self.after(agreed_on, NOTICE_DAYS)
        if step is None or every not in BY_WEEKS:
            return self.on_or_after(_chosen_from(soonest, pay_day, every))
        chosen = _chosen_until(step, pay_day, every)
        while chosen < soonest:
            chosen = _following(chosen, every)
        return self.on_or_after(chosen)

    def first_days(self, agreed_on: date, pay_day: int, every: Every) -> list[date]:
        """The days on which a plan may begin: one a week for as many weeks as lie between two
        payments, since which weeks are meant is the person's to say."""
        first = _chosen_from(self.after(agreed_on, NOTICE_DAYS), pay_day, every)
        weeks = _WEEKS[every] if every in BY_WEEKS else 1
        return [self.on_or_after(first + timedelta(weeks=week)) for week in range(weeks)]

    def next_collection(self, due_on: date, pay_day: int, every: Every) -> date:
        """The collection that follows the one on `due_on`."""
        return self.on_or_after(_following(_chosen_until(due_on, pay_day, every), every))

    def in_week_of(self, due_on: date, before: int, after: int) -> date:
        """The chosen day `after` in the week in which a payment was meant for the day `before`:
        1 is Monday."""
        return _chosen_until(due_on, before, Every.WEEK) + (after - before) * _DAY


def load(path: Path = FILE) -> WorkingDays:
    """Read the published dates."""
    return WorkingDays(frozenset(tomllib.loads(path.read_text(encoding="utf-8"))["dates"]))


def _chosen_from(day: date, pay_day: int, every: Every) -> date:
    """The first chosen day on or after this one."""
    if every is not Every.MONTH:
        return day + (pay_day - day.isoweekday()) % 7 * _DAY
    chosen = day.replace(day=pay_day)
    return chosen if chosen >= day else _next_month(chosen)


def _chosen_until(day: date, pay_day: int, every: Every) -> date:
    """The last chosen day on or before this one: what a moved payment was moved from."""
    if every is not Every.MONTH:
        return day - (day.isoweekday() - pay_day) % 7 * _DAY
    chosen = day.replace(day=pay_day)
    return chosen if chosen <= day else (chosen.replace(day=1) - _DAY).replace(day=pay_day)


def _following(chosen: date, every: Every) -> date:
    if every is Every.MONTH:
        return _next_month(chosen)
    return chosen + timedelta(weeks=_WEEKS[every])


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=day.day)
