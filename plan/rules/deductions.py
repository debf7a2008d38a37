"""What is taken from wages: the tables of orders that courts and councils can make.

Employers work these out. Here they say what an order would leave, so that a budget does not count
money which never arrives.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from debts.money import NOTHING, Pence, half_up
from plan.rules.claim import Nation
from plan.rules.dated import SHIPPED, Entry, read_table, refuse_gaps_and_overlaps

TABLE: Final = "earnings_orders"
PAIRS: Final = ("up_to", "marginal")
FIGURES: Final = (*PAIRS, "above", "rest", "whole", "keeps", "least")


class NoTable(LookupError):
    """No table of this kind holds in this nation on this day."""


@dataclass(frozen=True, slots=True)
class EarningsOrder:
    """One dated table: what an order takes from a month's net pay. Limits are pence."""

    entry: Entry
    code: str
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


@lru_cache(maxsize=2)
def earnings_orders(folder: Path = SHIPPED) -> tuple[EarningsOrder, ...]:
    """All tables, each kind checked by itself in each nation that has it. Raises PolicyFault."""
    entries = read_table(folder, TABLE, nations=())
    for code in {entry.body["code"] for entry in entries}:
        own = [entry for entry in entries if entry.body["code"] == code]
        for nation in {nation for entry in own for nation in entry.nations}:
            refuse_gaps_and_overlaps(
                f"{TABLE}.toml, {code}, for {nation}",
                [entry for entry in own if nation in entry.nations],
            )
    return tuple(_order(entry) for entry in entries)


def order_on(code: str, nation: Nation, day: date) -> EarningsOrder:
    """The table in force. Raises NoTable, as for council tax in Scotland."""
    for order in earnings_orders():
        if order.code == code and order.entry.holds(day, nation):
            return order
    raise NoTable(f"{code} in {nation} on {day}")


def _order(entry: Entry) -> EarningsOrder:
    said: dict[str, Any] = {name: entry.body[name] for name in FIGURES if name in entry.body}
    pairs: dict[str, Any] = {name: tuple(map(tuple, said[name])) for name in PAIRS if name in said}
    return EarningsOrder(entry, entry.body["code"], **{**said, **pairs})
