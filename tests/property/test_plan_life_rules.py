"""The rules of a plan's life keep every penny, whatever the amounts."""

from __future__ import annotations

import os
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from debts.money import Pence
from plan.rules.breaks import MOST_MONTHS, Break, WhyNot, crisis_break, income_break
from plan.rules.frequencies import PAYMENTS, Frequency, payments_in
from plan.rules.missed import behind
from plan.rules.strategies import StrategyName
from plan.rules.vary import Kept, lump_sum, share_again

MANY = settings(max_examples=100_000 if os.environ.get("SVD_LONG") else 400, deadline=None)
WEIGHTS = st.lists(st.integers(1, 1_000_000), min_size=1, max_size=12)
AMOUNT = st.integers(0, 10_000_000)
STRATEGY = st.sampled_from(list(StrategyName))


def kept(weights: list[int], urgent: set[int]) -> list[Kept]:
    return [
        Kept(weight, priority=place in urgent, rank=place + 1)
        for place, weight in enumerate(weights)
    ]


@MANY
@given(AMOUNT, WEIGHTS, st.sets(st.integers(0, 11)), STRATEGY)
def test_a_variation_never_loses_or_makes_a_penny_plan_19(
    payment: int, weights: list[int], urgent: set[int], strategy: StrategyName
) -> None:
    shares = share_again(payment, kept(weights, urgent), strategy)
    assert sum(shares) == payment
    assert min(shares) >= 0


@MANY
@given(AMOUNT, WEIGHTS, STRATEGY, st.integers(0, 11))
def test_a_lump_sum_is_shared_or_directed_whole_plan_20(
    pence: int, weights: list[int], strategy: StrategyName, place: int
) -> None:
    lines = kept(weights, set())
    assert sum(lump_sum(pence, lines, strategy)) == pence
    to = place % len(lines)
    directed = lump_sum(pence, lines, strategy, to=to)
    assert directed[to] == pence == sum(directed)


@MANY
@given(AMOUNT, WEIGHTS, st.integers(0, 11))
def test_proportional_shares_do_not_hang_on_the_order_of_lines(
    payment: int, weights: list[int], turn: int
) -> None:
    lines = kept(weights, set())
    turned = lines[turn % len(lines) :] + lines[: turn % len(lines)]
    one = share_again(payment, lines, StrategyName.PRO_RATA)
    other = share_again(payment, turned, StrategyName.PRO_RATA)
    back = other[-(turn % len(lines)) :] + other[: -(turn % len(lines))]
    if turn % len(lines):
        assert all(abs(a - b) <= 1 for a, b in zip(one, back, strict=True))


@MANY
@given(
    st.lists(st.tuples(AMOUNT, AMOUNT), max_size=24),
    st.integers(1, 1_000_000),
    st.sampled_from(PAYMENTS),
)
def test_behind_is_what_was_due_less_what_came_plan_10(
    pairs: list[tuple[int, int]], instalment: int, every: Frequency
) -> None:
    found = behind(pairs, instalment=instalment, every=every)
    owing = sum(due for due, _ in pairs) - sum(paid for _, paid in pairs)
    assert found.shortfall == max(owing, 0)
    assert found.missed * instalment <= found.shortfall < (found.missed + 1) * instalment
    assert found.review == (found.missed >= payments_in(2, every))


@MANY
@given(
    st.lists(
        st.tuples(st.integers(0, 1500), st.integers(1, 9), st.sampled_from(PAYMENTS)), max_size=20
    )
)
def test_crisis_breaks_never_skip_more_than_two_months_in_twelve_plan_08(
    wishes: list[tuple[int, int, Frequency]],
) -> None:
    """Also where the plan is paid at another frequency in between."""
    taken: list[Break] = []
    for days, payments, every in sorted(wishes):
        wish = Break(date(2026, 1, 1) + timedelta(days=days), payments, every=every)
        if crisis_break(taken, wish) is None:
            taken.append(wish)
    for one in taken:
        until = one.first + timedelta(days=364)
        inside = [other.months for other in taken if one.first <= other.first < until]
        assert sum(inside) <= MOST_MONTHS


@pytest.mark.parametrize(("every", "most"), list(zip(PAYMENTS, (8, 4, 2, 2), strict=True)))
def test_two_months_are_so_many_payments_by_each_frequency_plan_08(
    every: Frequency, most: int
) -> None:
    def wish(payments: int) -> Break:
        return Break(date(2026, 1, 1), payments, every=every)

    assert crisis_break([], wish(most)) is None
    assert crisis_break([], wish(most + 1)) is WhyNot.TOO_LONG
    assert crisis_break([wish(1)], wish(most)) is WhyNot.USED_UP


def test_a_long_break_needs_half_of_what_was_left_over_to_be_gone_plan_09_c22() -> None:
    assert income_break(surplus_then=12642, surplus_now=6321, months=6) is None
    assert income_break(surplus_then=12642, surplus_now=6322, months=6) is WhyNot.INCOME_NOT_HALVED
    assert income_break(surplus_then=12642, surplus_now=0, months=7) is WhyNot.TOO_LONG


def test_aishas_payments_are_counted_as_published_c8() -> None:
    """PLAN-10 counts whole instalments; PLAN-11 speaks of a review at two of them."""
    instalment, paid = 11378, [11378, 5000, 0, 11378, 0, 0]
    so_far = [
        behind([(instalment, each) for each in paid[: month + 1]], instalment=instalment)
        for month in range(6)
    ]
    assert [one.shortfall for one in so_far] == [0, 6378, 17756, 17756, 29134, 40512]
    assert [one.missed for one in so_far] == [0, 0, 1, 1, 2, 3]
    assert [one.review for one in so_far] == [False, False, False, False, True, True]


def test_her_fifty_pounds_are_shared_as_published_c8() -> None:
    lines = [Kept(488217), Kept(343917), Kept(167866)]  # 1,200.00, 845.32 and 412.60 in millionths
    assert lump_sum(5000, lines, StrategyName.PRO_RATA) == [Pence(2441), Pence(1720), Pence(839)]
