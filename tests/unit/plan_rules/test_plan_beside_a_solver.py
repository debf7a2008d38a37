"""One payment shared by us and by HiGHS, a solver of linear programs: the same pennies (ALLOC-21).

Needs `pip install highspy`, which the project does not; `tests/bench/bench_plan.py` times both.
"""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from debts.money import spread

pytest.importorskip("highspy", reason="no solver: pip install highspy")

CASES = 60


def largest_remainder(exact: list[float], total: int) -> list[int]:
    """The solver's shares in whole pence; odd ones to the largest fractions, then by place."""
    tidy = [round(share, 6) for share in exact]
    whole = [int(share) for share in tidy]
    order = sorted(range(len(tidy)), key=lambda i: (whole[i] - tidy[i], i))
    for i in order[: total - sum(whole)]:
        whole[i] += 1
    return whole


def level_of(shares: list[int], total: int, weights: list[int], caps: list[int]) -> Fraction:
    """Pence for each unit of weight of the debts that are not filled: what is minimised."""
    open_ = [i for i, share in enumerate(shares) if share < caps[i]]
    filled = sum(caps[i] for i in range(len(caps)) if i not in open_)
    return Fraction(total - filled, sum(weights[i] for i in open_))


def test_alloc_21_the_shares_and_the_objective_are_those_of_a_linear_program() -> None:
    from tests.bench.peers import highs

    chance = random.Random(2026)
    for _ in range(CASES):
        count = chance.randint(2, 12)
        weights = [chance.randint(500, 900_000) for _ in range(count)]
        caps = [chance.choice([weight, chance.randint(1, 60)]) for weight in weights]
        total = chance.randint(count, max(count, min(sum(caps) - 1, 60_000)))
        if total >= sum(caps):
            continue
        exact, level = highs.split(total, weights, caps)
        ours = spread(total, weights, caps).shares
        assert ours == largest_remainder(exact, total)
        if any(share < cap for share, cap in zip(ours, caps, strict=True)):
            assert float(level_of(ours, total, weights, caps)) == pytest.approx(level, rel=1e-6)
