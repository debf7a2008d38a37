"""What the signer remembers of permissions for one use: the ask that used them."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Final

from consent.clock import Clock
from consent.jose import LEEWAY
from consent.lifecycle import State
from consent.store.signing import SignedFrom

USED_WITHIN: Final = timedelta(minutes=2)
"""From the ask that uses it up to the signature; the ask is written down first."""
MOST: Final = 2
"""Signatures for one ask: a department may want the same question put once more, whose first
token came too late. That is no second use (decision 34)."""


class Once:
    """One process's memory. It began at `clock.now()`, and what was used up before that is used
    up: a restart forgets nothing in anybody's favour."""

    def __init__(self, clock: Clock) -> None:
        self._began = self._swept = clock.now()
        self._asks: dict[str, tuple[str, int, datetime]] = {}
        self._guard = threading.Lock()

    def just_used(self, grant: SignedFrom, now: datetime) -> bool:
        """Whether this grant for one use was used up just now, by an ask that is under way."""
        return (
            grant.one_time
            and grant.state is State.CONSUMED
            and grant.ended_at is not None
            and self._began <= grant.ended_at
            and now - USED_WITHIN <= grant.ended_at <= now + LEEWAY
        )

    def take(self, grant: SignedFrom, interaction_id: str, now: datetime) -> bool:
        """Count one signature for this ask. False for another ask, and when it had its number."""
        if not grant.one_time:
            return True
        used_up = grant.state is State.CONSUMED
        until = now + 2 * USED_WITHIN if used_up else grant.expires_at
        with self._guard:
            self._sweep(now)
            ask, count, _ = self._asks.get(grant.grant_id, (interaction_id, 0, until))
            if ask != interaction_id or count >= MOST:
                return False
            self._asks[grant.grant_id] = (ask, count + 1, until)
            return True

    def _sweep(self, now: datetime) -> None:
        if now - self._swept > USED_WITHIN:
            self._asks = {one: ask for one, ask in self._asks.items() if ask[2] > now}
            self._swept = now
