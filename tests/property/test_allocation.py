"""What is true of every sharing, whatever the debts: ALLOC-26, by property.

Thousands of cases in each run; with SVD_LONG=1 it is 100,000 for each property.
"""

from __future__ import annotations

import os
from itertools import permutations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from debts.money import Pence, share
from plan.rules.allocation import WEIGHT_TOTAL, BelowMinimums, allocate, weights_ppm
from plan.rules.frequencies import PAYMENTS, TIMES_A_YEAR, Frequency
from plan.rules.proposal import propose
from plan.rules.schedule import make_schedule
from plan.rules.statement import Household
from plan.rules.strategies import StrategyName, Weighed
from tests.plan_cases import (
    a_case,
    a_claim,
    a_statement,
    reference_payment,
    reference_payments,
    the_policy,
)

MANY = settings(max_examples=100_000 if os.environ.get("SVD_LONG") else 250, deadline=None)

names = st.sampled_from(StrategyName)
weights = st.one_of(st.integers(1, 300), st.integers(1, 500_000))
contracts = st.integers(1, 20_000)
terms = st.sampled_from(
    [*product([False, True], [0, 0, 0, 1, 100, 500], [0, 0, 0, 0, 1, 300])]
)  # whether a priority debt, its minimum, its fixed terms: one choice, because each costs time
no_terms = st.sampled_from([(False, 0, 0), (True, 0, 0)])


@st.composite
def debts(draw: st.DrawFn, most: int = 8, minimums: bool = True) -> list[Weighed]:
    size = draw(st.integers(1, most))
    places = draw(st.permutations(range(size)))
    some = []
    for place in places:
        priority, minimum, fixed = draw(terms if minimums else no_terms)
        weight, contract = draw(weights), draw(contracts)
        some.append(Weighed(weight, priority, place, minimum, contract, fixed))
    return some


