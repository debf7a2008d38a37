"""What interest may come to: a forecast, and never the department's own figure (INT-04).

Interest is kept apart from the shares (INT-05). The schedule repays today's balances; what a
department adds on top makes the plan longer, so that no month costs more than was agreed.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from debts.money import NOTHING, Pence, half_up
from plan.rules.schedule import Schedule


def forecast(schedule: Schedule, place: int, balance: int, rate: Decimal | None) -> Pence:
    """Simple interest on the capital of one debt over the plan, in pence (INT-02).

    A month costs a twelfth of the yearly rate on what is left before its payment. The months are
    added unrounded and rounded once, half-up (INT-03). Worked out run by run.
    """
    if not rate:
        return NOTHING
    left, penny_months = balance, 0
    for run in schedule.runs:
        share = run.shares[place]
        penny_months += run.months * left - share * (run.months * (run.months - 1) // 2)
        left -= run.months * share
    interest = Fraction(rate) / 1200 * penny_months
    return half_up(interest.numerator, interest.denominator)
