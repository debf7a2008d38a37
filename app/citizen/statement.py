"""What other pages ask of the budget: the statement, where the person lives, how far they are."""

from __future__ import annotations

from enum import StrEnum

from app.citizen.budget_draft import Budget
from app.citizen.budget_steps import whole
from app.citizen.budget_visit import budget, walk
from plan.rules.claim import Nation
from plan.rules.statement import Statement


class BudgetState(StrEnum):
    """For the home page and the plan pages."""

    NOT_STARTED = "not_started"
    PART_DONE = "part_done"
    TO_CHECK = "to_check"
    """Every question has an answer; the person has not said that all is right."""
    COMPLETE = "complete"


def current_statement() -> Statement | None:
    """The statement that the person checked, or nothing (AFF-13).

    Payments on debts outside the plan are not among its lines: the rules add them (ELIG-06).
    """
    return budget().statement() if budget_state() is BudgetState.COMPLETE else None


def budget_state() -> BudgetState:
    known = budget()
    if known == Budget():
        return BudgetState.NOT_STARTED
    if not whole(walk()):
        return BudgetState.PART_DONE
    return BudgetState.COMPLETE if known.checked else BudgetState.TO_CHECK


def current_nation() -> Nation | None:
    """Where the person said that they live; nothing before they were asked (D41)."""
    return budget().nation


def changes_soon() -> bool:
    """Whether anything will change in the next three months: it moves the first review (D50)."""
    return any(code != "none" for code in budget().changes or ())


def spending_reasons() -> dict[str, tuple[str, ...]]:
    """Codes of why a group is above its guideline; they leave only with a yes at D66."""
    return dict(budget().reasons)
