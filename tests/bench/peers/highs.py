# mypy: ignore-errors
"""HiGHS, a solver of linear programs, asked for the same split of one payment.

The smallest pence for each unit of weight, such that no debt gets more than that or more than it
still needs, and all of the payment is given out: what sharing by balance means before its pennies
are rounded. It needs `pip install highspy` in a virtualenv; without it there is nothing to compare.
"""

from collections.abc import Sequence

import highspy

SOLVER = highspy.Highs()  # says its name on the standard output once, before anything can be set
SOLVER.silent()


def split(payment: int, weights: Sequence[int], caps: Sequence[int]) -> tuple[list[float], float]:
    """The exact shares, and the pence for each unit of weight."""
    SOLVER.clearModel()
    level = SOLVER.addVariable(lb=0)
    shares = [SOLVER.addVariable(lb=0, ub=cap) for cap in caps]
    for share, weight in zip(shares, weights, strict=True):
        SOLVER.addConstr(share <= weight * level)
    SOLVER.addConstr(SOLVER.qsum(shares) == payment)
    SOLVER.minimize(level)
    found = SOLVER.getSolution().col_value
    return found[1:], found[0]
