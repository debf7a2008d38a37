"""Plan events: what happened to a plan, in words that tell no amount and no debt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from consent.ids import DepartmentCode, PlanId, SubjectId


class Kind(StrEnum):
    AGREED = "agreed"
    """The person agreed to the plan."""
    LINE_AGREED = "line_agreed"
    LINE_CHANGE_ASKED = "line_change_asked"
    LINE_REFUSED = "line_refused"
    LINE_LEFT = "line_left"
    PAYMENT_FELL = "payment_fell"
    """Lines went, and what is paid each time fell with them."""
    STARTED = "started"
    """The first department agreed."""
    MOVED = "moved"
    """The first payment moved to a later day: nobody had agreed in time for it."""
    DAY_MOVED = "day_moved"
    """One payment has another day, by the person's word."""
    WAY_CHANGED = "way_changed"
    """The person pays in another way from now on."""
    FELL_DUE = "fell_due"
    PAYMENT_CAME = "payment_came"
    PAID_AHEAD = "paid_ahead"
    """Money came while nothing was due."""
    MISSED = "missed"
    """The days of grace were over."""
    REVIEW_OPENED = "review_opened"
    CONTACT_TRIED = "contact_tried"
    """Somebody of the helpline tried to reach the person about a review."""
    REVIEW_CLOSED = "review_closed"
    DEATH_TOLD = "death_told"
    """The helpline was told that the owner of the plan has died."""
    RESTS = "rests"
    """Nothing is done for six weeks after that."""
    LETTER_MADE = "letter_made"
    """Staff made the letter about the plan, to print and post."""
    LOOKED_AT = "looked_at"
    """The person looked at their plan again, as each year, and keeps or changed it."""
    PAUSED = "paused"
    RESUMED = "resumed"
    CHANGED = "changed"
    """The person agreed to new terms."""
    LINE_JOINED = "line_joined"
    LINE_CLEARED = "line_cleared"
    LINE_KEPT = "line_kept"
    """The person kept the part that a department wanted changed."""
    FINISHED = "finished"
    ENDED = "ended"


ANSWERS: Final = frozenset({Kind.LINE_AGREED, Kind.LINE_CHANGE_ASKED, Kind.LINE_REFUSED})
BREAKS: Final = frozenset({Kind.PAUSED, Kind.RESTS, Kind.RESUMED})
"""The plan stands still, or goes on."""
SAVED: Final = frozenset({Kind.AGREED, Kind.CHANGED})
CAME: Final = frozenset({Kind.PAYMENT_CAME, Kind.PAID_AHEAD})
TOLD: Final = ANSWERS | SAVED | CAME
"""Those that the person gets a message about."""


@dataclass(frozen=True, slots=True)
class PlanEvent:
    """One event. `by` is a kind of actor; `share_id` and `department` name a line or nothing."""

    event_id: UUID
    at: datetime
    subject: SubjectId
    plan_id: PlanId
    kind: Kind
    by: str
    share_id: UUID | None = None
    department: DepartmentCode | str = ""
