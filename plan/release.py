"""A permission to run a plan lives until the plan ends (decision 34): then it ends too."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from consent.change import change_in
from consent.clock import Chance, Clock
from consent.lifecycle import State
from consent.people import Worker
from consent.store import Store, grants
from plan.store import permissions, shares

GRACE: Final = timedelta(days=1)
"""Between giving the permission and agreeing to the plan lie only a few pages (D65, D66)."""


def release(store: Store, clock: Clock, chance: Chance, *, batch: int = 200) -> int:
    """End permissions that serve no line: refused ones, those of ended plans, and those given
    for a plan that was never agreed to. How many; departments are told through the outbox."""
    with store.transaction(Worker()) as tx:
        now = clock.now()
        idle = permissions.without_a_line(tx, now - GRACE, limit=batch)
        for grant_id in idle:
            grant = grants.by_id(tx, grant_id, lock=True)
            if grant is None or shares.live_under(tx, grant_id):
                continue  # a plan took it up at this very moment
            change_in(tx, chance, grant, State.CONSUMED, by="system", at=now)
        return len(idle)
