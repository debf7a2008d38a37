# mypy: ignore-errors
"""HiGHS, a solver of linear programs, asked for the same split of one payment.

The smallest pence for each unit of weight, such that no debt gets more than that or more than it
still needs, and all of the payment is given out: what sharing by balance means before its pennies
are rounded. It needs `pip install highspy` in a virtualenv; without it there is nothing to compare.
"""

import ctypes
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import highspy


@contextmanager
def beside() -> Iterator[None]:
    """What the library itself prints meanwhile goes to the standard error."""
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        ctypes.CDLL(None).fflush(None)  # its own buffer, which Python does not see
        os.dup2(kept, 1)
        os.close(kept)


with beside():  # it says its name once, before anything can be set, and a bench prints JSON
    SOLVER = highspy.Highs()
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
