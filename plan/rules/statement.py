"""A person's money in and out, on the lines of the Standard Financial Statement.

Lines may not be added, removed or renamed (AFF-06); the catalogue is in `statement_lines`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from debts.ephemeral import Ephemeral
from debts.money import Pence
from plan.rules.frequencies import Frequency, monthly
from plan.rules.statement_lines import Group


@dataclass(frozen=True, slots=True, repr=False)
class Line(Ephemeral):
    """One amount as the person gave it: `pence` each `every`, on the line named `line`."""

    line: str
    pence: Pence
    every: Frequency = Frequency.MONTH

    @property
    def monthly(self) -> Pence:
        """Pence a month, rounded half-up on this line alone (AFF-23)."""
        return monthly(self.pence, self.every)


@dataclass(frozen=True, slots=True, repr=False)
class Household(Ephemeral):
    """Who shares the costs (AFF-02). `adults` counts the person and a partner who shares them."""

    adults: int = 1
    children_under_16: int = 0
    children_16_to_18: int = 0
    other_dependants: int = 0
    vehicles: int = 0

    @property
    def size(self) -> int:
        return self.adults + self.children_under_16 + self.children_16_to_18 + self.other_dependants


@dataclass(frozen=True, slots=True, repr=False)
class Statement(Ephemeral):
    """Everything a person said about a month of money.

    `savings` says whether some is put aside at all (AFF-08); `savings_pence` is the person's own
    amount a month, or None for the suggested one (AFF-07). A line may occur more than once.
    """

    income: tuple[Line, ...]
    outgoings: tuple[Line, ...]
    savings: bool = True
    savings_pence: Pence | None = None
    household: Household | None = None

    @property
    def total_income(self) -> Pence:
        return total(self.income)

    @property
    def total_outgoings(self) -> Pence:
        """Fixed and flexible together (AFF-03)."""
        return total(self.outgoings)

    def group_total(self, group: Group) -> Pence:
        """Pence a month on the lines of one group."""
        return on_lines((*self.income, *self.outgoings), {kind.id for kind in group.lines})


def total(lines: Iterable[Line]) -> Pence:
    """Pence a month of all these lines: each rounded, then added (AFF-23)."""
    return Pence(sum([line.monthly for line in lines]))


def on_lines(lines: Iterable[Line], ids: set[str] | frozenset[str]) -> Pence:
    """Pence a month of those lines that have one of these ids."""
    return total(line for line in lines if line.line in ids)
