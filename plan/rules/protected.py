"""The protected minimum: what a home should still have to live on after a payment.

A floor worked out from who lives there, beside the budget that the person wrote (rules, section
1.6). It warns and never refuses; a table of noughts turns it off.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from debts.ephemeral import Ephemeral
from debts.money import Pence
from plan.rules.statement import Household, Statement
from plan.rules.statement_lines import GROUPS_BY_SLUG

HOME = "home"


@dataclass(frozen=True, slots=True)
class ProtectedMinimum:
    """Pence a month, after the costs of the home itself."""

    first_adult: Pence
    other_adult: Pence
    child: Pence

    def of(self, household: Household | None) -> Pence:
        """For this home; one adult where it is not known who lives there."""
        home = household or Household()
        children = home.children_under_16 + home.children_16_to_18
        others = home.adults - 1 + home.other_dependants
        return Pence(self.first_adult + self.other_adult * others + self.child * children)


@dataclass(frozen=True, slots=True, repr=False)
class LeftToLiveOn(Ephemeral):
    """Pence a month: income less the costs of the home and the payment, and the minimum."""

    left: Pence
    minimum: Pence

    @property
    def below(self) -> bool:
        return self.left < self.minimum


def read_protected(body: Mapping[str, Any]) -> ProtectedMinimum:
    return ProtectedMinimum(
        Pence(body["first_adult"]), Pence(body["other_adult"]), Pence(body["child"])
    )


def left_to_live_on(
    statement: Statement, payment: int, protected: ProtectedMinimum
) -> LeftToLiveOn | None:
    """What stays after this payment; None where the check is turned off."""
    minimum = protected.of(statement.household)
    if not minimum:
        return None
    home = statement.group_total(GROUPS_BY_SLUG[HOME])
    return LeftToLiveOn(Pence(statement.total_income - home - payment), minimum)
