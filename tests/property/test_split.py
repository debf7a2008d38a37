"""A payment that came is split to the penny, whatever the lines (decision 30, PLAN-20)."""

from __future__ import annotations

import os
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from plan.rules.split import Taking, split, split_beyond, usual_total
from plan.rules.strategies import StrategyName
from plan.rules.vary import Kept, share_again

LONG = bool(os.environ.get("SVD_LONG"))
MANY = settings(max_examples=100_000 if LONG else 250, deadline=None)
STRATEGY = st.sampled_from(StrategyName)
PENCE = st.one_of(st.integers(1, 500), st.integers(1, 1_000_000))


@st.composite
def plans(draw: st.DrawFn) -> tuple[list[Taking], StrategyName, int]:
    """The lines of a plan as it shares its payment, some of which need less than that."""
    size, strategy, payment = draw(st.integers(1, 8)), draw(STRATEGY), draw(PENCE)
    kept = [
        Kept(draw(st.integers(1, 1_000_000)), draw(st.booleans()), rank + 1)
        for rank in draw(st.permutations(range(size)))
    ]
    usual = share_again(payment, kept, strategy)
    most = st.one_of(st.none(), st.integers(0, 2 * payment))
    lines = [Taking(part, line, draw(most)) for part, line in zip(usual, kept, strict=True)]
    return lines, strategy, payment


def a_plan(seed: int) -> tuple[list[Taking], StrategyName, int]:
    """The same from one number."""
    chance = random.Random(seed)
    strategy, size = chance.choice(list(StrategyName)), chance.randint(1, 8)
    payment = chance.randint(1, chance.choice([500, 1_000_000]))
    ranks = chance.sample(range(1, size + 1), size)
    kept = [Kept(chance.randint(1, 1_000_000), chance.random() < 0.5, rank) for rank in ranks]
    usual = share_again(payment, kept, strategy)
    most = [None if chance.random() < 0.5 else chance.randint(0, 2 * payment) for _ in kept]
    return list(map(Taking, usual, kept, most)), strategy, payment


PLANS = st.builds(a_plan, st.integers(0, 2**63)) if LONG else plans()
"""In the long form a plan is one draw, which is told when it fails: forty take an hour."""


@MANY
@given(PLANS, PENCE)
def test_parts_and_what_is_over_are_the_payment_and_no_line_gets_above_its_most(
    plan: tuple[list[Taking], StrategyName, int], pence: int
) -> None:
    lines, strategy, _ = plan
    found = split(pence, lines, strategy)
    assert sum(found.parts) + found.over == pence
    assert found.over >= 0
    for part, line in zip(found.parts, lines, strict=True):
        assert part >= 0
        assert line.most is None or part <= line.most
    if found.over:
        assert all(part == line.most for part, line in zip(found.parts, lines, strict=True))
    assert split(pence, list(lines), strategy) == found


@MANY
@given(PLANS)
def test_a_usual_payment_goes_as_agreed_unless_a_line_needs_less(
    plan: tuple[list[Taking], StrategyName, int],
) -> None:
    lines, strategy, payment = plan
    plain = [Taking(line.usual, line.kept) for line in lines]
    assert split(payment, plain, strategy).parts == tuple(line.usual for line in lines)
    assert 0 <= usual_total(lines, payment, strategy) <= payment
    for part, line in zip(split(payment, lines, strategy).parts, lines, strict=True):
        assert part >= line.least


@MANY
@given(PLANS, PENCE, PENCE, st.integers(0, 7))
def test_what_is_beyond_the_due_goes_to_the_named_line_as_far_as_that_takes_it(
    plan: tuple[list[Taking], StrategyName, int], pence: int, due: int, place: int
) -> None:
    lines, strategy, _ = plan
    at = place % len(lines)
    found = split_beyond(pence, due, lines, at, strategy)
    assert sum(found.parts) + found.over == pence
    assert all(
        part <= line.most
        for part, line in zip(found.parts, lines, strict=True)
        if line.most is not None
    )
    usual = split(min(pence, due), lines, strategy).parts
    assert all(part >= before for part, before in zip(found.parts, usual, strict=True)), (
        "nobody gets less of what is due"
    )
    most = lines[at].most
    rest = pence - sum(usual)
    assert found.parts[at] >= usual[at] + (
        rest if most is None else max(min(rest, most - usual[at]), 0)
    )
    assert not found.over or all(line.most is not None for line in lines)
