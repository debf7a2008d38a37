"""What is kept, and for how long (decision 20, SEC-16, SEC-75): the nightly rounds.

Each drops one batch of one kind and says how many; the worker calls it until nothing is left, and
its log is the report. The leaves of the log stay, so every proof still verifies.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from consent.clock import Clock
from consent.people import Worker
from consent.store import Store, hold_answers, requests, retention, staff

EVIDENCE: Final = timedelta(days=6 * 365 + 2)
"""Six years after the end: so long may somebody go to court about it."""
DECIDED: Final = timedelta(days=30)
"""A no, or no decision, serves only so that the same question is not asked again at once."""
WORDS: Final = timedelta(days=90)
"""How long words of a department about a question can be read."""


def drop_requests(store: Store, clock: Clock) -> int:
    """What was not agreed to, 30 days after it was decided."""
    with store.transaction(Worker()) as tx:
        return requests.drop_decided(tx, clock.now() - DECIDED)


def drop_permissions(store: Store, clock: Clock, *, batch: int = 500) -> int:
    """Permissions, their earlier versions and their disposal receipts, six years after the end."""
    with store.transaction(Worker()) as tx:
        return retention.drop_permissions(tx, clock.now() - EVIDENCE, limit=batch)


def drop_evidence(store: Store, clock: Clock) -> int:
    """Sign-in evidence, when the last permission of its receipt is gone."""
    with store.transaction(Worker()) as tx:
        return retention.drop_evidence(tx, clock.now() - EVIDENCE)


def drop_questions(store: Store, clock: Clock) -> int:
    """What people said of debts, six years after it was settled."""
    with store.transaction(Worker()) as tx:
        return retention.drop_questions(tx, clock.now() - EVIDENCE)


def drop_hold_words(store: Store, clock: Clock) -> int:
    """Words that departments wrote about questions, 90 days after; the decisions stay."""
    with store.transaction(Worker()) as tx:
        return hold_answers.drop_words(tx, clock.now() - WORDS)


def drop_staff_events(store: Store, clock: Clock) -> int:
    """What departments' staff did, and the accounts that were removed, six years after."""
    with store.transaction(Worker()) as tx:
        return staff.drop_old(tx, clock.now() - EVIDENCE)
