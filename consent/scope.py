"""How far a permission reaches, and whether other words would reach further (SEC-11)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from consent.notices import Notice


@dataclass(frozen=True, slots=True)
class Scope:
    """What may move: `sent` about the person to find them, `fields` that come back; and how often.
    0 stands for no limit."""

    sent: frozenset[str]
    fields: frozenset[str]
    retention: str
    most_a_day: int = 0
    least_apart_seconds: int = 0

    @classmethod
    def of(cls, notice: Notice, sends: Collection[str]) -> Scope:
        limits = notice.limits
        return cls(
            frozenset(sends),
            frozenset(field.code for field in notice.fields),
            limits.retention,
            limits.most_a_day,
            limits.least_apart_seconds,
        )

    def within(self, other: Scope) -> bool:
        """Equal or narrower in everything. Another retention counts as wider, whichever it is."""
        return (
            self.sent <= other.sent
            and self.fields <= other.fields
            and self.retention == other.retention
            and _no_more(self.most_a_day, other.most_a_day)
            and self.least_apart_seconds >= other.least_apart_seconds
        )


def _no_more(limit: int, other: int) -> bool:
    return other == 0 or 0 < limit <= other
