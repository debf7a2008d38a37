"""What the keeping of a plan needs from outside."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol


class Told(StrEnum):
    """What became of one word to one department."""

    TAKEN = "taken"
    REFUSED = "refused"
    """It will never take this; telling it again is no use, and an operator should look."""
    NOT_NEEDED = "not_needed"
    """It learns of this in another way, or the matter is over."""


class Deliver(Protocol):
    """Tells one department one thing, by id: `topic` of the outbox and its `ref`.

    It returns when the matter is settled, and raises OutsideFailed with a short code when it is
    to be tried again later. Telling twice must be harmless. No transaction is open while it runs,
    and it gives up by itself within a minute.
    """

    def __call__(self, topic: str, department: str, ref: str) -> Told: ...
