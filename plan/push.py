"""A department that wants to be told hears that money is on its way to it (F58).

It is told the signed head of its series and nothing else: a number and a hash, no amount, nobody's
name. It then fetches what it does not have, as it would have later without being told.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from consent.clock import Clock
from consent.ids import DepartmentCode
from consent.people import Worker
from consent.store import Store, events
from plan.store import pushed

GROWN: Final = "money.grown"
"""The outbox topic for a department whose series has grown; its ref is the last number then."""


def push_due(store: Store, clock: Clock, departments: Collection[DepartmentCode]) -> int:
    """Put a word into the outbox for each of these whose series has grown since it was last told;
    how many. While a word waits for a department there is no second one, however long it is down.
    """
    if not departments:
        return 0
    with store.transaction(Worker()) as tx:
        grown = pushed.grown(tx, departments, GROWN)
        for department, last in grown:
            events.queue(tx, topic=GROWN, department=department, ref=str(last), now=clock.now())
    return len(grown)


def to_push(store: Store, department: DepartmentCode) -> int:
    """The last number of its series as it stands now, or 0 where it was told of that."""
    with store.transaction(Worker()) as tx:
        return pushed.to_push(tx, department)


def note_pushed(store: Store, department: DepartmentCode, number: int) -> None:
    """It was told of this number. Not whether it has fetched it: that its receipts say."""
    with store.transaction(Worker()) as tx:
        pushed.note_pushed(tx, department, number)
