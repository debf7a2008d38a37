"""The same debt in two departments' answers: recognised before it is counted or paid twice (F95).

Departments pass debts on, and collect for each other, and nothing in an answer says so. Three
signs are taken together, and a chance likeness of one of them is not enough.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Final, NamedTuple, TypeVar

Key = TypeVar("Key", bound=Hashable)

MOVES: Final = frozenset({"HMRC_TCO"})
"""Kinds of debt that one department hands over to another, under a new reference."""


class Shown(NamedTuple):
    """What of a debt is compared. `tail` is the end of its reference, empty when there is none;
    `balance` is in pence."""

    department: str
    kind: str
    tail: str
    balance: int


def same_debt(one: Shown, other: Shown) -> bool:
    """Whether two departments probably show one debt.

    The same end of a reference, and the same amount or the same kind: a debt that was passed on, or
    that one collects for another, with a payment that only one of them has counted yet. Or the same
    kind and amount of a debt that is known to be handed over.
    """
    if one.department == other.department:
        return False
    same_kind, same_amount = one.kind == other.kind, one.balance == other.balance
    if one.tail and one.tail == other.tail:
        return same_kind or same_amount
    return same_kind and same_amount and one.kind in MOVES


def find_duplicates(shown: Iterable[tuple[Key, Shown]]) -> dict[Key, Key]:
    """For each debt that another department has shown before it: the first that shows it."""
    kept: list[tuple[Key, Shown]] = []
    found: dict[Key, Key] = {}
    for key, debt in shown:
        first = next((before for before, seen in kept if same_debt(seen, debt)), None)
        if first is None:
            kept.append((key, debt))
        else:
            found[key] = first
    return found
