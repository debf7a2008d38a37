"""Is there an order of these moves, each within its own time, that the model can follow?

The search is that of Wing and Gong with the memory of Lowe: what was tried for the same set of
moves and the same state is not tried again. A move that only looks is taken as soon as it fits.
"""

from __future__ import annotations

from collections.abc import Sequence

from tests.histories.model import OPEN, Cell, Ends, Move, after


def explains(moves: Sequence[Move], ends: Ends, start: Cell = ()) -> bool:
    """True when some order explains every move that must have been made."""
    moves = sorted(moves, key=lambda one: one.began)
    must = sum(1 << i for i, one in enumerate(moves) if not one.may)
    seen: set[tuple[int, Cell]] = set()
    ways: list[tuple[int, Cell]] = [(0, start)]
    while ways:
        done, cell = ways.pop()
        done = _looks_taken(moves, done, cell, ends)
        if done & must == must:
            return True
        if (done, cell) in seen:
            continue
        seen.add((done, cell))
        for i in _next(moves, done):
            then = after(cell, moves[i], ends)
            if then is not None:
                ways.append((done | 1 << i, then))
    return False


def _looks_taken(moves: Sequence[Move], done: int, cell: Cell, ends: Ends) -> int:
    """Take what only looks and fits, but for a look after which a move that is still possible
    would come too late."""
    closing = _closing(moves, done, cell)
    taken = True
    while taken:
        taken = False
        for i in _next(moves, done):
            one = moves[i]
            if one.began > closing or one.changes:
                continue
            if after(cell, one, ends) is not None:
                done |= 1 << i
                taken = True
    return done


def _closing(moves: Sequence[Move], done: int, cell: Cell) -> int:
    """When the first of the moves that need not have been made, and still may, was over."""
    states = dict(cell)
    return min(
        (
            one.ended
            for i, one in enumerate(moves)
            if one.may and not done >> i & 1 and states.get(one.grant, "given") in OPEN
        ),
        default=2**63,
    )


def _next(moves: Sequence[Move], done: int) -> list[int]:
    """Moves that may come next: none that is still to come had ended before they began."""
    left = [i for i in range(len(moves)) if not done >> i & 1]
    first = min((moves[i].ended for i in left if not moves[i].may), default=2**63)
    last = max((one.began for i, one in enumerate(moves) if done >> i & 1), default=0)
    return [i for i in left if moves[i].began <= first and moves[i].ended >= last]
