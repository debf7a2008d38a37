"""A person is forgotten: the link between their sign-in and our rows is destroyed (decision 31).

The row of the person goes, and with it the key to their sign-in evidence. What stays in the log is
about nobody: a random id, a department and a day.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from consent.clock import Clock
from consent.ids import SubjectId
from consent.people import Worker
from consent.retention import EVIDENCE
from consent.store import Store, Tx, retention


class Needed(Protocol):
    """Which of these people something else still needs, such as a plan that ended lately."""

    def __call__(
        self, tx: Tx, among: Collection[SubjectId], since: datetime
    ) -> Collection[SubjectId]: ...


def erase(store: Store, clock: Clock, *, needed: Needed, batch: int = 200) -> int:
    """Forget one batch of people whose evidence has served its time, and who closed their account
    or were not here since. How many.

    It looks at nothing but dates, so a backup that is put back is cleaned again by the next round.
    """
    before = clock.now() - EVIDENCE
    forgotten, passed_by = 0, 0
    while not forgotten:
        with store.transaction(Worker()) as tx:
            found = retention.people_to_forget(tx, before, limit=batch + passed_by)
            kept = set(needed(tx, found, before))
        if len(found) <= passed_by:
            return 0
        for subject in found:
            if subject in kept:
                passed_by += 1
                continue
            with store.transaction(Worker()) as tx:
                forgotten += retention.forget(tx, subject, before)
    return forgotten
