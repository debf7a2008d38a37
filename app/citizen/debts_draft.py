"""What a person is about to say about a debt: it lives in the visit until it is sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from debts.ephemeral import Ephemeral


@dataclass(frozen=True, slots=True, repr=False)
class DebtQuery(Ephemeral):
    """One question about one debt. `words` are the person's own, sealed like a debt; they go to
    the department within this visit or nowhere (decision 37)."""

    number: int
    department: str
    token: str
    reason: str
    words: str
    post_key: str
    shown_at: datetime
    safe_to_write: bool = True
