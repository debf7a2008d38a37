"""Counts that name nobody: small ones are hidden, the others rounded (SEC-102).

A zero counts as small, for it says of each person that they did not. One hidden count among others
of a group could be worked out from another table, so a second one is hidden with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeVar

K = TypeVar("K")
LEAST: Final = 10
"""Smaller counts are hidden."""
ROUND_TO: Final = 5


def safe(counts: Mapping[K, int]) -> dict[K, int | None]:
    """One group of counts as it may be shown; None is hidden."""
    hidden = {name for name, count in counts.items() if count < LEAST}
    if len(hidden) == 1 and len(counts) > 1:
        hidden.add(min((n for n in counts if n not in hidden), key=lambda name: counts[name]))
    return {
        name: None if name in hidden else ROUND_TO * round(count / ROUND_TO)
        for name, count in counts.items()
    }
