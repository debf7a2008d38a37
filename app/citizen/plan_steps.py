"""The order of the plan's pages, and which question comes next."""

from __future__ import annotations

from typing import Final

from app.citizen.plan_draft import PlanDraft
from plan.working_days import BY_WEEKS

PLAN: Final = "/plan"
NOT_NOW: Final = "/plan/not-now"
OLD: Final = "/plan/old-debts"
DAY: Final = "/plan/day"
OFTEN: Final = "/plan/often"
FIRST: Final = "/plan/first-day"
HOW: Final = "/plan/how"
OTHER_HOW: Final = "/plan/change/how"
SHARE: Final = "/plan/share"
CHECK: Final = "/plan/check"
AGREED: Final = "/plan/agreed"
PROGRESS: Final = "/plan/progress"
FINISHED: Final = "/plan/finished"


def next_step(draft: PlanDraft) -> str:
    """The first question without an answer; then the check."""
    if not draft.settled:
        return PLAN
    if draft.pay_day is None:
        return DAY
    if draft.rhythm.every in BY_WEEKS and draft.first_on is None:
        return FIRST
    if not draft.method:
        return HOW
    if draft.share_shown_at is None or not draft.share:
        return SHARE
    return CHECK
