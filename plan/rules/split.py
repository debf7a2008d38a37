"""How one payment is split among the lines of a plan, to the penny.

What a person usually pays goes as agreed. Less goes in proportion to it (ALLOC-05). A line whose
department says that less is left takes no more than that (decision 30); what it frees, and what
comes on top, is shared by the plan's own strategy (PLAN-20). What no line can take is over, and
goes back to the payer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from debts.money import spread
from plan.rules.allocation import allocate
from plan.rules.strategies import StrategyName, Weighed
from plan.rules.vary import Kept


@dataclass(frozen=True, slots=True)
class Taking:
    """One line: what it usually gets, how it shares, and the most that it takes, in pence."""

    usual: int
    kept: Kept
    most: int | None = None

    @property
    def least(self) -> int:
        """What it gets of a usual payment."""
        return self.usual if self.most is None else min(self.usual, self.most)


@dataclass(frozen=True, slots=True)
class Split:
    """Pence for each line, in order, and what is over: together the payment."""

    parts: tuple[int, ...]
    over: int


def split(pence: int, lines: Sequence[Taking], strategy: StrategyName) -> Split:
    """Raises ValueError for less than a penny or without a line."""
    if pence < 1 or not lines:
        raise ValueError("a penny or more, and a line to give it to")
    usual = [line.least for line in lines]
    if pence <= sum(usual):
        return Split(tuple(spread(pence, usual, usual).shares), 0)
    rest = pence - sum(usual)
    room = [rest if line.most is None else line.most - line.least for line in lines]
    more = _by_strategy(min(rest, sum(room)), lines, room, strategy)
    parts = tuple(part + extra for part, extra in zip(usual, more, strict=True))
    return Split(parts, pence - sum(parts))


def split_beyond(
    pence: int, due: int, lines: Sequence[Taking], place: int, strategy: StrategyName
) -> Split:
    """What is due goes as usual. What comes on top goes to the line that the person named
    (PLAN-20), as far as it takes it, and then to the others by the plan's own strategy."""
    first = min(pence, due)
    usual = split(first, lines, strategy).parts if first else (0,) * len(lines)
    rest = pence - sum(usual)
    room = _room(rest, lines, usual)
    named = min(rest, room[place])
    parts = [part + (named if at == place else 0) for at, part in enumerate(usual)]
    rest -= named
    room = _room(rest, lines, parts)
    more = _by_strategy(min(rest, sum(room)), lines, room, strategy)
    parts = [part + extra for part, extra in zip(parts, more, strict=True)]
    return Split(tuple(parts), pence - sum(parts))


def _room(rest: int, lines: Sequence[Taking], parts: Sequence[int]) -> list[int]:
    """How much more than its part each line takes, of no more than `rest`."""
    return [
        rest if line.most is None else max(line.most - part, 0)
        for line, part in zip(lines, parts, strict=True)
    ]


def usual_total(lines: Sequence[Taking], payment: int, strategy: StrategyName) -> int:
    """What a payment day comes to: the usual payment, or less where the lines need no more."""
    return payment - split(payment, lines, strategy).over if payment and lines else 0


def _by_strategy(
    pence: int, lines: Sequence[Taking], room: Sequence[int], strategy: StrategyName
) -> list[int]:
    if not pence:
        return [0] * len(lines)
    ordered = strategy is StrategyName.SMALL_FIRST
    open_lines = [at for at, left in enumerate(room) if left]
    weighed = [
        Weighed(
            weight=(lines[at].kept.rank or len(lines)) if ordered else lines[at].kept.weight_ppm,
            priority=lines[at].kept.priority,
            place=at,
        )
        for at in open_lines
    ]
    found = allocate(pence, weighed, [room[at] for at in open_lines], strategy)
    more = [0] * len(lines)
    for at, part in zip(open_lines, found, strict=True):
        more[at] = part
    return more
