"""Sharing one payment, with the least that each debt must get (ALLOC-23)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from debts.money import Pence, Spread, spread
from plan.rules.strategies import STRATEGIES, Strategy, StrategyName, Weighed, smallest

WEIGHT_TOTAL: Final = 1_000_000


class BelowMinimums(ValueError):
    """The payment is less than the minimums add up to: there is no automatic plan."""


def allocate(
    payment: int, debts: Sequence[Weighed], caps: Sequence[int], strategy: StrategyName
) -> list[Pence]:
    """Each debt's share of one payment, in pence (ALLOC-20 to ALLOC-23).

    `caps` is what each debt still needs. The shares add up to the payment, or to the caps when
    they are less. Raises BelowMinimums.
    """
    return [Pence(share) for share in spread_payment(payment, debts, caps, strategy).shares]


def spread_payment(
    payment: int, debts: Sequence[Weighed], caps: Sequence[int], strategy: StrategyName
) -> Spread:
    """The shares, and how far each cap may fall before they change (`debts.money.Spread`)."""
    total, share_by = min(payment, sum(caps)), STRATEGIES[strategy]
    if not any(debt.minimum for debt in debts):
        return share_by(total, debts, caps)
    floors = [min(debt.minimum, cap) for debt, cap in zip(debts, caps, strict=True)]
    if sum(floors) > total:
        raise BelowMinimums
    return _raise_to_minimums(total, debts, caps, floors, share_by)


def _raise_to_minimums(
    total: int,
    debts: Sequence[Weighed],
    caps: Sequence[int],
    floors: Sequence[int],
    share_by: Strategy,
) -> Spread:
    """Raise each share below its minimum to it, share the rest again, until none is below."""
    shares, holds = list(floors), list(floors)
    free = list(range(len(debts)))
    while free:
        found = share_by(total, [debts[i] for i in free], [caps[i] for i in free])
        for i, hold in zip(free, found.holds, strict=True):
            holds[i] = max(holds[i], hold)
        short = [i for i, share in zip(free, found.shares, strict=True) if share < floors[i]]
        if not short:
            for i, share in zip(free, found.shares, strict=True):
                shares[i] = share
            break
        total -= sum([floors[i] for i in short])
        free = [i for i in free if i not in short]
    return Spread(shares, holds)


def weights_ppm(debts: Sequence[Weighed]) -> list[int]:
    """What a stored share keeps to be shared by later: parts in a million, in all a million.

    One part for each debt, so that none is too small to count, and the rest by balance. Balances
    never leave the visit; these do (decision 29).
    """
    rest = WEIGHT_TOTAL - len(debts)
    parts = spread(rest, [debt.weight for debt in debts], [rest] * len(debts)).shares
    return [part + 1 for part in parts]


def ranks(debts: Sequence[Weighed], strategy: StrategyName) -> list[int | None]:
    """The order in which an ordered strategy pays, 1 first; None for proportional ones."""
    if strategy is not StrategyName.SMALL_FIRST:
        return [None] * len(debts)
    order = sorted(smallest(debt) for debt in debts)
    return [order.index(smallest(debt)) + 1 for debt in debts]
