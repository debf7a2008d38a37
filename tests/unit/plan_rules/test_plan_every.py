"""A plan that is paid every week, two weeks or four weeks: what a month becomes (D63, AFF-20)."""

from __future__ import annotations

import io
import json
from datetime import date, timedelta
from decimal import Decimal

import pytest

from app.quote import main
from debts.money import Pence
from plan.rules.case import PaymentNotPossible
from plan.rules.frequencies import (
    PAYMENTS,
    Frequency,
    at_least,
    at_most,
    converted,
    months_of,
    payments_in,
    takes_monthly,
)
from plan.rules.hmrc_interest import Rate
from plan.rules.interest import forecast
from plan.rules.proposal import propose
from plan.rules.reasons import Notice, Outcome
from plan.rules.schedule import make_schedule
from plan.rules.statement import Household
from plan.rules.strategies import StrategyName, Weighed
from tests.plan_cases import ON, a_case, a_claim, a_statement, the_policy

WEEK, FORTNIGHT, FOUR_WEEKS, MONTH = PAYMENTS


def test_52_weeks_are_12_months_and_the_odd_penny_stays_with_the_person() -> None:
    assert [at_most(13000, every) for every in PAYMENTS] == [3000, 6000, 12000, 13000]
    assert [at_most(10000, every) for every in PAYMENTS] == [2307, 4615, 9230, 10000]
    assert 52 * 2307 <= 12 * 10000 < 52 * 2308


def test_what_a_department_asks_for_a_month_is_rounded_up() -> None:
    assert [at_least(10000, every) for every in PAYMENTS] == [2308, 4616, 9231, 10000]
    assert 52 * 2308 >= 12 * 10000


def test_a_payment_within_a_month_takes_no_more_than_that_month() -> None:
    for every in PAYMENTS:
        for month in (0, 1, 499, 500, 10000, 33333):
            assert takes_monthly(at_most(month, every), every) <= month


def test_another_frequency_never_takes_more_in_a_year() -> None:
    assert converted(13000, MONTH, WEEK) == 3000
    assert converted(3000, WEEK, MONTH) == 13000
    assert converted(2307, WEEK, MONTH) == 9997


def test_months_become_payments_and_back() -> None:
    assert [payments_in(2, every) for every in PAYMENTS] == [8, 4, 2, 2]
    assert [payments_in(120, every) for every in PAYMENTS] == [520, 260, 130, 120]
    assert [months_of(payments_in(120, every), every) for every in PAYMENTS] == [120] * 4
    assert [months_of(payments_in(120, every) + 1, every) for every in PAYMENTS] == [121] * 4


def test_half_of_what_is_left_over_in_a_month_paid_by_the_week() -> None:
    case = a_case(
        a_claim(pence=100000), statement=a_statement(income=80000, outgoings=50000), every=WEEK
    )
    found = propose(case, the_policy())
    monthly = propose(a_case(*case.claims, statement=case.statement), the_policy())
    assert found.affordable is not None
    assert found.affordable == monthly.affordable
    assert (monthly.payment, found.payment) == (14000, 3230)
    assert (found.most, monthly.most) == (6461, 28000)
    assert (found.payments, found.last_payment) == (31, 100000 - 30 * 3230)
    assert [(one.part, one.payment) for one in found.options] == [
        ("half", 3230),
        ("three_quarters", 4846),
        ("all", 6461),
    ]


def test_more_than_a_weeks_part_of_what_is_available_is_not_possible() -> None:
    statement = a_statement(income=80000, outgoings=50000)
    most = propose(
        a_case(a_claim(), statement=statement, payment=Pence(6461), every=WEEK), the_policy()
    )
    assert most.outcome is Outcome.PLAN
    with pytest.raises(PaymentNotPossible):
        propose(
            a_case(a_claim(), statement=statement, payment=Pence(6462), every=WEEK), the_policy()
        )


@pytest.mark.parametrize("every", PAYMENTS)
def test_a_month_that_has_the_smallest_payment_has_it_by_the_week_too(every: Frequency) -> None:
    """No rounding makes a plan a token one (decision 12)."""
    case = a_case(a_claim(pence=10000), payment=at_most(500, every), every=every)
    assert propose(case, the_policy()).outcome is Outcome.PLAN
    less = a_case(a_claim(pence=10000), payment=Pence(at_most(500, every) - 1), every=every)
    assert Notice.TOKEN_PAYMENT in propose(less, the_policy()).notices


