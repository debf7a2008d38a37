"""The protected minimum: what a home should still have to live on after a payment.

A floor worked out from who lives there, beside the budget that the person wrote (rules, section
1.6). Where the table says that it is enforced and it is known who lives in the home, no plan asks
for more than leaves it (F40); elsewhere it warns. A table of noughts turns it off.
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
    """Pence a month, after the costs of the home itself. `enforced` makes it a rule for plans."""

    first_adult: Pence
    other_adult: Pence
    child: Pence
    enforced: bool = False

    def of(self, household: Household | None) -> Pence:
        """For this home; one adult where it is not known who lives there."""
        home = household or Household()
        children = home.children_under_16 + home.children_16_to_18
        others = home.adults - 1 + home.other_dependants
        return Pence(self.first_adult + self.other_adult * others + self.child * children)


@dataclass(frozen=True, slots=True, repr=False)
class LeftToLiveOn(Ephemeral):
    """Pence a month: income less the costs of the home and the payment, and the minimum.

    `most` is the largest payment that leaves the minimum, 0 or less where none does. `enforced`
    says that no plan takes more than that.
    """

    left: Pence
    minimum: Pence
    most: Pence
    enforced: bool

    @property
    def below(self) -> bool:
        return self.left < self.minimum


def read_protected(body: Mapping[str, Any]) -> ProtectedMinimum:
    return ProtectedMinimum(
        Pence(body["first_adult"]),
        Pence(body["other_adult"]),
        Pence(body["child"]),
        body["enforced"],
    )


def left_to_live_on(
    statement: Statement, payment: int, protected: ProtectedMinimum
) -> LeftToLiveOn | None:
    """What stays after this payment, in pence a month; None where the check is turned off."""
    minimum = protected.of(statement.household)
    if not minimum:
        return None
    after_home = statement.total_income - statement.group_total(GROUPS_BY_SLUG[HOME])
    return LeftToLiveOn(
        left=Pence(after_home - payment),
        minimum=minimum,
        most=Pence(after_home - minimum),
        enforced=protected.enforced and statement.household is not None,
    )
