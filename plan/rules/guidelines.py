"""Spending guidelines: what makes us ask for a reason, and never what makes us cut a figure.

The figures of the Standard Financial Statement are for its members (AFF-14), so the repository
ships invented ones, marked synthetic; an operator loads the real table under the same form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from debts.ephemeral import Ephemeral
from debts.money import Pence
from plan.rules.statement import Household, Statement, on_lines


@dataclass(frozen=True, slots=True)
class GuidelineGroup:
    """One group of lines with its monthly figures in pence, by who lives in the home."""

    id: str
    label: str
    lines: frozenset[str]
    first_adult: Pence
    other_adult: Pence
    child_under_16: Pence
    child_16_to_18: Pence
    vehicle: Pence

    def figure(self, household: Household) -> Pence:
        """The guideline for a home, in pence a month."""
        return Pence(
            self.first_adult
            + self.other_adult * (household.adults - 1 + household.other_dependants)
            + self.child_under_16 * household.children_under_16
            + self.child_16_to_18 * household.children_16_to_18
            + self.vehicle * household.vehicles
        )


@dataclass(frozen=True, slots=True)
class Guidelines:
    """One year's set for a nation. After `renew_by` a newer one should have been loaded."""

    synthetic: bool
    renew_by: date
    groups: tuple[GuidelineGroup, ...]


@dataclass(frozen=True, slots=True, repr=False)
class GuidelineExcess(Ephemeral):
    """A group above its guideline: ask for a reason, keep the figure (AFF-09)."""

    group: str
    label: str
    spent: Pence
    guideline: Pence

    @property
    def excess(self) -> Pence:
        return Pence(self.spent - self.guideline)


def guideline_excesses(
    statement: Statement, household: Household, guidelines: Guidelines
) -> tuple[GuidelineExcess, ...]:
    """The groups above their guideline. Each stands alone; none makes up for another (AFF-10)."""
    found = []
    for group in guidelines.groups:
        spent, figure = on_lines(statement.outgoings, group.lines), group.figure(household)
        if spent > figure:
            found.append(GuidelineExcess(group.id, group.label, spent, figure))
    return tuple(found)


def read_guidelines(body: Mapping[str, Any]) -> Guidelines:
    """Guidelines from one dated entry of guidelines.toml."""
    return Guidelines(
        synthetic=body["synthetic"],
        renew_by=body["renew_by"],
        groups=tuple(
            GuidelineGroup(
                id=group["id"],
                label=group["label"],
                lines=frozenset(group["lines"]),
                first_adult=Pence(group["first_adult"]),
                other_adult=Pence(group["other_adult"]),
                child_under_16=Pence(group["child_under_16"]),
                child_16_to_18=Pence(group["child_16_to_18"]),
                vehicle=Pence(group.get("vehicle", 0)),
            )
            for group in body["group"]
        ),
    )
