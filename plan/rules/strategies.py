"""The named ways to share one payment among debts (decision 9, ALLOC-20 to ALLOC-22).

A strategy is made for its debts once, and then asked for each payment: it takes the payment and
what each debt still needs, and answers the shares. Money is pence. The name of the strategy is
recorded with the plan.
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


Sharing = Callable[[int, Sequence[int]], Spread]
"""From a payment and what each debt still needs, to the shares; caps are in the debts' order."""

Strategy = Callable[[Sequence[Weighed]], Sharing]


def _by(weights: Sequence[int], debts: Sequence[Weighed]) -> Sharing:
    places = [debt.place for debt in debts]
    return lambda total, caps: spread(total, weights, caps, places)


def pro_rata(debts: Sequence[Weighed]) -> Sharing:
    """Each by its balance when the plan was made (ALLOC-01)."""
    return _by([debt.weight for debt in debts], debts)


def equal(debts: Sequence[Weighed]) -> Sharing:
    """The same to each, until it is paid (decision 38)."""
    return _by([1] * len(debts), debts)


def contractual(debts: Sequence[Weighed]) -> Sharing:
    """Each by the payment of its own contract, whatever is left of it (ALLOC-02)."""
    return _by([debt.contract for debt in debts], debts)


def two_tier(debts: Sequence[Weighed]) -> Sharing:
    """A third to priority debts, the rest to all of them, both by balance (ALLOC-22)."""
    return _priority_debts_first(debts, lambda total: half_up(total, 3))


def priority_first(debts: Sequence[Weighed]) -> Sharing:
    """Everything to priority debts by balance while there are any, then to the others."""
    return _priority_debts_first(debts, lambda total: total)


def small_first(debts: Sequence[Weighed]) -> Sharing:
    """Everything to the debt that was smallest when the plan was made, then to the next."""
    order = sorted(range(len(debts)), key=lambda i: smallest(debts[i]))

    def share(total: int, caps: Sequence[int]) -> Spread:
        shares = [0] * len(caps)
        for i in order:
            shares[i] = min(total, caps[i])
            total -= shares[i]
            if not total:
                break
        return Spread(shares, shares)

    return share


def smallest(debt: Weighed) -> tuple[int, int]:
    """The key that puts debts in the order of `small_first`."""
    return (debt.weight, debt.place)


def _priority_debts_first(debts: Sequence[Weighed], pool: Callable[[int], int]) -> Sharing:
    """Share a pool among priority debts, then the rest among all; what is not used goes on."""
    by_balance = pro_rata(debts)
    urgent = [debt.priority for debt in debts]

    def share(total: int, caps: Sequence[int]) -> Spread:
        first_caps = [cap if first else 0 for cap, first in zip(caps, urgent, strict=True)]
        if not any(first_caps):
            return by_balance(total, caps)
        first = by_balance(pool(total), first_caps)
        left = [cap - part for cap, part in zip(caps, first.shares, strict=True)]
        second = by_balance(total - sum(first.shares), left)
        return Spread(
            [a + b for a, b in zip(first.shares, second.shares, strict=True)],
            [
                max(hold, part + later)
                for part, hold, later in zip(first.shares, first.holds, second.holds, strict=True)
            ],
        )

    return share


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
