"""What interest may come to: a forecast, and never the department's own figure (INT-04).

Interest is kept apart from the shares (INT-05). The schedule repays today's balances; what a
department adds on top comes after the last of them, so that no payment is more than was agreed.
Each payment is worked out as HMRC works out late payment: simple interest on that payment alone
from today to its own day, in windows of one rate and one length of year, each floored to the penny.
"""

from __future__ import annotations

import calendar
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

from debts.ephemeral import Ephemeral
from debts.money import NOTHING, Pence
from plan.rules.frequencies import DAYS_APART, Frequency, months_of, payments_in
from plan.rules.hmrc_interest import Rate
from plan.rules.schedule import Schedule

MOST_MONTHS: Final = 1200
"""Longer plans have no forecast: nobody knows a rate in a hundred years."""
CENTURIES: Final = 9000
"""A year so late that no dates are worked out from there on."""


@dataclass(frozen=True, slots=True, repr=False)
class Tail(Ephemeral):
    """How the forecast would be paid: what the last payment of the schedule has room for, then
    whole payments, then a rest. Pence."""

    with_last: Pence
    whole: int
    each: Pence
    rest: Pence

    def each_payment(self) -> Iterator[Pence]:
        """What is paid after the schedule's last payment, one by one."""
        yield from (self.each for _ in range(self.whole))
        if self.rest:
            yield self.rest

    @property
    def payments_more(self) -> int:
        return self.whole + bool(self.rest)


def tail(interest: int, payment: int, last_payment: int) -> Tail:
    """How this interest is paid after a schedule, no payment above `payment` (INT-05)."""
    with_last = min(interest, payment - last_payment)
    whole, rest = divmod(interest - with_last, payment)
    return Tail(Pence(with_last), whole, Pence(payment), Pence(rest))


def forecast(
    schedule: Schedule,
    place: int,
    *,
    on: date,
    rates: Sequence[Rate],
    every: Frequency = Frequency.MONTH,
) -> Pence:
    """Simple interest on the capital of one debt over the plan, in pence (INT-02).

    The payments fall so far apart as `every` says, the first as long after `on`. `rates` are in
    order, the oldest first; the last holds from then on. 0 for plans of more than MOST_MONTHS.
    """
    if not rates or months_of(schedule.payments, every) > MOST_MONTHS or on.year > CENTURIES:
        return NOTHING
    days, years = _payment_days(on, every), _windows(on, tuple(rates))
    interest = 0
    for run in schedule.runs:
        if share := run.shares[place]:
            interest += _of_payments(share, days[run.first - 1 : run.last], years)
    return Pence(interest)


def constant(per_cent: Decimal) -> tuple[Rate, ...]:
    """One rate that always holds, as a department may tell it."""
    return (Rate(date.min, per_cent),)


class _Window(NamedTuple):
    """Days with one rate and one length of year: counted after `since`, as ordinals. A payment on
    the day `until`, on which the next window begins, is still in this one: HMRC's own way. A day's
    interest on a penny is `up / down`."""

    since: int
    until: int
    up: int
    down: int


def _of_payments(share: int, days: Sequence[int], windows: Sequence[_Window]) -> int:
    """Interest on equal payments on these days, each window of each floored by itself."""
    total, before, done = 0, 0, 0
    for since, until, up, down in windows:
        end, a_day = bisect_right(days, until, done), share * up
        total += sum([before + a_day * (day - since) // down for day in days[done:end]])
        if end == len(days):
            break
        before += a_day * (until - 1 - since) // down
        done = end
    return total


@lru_cache(maxsize=16)
def _payment_days(on: date, every: Frequency) -> tuple[int, ...]:
    """The days on which payments fall after `on`, as ordinals: so many weeks apart, or the same
    day of each month, the last of a shorter one."""
    if every is not Frequency.MONTH:
        days, first = DAYS_APART[every], on.toordinal()
        return tuple(first + days * n for n in range(1, payments_in(MOST_MONTHS, every) + 1))
    found = []
    for number in range(1, MOST_MONTHS + 1):
        year, month = divmod(on.month - 1 + number, 12)
        year, month = on.year + year, month + 1
        last = calendar.monthrange(year, month)[1]
        found.append(date(year, month, min(on.day, last)).toordinal())
    return tuple(found)


@lru_cache(maxsize=64)
def _windows(on: date, rates: tuple[Rate, ...]) -> tuple[_Window, ...]:
    """All windows from `on`, for as long as we forecast."""
    last = on.year + MOST_MONTHS // 12 + 1
    years = (date(year, 1, 1) for year in range(on.year + 1, last + 1))
    turns = {day for day in years if calendar.isleap(day.year) != calendar.isleap(day.year - 1)}
    cuts = sorted(turns | {rate.since for rate in rates if rate.since > on})
    found: list[_Window] = []
    for start, end in pairwise([on, *cuts, date.max]):
        per_cent = next((each.per_cent for each in reversed(rates) if each.since <= start), 0)
        year = Fraction(per_cent) / 100 / (366 if calendar.isleap(start.year) else 365)
        since = start.toordinal() - (1 if found else 0)
        found.append(_Window(since, end.toordinal(), year.numerator, year.denominator))
    return tuple(found)
