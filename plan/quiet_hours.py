"""When a message may go: from 8am to 8pm in London, and about a missing payment not on a Sunday."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Final

from consent.clock import LONDON
from plan.message_words import KINDS

OPENS, CLOSES = 8, 20
"""Hours of the day in London."""
NOT_ON_SUNDAYS: Final = frozenset({"M05"})
_SUNDAY: Final = 6


def first_from(moment: datetime) -> datetime:
    """The first moment from this one on at which a message may go, in UTC."""
    local = moment.astimezone(LONDON)
    if OPENS <= local.hour < CLOSES:
        return moment.astimezone(UTC)
    day = local.date() + timedelta(days=local.hour >= CLOSES)
    return datetime.combine(day, time(OPENS), LONDON).astimezone(UTC)


def may_go(now: datetime) -> tuple[str, ...]:
    """The kinds that may be sent at this moment; none at night (M05)."""
    local = now.astimezone(LONDON)
    if not OPENS <= local.hour < CLOSES:
        return ()
    sunday = local.weekday() == _SUNDAY
    return tuple(kind for kind in KINDS if not (sunday and kind in NOT_ON_SUNDAYS))
