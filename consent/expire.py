"""The clock's part: grants whose end has passed become `expired`. Use was refused already."""

from __future__ import annotations

from consent.clock import Chance, Clock
from consent.events import Kind, new_event
from consent.lifecycle import State
from consent.people import Worker
from consent.store import Store, events, grants
from consent.withdraw import TOPIC


def expire(store: Store, clock: Clock, chance: Chance, *, batch: int = 500) -> int:
    """End one batch and say how many; the departments are told through the outbox."""
    with store.transaction(Worker()) as tx:
        now = clock.now()
        due = grants.due_to_expire(tx, now, limit=batch)
        for grant in due:
            grants.end(tx, grant.grant_id, State.EXPIRED, now=now, by="clock")
            events.append(
                tx,
                new_event(
                    chance,
                    at=now,
                    subject=grant.subject_id,
                    grant_id=grant.grant_id,
                    department=grant.department,
                    purpose=grant.purpose,
                    kind=Kind.EXPIRED,
                    by="clock",
                ),
            )
            events.queue(tx, topic=TOPIC, department=grant.department, ref=grant.grant_id, now=now)
        return len(due)
