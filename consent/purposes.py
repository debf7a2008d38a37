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
    """How long a grant for this purpose lives, and what may be done under it."""

    purpose: Purpose
    longest: timedelta | None
    """Nothing: it lives until what it serves has ended (decision 34)."""
    once: bool = False


DAY = timedelta(days=1)
TERMS = {
    terms.purpose: terms
    for terms in (
        PurposeTerms(Purpose.VIEW_DEBTS, 365 * DAY),
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


def expiry(purpose: Purpose, given_at: datetime) -> datetime:
    """The moment a grant given now ends by itself, aware UTC (decision 34)."""
    return given_at + (TERMS[purpose].longest or UNTIL_ENDED)