@pytest.mark.parametrize("every", PAYMENTS)
def test_long_and_too_long_stay_months_decision_12(every: Frequency) -> None:
    def notices(payments: int) -> tuple[Notice, ...]:
        case = a_case(a_claim(pence=1000 * payments), payment=Pence(1000), every=every)
        return propose(case, the_policy()).notices

    assert notices(payments_in(60, every)) == ()
    assert notices(payments_in(60, every) + 1) == (Notice.LONG_PLAN,)
    assert notices(payments_in(120, every)) == (Notice.LONG_PLAN,)
    assert notices(payments_in(120, every) + 1) == (Notice.TOO_LONG,)


def test_a_departments_least_a_month_holds_by_the_week_alloc_23() -> None:
    claims = a_claim("A", 90000, minimum_pence=Pence(10000)), a_claim("B", 10000)
    found = propose(a_case(*claims, payment=Pence(2500), every=WEEK), the_policy())
    assert [share.first for share in found.shares] == [2308, 192]
    short = propose(a_case(*claims, payment=Pence(2307), every=WEEK), the_policy())
    assert Notice.BELOW_MINIMUMS in short.notices


def test_fixed_terms_of_a_month_come_off_the_top_by_the_week_alloc_24() -> None:
    claims = a_claim("A", 50000, fixed_pence=Pence(6000)), a_claim("B", 50000)
    found = propose(a_case(*claims, payment=Pence(3000), every=FORTNIGHT), the_policy())
    assert [share.first for share in found.shares] == [2770, 230]


@pytest.mark.parametrize("every", PAYMENTS)
def test_the_protected_minimum_is_left_by_every_frequency_f40(every: Frequency) -> None:
    policy, home = the_policy(), Household(adults=2, children_under_16=1)
    income = 30000 + policy.protected.of(home)
    statement = a_statement(income=income, outgoings=20000, household=home)
    found = propose(a_case(a_claim(pence=500000), statement=statement, every=every), policy)
    assert found.protected is not None
    assert found.payment is not None
    assert found.protected.enforced
    assert takes_monthly(found.payment, every) <= found.protected.most
    assert not found.protected.below


@pytest.mark.parametrize(("every", "days"), [(WEEK, 7), (FORTNIGHT, 14), (FOUR_WEEKS, 28)])
def test_interest_is_forecast_to_the_real_days_of_the_payments_int_02(
    every: Frequency, days: int
) -> None:
    schedule = make_schedule(10000, [Weighed(30000, False, 0)], StrategyName.PRO_RATA)
    rates = (Rate(date.min, Decimal("7.3")),)
    # 7.3 % of £100 are 2 pence a day: the three payments wait 1, 2 and 3 times so long.
    got = forecast(schedule, 0, on=date(2026, 3, 1), rates=rates, every=every)
    assert got == 2 * days * (1 + 2 + 3)
    assert timedelta(days=days) * 3 < timedelta(days=100)


def quoted(**case: object) -> dict[str, object]:
    whole = {
        "on": ON.isoformat(),
        "nation": "ENG",
        "debts": [{"id": "A", "department": "dwp", "type": "DWP_LEGACY_OP", "balance": 10000}],
        **case,
    }
    out = io.StringIO()
    assert main(False, io.StringIO(json.dumps(whole)), out, io.StringIO()) == 0
    answer: dict[str, object] = json.loads(out.getvalue())
    return answer


def test_svd_quote_counts_payments_where_they_are_not_months() -> None:
    found = quoted(every="week", payment=2500)
    assert (found["every"], found["payments"], found["months"]) == ("week", 4, 1)
    assert found["schedule"] == [
        {"payment": number, "total": 2500, "lines": {"A": 2500}} for number in range(1, 5)
    ]
    assert "every" not in quoted(every="month", payment=2500)


def test_svd_quote_knows_four_frequencies_and_says_so() -> None:
    case = {"on": ON.isoformat(), "nation": "ENG", "debts": [], "every": "quarter", "payment": 1}
    err = io.StringIO()
    assert main(False, io.StringIO(json.dumps(case)), io.StringIO(), err) == 2
    assert err.getvalue() == "every: must be one of week, fortnight, four_weeks, month\n"