@st.composite
def plans(draw: st.DrawFn) -> tuple[int, list[Weighed], StrategyName]:
    """A payment that is enough for the minimums, for at most some 400 months."""
    some = draw(debts())
    owed = sum(debt.weight for debt in some)
    least = sum(debt.least for debt in some)
    payment = draw(st.integers(max(least, 1, owed // 400), max(least, owed) + 10))
    return payment, some, draw(names)


@MANY
@given(plans(), st.data())
def test_shares_add_up_to_the_payment_and_none_is_above_what_is_left(
    plan: tuple[int, list[Weighed], StrategyName], data: st.DataObject
) -> None:
    payment, some, name = plan
    caps = [data.draw(st.integers(0, debt.weight)) for debt in some]
    shares = allocate(payment, some, caps, name)
    assert sum(shares) == min(payment, sum(caps))
    assert all(0 <= got <= cap for got, cap in zip(shares, caps, strict=True))
    for debt, got, cap in zip(some, shares, caps, strict=True):
        assert got >= min(debt.fixed or debt.minimum, cap)


@MANY
@given(plans(), st.data())
def test_sharing_agrees_with_the_plain_way(
    plan: tuple[int, list[Weighed], StrategyName], data: st.DataObject
) -> None:
    payment, some, name = plan
    caps = [data.draw(st.integers(0, debt.weight)) for debt in some]
    assert allocate(payment, some, caps, name) == reference_payment(payment, some, caps, name)


@MANY
@given(plans())
def test_runs_give_the_same_pennies_as_walking_month_by_month(
    plan: tuple[int, list[Weighed], StrategyName],
) -> None:
    payment, some, name = plan
    by_run = [month.shares for month in make_schedule(payment, some, name).each_payment()]
    assert by_run == list(reference_payments(payment, some, name))


@MANY
@given(plans())
def test_a_whole_plan_repays_each_debt_exactly_and_only_the_last_month_is_less(
    plan: tuple[int, list[Weighed], StrategyName],
) -> None:
    payment, some, name = plan
    schedule = make_schedule(payment, some, name)
    for place, debt in enumerate(some):
        assert sum(run.payments * run.shares[place] for run in schedule.runs) == debt.weight
        assert 1 <= schedule.paid_off_in(place) <= schedule.payments
    owed = sum(debt.weight for debt in some)
    assert schedule.payments == -(-owed // payment)
    assert schedule.last_payment == owed - payment * (schedule.payments - 1)
    assert all(run.total == payment for run in schedule.runs if run.last < schedule.payments)


@MANY
@given(plans())
def test_the_same_question_has_the_same_answer(
    plan: tuple[int, list[Weighed], StrategyName],
) -> None:
    payment, some, name = plan
    first = make_schedule(payment, some, name)
    again = make_schedule(payment, list(some), name)
    assert first == again


@MANY
@given(debts(most=4), names, st.data())
def test_the_order_in_which_debts_come_changes_no_share(
    some: list[Weighed], name: StrategyName, data: st.DataObject
) -> None:
    caps = [debt.weight for debt in some]
    least = sum(debt.least for debt in some)
    payment = data.draw(st.integers(least, sum(caps)))
    plain = {d.place: got for d, got in zip(some, allocate(payment, some, caps, name), strict=True)}
    for other in permutations(some):
        got = allocate(payment, other, [debt.weight for debt in other], name)
        assert {debt.place: share for debt, share in zip(other, got, strict=True)} == plain


@MANY
@given(st.lists(weights, min_size=1, max_size=8), st.data())
def test_a_different_tie_break_moves_at_most_one_penny_a_debt(
    some: list[int], data: st.DataObject
) -> None:
    total = data.draw(st.integers(0, sum(some)))
    order = data.draw(st.permutations(range(len(some))))
    one, other = share(total, some, some), share(total, some, some, order)
    assert all(abs(a - b) <= 1 for a, b in zip(one, other, strict=True))


@MANY
@given(st.lists(weights, min_size=2, max_size=8), st.integers(0, 10_000))
def test_debts_with_room_keep_their_proportion_within_a_penny(some: list[int], total: int) -> None:
    shares = share(total, some, [total + 1] * len(some))
    whole = sum(some)
    for weight, got in zip(some, shares, strict=True):
        assert abs(got * whole - total * weight) < whole


@MANY
@given(debts(), names, st.integers(0, 3000))
def test_a_payment_below_the_minimums_is_refused_and_no_other(
    some: list[Weighed], name: StrategyName, payment: int
) -> None:
    caps = [debt.weight for debt in some]
    least = sum(debt.least for debt in some)
    try:
        allocate(payment, some, caps, name)
    except BelowMinimums:
        assert payment < least
    else:
        assert payment >= least


@MANY
@given(debts(most=12))
def test_stored_weights_are_parts_of_a_million_and_never_nothing(some: list[Weighed]) -> None:
    parts = weights_ppm(some)
    assert sum(parts) == WEIGHT_TOTAL
    assert min(parts) >= 1


@MANY
@given(debts(most=12, minimums=False), names, st.integers(1, 50))
def test_the_number_of_runs_grows_with_endings_and_not_with_months(
    some: list[Weighed], name: StrategyName, payment: int
) -> None:
    schedule = make_schedule(payment, some, name)
    assert len(schedule.runs) <= 3 * len(some)


@MANY
@given(
    st.integers(0, 300_000),
    st.integers(0, 300_000),
    st.lists(st.integers(0, 500_000), max_size=6),
    names.filter(lambda name: name is not StrategyName.CONTRACTUAL),
    st.none() | st.builds(Household, st.integers(1, 3), st.integers(0, 4)),
    st.sampled_from(PAYMENTS),
)
def test_no_year_of_a_proposal_takes_more_than_twelve_months_of_what_is_available(
    income: int,
    outgoings: int,
    balances: list[int],
    name: StrategyName,
    household: Household | None,
    every: Frequency,
) -> None:
    """However often it is paid, and nor do the payments by which interest would be paid (PLAN-01,
    INT-05, D63). Where it is known who lives in the home, none leaves less than the protected
    minimum (F40). Each debt is repaid, to the penny (ALLOC-26)."""
    kinds = ("HMRC_SA", "LA_CTAX", "DWP_LEGACY_OP")
    claims = [a_claim(f"D{i}", pence, type=kinds[i % 3]) for i, pence in enumerate(balances)]
    statement = a_statement(income=income, outgoings=outgoings, household=household)
    found = propose(a_case(*claims, statement=statement, strategy=name, every=every), the_policy())
    assert found.affordable
    if found.schedule is None:
        return
    most = found.affordable.available
    if household:
        kept = the_policy().protected.of(household)
        most = min(most, Pence(income - outgoings - kept))
    times = TIMES_A_YEAR[every]
    assert max(run.total for run in found.schedule.runs) * times <= most * 12
    for place, part in enumerate(found.shares):
        repaid = sum(run.payments * run.shares[place] for run in found.schedule.runs)
        assert repaid == part.claim.balance_pence
    if found.tail:
        assert (found.schedule.last_payment + found.tail.with_last) * times <= most * 12
        assert max(found.tail.each_payment(), default=0) * times <= most * 12
        assert found.tail.with_last + sum(found.tail.each_payment()) == found.interest
