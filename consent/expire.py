"""The clock's part: what has passed its end expires, what nobody decided lapses. Use was refused
already (SEC-10)."""

from __future__ import annotations

from consent.ask import note
from consent.change import change_in
from consent.clock import Chance, Clock
from consent.events import Kind
from consent.lifecycle import State
from consent.people import Worker
from consent.store import Store, grants, requests


def expire(store: Store, clock: Clock, chance: Chance, *, batch: int = 500) -> int:
    """End one batch and say how many; the departments are told through the outbox."""
    with store.transaction(Worker()) as tx:
        now = clock.now()
        due = grants.due_to_expire(tx, now, limit=batch)
        for grant in due:
            change_in(tx, chance, grant, State.EXPIRED, by="clock", at=now)
        return len(due)


def lapse(store: Store, clock: Clock, chance: Chance, *, batch: int = 500) -> int:
    """Close one batch of requests that nobody decided in time; how many."""
    with store.transaction(Worker()) as tx:
        now = clock.now()
        due = requests.due_to_lapse(tx, now, limit=batch)
        for request in due:
            requests.move(tx, request.grant_id, State.LAPSED, by="clock", at=now)
            note(tx, chance, request, Kind.LAPSED, by="clock", at=now)
        return len(due)
