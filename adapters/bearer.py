"""A bearer token for a department's own wire: what an adapter needs of its source."""

from __future__ import annotations

from typing import Protocol


class BearerSource(Protocol):
    """Where an adapter gets its token. It stays in memory and appears in no log."""

    async def token(self) -> str:
        """A token that is good now. Raises OutsideFailed when none can be had."""
        ...

    def refused(self, token: str) -> None:
        """The department did not take this token: do not hand it out again."""
        ...
