"""What is taken at source: orders on wages, and the cap on what Universal Credit loses.

Departments and employers work these out. Here they warn: of a budget that counts money which never
arrives, and of a plan on top of deductions that already reach their limit (DED-07).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from debts.money import NOTHING, Pence, half_up
from plan.rules.claim import Nation

FOLDER: Final = Path(__file__).resolve().parents[2] / "register" / "policy"


class NoTable(LookupError):
    """No table of this kind holds in this nation on this day."""


@dataclass(frozen=True, slots=True)
class EarningsOrder:
    """One dated table: what an order takes from a month's net pay. Limits are pence."""

    code: str
    nations: frozenset[Nation]
    valid_from: date
    reference: str
    up_to: tuple[tuple[int, int], ...] = ()
    above: int = 0
    rest: int = 0
    whole: bool = False
    keeps: int = 0
    marginal: tuple[tuple[int, int, int], ...] = ()
    least: int = 0

    def takes(self, net: Pence, *, other_orders: Pence = NOTHING) -> Pence:
        """Pence a month from `net` pay; `other_orders` is what other orders take before it.

        Where the table protects a part of the pay, all orders together leave that part (DED-25).
        """
        amount = self._marginal(net) if self.marginal else self._banded(net)
        if not self.keeps:
            return amount
        room = max(net * (100 - self.keeps) // 100 - other_orders, 0)
        return Pence(min(amount, room))

    def _banded(self, net: int) -> Pence:
        for limit, percent in self.up_to:
            if net <= limit:
                return half_up(net * percent, 100)
        if self.whole:
            return half_up(net * self.above, 100)
        last = self.up_to[-1][0]
        return half_up(last * self.above + (net - last) * self.rest, 100)

    def _marginal(self, net: int) -> Pence:
        """An exact half penny goes down (DED-27)."""
        band = next((row for row in reversed(self.marginal) if net > row[0]), None)
        if band is None:
            return NOTHING
        start, fixed, percent = band
        above = (net - start) * percent
        return Pence(max(fixed + (above * 2 + 99) // 200, self.least))


@dataclass(frozen=True, slots=True)
class Cap:
    """Per cent of the Universal Credit standard allowance, from a day on."""

    valid_from: date
    percent: int
    reference: str

    def most(self, standard_allowance: Pence) -> Pence:
        """Pence a month that deductions may take together (DED-01, P9)."""
        return half_up(standard_allowance * self.percent, 100)


@lru_cache(maxsize=2)
def earnings_orders(folder: Path = FOLDER) -> tuple[EarningsOrder, ...]:
    raw = tomllib.loads((folder / "earnings_orders.toml").read_text(encoding="utf-8"))
    return tuple(_order(row) for row in raw["order"])


@lru_cache(maxsize=2)
def _caps(folder: Path = FOLDER) -> tuple[Cap, ...]:
    raw = tomllib.loads((folder / "universal_credit.toml").read_text(encoding="utf-8"))
    return tuple(Cap(**row) for row in raw["cap"])


def order_on(code: str, nation: Nation, day: date) -> EarningsOrder:
    """The table in force. Raises NoTable, as for council tax in Scotland."""
    held = [
        order
        for order in earnings_orders()
        if order.code == code and nation in order.nations and order.valid_from <= day
    ]
    if not held:
        raise NoTable(f"{code} in {nation} on {day}")
    return max(held, key=lambda order: order.valid_from)


def universal_credit_cap(day: date) -> Cap:
    """The cap in force. Raises NoTable before the first."""
    held = [cap for cap in _caps() if cap.valid_from <= day]
    if not held:
        raise NoTable(f"Universal Credit on {day}")
    return max(held, key=lambda cap: cap.valid_from)


def _order(row: Mapping[str, Any]) -> EarningsOrder:
    pairs = {name: tuple(map(tuple, row[name])) for name in ("up_to", "marginal") if name in row}
    return EarningsOrder(**{**row, **pairs, "nations": frozenset(map(Nation, row["nations"]))})
