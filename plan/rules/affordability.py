"""What is left at the end of a month, and how much of it a plan may ask for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from debts.ephemeral import Ephemeral
from debts.money import NOTHING, Pence
from plan.rules.policy import Policy
from plan.rules.statement import Statement


@dataclass(frozen=True, slots=True, repr=False)
class Affordable(Ephemeral):
    """Pence a month. `surplus` and `available` are negative when more goes out than comes in."""

    income: Pence
    outgoings: Pence
    surplus: Pence
    savings: Pence
    available: Pence


def work_out(statement: Statement, policy: Policy) -> Affordable:
    """Surplus is income less outgoings (AFF-03); available is surplus less savings (AFF-04)."""
    income, outgoings = statement.total_income, statement.total_outgoings
    surplus = Pence(income - outgoings)
    savings = _savings(statement, surplus, policy)
    return Affordable(income, outgoings, surplus, savings, Pence(surplus - savings))


def suggested_savings(surplus: int, policy: Policy) -> Pence:
    """A tenth of the surplus, down to a penny, at most the cap; none from a deficit (AFF-07)."""
    if surplus <= 0:
        return NOTHING
    figures = policy.affordability
    return Pence(min(surplus * figures.savings_percent // 100, figures.savings_cap))


def _savings(statement: Statement, surplus: Pence, policy: Policy) -> Pence:
    """The person's own amount when they named one (AFF-08), within the cap and the surplus."""
    if not statement.savings:
        return NOTHING
    if statement.savings_pence is None:
        return suggested_savings(surplus, policy)
    most = min(max(surplus, 0), policy.affordability.savings_cap)
    return Pence(min(statement.savings_pence, most))


class Part(StrEnum):
    """How much of what is available the three offers on the page take (decision 8)."""

    HALF = "half"
    THREE_QUARTERS = "three_quarters"
    ALL = "all"


def part_of(available: int, part: Part) -> Pence:
    """That part of what is available, down to a penny; half is the one we suggest."""
    quarters = {Part.HALF: 2, Part.THREE_QUARTERS: 3, Part.ALL: 4}[part]
    return Pence(max(available, 0) * quarters // 4)
