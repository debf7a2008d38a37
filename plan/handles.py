"""A department's own word for a debt, where it stands in our rows."""

from __future__ import annotations

from plan.tokens import MARK


def own_handle(kept: str) -> str:
    """The handle; "" for a reference that is sealed, which only its payment file names (decision
    27)."""
    return "" if kept.startswith(MARK) else kept
