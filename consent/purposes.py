"""The closed, versioned list of purposes. One grant is one department and one purpose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Purpose(StrEnum):
    """Decision 4. Screens say "permission"; code and API say grant and consent."""

    VIEW_DEBTS = "view_debts"
    RUN_PLAN = "run_plan"
    SHARE_BUDGET_TOTALS = "share_budget_totals"
    HOLD_OR_QUERY = "hold_or_query"
    SHARE_SUPPORT_NEEDS = "share_support_needs"
    ADVISER_ACCESS = "adviser_access"
    RESEARCH = "research"


@dataclass(frozen=True, slots=True)
class PurposeTerms:
    """How long a grant for this purpose lives, and how often it may be used (F20).

    The newest notice of the purpose says the same figures; a test compares them."""

    purpose: Purpose
    longest: timedelta | None
    """Nothing: it lives until what it serves has ended (decision 34)."""
    once: bool = False
    most_a_day: int | None = None
    """Uses within 24 hours; nothing: as often as the plan that it serves needs."""
    least_apart: timedelta = timedelta()
    """From one use to the next. Asking again within a pull is not a new pull (decision 34)."""


DAY = timedelta(days=1)
TERMS = {
    terms.purpose: terms
    for terms in (
        PurposeTerms(
            Purpose.VIEW_DEBTS, 365 * DAY, most_a_day=24, least_apart=timedelta(seconds=30)
        ),
        PurposeTerms(Purpose.RUN_PLAN, None),
        PurposeTerms(Purpose.SHARE_BUDGET_TOTALS, 30 * DAY, once=True),
        PurposeTerms(Purpose.HOLD_OR_QUERY, 365 * DAY, once=True),
        PurposeTerms(Purpose.SHARE_SUPPORT_NEEDS, None),
        PurposeTerms(Purpose.ADVISER_ACCESS, 365 * DAY),
        PurposeTerms(Purpose.RESEARCH, 365 * DAY),
    )
}

UNTIL_ENDED = timedelta(days=365 * 30)
"""Stands for "until the plan ends" in the column that must hold a date."""


def expiry(purpose: Purpose, given_at: datetime, *, longest: timedelta | None = None) -> datetime:
    """The moment a grant given now ends by itself, aware UTC (decision 34).

    `longest` is what the department itself allows at most (F11). It shortens a purpose that has an
    end of its own; one that lives as long as a plan still ends with the plan.
    """
    own = TERMS[purpose].longest
    if own is None:
        return given_at + UNTIL_ENDED
    return given_at + (own if longest is None else min(own, longest))


class Use(StrEnum):
    """May a permission be used once more now? Anything but YES says which limit is in the way."""

    YES = "yes"
    TOO_OFTEN = "too_often"
    TOO_SOON = "too_soon"


def may_use(
    terms: PurposeTerms,
    uses_today: int,
    last_used_at: datetime | None,
    now: datetime,
    *,
    again: bool = False,
) -> Use:
    """The limits that the person agreed to, kept at use (F20).

    `uses_today` are the uses in the 24 hours before `now`. `again` is a repeat within one pull:
    it waits for nothing, and counts.
    """
    if terms.most_a_day is not None and uses_today >= terms.most_a_day:
        return Use.TOO_OFTEN
    if not again and last_used_at is not None and now - last_used_at < terms.least_apart:
        return Use.TOO_SOON
    return Use.YES
