"""A department has confirmed that it knows how a permission stands (SEC-9, F92)."""

from __future__ import annotations

from hashlib import sha256

from consent.clock import Chance, Clock
from consent.events import Kind, new_event
from consent.ids import GrantId
from consent.people import Worker
from consent.store import Store, events, grants


def note_told(
    store: Store, clock: Clock, chance: Chance, grant_id: GrantId, word: str = ""
) -> None:
    """Write when it was told, and its own signed word if it gave one: the event commits to it, so
    that nobody can put another in its place."""
    with store.transaction(Worker()) as tx:
        grant = grants.by_id(tx, grant_id, lock=True)
        if grant is None:
            return
        now = clock.now()
        grants.note_told(tx, grant_id, now, word)
        events.append(
            tx,
            new_event(
                chance,
                at=now,
                subject=grant.subject_id,
                grant_id=grant_id,
                department=grant.department,
                purpose=grant.purpose,
                kind=Kind.TOLD,
                by="department",
                digest=sha256(word.encode("ascii")).hexdigest() if word else None,
            ),
        )
