"""Sharing a payment again among the lines of a plan, by what was kept of them (decision 29).

A plan keeps no balance. Its lines keep a weight or a rank, and that is enough to share another
amount by the plan's own strategy without losing or making a penny.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from debts.money import NOTHING, Pence
from plan.rules.allocation import allocate
from plan.rules.strategies import StrategyName, Weighed


@dataclass(frozen=True, slots=True)
class Kept:
    """What a plan keeps of one line. `minimum` is the least it gets each time, in pence."""

    weight_ppm: int
    priority: bool = False
    rank: int | None = None
    minimum: Pence = NOTHING


def share_again(payment: int, lines: Sequence[Kept], strategy: StrategyName) -> list[Pence]:
    """Pence for each line, in order; they add up to the payment (PLAN-15, PLAN-19).

    No line is capped: when a debt needs less than its share, its department says so in time
    (decision 30). Raises ValueError without a line or for a payment below 0, and BelowMinimums.
    """
    if not lines or payment < 0:
        raise ValueError("a payment of 0 or more, and a line to share it among")
    ordered = strategy is StrategyName.SMALL_FIRST
    debts = [
        Weighed(
            weight=(line.rank or len(lines)) if ordered else line.weight_ppm,
            priority=line.priority,
            place=place,
            minimum=line.minimum,
            contract=line.weight_ppm,
        )
        for place, line in enumerate(lines)
    ]
    return allocate(payment, debts, [max(payment, 1)] * len(lines), strategy)


def lump_sum(
    pence: int, lines: Sequence[Kept], strategy: StrategyName, *, to: int | None = None
) -> list[Pence]:
    """A payment on top: all to one line where the person says so, else as the plan shares
    (PLAN-20). The parts add up to it."""
    if to is None:
        return share_again(pence, [_without_minimum(line) for line in lines], strategy)
    return [Pence(pence if place == to else 0) for place in range(len(lines))]


def _without_minimum(line: Kept) -> Kept:
    return Kept(line.weight_ppm, line.priority, line.rank)
