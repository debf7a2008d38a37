"""A budget as far as the person has come with it: what they ticked and typed, and nothing else.

It lives in the visit, sealed like debts, and is gone with it. Amounts stay when a line is unticked,
so that going back loses nothing; only ticked lines count.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from debts.ephemeral import Ephemeral
from debts.money import NOTHING, Pence
from plan.rules.claim import Nation
from plan.rules.guidelines import GuidelineExcess, Guidelines, guideline_excesses
from plan.rules.statement import Household, Line, Statement

SUGGESTED, OTHER, NONE = "suggested", "other", "none"
"""How much is put aside: what we suggest, an amount of the person's own, or nothing."""


@dataclass(frozen=True, slots=True, repr=False)
class Budget(Ephemeral):
    """None, or an empty text, stands for a question that has no answer yet.

    `income` and `outgoings` are the ticked lines; `amounts` has each line ever typed. `taken` is
    what a department takes before the person gets it: it is in neither sum (example C12).
    `reasons` are codes by guideline group. `checked` is that the person said that all is right.
    """

    nation: Nation | None = None
    household: Household | None = None
    home: str = ""
    joint: bool | None = None
    income: tuple[str, ...] | None = None
    outgoings: tuple[str, ...] | None = None
    amounts: Mapping[str, Line] = field(default_factory=dict)
    taken_asked: str = ""
    taken: Line | None = None
    reasons: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    other_debts: Pence | None = None
    savings: str = ""
    savings_pence: Pence | None = None
    changes: tuple[str, ...] | None = None
    checked: bool = False

    def has_amounts(self, lines: Iterable[str]) -> bool:
        return all(line in self.amounts for line in lines)

    def lines(self, ticked: Iterable[str] | None) -> tuple[Line, ...]:
        """The ticked lines that have an amount, in their order."""
        return tuple(self.amounts[line] for line in ticked or () if line in self.amounts)

    @property
    def everyone(self) -> Household | None:
        """The household; a budget for two has two adults at least."""
        if self.household is None or not self.joint:
            return self.household
        return replace(self.household, adults=max(self.household.adults, 2))

    def statement(self) -> Statement:
        """What has been said so far. Payments on other debts are essential costs."""
        outgoings = self.lines(self.outgoings)
        if self.other_debts:
            outgoings = (*outgoings, Line("other-essential-costs", self.other_debts))
        return Statement(
            income=self.lines(self.income),
            outgoings=outgoings,
            savings=self.savings != NONE,
            savings_pence=self.savings_pence if self.savings == OTHER else None,
            household=self.everyone,
        )

    def with_amounts(self, found: Iterable[Line]) -> Budget:
        return replace(self, amounts={**self.amounts, **{line.line: line for line in found}})

    def excesses(self, guidelines: Guidelines | None) -> tuple[GuidelineExcess, ...]:
        """Groups above their guideline; none while it is not known who lives there (AFF-09)."""
        household = self.everyone
        if household is None or guidelines is None:
            return ()
        spending = replace(self.statement(), outgoings=self.lines(self.outgoings))
        return guideline_excesses(spending, household, guidelines)

    def taken_monthly(self) -> Pence:
        return self.taken.monthly if self.taken else NOTHING
