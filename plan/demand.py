"""How much one department was asked in a week, so that it can size its system (X12, F59).

Counted at source from events that name no person, for whole weeks of London that are over: periods
that do not overlap cannot be taken from one another. Small counts are hidden (`plan.disclosure`).
Both doors of departments call `demand`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from consent.clock import LONDON, Clock, london_date
from consent.errors import NotFound
from consent.people import Department
from consent.store import Store
from plan.answer_times import within
from plan.disclosure import ROUND_TO, safe
from plan.store import answer_times
from plan.store import demand as rows

WEEK: Final = re.compile(r"(20[0-9]{2})-W([0-5][0-9])")
OUTCOMES: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "answered": (("answered", ""),),
    "answered_late": (("answered", "late"),),
    "timed_out": (("not_answered", "timed_out"),),
    "left_alone": (("not_answered", "breaker_open"),),
    "refused": (("not_answered", "refused"),),
    "closed": (("not_answered", "closed"),),
    "error": (("not_answered", "error"), ("not_answered", "not_asked")),
    "dropped": (("dropped", ""),),
}
"""What became of a request, and the events that say so. `left_alone`: it had failed too often a
moment before. `dropped`: the permission had ended when the answer came, and nobody read it."""
Counts = Mapping[str, int | None]
"""By name; None where the count is hidden."""


@dataclass(frozen=True, slots=True)
class Demand:
    """One week, Monday to Sunday. `hours` are those of the day in London, the week's days added."""

    week: str
    first: date
    last: date
    days: Mapping[date, int | None]
    hours: Mapping[int, int | None]
    outcomes: Counts
    permissions: Counts
    plans: Counts
    median: float | None = None
    slowest: float | None = None
    """Seconds in which half, and 95 of 100, of its answers came; None where there were few."""


def demand(store: Store, clock: Clock, *, actor: Department, week: str) -> Demand:
    """A week such as `2026-W47`. Raises NotFound for one that there is not or that is not over."""
    monday = _monday(week)
    since, until = _midnight(monday), _midnight(monday + timedelta(days=7))
    if until > clock.now():
        raise NotFound("this week is not over")
    with store.transaction(actor) as tx:
        by_day = rows.requests_by_day(tx, since, until)
        by_hour = rows.requests_by_hour(tx, since, until)
        ended = rows.outcomes(tx, since, until)
        allowed = rows.permissions(tx, since, until)
        said = rows.answers(tx, since, until)
        times = answer_times.of_week(tx, monday)
    days = [monday + timedelta(days=number) for number in range(7)]
    return Demand(
        week=week,
        first=days[0],
        last=days[-1],
        days=safe({day: by_day.get(day, 0) for day in days}),
        hours=safe({hour: by_hour.get(hour, 0) for hour in range(24)}),
        outcomes=safe(
            {name: sum(ended.get(one, 0) for one in ones) for name, ones in OUTCOMES.items()}
        ),
        permissions=safe(
            {"given": allowed.get("given", 0), "stopped": allowed.get("withdrawn", 0)}
        ),
        plans=safe(
            {
                "put": allowed.get("plan_shared", 0),
                "agreed": said.get("line_agreed", 0),
                "change_asked": said.get("line_change_asked", 0),
                "refused": said.get("line_refused", 0),
            }
        ),
        median=within(times, 50),
        slowest=within(times, 95),
    )


def forecast(weeks: Sequence[Mapping[date, int | None]]) -> list[int | None]:
    """Requests to expect on each day from Monday to Sunday: the mean of these weeks as they are
    shown, so that it says no more than they do; None where one of them hides its count."""
    days = zip(*(list(week.values()) for week in weeks), strict=True)
    means: list[int | None] = []
    for counts in days:
        shown = [count for count in counts if count is not None]
        whole = len(shown) == len(counts) and shown
        means.append(ROUND_TO * round(sum(shown) / len(shown) / ROUND_TO) if whole else None)
    return means


def last_week(clock: Clock) -> str:
    """The newest week that is over, such as `2026-W47`."""
    return week_of(london_date(clock.now()) - timedelta(days=7))


def week_of(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


def _monday(week: str) -> date:
    found = WEEK.fullmatch(week)
    try:
        return date.fromisocalendar(int(found[1]), int(found[2]), 1) if found else _no_week()
    except ValueError:
        return _no_week()


def _no_week() -> date:
    raise NotFound("no such week")


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), tzinfo=LONDON)
