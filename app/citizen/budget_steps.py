"""The order of the pages of a budget, and which of them are done. Plain Python."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.citizen.budget_draft import Budget
from plan.rules.guidelines import GuidelineGroup, Guidelines
from plan.rules.statement_lines import OUTGOING_GROUPS, Group

START: Final = "/budget"
CHECK: Final = "/budget/check"
HOUSEHOLD: Final = "/budget/household"
JOINT: Final = "/budget/joint"
IN_CHOOSE: Final = "/budget/in/choose"
IN_AMOUNTS: Final = "/budget/in/amounts"
OUT_CHOOSE: Final = "/budget/out/choose"
OTHER_DEBTS: Final = "/budget/other-debts"
SAVINGS: Final = "/budget/savings"
CHANGES: Final = "/budget/changes"


class Task(StrEnum):
    """The parts of the list that a budget starts with; the fifth is the check."""

    HOUSEHOLD = "household"
    MONEY_IN = "in"
    MONEY_OUT = "out"
    REST = "rest"


@dataclass(frozen=True, slots=True)
class Step:
    """A page that this budget has, and whether its question has an answer."""

    path: str
    task: Task
    done: bool


def group_path(group: Group) -> str:
    return f"/budget/out/{group.slug}"


def reason_path(guideline: str) -> str:
    return f"/budget/out/{guideline}/reason"


def ticked_groups(budget: Budget) -> list[tuple[Group, list[str]]]:
    """The groups with a ticked line, each with its ticked lines in the order of the Statement."""
    ticked = set(budget.outgoings or ())
    found = [(group, [kind.id for kind in group.lines if kind.id in ticked]) for group in GROUPS]
    return [(group, lines) for group, lines in found if lines]


GROUPS: Final = OUTGOING_GROUPS


def steps(budget: Budget, guidelines: Guidelines | None) -> list[Step]:
    """Every page that this person is asked, in order."""
    chosen_in, chosen_out = budget.income is not None, bool(budget.outgoings)
    found = [
        Step(HOUSEHOLD, Task.HOUSEHOLD, bool(budget.household and budget.home and budget.nation)),
        Step(JOINT, Task.HOUSEHOLD, budget.joint is not None),
        Step(IN_CHOOSE, Task.MONEY_IN, chosen_in),
    ]
    if budget.income:
        done = budget.has_amounts(budget.income)
        found.append(Step(IN_AMOUNTS, Task.MONEY_IN, done))
    found.append(Step(OUT_CHOOSE, Task.MONEY_OUT, chosen_out))
    found += _spending(budget, guidelines)
    return [
        *found,
        Step(OTHER_DEBTS, Task.REST, budget.other_debts is not None),
        Step(SAVINGS, Task.REST, bool(budget.savings)),
        Step(CHANGES, Task.REST, budget.changes is not None),
    ]


def _spending(budget: Budget, guidelines: Guidelines | None) -> list[Step]:
    """Ticked groups in order; a reason is asked after the last page that its lines are on."""
    found: list[Step] = []
    ticked = ticked_groups(budget)
    asked = {excess.group for excess in budget.excesses(guidelines)}
    last_page = {
        guideline.id: [group.id for group, lines in ticked if set(lines) & guideline.lines][-1]
        for guideline in (guidelines.groups if guidelines else ())
        if guideline.id in asked
    }
    for group, lines in ticked:
        found.append(Step(group_path(group), Task.MONEY_OUT, budget.has_amounts(lines)))
        for guideline, page in last_page.items():
            if page == group.id:
                done = bool(budget.reasons.get(guideline))
                found.append(Step(reason_path(guideline), Task.MONEY_OUT, done))
    return found


def next_path(walk: list[Step], at: str, *, changing: bool) -> str:
    """Where Continue leads: the next page, or, from a Change link, the first that is not done."""
    if changing:
        ahead = _first_to_do(walk)
        return f"{ahead}?from=check" if ahead else CHECK
    place = place_of(walk, at)
    if place == len(walk):  # a page that this budget has not, or not any more
        return _first_to_do(walk) or CHECK
    return walk[place + 1].path if place + 1 < len(walk) else CHECK


def _first_to_do(walk: list[Step]) -> str:
    return next((step.path for step in walk if not step.done), "")


def previous_path(walk: list[Step], at: str) -> str:
    place = place_of(walk, at)
    return walk[place - 1].path if place > 0 else START


def place_of(walk: list[Step], at: str) -> int:
    return next((place for place, step in enumerate(walk) if step.path == at), len(walk))


def whole(walk: list[Step]) -> bool:
    return all(step.done for step in walk)


def find_guideline(guidelines: Guidelines | None, slug: str) -> GuidelineGroup | None:
    groups = guidelines.groups if guidelines else ()
    return next((group for group in groups if group.id == slug), None)
