"""Events become leaves, in one order for ever. Any number of workers may try: one does it."""

from __future__ import annotations

from typing import Final

from consent.log.tree import Growing, Place, Span, cover
from consent.people import Worker
from consent.store import Store
from consent.store import log as rows

BATCH: Final = 2000
"""Events in one transaction: a third of a second, so that nobody waits long for a row."""


def sequence(store: Store, *, batch: int = BATCH) -> int:
    """Append the events that wait, at most `batch`, and say how many.

    Events get their leaf indexes and the tree its new complete subtrees in one transaction: after
    a crash either both are there or neither, and the next call goes on from the tree itself.
    """
    with store.transaction(Worker()) as tx:
        if not rows.alone(tx):
            return 0
        events = rows.waiting(tx, limit=batch)
        if not events:
            return 0
        size = rows.size(tx)
        tree = Growing(size, rows.nodes(tx, cover(Span(0, size))))
        made: list[tuple[Place, bytes]] = []
        for _, leaf_hash in events:
            made += tree.append(leaf_hash)
        rows.number(tx, size, [event_id for event_id, _ in events])
        rows.add_nodes(tx, made)
        return len(events)
