"""Plans are kept six years after they are over, messages two years, bank statements six (decision
44); then they go."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from consent.clock import Clock
from consent.people import Worker
from consent.retention import EVIDENCE
from consent.store import Store
from plan.store import bank, retention, share_answers

MESSAGES: Final = timedelta(days=2 * 365 + 1)
WORDS: Final = timedelta(days=90)
"""How long words of a department about a plan can be read."""


def drop_plans(store: Store, clock: Clock, *, batch: int = 200) -> int:
    """One batch of plans that were over six years ago, with every row of theirs; how many."""
    with store.transaction(Worker()) as tx:
        return retention.drop_plans(tx, clock.now() - EVIDENCE, limit=batch)


def drop_messages(store: Store, clock: Clock) -> int:
    """What was sent, two years after it was made; how many."""
    with store.transaction(Worker()) as tx:
        return retention.drop_messages(tx, clock.now() - MESSAGES)


def drop_words(store: Store, clock: Clock) -> int:
    """Words that departments wrote about plans, 90 days after; the answers stay. How many."""
    with store.transaction(Worker()) as tx:
        return share_answers.drop_words(tx, clock.now() - WORDS)


def drop_statements(store: Store, clock: Clock) -> int:
    """What was read of the paying account six years ago and is sorted out; how many entries."""
    with store.transaction(Worker()) as tx:
        return bank.drop(tx, clock.now() - EVIDENCE)
