"""Payments that did not come: what is behind, how many that is, and when to talk about it.

Nothing here fails a plan. It says when a review is due, in which the person is heard first.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from debts.money import Pence
from plan.rules.frequencies import Frequency, payments_in

GRACE: Final = timedelta(days=7)
"""Departments hear nothing of a late payment before this (D74)."""
REVIEW_MONTHS: Final = 2
"""Months of instalments that are open when a review opens (PLAN-11)."""
REVIEW_WITHIN: Final = timedelta(days=28)
"""How long the person has to answer a review before anything may follow from it."""

ANSWER_WITHIN: Final = timedelta(days=7)
"""How long we wait after a person has tried to reach them: no plan ends by the clock alone."""


@dataclass(frozen=True, slots=True)
class Behind:
    """What a run of instalments has left open, in pence, and how many whole ones that is."""

    shortfall: Pence
    missed: int
    review: bool
    """When the next payment falls due, two or more instalments are open (PLAN-11): two months'
    worth of them, where more than one falls in a month (decision 21)."""


def behind(
    instalments: Iterable[tuple[int, int]],
    *,
    instalment: int,
    every: Frequency = Frequency.MONTH,
) -> Behind:
    """From (due, paid) pairs in pence. A whole instalment of shortfall, in however many parts,
    is one missed payment (PLAN-10). What was paid too much makes up for what was too little."""
    owing = sum(due - paid for due, paid in instalments)
    shortfall = Pence(max(owing, 0))
    if instalment <= 0:
        return Behind(shortfall, 0, review=False)
    return Behind(
        shortfall,
        shortfall // instalment,
        shortfall >= payments_in(REVIEW_MONTHS, every) * instalment,
    )


def told_from(due_on: date) -> date:
    """The first day on which a payment counts as missed and a department may hear of it."""
    return due_on + GRACE + timedelta(days=1)
