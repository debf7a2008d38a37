"""Rules of published sources that no other test names, one by one."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from debts.money import Pence, half_up
from plan.rules.affordability import work_out
from plan.rules.allocation import allocate
from plan.rules.claim import Nation, PriorityClass
from plan.rules.eligibility import priority_class, why_out
from plan.rules.hmrc_interest import Payment, Rate, interest_windows, load, total
from plan.rules.interest import tail
from plan.rules.outside import outside_payments
from plan.rules.proposal import propose
from plan.rules.reasons import Reason
from plan.rules.statement import Household
from plan.rules.strategies import StrategyName, Weighed
from tests.plan_cases import a_case, a_claim, a_statement, aisha, aishas_debts, the_policy


def test_aff_02_everybody_who_shares_the_home_counts() -> None:
    home = Household(adults=2, children_under_16=1, children_16_to_18=1, other_dependants=1)
    assert (Household().size, home.size) == (1, 5)


def test_aff_05_what_priority_debts_get_is_not_left_for_the_others() -> None:
    found = propose(a_case(*aishas_debts(), statement=aisha(), payment=Pence(11378)), the_policy())
    (council,) = [share.first for share in found.shares if share.priority]
    assert council == 6402
    assert found.left_for_others == 11378 - council


@pytest.mark.parametrize("strategy", [StrategyName.TWO_TIER, StrategyName.PRIORITY_FIRST])
def test_pri_06_alloc_06_priority_debts_are_offered_theirs_first(strategy: StrategyName) -> None:
    debts = [Weighed(90000, False, 1), Weighed(10000, True, 0)]
    plain, first = (
        allocate(6000, debts, [90000, 10000], way) for way in (StrategyName.PRO_RATA, strategy)
    )
    assert plain == [5400, 600]
    assert first[1] > 3 * plain[1]


@pytest.mark.parametrize(
    ("kind", "nation"),
    [
        ("LA_CTAX", "ENG"),
        ("LA_CTAX", "WLS"),
        ("SCO_CTAX", "SCT"),
        ("LPS_RATES", "NIR"),
        ("HMCTS_FINE", "ENG"),
        ("SCTS_FINE", "SCT"),
        ("CMS_ARREARS", "NIR"),
    ],
)
def test_pri_05_local_tax_fines_and_child_maintenance_come_first(kind: str, nation: str) -> None:
    policy = the_policy(Nation(nation))
    assert priority_class(a_claim(type=kind), policy) is PriorityClass.PRIORITY


def test_elig_01_breathing_space_holds_for_each_kind_of_public_debt() -> None:
    """MOR-01 to MOR-03 and MOR-07: whatever the moratorium, nothing is asked while it lasts, and
    no payment goes on outside the plan."""
    for nation in Nation:
        policy = the_policy(nation)
        for kind in policy.debt_types:
            claim = a_claim(type=kind, in_breathing_space=True, arrangement_pence=Pence(900))
            reason = why_out(claim, policy)
            assert reason is not None
            if why_out(a_claim(type=kind), policy) is None:
                assert reason is Reason.IN_BREATHING_SPACE


def test_mor_01_mor_02_mor_03_a_paused_debt_is_not_paid_outside_the_plan_either() -> None:
    paused = a_claim(in_breathing_space=True, arrangement_pence=2000, minimum_pence=500)
    found = propose(a_case(paused, statement=a_statement(income=50000)), the_policy())
    assert [out.reason for out in found.excluded] == [Reason.IN_BREATHING_SPACE]
    assert found.outside == outside_payments(found.excluded) == ()
    assert found.affordable
    assert found.affordable.outgoings == 0


def test_mor_07_scotland_pauses_in_the_same_words() -> None:
    scotland = the_policy(Nation.SCOTLAND)
    claim = a_claim(type="SCO_CTAX", in_breathing_space=True)
    assert why_out(claim, scotland) is Reason.IN_BREATHING_SPACE


@pytest.mark.parametrize(
    ("kind", "reason", "paused"),
    [
        ("DWP_FRAUD", Reason.FRAUD, Reason.FRAUD),
        ("HMCTS_FINE", Reason.COURT_FINE_ORDER, Reason.COURT_FINE_ORDER),
        ("HMCTS_CONFISC", Reason.CONFISCATION, Reason.CONFISCATION),
        ("SLC_LOAN", Reason.STUDENT_LOAN, Reason.IN_BREATHING_SPACE),
        ("LA_CTAX_CURRENT", Reason.CURRENT_YEAR, Reason.IN_BREATHING_SPACE),
    ],
)
def test_elig_02_what_the_law_leaves_out_of_breathing_space_stays_out_of_the_plan(
    kind: str, reason: Reason, paused: Reason
) -> None:
    """Where its department says that it is paused all the same, the order of ELIG-05 decides."""
    assert why_out(a_claim(type=kind), the_policy()) is reason
    assert why_out(a_claim(type=kind, in_breathing_space=True), the_policy()) is paused


def test_int_01_the_late_payment_rates_are_those_that_were_published() -> None:
    published = {
        date(2023, 8, 22): "7.75",
        date(2024, 8, 20): "7.50",
        date(2024, 11, 26): "7.25",
        date(2025, 2, 25): "7.00",
        date(2025, 4, 6): "8.50",
        date(2025, 5, 28): "8.25",
        date(2025, 8, 27): "8.00",
        date(2026, 1, 9): "7.75",
    }
    found = {rate.since: rate.per_cent for rate in load() if rate.since >= date(2023, 8, 22)}
    assert found == {day: Decimal(rate) for day, rate in published.items()}


def monthly_payments(pence: int, count: int, year: int = 2017) -> list[Payment]:
    """The 20th of each month from April."""
    days = [date(year + (3 + k) // 12, (3 + k) % 12 + 1, 20) for k in range(count)]
    return [Payment(day, Pence(pence)) for day in days]


def test_p1_hmrcs_published_interest_is_ours_before_the_pennies_are_dropped() -> None:
    """£2,000 due on 31 January 2017 in ten payments has £32.59 by HMRC's test table: simple and
    summed before it is rounded (INT-02, INT-03). Departments drop the parts of a penny of each
    payment; so do we, and are at most a penny a window below."""
    since, payments = date(2017, 1, 31), monthly_payments(20000, 10)
    exact = sum(
        (
            Fraction(Decimal("2.75")) * paid.pence * (paid.on - since).days / 36500
            for paid in payments
        ),
        Fraction(0),
    )
    assert half_up(exact.numerator, exact.denominator) == 3259
    rates = [rate for rate in load() if rate.since < date(2017, 11, 21)]
    for due, published in ((since, 3259), (date(2016, 1, 31), 9024)):
        windows = interest_windows(
            Pence(200000), due, payments[-1].on, rates=rates, payments=payments
        )
        assert 0 <= published - total(windows) <= len(windows)


def exactly(payments: list[Payment], since: date, rates: Sequence[Rate]) -> Fraction:
    """Interest on £2,000 in pence, summed before anything is rounded (INT-03)."""
    found = Fraction(0)
    for one in interest_windows(
        Pence(200000), since, payments[-1].on, rates=rates, payments=payments
    ):
        year = 366 if calendar.isleap(one.first.year) else 365
        found += Fraction(one.per_cent) * one.principal * one.days / 100 / year
    return found


@pytest.mark.parametrize(
    ("since", "started", "published"),
    [
        (date(2015, 1, 31), date(2016, 3, 14), 9545),
        (date(2016, 1, 31), date(2017, 3, 11), 9024),
    ],
)
def test_p1_int_04_where_a_year_turns_hmrcs_published_interest_is_ours_less_one_day(
    since: date, started: date, published: int
) -> None:
    """The two rows of £95.45 and £90.24: by the rates known when the plan starts, and one day of
    £2,000 too few, as HMRC's calculator counts across the end of a year."""
    known = [rate for rate in load() if rate.since <= started]
    payments = monthly_payments(20000, 10, started.year)
    a_day = Fraction(known[-1].per_cent) * 200000 / 100 / 365
    ours = exactly(payments, since, known)
    assert half_up((ours - a_day).numerator, (ours - a_day).denominator) == published
    assert half_up(ours.numerator, ours.denominator) > published


