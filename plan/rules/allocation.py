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
    if any(debt.fixed for debt in debts):
        return _fixed_first(total, debts, caps, share_by)
    return _with_minimums(total, debts, caps, share_by)


def _fixed_first(
    total: int, debts: Sequence[Weighed], caps: Sequence[int], share_by: Strategy
) -> Spread:
    """Fixed terms off the top; the others share what is left, and what they cannot use goes to the
    fixed ones again, so that no penny of a payment is kept back (ALLOC-24)."""
    top = [min(debt.fixed, cap) for debt, cap in zip(debts, caps, strict=True)]
    if sum(top) > total:
        raise BelowMinimums
    free = [0 if debt.fixed else cap for debt, cap in zip(debts, caps, strict=True)]
    found = _with_minimums(total - sum(top), debts, free, share_by)
    rest = total - sum(top) - sum(found.shares)
    room = [cap - off if debt.fixed else 0 for debt, cap, off in zip(debts, caps, top, strict=True)]
    more = spread(rest, [debt.fixed for debt in debts], room, [debt.place for debt in debts])
    return Spread(
        [sum(parts) for parts in zip(top, found.shares, more.shares, strict=True)],
        [
            off + (later if rest else 0) if debt.fixed else hold
            for debt, off, hold, later in zip(debts, top, found.holds, more.holds, strict=True)
        ],
    )


def _with_minimums(
    total: int, debts: Sequence[Weighed], caps: Sequence[int], share_by: Strategy
) -> Spread:
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
