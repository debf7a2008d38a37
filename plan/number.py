"""What settled gets its number in each department's series: no gaps, chained, for ever (SEC-81).

A department that has numbers 1 to n with the chain of their hashes can prove that nothing is
missing, changed or out of order; so can we.
"""

from __future__ import annotations

from typing import Final

from consent.people import Worker
from consent.store import Store
from plan.store import numbering

BATCH: Final = 5_000


def number_settled(store: Store, *, batch: int = BATCH) -> int:
    """A batch for each department that waits, each in a transaction of its own; how many in all.
    Any number of workers may try: one has a department's book at a time."""
    with store.transaction(Worker()) as tx:
        waiting = numbering.departments_waiting(tx)
    done = 0
    for department in waiting:
        with store.transaction(Worker()) as tx:
            done += numbering.number(tx, department, most=batch)
    return done