def test_p1_a_payment_ahead_leaves_less_to_add_interest_to() -> None:
    """Row 1.d: £1,000 ahead and ten of £100 have £19.54, with the £1,000 four days after the plan
    starts; half of the £32.59 is that of the ten."""
    rates = [rate for rate in load() if rate.since < date(2017, 11, 21)]
    ten = monthly_payments(10000, 10)
    ahead = Payment(date(2017, 3, 15), Pence(100000))
    ours = exactly([ahead, *ten], date(2017, 1, 31), rates)
    assert half_up(ours.numerator, ours.denominator) == 1954
    assert list(tail(1954, 10000, 10000).each_payment()) == [1954]


def test_p1_int_03_hmrcs_last_payment_would_be_above_the_others_and_ours_is_not() -> None:
    """HMRC: nine of £200.00 and one of £232.59. Ours (INT-05): ten of £200.00 and one of £32.59."""
    ours = tail(3259, 20000, 20000)
    assert (ours.with_last, list(ours.each_payment())) == (0, [3259])
    assert tail(3259, 20000, 5000).with_last == 3259
    assert max(tail(70000, 20000, 5000).each_payment()) == 20000


def test_plan_01_no_month_asks_for_more_than_is_left_over() -> None:
    """A forecast of interest does not change that: it makes the plan longer."""
    tax = a_claim("TAX", 150000, department="hmrc", type="HMRC_SA")
    case = a_case(*aishas_debts(), tax, statement=aisha(), payment=Pence(11378))
    found = propose(case, the_policy())
    available = work_out(aisha(), the_policy()).available
    assert found.schedule
    assert found.tail
    assert max(month.total for month in found.schedule.each_payment()) <= available
    assert found.schedule.last_payment + found.tail.with_last <= available
    assert all(pence <= available for pence in found.tail.each_payment())
