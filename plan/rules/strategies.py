"""The named ways to share one payment among debts (decision 9, ALLOC-20 to ALLOC-22).

A strategy takes a payment, the debts it is for and what each still needs, and answers the shares.
Money is pence. The name of the strategy is recorded with the plan.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from debts.ephemeral import Ephemeral
from debts.money import Spread, half_up, spread


class StrategyName(StrEnum):
    TWO_TIER = "two_tier"
    PRO_RATA = "pro_rata"
    SMALL_FIRST = "small_first"
    PRIORITY_FIRST = "priority_first"
    EQUAL = "equal"
    CONTRACTUAL = "contractual"


@dataclass(frozen=True, slots=True, repr=False)
class Weighed(Ephemeral):
    """A debt as sharing sees it.

    `weight` is its balance when the plan was made (ALLOC-20), `place` its place among the debts
    when an odd penny is given out (ALLOC-21), and `minimum` the least it gets (ALLOC-23).
    `contract` is its contractual payment (ALLOC-02), and `fixed` what it gets before anything is
    shared (ALLOC-24).
    """

    weight: int
    priority: bool
    place: int
    minimum: int = 0
    contract: int = 0
    fixed: int = 0

    @property
    def least(self) -> int:
        """The least it gets in the first month, in pence."""
        return min(self.fixed or self.minimum, self.weight)


Strategy = Callable[[int, Sequence[Weighed], Sequence[int]], Spread]


def pro_rata(total: int, debts: Sequence[Weighed], caps: Sequence[int]) -> Spread:
    """Each by its balance when the plan was made (ALLOC-01)."""
    return spread(total, [debt.weight for debt in debts], caps, [debt.place for debt in debts])


def equal(total: int, debts: Sequence[Weighed], caps: Sequence[int]) -> Spread:
    """The same to each, until it is paid (decision 38)."""
    return spread(total, [1] * len(debts), caps, [debt.place for debt in debts])


def contractual(total: int, debts: Sequence[Weighed], caps: Sequence[int]) -> Spread:
    """Each by the payment of its own contract, whatever is left of it (ALLOC-02)."""
    return spread(total, [debt.contract for debt in debts], caps, [debt.place for debt in debts])


def two_tier(total: int, debts: Sequence[Weighed], caps: Sequence[int]) -> Spread:
    """A third to priority debts, the rest to all of them, both by balance (ALLOC-22)."""
    urgent = _only(debts, caps, priority=True)
    if not any(urgent):
        return pro_rata(total, debts, caps)
    return _one_after_another(half_up(total, 3), urgent, total, debts, caps)


def priority_first(total: int, debts: Sequence[Weighed], caps: Sequence[int]) -> Spread:
    """Everything to priority debts by balance while there are any, then to the others."""
    urgent = _only(debts, caps, priority=True)
    return _one_after_another(total, urgent, total, debts, caps)


def small_first(total: int, debts: Sequence[Weighed], caps: Sequence[int]) -> Spread:
    """Everything to the debt that was smallest when the plan was made, then to the next."""
    shares, holds = [0] * len(debts), [0] * len(debts)
    unpaid = [i for i, cap in enumerate(caps) if cap]
    for i in sorted(unpaid, key=lambda i: smallest(debts[i])):
        shares[i] = holds[i] = min(total, caps[i])
        total -= shares[i]
        if not total:
            break
    return Spread(shares, holds)


def smallest(debt: Weighed) -> tuple[int, int]:
    """The key that puts debts in the order of `small_first`."""
    return (debt.weight, debt.place)


def _only(debts: Sequence[Weighed], caps: Sequence[int], *, priority: bool) -> list[int]:
    return [cap if debt.priority is priority else 0 for debt, cap in zip(debts, caps, strict=True)]


def _one_after_another(
    pool: int, first_caps: Sequence[int], total: int, debts: Sequence[Weighed], caps: Sequence[int]
) -> Spread:
    """Share `pool` among some, then the rest of `total` among all; what is not used goes on."""
    first = pro_rata(pool, debts, first_caps)
    left = [cap - share for cap, share in zip(caps, first.shares, strict=True)]
    second = pro_rata(total - sum(first.shares), debts, left)
    return Spread(
        [a + b for a, b in zip(first.shares, second.shares, strict=True)],
        [
            max(hold, share + later)
            for share, hold, later in zip(first.shares, first.holds, second.holds, strict=True)
        ],
    )


STRATEGIES: Final[Mapping[StrategyName, Strategy]] = MappingProxyType(
    {
        StrategyName.TWO_TIER: two_tier,
        StrategyName.PRO_RATA: pro_rata,
        StrategyName.SMALL_FIRST: small_first,
        StrategyName.PRIORITY_FIRST: priority_first,
        StrategyName.EQUAL: equal,
        StrategyName.CONTRACTUAL: contractual,
    }
)


def usual_strategy(*, any_priority: bool) -> StrategyName:
    """`two_tier` when any priority debt is in, else `pro_rata` (decision 9)."""
    return StrategyName.TWO_TIER if any_priority else StrategyName.PRO_RATA
