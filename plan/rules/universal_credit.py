"""The cap on what Universal Credit loses, and the check of a plan against it (DED-01, DED-07).

The Department for Work and Pensions works deductions out. Here the cap warns, and never refuses:
of a plan that asks again for debts which the award already pays off as fast as is allowed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from debts.ephemeral import Ephemeral
from debts.money import Pence, half_up
from plan.rules.claim import Claim
from plan.rules.statement import Statement, on_lines

INCOME_LINE = frozenset({"tax-credits-universal-credit"})


@dataclass(frozen=True, slots=True)
class Cap:
    """Per cent of the standard allowance, and the allowances of those aged 25 or over, in pence a
    month. Younger people's are lower; the case may say its own."""

    percent: int
    single: Pence
    couple: Pence
    reference: str

    def most(self, standard_allowance: Pence) -> Pence:
        """Pence a month that deductions may take together (DED-01, P9)."""
        return half_up(standard_allowance * self.percent, 100)


@dataclass(frozen=True, slots=True, repr=False)
class CapCheck(Ephemeral):
    """Pence a month: the cap, what is taken from the award already, and what the plan's first
    payment would add for debts that Universal Credit collects."""

    cap: Pence
    taken: Pence
    planned: Pence

    @property
    def above(self) -> bool:
        return self.taken + self.planned > self.cap


def read_cap(body: Mapping[str, Any]) -> Cap:
    return Cap(body["percent"], Pence(body["single"]), Pence(body["couple"]), body["reference"])


def check_cap(
    cap: Cap,
    statement: Statement | None,
    standard_allowance: Pence | None,
    taken: Iterable[Claim],
    planned: Iterable[int],
) -> CapCheck | None:
    """The check, or None for somebody of whom we do not know that they have Universal Credit.

    `taken` are debts that the award already pays for; `planned` are first shares of such debts.
    """
    if standard_allowance is None:
        if statement is None or not on_lines(statement.income, INCOME_LINE):
            return None
        home = statement.household
        standard_allowance = cap.couple if home and home.adults > 1 else cap.single
    return CapCheck(
        cap.most(standard_allowance),
        Pence(sum(claim.deducted_at_source_pence for claim in taken)),
        Pence(sum(planned)),
    )
