"""What the check page shows of a budget: by group, by month, and how each line became a month."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from app.citizen.budget_draft import Budget
from app.citizen.budget_outside import Outside
from app.citizen.budget_steps import IN_AMOUNTS, group_path, reason_path, ticked_groups
from app.citizen.budget_words import REASONS, as_heading, not_said
from app.http.text import gettext
from debts.ephemeral import Ephemeral
from debts.money import Pence, format_pounds
from plan.rules.affordability import Affordable, work_out
from plan.rules.frequencies import LABELS, Frequency
from plan.rules.guidelines import Guidelines
from plan.rules.outside import with_outside_payments
from plan.rules.policy import Policy
from plan.rules.statement import Line, on_lines, total
from plan.rules.statement_lines import GROUP_OF, INCOME_GROUPS

INTO_MONTHS: Final = {
    Frequency.WEEK: "× 52 ÷ 12",
    Frequency.FORTNIGHT: "× 26 ÷ 12",
    Frequency.FOUR_WEEKS: "× 13 ÷ 12",
    Frequency.QUARTER: "÷ 3",
    Frequency.HALF_YEAR: "÷ 6",
    Frequency.YEAR: "÷ 12",
}
"""The sum that turns an amount into a month's (AFF-20 to AFF-22), as it stands on the page."""


@dataclass(frozen=True, slots=True, repr=False)
class Part(Ephemeral):
    """One group: its pence a month, the words for each of its lines, the page that changes it."""

    label: str
    monthly: Pence
    lines: tuple[str, ...]
    change: str


@dataclass(frozen=True, slots=True, repr=False)
class Why(Ephemeral):
    """What was answered where a group is above its guideline, and the page that changes it."""

    label: str
    words: tuple[str, ...]
    change: str


@dataclass(frozen=True, slots=True, repr=False)
class Summary(Ephemeral):
    """`affordable` counts what is paid outside the plan among the outgoings."""

    money_in: tuple[Part, ...]
    money_out: tuple[Part, ...]
    outside: tuple[Outside, ...]
    affordable: Affordable
    looks_low: tuple[str, ...]
    looks_high: tuple[Why, ...]
    other_debts_too_high: bool


def summarise(budget: Budget, policy: Policy, outside: Sequence[Outside]) -> Summary:
    payments = [one.payment for one in outside]
    affordable = work_out(with_outside_payments(budget.statement(), payments), policy)
    others = budget.other_debts or 0
    return Summary(
        money_in=tuple(_money_in(budget)),
        money_out=tuple(_money_out(budget)),
        outside=tuple(outside),
        affordable=affordable,
        looks_low=tuple(looks_low(budget, policy.guidelines)),
        looks_high=tuple(_looks_high(budget, policy.guidelines)),
        other_debts_too_high=0 < others > affordable.surplus + others,
    )


def looks_low(budget: Budget, guidelines: Guidelines) -> list[str]:
    """Groups under half of their guideline: a question, which takes nothing away (D51)."""
    household, spending = budget.everyone, budget.lines(budget.outgoings)
    if household is None:
        return []
    return [
        gettext(group.label)
        for group in guidelines.groups
        if 2 * on_lines(spending, group.lines) < group.figure(household)
    ]


def in_months(line: Line, label: str) -> str:
    """`Your pay: £312.40 every week × 52 ÷ 12 = £1,353.73 a month`."""
    amount, month = format_pounds(line.pence), format_pounds(line.monthly)
    if line.every is Frequency.MONTH or not line.pence:
        return gettext("%(line)s: %(month)s a month", line=label, month=month)
    return gettext(
        "%(line)s: %(amount)s %(every)s %(sum)s = %(month)s a month",
        line=label,
        amount=amount,
        every=gettext(LABELS[line.every]),
        sum=INTO_MONTHS[line.every],
        month=month,
    )


def _looks_high(budget: Budget, guidelines: Guidelines) -> Iterator[Why]:
    for excess in budget.excesses(guidelines):
        said = budget.reasons.get(excess.group, ())
        words = [gettext(REASONS[one]) if one in REASONS else not_said() for one in said]
        yield Why(gettext(excess.label), tuple(words), reason_path(excess.group))


def _money_in(budget: Budget) -> Iterator[Part]:
    for group in INCOME_GROUPS:
        ticked = [line for line in budget.income or () if GROUP_OF[line] is group]
        if ticked:
            yield _part(group.label, budget.lines(ticked), IN_AMOUNTS)


def _money_out(budget: Budget) -> Iterator[Part]:
    for group, ticked in ticked_groups(budget):
        yield _part(group.label, budget.lines(ticked), group_path(group))


def _part(label: str, lines: Sequence[Line], change: str) -> Part:
    labels = {kind.id: kind.label for line in lines for kind in GROUP_OF[line.line].lines}
    said = tuple(in_months(line, as_heading(labels[line.line])) for line in lines)
    return Part(as_heading(label), total(lines), said, change)
