"""How long a department took to answer, kept so that it says nothing of anybody (X12).

A count is kept for each department, week and span of time, and no moment with it. A span ends a
tenth after it begins, so what is read out of the counts is at most a tenth too long.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from math import ceil, log
from typing import Final

from consent.clock import Clock, london_date
from consent.ids import DepartmentCode
from consent.people import Anyone, Worker
from consent.store import Store
from plan.disclosure import LEAST
from plan.store import answer_times as rows

FIRST: Final = 0.01
"""Seconds at which the first span ends."""
GROWS: Final = 1.1
LAST: Final = 99
KEPT: Final = timedelta(days=2 * 365 + 1)
Key = tuple[DepartmentCode, date, int]
"""A department, the Monday of a week in London, and a span."""


def span_of(seconds: float) -> int:
    """The number of the span in which so many seconds lie."""
    return min(LAST, max(0, ceil(log(seconds / FIRST, GROWS)))) if seconds > FIRST else 0


def ends(span: int) -> float:
    """Seconds at which this span ends."""
    return FIRST * float(GROWS**span)


def key_of(department: DepartmentCode, seconds: float, now: datetime) -> Key:
    day = london_date(now)
    return department, day - timedelta(days=day.weekday()), span_of(seconds)


def within(counts: Mapping[int, int], percent: int) -> float | None:
    """Seconds within which so many of 100 answers came; None for fewer than 10 (STAT-02)."""
    total = sum(counts.values())
    if total < LEAST:
        return None
    wanted, seen = ceil(total * percent / 100), 0
    for span in sorted(counts):
        seen += counts[span]
        if seen >= wanted:
            return ends(span)
    return None


def keep(store: Store, counts: Mapping[Key, int]) -> None:
    """Add these to what is kept."""
    with store.transaction(Anyone()) as tx:
        rows.add(tx, counts)


def drop_old(store: Store, clock: Clock) -> int:
    """What is two years old; how many counts."""
    with store.transaction(Worker()) as tx:
        return rows.drop(tx, london_date(clock.now() - KEPT))
