"""Late-payment interest as HMRC works it out: simple, by windows, each floored to the penny.

A window is a stretch of days with one rate and one length of year. Each payment made is worked out
as a debt of its own up to its day, and what is left up to the last day. What comes out is still a
forecast and never the department's figure (INT-04).
"""

from __future__ import annotations

import calendar
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import groupby, pairwise
from pathlib import Path
from typing import Final

from debts.money import Pence

RATES: Final = Path(__file__).resolve().parents[2] / "register/policy/late_payment_rates.toml"
DAY: Final = timedelta(days=1)
NOTHING: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Rate:
    """Per cent a year from a day on, until the next one."""

    since: date
    per_cent: Decimal

    def __hash__(self) -> int:
        """By its day alone: forecasts look their rates up often, and a Decimal is slow to hash."""
        return hash(self.since)


@dataclass(frozen=True, slots=True)
class Span:
    """Days, both included, in which no interest runs: a moratorium, or HMRC's own suppression."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Payment:
    on: date
    pence: Pence


@dataclass(frozen=True, slots=True)
class Window:
    """`days` leaves out the very first day of a principal, and counts both ends afterwards."""

    first: date
    last: date
    days: int
    per_cent: Decimal
    principal: Pence
    interest: Pence
    daily: Pence


@lru_cache(maxsize=2)
def load(path: Path = RATES) -> tuple[Rate, ...]:
    """The published late-payment rates, the oldest first. Raises ValueError for a wrong order."""
    raw = tomllib.loads(path.read_text(encoding="utf-8"))["rate"]
    rates = tuple(Rate(row["since"], Decimal(row["per_cent"])) for row in raw)
    if any(one.since >= other.since for one, other in pairwise(rates)):
        raise ValueError(f"{path.name}: the rates are not in order")
    return rates


def interest_windows(
    amount: Pence,
    first: date,
    last: date,
    *,
    rates: Sequence[Rate],
    payments: Iterable[Payment] = (),
    pauses: Sequence[Span] = (),
) -> tuple[Window, ...]:
    """All windows of one debt from the day interest starts to the day asked for.

    The newest payment comes first and what is left comes last. A payment runs to its own day, also
    when that is after `last`. Raises ValueError before the
    oldest rate.
    """
    if first < rates[0].since:
        raise ValueError(f"no rate is known for {first}")
    left, found = int(amount), []
    by_day = sorted(payments, key=lambda payment: payment.on, reverse=True)
    together = _joined(pauses)
    for day, same_day in groupby(by_day, key=lambda payment: payment.on):
        paid = sum(payment.pence for payment in same_day)
        found += _of_principal(Pence(paid), first, day, rates, together)
        left -= paid
    if left > 0:
        found += _of_principal(Pence(left), first, last, rates, together)
    return tuple(found)


def total(windows: Iterable[Window]) -> Pence:
    return Pence(sum(window.interest for window in windows))


def _of_principal(
    principal: Pence, first: date, last: date, rates: Sequence[Rate], pauses: Sequence[Span]
) -> list[Window]:
    if last < first:
        return []
    starts = [first, *_cuts(first, last, rates, pauses)]
    ends = [start - DAY for start in starts[1:]] + [last]
    found = []
    for number, (start, end) in enumerate(zip(starts, ends, strict=True)):
        paused = any(span.first <= start <= span.last for span in pauses)
        per_cent = NOTHING if paused else _rate_on(start, rates)
        days = (end - start).days + (1 if number else 0)
        a_day = Fraction(per_cent) * principal / 100 / (366 if _leap(start) else 365)
        found.append(
            Window(
                start, end, days, per_cent, principal, Pence(int(a_day * days)), Pence(int(a_day))
            )
        )
    return found


def _cuts(first: date, last: date, rates: Sequence[Rate], pauses: Sequence[Span]) -> list[date]:
    """The first days of new windows. A rate or a year that begins on the last day makes none."""
    cuts = {rate.since for rate in rates if first < rate.since < last}
    new_years = (date(year, 1, 1) for year in range(first.year + 1, last.year + 1))
    cuts |= {day for day in new_years if _leap(day) != _leap(day - DAY) and first < day < last}
    edges = {span.first for span in pauses} | {
        span.last + DAY for span in pauses if span.last < date.max
    }
    return sorted(cuts | {edge for edge in edges if first < edge <= last})


def _joined(pauses: Iterable[Span]) -> list[Span]:
    """Pauses that touch or overlap are one."""
    joined: list[Span] = []
    for span in sorted(pauses, key=lambda each: (each.first, each.last)):
        if joined and (joined[-1].last == date.max or span.first <= joined[-1].last + DAY):
            joined[-1] = Span(joined[-1].first, max(joined[-1].last, span.last))
        else:
            joined.append(span)
    return joined


def _rate_on(day: date, rates: Sequence[Rate]) -> Decimal:
    return next(rate.per_cent for rate in reversed(rates) if rate.since <= day)


def _leap(day: date) -> bool:
    return calendar.isleap(day.year)
