"""From a case to a proposal: the worked examples, the outcomes, and what is kept of a share."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from debts.money import Pence
from plan.rules.affordability import Part
from plan.rules.allocation import BelowMinimums, allocate
from plan.rules.case import PaymentNotPossible
from plan.rules.claim import Nation
from plan.rules.proposal import Proposal, propose
from plan.rules.reasons import Notice, Outcome, Reason
from plan.rules.schedule import make_schedule
from plan.rules.statement import Household
from plan.rules.strategies import STRATEGIES, StrategyName, Weighed
from tests.plan_cases import a_case, a_claim, a_statement, aisha, aishas_debts, the_policy

PRO_RATA, TWO_TIER = StrategyName.PRO_RATA, StrategyName.TWO_TIER


def runs(proposal: Proposal) -> list[tuple[int, int, tuple[int, ...]]]:
    assert proposal.schedule
    return [(run.first, run.last, run.shares) for run in proposal.schedule.runs]


def test_c1_one_plan_in_proportion() -> None:
    case = a_case(*aishas_debts(), statement=aisha(), payment=Pence(11378), strategy=PRO_RATA)
    found = propose(case, the_policy())
    assert found.outcome is Outcome.PLAN
    assert runs(found) == [(1, 21, (5555, 3913, 1910)), (22, 22, (3345, 2359, 1150))]
    assert (found.payments, found.last_payment, found.owed) == (22, 6854, 245792)


def test_c2_a_third_to_the_priority_debt_clears_it_eight_months_sooner() -> None:
    found = propose(a_case(*aishas_debts(), payment=Pence(11378)), the_policy())
    assert found.strategy is TWO_TIER
    assert runs(found) == [
        (1, 13, (3703, 6402, 1273)),
        (14, 14, (7495, 1306, 2577)),
        (15, 21, (8467, 0, 2911)),
        (22, 22, (5097, 0, 1757)),
    ]
    assert {share.claim.id: share.paid_off_in for share in found.shares} == {
        "TCO": 22,
        "CTAX": 14,
        "UCOP": 22,
    }
    assert [share.claim.id for share in found.shares if share.priority] == ["CTAX"]


def test_c3_half_of_what_is_left_over_takes_39_months() -> None:
    found = propose(a_case(*aishas_debts(), payment=Pence(6321), strategy=PRO_RATA), the_policy())
    assert (found.payments, found.last_payment) == (39, 5594)


def test_c5_a_minimum_for_each_debt() -> None:
    debts = [a_claim("PCN", 3500), a_claim("HB", 95000), a_claim("TAX", 420000)]
    case = a_case(*debts, a_claim("SLC", 18000), payment=Pence(4000), minimum=Pence(100))
    found = propose(case, the_policy())
    assert [share.first for share in found.shares] == [100, 695, 3073, 132]
    assert (found.outcome, found.payments, found.notices) == (
        Outcome.REFER,
        135,
        (Notice.TOO_LONG,),
    )
    without = propose(a_case(*debts, a_claim("SLC", 18000), payment=Pence(4000)), the_policy())
    assert [share.first for share in without.shares] == [26, 708, 3132, 134]


def test_c8_a_smaller_payment_is_shared_in_the_same_way() -> None:
    debts = [Weighed(120000, False, 1), Weighed(84532, True, 0), Weighed(41260, False, 2)]
    caps = [120000, 84532, 41260]
    assert allocate(5000, debts, caps, PRO_RATA) == [2441, 1720, 839]


def test_c16_odd_pennies_of_equal_debts_go_by_id_not_by_order() -> None:
    for ids in ("ABC", "CBA"):
        debts = [a_claim(name) for name in ids]
        found = propose(a_case(*debts, payment=Pence(1000)), the_policy())
        first = {share.claim.id: share.first for share in found.shares}
        assert first == {"A": 334, "B": 333, "C": 333}
        assert (found.payments, found.last_payment) == (30, 1000)


def test_plan_04_the_payment_is_half_of_what_is_available_unless_another_is_asked_for() -> None:
    found = propose(a_case(*aishas_debts(), statement=aisha()), the_policy())
    assert found.payment == 11378 // 2
    assert [(o.part, o.payment, o.payments) for o in found.options] == [
        (Part.HALF, 5689, 44),
        (Part.THREE_QUARTERS, 8533, 29),
        (Part.ALL, 11378, 22),
    ]


@pytest.mark.parametrize(
    ("months", "outcome", "notices"),
    [
        (60, Outcome.PLAN, ()),
        (61, Outcome.PLAN, (Notice.LONG_PLAN,)),
        (120, Outcome.PLAN, (Notice.LONG_PLAN,)),
        (121, Outcome.REFER, (Notice.TOO_LONG,)),
    ],
)
def test_decision_12_long_plans_have_a_notice_and_too_long_ones_an_adviser(
    months: int, outcome: Outcome, notices: tuple[Notice, ...]
) -> None:
    found = propose(a_case(a_claim(pence=1000 * months), payment=Pence(1000)), the_policy())
    assert (found.payments, found.outcome, found.notices) == (months, outcome, notices)


def test_a_token_payment_is_referred_with_its_schedule() -> None:
    found = propose(a_case(a_claim(pence=4990), payment=Pence(499)), the_policy())
    assert (found.outcome, found.payments, found.notices) == (
        Outcome.REFER,
        10,
        (Notice.TOKEN_PAYMENT,),
    )
    exactly = propose(a_case(a_claim(pence=5000), payment=Pence(500)), the_policy())
    assert exactly.outcome is Outcome.PLAN


def test_less_than_the_minimums_is_referred_without_a_schedule() -> None:
    debts = [a_claim("A", 90000, minimum_pence=Pence(2000)), a_claim("B", 700)]
    case = a_case(*debts, payment=Pence(2600), minimum=Pence(1000))
    found = propose(case, the_policy())
    assert (found.outcome, found.notices) == (Outcome.REFER, (Notice.BELOW_MINIMUMS,))
    assert (found.schedule, found.payments, found.shares) == (None, None, ())
    enough = propose(a_case(*debts, payment=Pence(2700), minimum=Pence(1000)), the_policy())
    assert [share.first for share in enough.shares] == [2000, 700]
    with pytest.raises(BelowMinimums):
        make_schedule(
            2600, [Weighed(90000, False, 0, 2000), Weighed(700, False, 1, 1000)], PRO_RATA
        )


@pytest.mark.parametrize(("income", "outgoings"), [(100000, 100000), (100000, 108800)])
def test_aff_31_nothing_available_is_no_plan_and_no_options(income: int, outgoings: int) -> None:
    statement = a_statement(income=income, outgoings=outgoings)
    found = propose(a_case(a_claim(), statement=statement), the_policy())
    assert found.outcome is Outcome.NO_AFFORDABLE_PLAN
    assert (found.payment, found.schedule, found.options) == (None, None, ())
    assert found.affordable
    assert found.affordable.surplus == income - outgoings


def test_almost_nothing_available_is_referred() -> None:
    found = propose(a_case(a_claim(), statement=a_statement(income=1)), the_policy())
    assert (found.outcome, found.payment, found.schedule) == (Outcome.REFER, 0, None)


def test_no_debt_that_may_enter_is_nothing_to_pay() -> None:
    deficit = a_statement(income=1, outgoings=2)
    for claims in ((), (a_claim(disputed=True),)):
        found = propose(a_case(*claims, statement=deficit), the_policy())
        assert found.outcome is Outcome.NOTHING_TO_PAY
        assert len(found.excluded) == len(claims)


@pytest.mark.parametrize("payment", [-1, 10001])
def test_a_payment_must_be_within_what_is_available(payment: int) -> None:
    statement = a_statement(income=10000, savings=False)
    with pytest.raises(PaymentNotPossible):
        propose(a_case(a_claim(), statement=statement, payment=Pence(payment)), the_policy())


def test_without_a_statement_a_payment_is_needed() -> None:
    with pytest.raises(PaymentNotPossible):
        propose(a_case(a_claim()), the_policy())


def test_elig_06_a_court_fine_is_paid_before_the_plan_unless_the_statement_says_it() -> None:
    debts = (a_claim(pence=50000), a_claim("F", 9000, type="HMCTS_FINE", minimum_pence=3000))
    statement = a_statement(income=120000, outgoings=100000)
    found = propose(a_case(*debts, statement=statement), the_policy())
    assert found.affordable
    assert (found.affordable.outgoings, found.affordable.surplus) == (103000, 17000)
    assert [payment.pence for payment in found.outside] == [3000]
    whole = propose(a_case(*debts, statement=statement, statement_is_whole=True), the_policy())
    assert whole.affordable
    assert (whole.affordable.surplus, whole.outside) == (20000, ())


def test_two_tier_is_the_usual_way_only_when_a_priority_debt_is_in() -> None:
    fine = a_claim("F", type="HMCTS_FINE")
    plain = propose(a_case(a_claim(), fine, payment=Pence(1000)), the_policy())
    assert plain.strategy is PRO_RATA
    marked = a_case(a_claim(priority=True), payment=Pence(1000))
    assert propose(marked, the_policy()).strategy is TWO_TIER


def test_the_strategies_differ_in_who_is_paid_first() -> None:
    debts = [
        Weighed(60000, False, 1, 500, contract=2000),
        Weighed(30000, True, 0, 500, contract=2000),
        Weighed(6000, False, 2, 500, contract=500),
    ]
    caps = [60000, 30000, 6000]
    shares = {name.value: allocate(9000, debts, caps, name) for name in STRATEGIES}
    assert shares == {
        "pro_rata": [5625, 2813, 562],
        "two_tier": [3778, 4722, 500],
        "small_first": [500, 2500, 6000],
        "priority_first": [500, 8000, 500],
        "equal": [3000, 3000, 3000],
        "contractual": [4000, 4000, 1000],
    }


def test_decision_29_a_share_keeps_a_weight_or_a_rank_and_never_a_balance() -> None:
    small = a_case(*aishas_debts(), payment=Pence(11378), strategy=StrategyName.SMALL_FIRST)
    assert [share.rank for share in propose(small, the_policy()).shares] == [3, 2, 1]
    found = propose(a_case(*aishas_debts(), payment=Pence(11378)), the_policy())
    assert [(share.weight_ppm, share.rank) for share in found.shares] == [
        (488217, None),
        (343917, None),
        (167866, None),
    ]


def test_interest_is_a_forecast_beside_the_schedule_and_only_makes_the_plan_longer() -> None:
    tax = a_claim(pence=120000, type="HMRC_SA", rate=Decimal("8.00"))
    found = propose(a_case(tax, payment=Pence(10000)), the_policy())
    # £100 for 31 days at 8 per cent a year is 67.9p, for 61 days 133.6p ... for a year 800p.
    days = (31, 61, 92, 122, 153, 184, 214, 245, 275, 306, 337, 365)
    assert found.interest == sum(10000 * 8 * day // 36500 for day in days) == 5221
    assert (found.payments, found.payments_with_interest) == (12, 13)
    assert found.notices == (Notice.INTEREST_ADDED,)
    unknown = propose(a_case(a_claim(adds_interest=True), payment=Pence(1000)), the_policy())
    assert (unknown.interest, unknown.notices) == (0, (Notice.INTEREST_ADDED,))


def test_aff_11_guidelines_that_are_out_of_date_are_said_and_not_silently_used() -> None:
    on = date(2027, 4, 5)
    policy = the_policy(on=on)
    statement = a_statement(income=50000, household=Household())
    case = a_case(a_claim(), on=on, statement=statement)
    assert Notice.GUIDELINES_OUT_OF_DATE in propose(case, policy).notices


def test_each_nation_has_a_plan() -> None:
    for nation in Nation:
        case = a_case(a_claim(type="HMRC_TCO"), nation=nation, payment=Pence(1000))
        found = propose(case, the_policy(nation))
        assert (found.outcome, found.policy) == (Outcome.PLAN, "2025-04")


def test_what_stays_out_is_told_with_its_reason() -> None:
    debts = (a_claim("A"), a_claim("LOAN", type="SLC_LOAN"), a_claim("X", no_permission=True))
    found = propose(a_case(*debts, payment=Pence(1000)), the_policy())
    assert [(out.claim.id, out.reason) for out in found.excluded] == [
        ("LOAN", Reason.STUDENT_LOAN),
        ("X", Reason.NO_CONSENT),
    ]
    assert "10000" not in repr(found)
