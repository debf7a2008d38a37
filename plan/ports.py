"""What the keeping of a plan needs from outside."""

from __future__ import annotations

from typing import Protocol


class Deliver(Protocol):
    """Tells one department one thing, by id: `topic` of the outbox and its `ref`.

    It returns when the department has confirmed, and raises OutsideFailed with a short code when
    it has not; then it is called again later. Telling twice must be harmless. No transaction is
    open while it runs, and it gives up by itself within a minute.
    """

    def __call__(self, topic: str, department: str, ref: str) -> None: ...
