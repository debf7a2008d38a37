"""What is said beside a plan and stops nothing: the cap, the minimum, old debts, duplicates."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from debts.duplicates import Shown, find_duplicates, same_debt
from debts.money import Pence
from plan.rules.appeal import AppealWay
from plan.rules.case import Case
from plan.rules.claim import Claim, Nation
from plan.rules.eligibility import sort_claims
from plan.rules.limitation import may_be_too_old
from plan.rules.proposal import propose
from plan.rules.reasons import Notice, Outcome, Reason
from plan.rules.statement import Household, Line, Statement
from plan.rules.words import APPEALS
from tests.plan_cases import ON, a_case, a_claim, a_statement, the_policy


def on_universal_credit(*claims: Claim, pence: int = 70000, **facts: Any) -> Case:
    statement = Statement(
        (Line("tax-credits-universal-credit", Pence(pence)),), (Line("rent", Pence(10000)),)
    )
    return a_case(*claims, statement=statement, **facts)


def test_ded_07_a_plan_on_top_of_deductions_is_held_against_the_cap() -> None:
    """DED-01: 15 per cent of £400.14 is £60.02. DED-07: it warns and does not refuse."""
    taken = a_claim("T", deducted_at_source_pence=Pence(5000))
    for payment, above in ((1002, False), (1003, True)):
        case = on_universal_credit(taken, a_claim("A", 50000), payment=Pence(payment))
        found = propose(case, the_policy())
        assert found.cap
        assert (found.cap.cap, found.cap.taken, found.cap.planned) == (6002, 5000, payment)
        assert found.cap.above is above
        assert (Notice.DEDUCTIONS_ABOVE_CAP in found.notices) is above
        assert found.outcome is Outcome.PLAN


def test_ded_07_only_debts_that_the_award_collects_count() -> None:
    council = a_claim("C", 500000, type="LA_CTAX", department="council")
    found = propose(on_universal_credit(council, payment=Pence(20000)), the_policy())
    assert found.cap
    assert (found.cap.planned, found.cap.above) == (0, False)


def test_ded_02_fraud_may_go_above_the_cap_and_is_not_counted() -> None:
    fraud = a_claim("F", type="DWP_FRAUD", deducted_at_source_pence=Pence(9000))
    found = propose(on_universal_credit(fraud, a_claim(), payment=Pence(1000)), the_policy())
    assert found.cap
    assert found.cap.taken == 0


def test_ded_01_the_allowance_is_the_homes_or_the_persons_own() -> None:
    case = on_universal_credit(a_claim(), pence=90000, payment=Pence(1000))
    assert case.statement
    couple = replace(case, statement=replace(case.statement, household=Household(adults=2)))
    young = replace(case, standard_allowance=Pence(31698))
    caps = [propose(one, the_policy()).cap for one in (case, couple, young)]
    assert [cap and cap.cap for cap in caps] == [6002, 9422, 4755]


def test_ded_01_nobody_without_universal_credit_has_a_cap_nor_northern_ireland() -> None:
    plain = a_case(a_claim(), statement=a_statement(income=90000), payment=Pence(1000))
    assert propose(plain, the_policy()).cap is None
    there = on_universal_credit(
        a_claim(type="HMRC_TCO"), nation=Nation.NORTHERN_IRELAND, payment=Pence(1000)
    )
    assert propose(there, the_policy(Nation.NORTHERN_IRELAND)).cap is None


def test_the_protected_minimum_only_warns_where_nobody_said_who_lives_there() -> None:
    statement = a_statement(income=100000, outgoings=55000)
    for payment, below in ((5000, False), (5001, True)):
        found = propose(
            a_case(a_claim(pence=50000), statement=statement, payment=Pence(payment)), the_policy()
        )
        assert found.protected
        assert (found.protected.left, found.protected.minimum) == (45000 - payment, 40000)
        assert (Notice.BELOW_PROTECTED_MINIMUM in found.notices) is below
        assert found.outcome is Outcome.PLAN


def test_the_protected_minimum_grows_with_the_home_and_can_be_turned_off() -> None:
    policy = the_policy()
    home = Household(adults=2, children_under_16=1, children_16_to_18=1)
    assert policy.protected.of(home) == 40000 + 22800 + 2 * 29200
    nothing = replace(policy.protected, first_adult=Pence(0), other_adult=Pence(0), child=Pence(0))
    case = a_case(a_claim(), statement=a_statement(income=2000), payment=Pence(1000))
    assert propose(case, replace(policy, protected=nothing)).protected is None


def at_home(*, income: int, outgoings: int = 55000, **facts: Any) -> Case:
    """One adult who pays the rent; £400 after it is protected."""
    statement = replace(a_statement(income=income, outgoings=outgoings), household=Household())
    return a_case(a_claim(pence=50000), statement=statement, **facts)


def test_f40_no_plan_asks_for_more_than_leaves_the_protected_minimum() -> None:
    """£1,000 less £550 rent leaves £450: a plan may take £50, whatever the budget says."""
    found = propose(at_home(income=100000), the_policy())
    assert found.affordable
    assert (found.affordable.available, found.payment, found.most) == (43000, 5000, 5000)
    assert (found.outcome, found.held_back, found.notices) == (Outcome.PLAN, True, ())
    assert [option.outcome for option in found.options] == [Outcome.REFER] * 3
    for payment, outcome in ((5000, Outcome.PLAN), (5001, Outcome.REFER)):
        found = propose(at_home(income=100000, payment=Pence(payment)), the_policy())
        assert found.outcome is outcome
        refused = Notice.BELOW_PROTECTED_MINIMUM in found.notices
        assert refused is (outcome is Outcome.REFER)


def test_f40_where_the_minimum_leaves_nothing_there_is_no_affordable_plan() -> None:
    found = propose(at_home(income=95000), the_policy())
    assert found.outcome is Outcome.NO_AFFORDABLE_PLAN
    assert found.notices == (Notice.BELOW_PROTECTED_MINIMUM,)
    assert (found.most, found.held_back, found.schedule) == (0, True, None)
    little = propose(at_home(income=95499), the_policy())
    assert (little.payment, little.outcome) == (499, Outcome.REFER)
    assert little.notices == (Notice.TOKEN_PAYMENT,)


def test_f40_the_table_says_whether_it_is_a_rule_or_a_warning() -> None:
    policy = the_policy()
    warns = replace(policy, protected=replace(policy.protected, enforced=False))
    found = propose(at_home(income=100000), warns)
    assert (found.payment, found.outcome, found.held_back) == (21500, Outcome.PLAN, False)
    assert Notice.BELOW_PROTECTED_MINIMUM in found.notices


@pytest.mark.parametrize(
    ("nation", "kind", "since", "old"),
    [
        ("ENG", "DWP_LEGACY_OP", date(2020, 3, 1), True),
        ("ENG", "DWP_LEGACY_OP", date(2020, 3, 2), False),
        ("ENG", "HMRC_SA", date(1999, 1, 1), False),
        ("ENG", "HMRC_TCO", date(2019, 1, 1), True),
        ("WLS", "HMRC_CHB", date(2019, 1, 1), True),
        ("ENG", "HMCTS_FINE", date(1999, 1, 1), False),
        ("SCT", "DWP_LEGACY_OP", date(2007, 1, 1), False),
        ("SCT", "DWP_LEGACY_OP", date(2006, 3, 1), True),
        ("SCT", "SSS_OP", date(2021, 3, 1), True),
        ("SCT", "SSS_OP", date(2021, 3, 2), False),
        ("NIR", "DFC_OP", date(2020, 2, 29), True),
        ("ENG", "DWP_LEGACY_OP", None, False),
    ],
)
def test_lim_01_to_03_years_go_by_nation_and_kind(
    nation: str, kind: str, since: date | None, old: bool
) -> None:
    claim = a_claim(type=kind, time_bar_from=since)
    assert may_be_too_old(claim, the_policy(Nation(nation)).limits, ON) is old


def test_lim_04_an_old_debt_is_asked_about_first_and_only_the_person_decides() -> None:
    old = a_claim("OLD", time_bar_from=date(2012, 5, 1))
    case = a_case(old, a_claim("NEW"), payment=Pence(1000))
    found = propose(case, the_policy())
    assert found.outcome is Outcome.PLAN
    assert found.ask_first == (old,)
    assert Notice.MAY_BE_TOO_OLD in found.notices
    wanted = replace(case, claims=(replace(old, pay_anyway=True), case.claims[1]))
    found = propose(wanted, the_policy())
    assert (found.ask_first, found.notices, len(found.shares)) == ((), (), 2)
    left_out = replace(case, claims=(replace(old, pay_anyway=False), case.claims[1]))
    found = propose(left_out, the_policy())
    assert [out.reason for out in found.excluded] == [Reason.TIME_BARRED]
    assert (found.ask_first, found.notices) == ((), ())


ONE = Shown("hmrc", "HMRC_TCO", "11AB", 50000)


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (ONE._replace(department="dwp"), True),
        (ONE._replace(department="dwp", kind="DWP_LEGACY_OP"), True),
        (ONE._replace(department="dwp", balance=45000), True),
        (ONE._replace(department="dwp", tail="77XY"), True),
        (ONE._replace(department="dwp", tail=""), True),
        (ONE._replace(department="dwp", kind="DWP_LEGACY_OP", balance=45000), False),
        (ONE._replace(department="dwp", kind="DWP_LEGACY_OP", tail=""), False),
        (ONE._replace(department="dwp", tail="77XY", balance=45000), False),
        (ONE, False),
    ],
)
def test_f95_signs_of_one_debt_at_two_departments(other: Shown, same: bool) -> None:
    assert same_debt(ONE, other) is same_debt(other, ONE) is same
    assert find_duplicates([(1, ONE), (2, other)]) == ({2: 1} if same else {})


def test_f95_a_debt_that_was_handed_over_is_paid_once_and_both_are_shown() -> None:
    there = a_claim("H", department="hmrc", type="HMRC_TCO", reference_tail="11AB")
    here = a_claim("D", department="dwp", type="HMRC_TCO", reference_tail="9X")
    found = propose(a_case(there, here, payment=Pence(1000)), the_policy())
    assert [share.claim for share in found.shares] == [there]
    (out,) = found.duplicates
    assert (out.claim, out.reason, out.same_as) == (here, Reason.DUPLICATE, there)
    assert Notice.PROBABLE_DUPLICATE in found.notices


@pytest.mark.parametrize(
    ("fact", "reason"),
    [
        ({"deducted_at_source_pence": 2000}, Reason.ALREADY_DEDUCTED_AT_SOURCE),
        ({"disputed": True}, Reason.UNDER_DISPUTE_OR_APPEAL),
        ({"in_breathing_space": True}, Reason.IN_BREATHING_SPACE),
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_f95_what_one_department_takes_already_is_not_paid_to_the_other(
    fact: dict[str, Any], reason: Reason, first: bool
) -> None:
    """A third-party deduction: the award pays the council, and both show the debt."""
    council = a_claim("C", department="council", type="LA_CTAX", reference_tail="0042")
    award = a_claim("A", department="dwp", type="LA_CTAX", reference_tail="0042", **fact)
    claims = [award, council] if first else [council, award]
    found = sort_claims(claims, the_policy())
    assert found.eligible == ()
    assert {out.claim.id: out.reason for out in found.excluded} == {
        "A": reason,
        "C": Reason.DUPLICATE,
    }
    assert all(out.same_as for out in found.excluded)


def test_f95_a_debt_whose_first_department_is_not_allowed_is_paid_to_the_second() -> None:
    there = a_claim("H", department="hmrc", type="HMRC_TCO", reference_tail="1", no_permission=True)
    here = a_claim("D", department="dwp", type="HMRC_TCO", reference_tail="1")
    found = sort_claims([there, here], the_policy())
    assert found.eligible == (here,)


def test_f35_a_plan_says_about_which_debts_there_is_still_time_to_appeal() -> None:
    open_ = a_claim("OPEN", 50000, appeal_by=ON)
    over = a_claim("OVER", 50000, appeal_by=ON - timedelta(days=1))
    found = propose(a_case(open_, over, payment=Pence(1000)), the_policy())
    assert (found.outcome, found.can_appeal) == (Outcome.PLAN, (open_,))
    assert Notice.CAN_STILL_APPEAL in found.notices
    late = propose(a_case(over, payment=Pence(1000)), the_policy())
    assert (late.can_appeal, late.notices) == ((), ())


def test_f35_each_kind_of_debt_has_a_way_to_appeal_in_words_in_every_nation() -> None:
    ways = set()
    for nation in Nation:
        policy = the_policy(nation)
        assert set(policy.appeals.by_type) <= set(policy.debt_types)
        found = {policy.appeals.of(kind).way for kind in policy.debt_types}
        ways |= found
        assert AppealWay.COURT in found
    assert ways == set(AppealWay) == set(APPEALS)
    appeals = the_policy().appeals
    assert appeals.of("LA_CTAX").way is AppealWay.COUNCIL_TAX
    assert appeals.of("LA_HBOP").way is AppealWay.HOUSING_BENEFIT, "not mandatory reconsideration"
    assert appeals.of("HMRC_TCO").way is AppealWay.TAX_CREDIT, "and a dispute, without a tribunal"
    assert appeals.of("SOMETHING_NEW").way is AppealWay.ASK


def test_f47_a_debt_whose_charges_stop_while_the_plan_is_kept_gets_no_interest() -> None:
    """INT-07 is Scotland's scheme; here the register and the department say it."""
    adds = a_claim("TAX", 50000, type="HMRC_SA", department="hmrc")
    case = a_case(adds, payment=Pence(1000))
    assert propose(case, the_policy()).interest > 0
    for one in (adds, replace(adds, rate=Decimal(9)), replace(adds, adds_interest=True)):
        stopped = replace(one, charges_stop=True)
        found = propose(replace(case, claims=(stopped,)), the_policy())
        assert (found.interest, found.tail, found.charges_stop) == (0, None, (stopped,))
        assert found.notices == (Notice.CHARGES_STOP,)
    pair = (replace(adds, charges_stop=True), replace(adds, id="B"))
    both = propose(replace(case, claims=pair, payment=Pence(5000)), the_policy())
    assert both.notices == (Notice.INTEREST_ADDED, Notice.CHARGES_STOP)
    assert [bool(share.interest) for share in both.shares] == [False, True]
