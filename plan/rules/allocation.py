"""Sharing one payment, with the least that each debt must get (ALLOC-23)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from debts.money import Pence, Spread, spread
from plan.rules.strategies import STRATEGIES, Sharing, StrategyName, Weighed, smallest

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
    total = min(payment, sum(caps))
    return [Pence(share) for share in sharing(debts, strategy)(total, caps).shares]


def sharing(debts: Sequence[Weighed], strategy: StrategyName) -> Sharing:
    """How these debts share any total that is not above their caps: the shares, and how far each
    cap may fall before they change (`debts.money.Spread`). What a schedule asks month by month is
    looked up here once. The answer raises BelowMinimums."""
    share = STRATEGIES[strategy](debts)
    if any(debt.minimum for debt in debts):
        share = _with_minimums([debt.minimum for debt in debts], share)
    if any(debt.fixed for debt in debts):
        share = _fixed_first(debts, share)
    return share


def _fixed_first(debts: Sequence[Weighed], share: Sharing) -> Sharing:
    """Fixed terms off the top; the others share what is left, and what they cannot use goes to the
    fixed ones again, so that no penny of a payment is kept back (ALLOC-24)."""
    fixed, places = [debt.fixed for debt in debts], [debt.place for debt in debts]

    def fixed_first(total: int, caps: Sequence[int]) -> Spread:
        top = [min(terms, cap) for terms, cap in zip(fixed, caps, strict=True)]
        left = total - sum(top)
        if left < 0:
            raise BelowMinimums
        free = [0 if terms else cap for terms, cap in zip(fixed, caps, strict=True)]
        found = share(min(left, sum(free)), free)
        rest = left - sum(found.shares)
        if not rest:
            return Spread(*([a + b for a, b in zip(top, o, strict=True)] for o in found))
        room = [cap - off if off else 0 for cap, off in zip(caps, top, strict=True)]
        more = spread(rest, fixed, room, places)
        return Spread(
            [sum(parts) for parts in zip(top, found.shares, more.shares, strict=True)],
            [sum(parts) for parts in zip(top, found.holds, more.holds, strict=True)],
        )

    return fixed_first


def _with_minimums(minimums: Sequence[int], share: Sharing) -> Sharing:
    """Raise each share below its minimum to it, share the rest again, until none is below."""

    def with_minimums(total: int, caps: Sequence[int]) -> Spread:
        floors = [min(least, cap) for least, cap in zip(minimums, caps, strict=True)]
        if sum(floors) > total:
            raise BelowMinimums
        raised, holds, free = [0] * len(caps), floors, list(caps)
        while True:
            found = share(total, free)
            holds = [max(held) for held in zip(holds, found.holds, strict=True)]
            short = [i for i, part in enumerate(found.shares) if free[i] and part < floors[i]]
            if not short:
                break
            for i in short:
                raised[i], free[i] = floors[i], 0
                total -= floors[i]
        return Spread([a + b for a, b in zip(raised, found.shares, strict=True)], holds)

    return with_minimums


def weights_ppm(
    debts: Sequence[Weighed], strategy: StrategyName = StrategyName.PRO_RATA
) -> list[int]:
    """What a stored share keeps to be shared by later: parts in a million, in all a million.

    One part for each debt, so that none is too small to count, and the rest by balance, or by
    contract where that is the strategy. Balances never leave the visit; these do (decision 29).
    """
    by_contract = strategy is StrategyName.CONTRACTUAL
    weights = [debt.contract if by_contract else debt.weight for debt in debts]
    rest = WEIGHT_TOTAL - len(debts)
    parts = spread(rest, weights, [rest] * len(debts)).shares
    return [part + 1 for part in parts]


def ranks(debts: Sequence[Weighed], strategy: StrategyName) -> list[int | None]:
    """The order in which an ordered strategy pays, 1 first; None for proportional ones."""
    if strategy is not StrategyName.SMALL_FIRST:
        return [None] * len(debts)
    order = sorted(smallest(debt) for debt in debts)
    return [order.index(smallest(debt)) + 1 for debt in debts]
