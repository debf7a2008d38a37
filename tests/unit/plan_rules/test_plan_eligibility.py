"""Which debts enter a plan, and the one reason given for each that does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from debts.debt import Arrangement, Debt, Flag, Hold
from debts.money import Pence
from plan.rules.claim import Nation, PriorityClass
from plan.rules.claims import claim_from_debt
from plan.rules.eligibility import FACTS, priority_class, sort_claims, tie_break, why_out
from plan.rules.outside import outside_payments
from plan.rules.reasons import Notice, Reason
from plan.rules.words import NOTICES, REASONS
from tests.plan_cases import ON, a_claim, the_policy


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("HMCTS_FINE", "COURT_FINE_ORDER"),
        ("SCTS_FINE", "COURT_FINE_ORDER"),
        ("NICTS_FINE", "COURT_FINE_ORDER"),
        ("HMCTS_COMP", "COURT_FINE_ORDER"),
        ("HMCTS_CONFISC", "CONFISCATION"),
        ("DWP_FRAUD", "FRAUD"),
        ("DWP_ADVANCE", "ALREADY_DEDUCTED_AT_SOURCE"),
        ("SLC_LOAN", "STUDENT_LOAN"),
        ("LA_CTAX_CURRENT", "CURRENT_YEAR"),
        ("HMRC_PAYE_UP", "CODED_OUT"),
        ("CMS_ARREARS", "TYPE_NOT_COVERED"),
        ("TV_LICENCE", "TYPE_NOT_COVERED"),
        ("CH_LFP", "TYPE_NOT_COVERED"),
        ("OTHER", "TYPE_NOT_COVERED"),
        ("LA_CTAX", None),
        ("HMRC_SA", None),
        ("HMRC_TCO", None),
        ("DWP_UC_OP", None),
        ("SLC_OVERPAY", None),
        ("NHS_PCN", None),
    ],
)
def test_some_kinds_of_debt_never_enter(kind: str, reason: str | None) -> None:
    own = {"SCTS_FINE": Nation.SCOTLAND, "NICTS_FINE": Nation.NORTHERN_IRELAND}.get(kind)
    assert why_out(a_claim(type=kind, nation=own), the_policy()) == reason


@pytest.mark.parametrize(("fact", "reason"), list(FACTS.items()))
def test_each_fact_about_a_debt_has_its_reason(fact: str, reason: Reason) -> None:
    assert why_out(a_claim("A", 10000, **{fact: True}), the_policy()) is reason


def test_the_first_reason_of_the_list_is_the_one_given() -> None:
    """MOR-04: what a benefit pays already goes on during Breathing Space, and is said first."""
    fine = a_claim(type="HMCTS_FINE", disputed=True, in_breathing_space=True)
    assert why_out(fine, the_policy()) is Reason.COURT_FINE_ORDER
    taken = a_claim(deducted_at_source_pence=6200, in_breathing_space=True, duplicate=True)
    assert why_out(taken, the_policy()) is Reason.ALREADY_DEDUCTED_AT_SOURCE


def test_a_pause_has_one_reason_whatever_its_kind() -> None:
    policy = the_policy()
    moratorium = why_out(a_claim(in_breathing_space=True), policy)
    assert why_out(a_claim(on_hold=True), policy) is moratorium is Reason.IN_BREATHING_SPACE


def test_nothing_left_to_pay_is_too_little_for_a_plan() -> None:
    assert why_out(a_claim(pence=0), the_policy()) is Reason.BELOW_MINIMUM


def test_a_debt_belongs_to_the_nation_where_it_arose() -> None:
    council_tax = a_claim(type="LA_CTAX")
    moved = a_claim(type="LA_CTAX", nation=Nation.ENGLAND)
    scotland = the_policy(Nation.SCOTLAND)
    assert why_out(council_tax, scotland) is Reason.NATION_NOT_COVERED
    assert why_out(moved, scotland) is None


def test_a_debt_shown_twice_counts_once() -> None:
    one, again, other = a_claim("A"), a_claim("A"), a_claim("A", department="hmrc", type="HMRC_TCO")
    found = sort_claims([one, again, other], the_policy())
    assert found.eligible == (one, other)
    assert [out.reason for out in found.excluded] == [Reason.DUPLICATE]


def test_order_is_kept_on_both_sides() -> None:
    claims = [a_claim("D", type="SLC_LOAN"), a_claim("C"), a_claim("B", fraud=True), a_claim("A")]
    found = sort_claims(claims, the_policy())
    assert [claim.id for claim in found.eligible] == ["C", "A"]
    assert [out.claim.id for out in found.excluded] == ["D", "B"]


@pytest.mark.parametrize(
    ("kind", "override", "expected"),
    [
        ("LA_CTAX", None, PriorityClass.PRIORITY),
        ("LA_CTAX", False, PriorityClass.NON_PRIORITY),
        ("HMRC_SA", None, PriorityClass.NON_PRIORITY),
        ("HMRC_SA", True, PriorityClass.PRIORITY),
        ("DWP_UC_OP", None, PriorityClass.DEDUCTION_POWER),
        ("DWP_UC_OP", False, PriorityClass.DEDUCTION_POWER),
    ],
)
def test_a_class_belongs_to_the_kind_unless_overridden(
    kind: str, override: bool | None, expected: PriorityClass
) -> None:
    assert priority_class(a_claim(type=kind, priority=override), the_policy()) is expected


def test_ties_go_by_class_then_consequence_then_id() -> None:
    claims = [
        a_claim("E", type="NHS_PCN"),
        a_claim("D", type="HMRC_SA"),
        a_claim("C", type="DWP_UC_OP"),
        a_claim("B", type="HMRC_TCO"),
        a_claim("A2", type="LA_RENT"),
        a_claim("A1", type="LA_CTAX"),
    ]
    policy = the_policy()
    order = sorted(claims, key=lambda claim: tie_break(claim, policy))
    assert [claim.id for claim in order] == ["A1", "A2", "B", "C", "D", "E"]


def test_elig_06_court_terms_go_on_outside_the_plan_and_paused_debts_do_not() -> None:
    claims = [
        a_claim("FINE", type="HMCTS_FINE", minimum_pence=3000),
        a_claim("OWN", in_department_plan=True, arrangement_pence=2500, minimum_pence=100),
        a_claim("TAKEN", deducted_at_source_pence=6200, minimum_pence=6200),
        a_claim("WRONG", disputed=True, minimum_pence=2000),
        a_claim("REST", in_breathing_space=True, arrangement_pence=2000),
    ]
    outside = outside_payments(sort_claims(claims, the_policy()).excluded)
    assert [(payment.claim.id, payment.pence) for payment in outside] == [
        ("FINE", 3000),
        ("OWN", 2500),
    ]


def test_every_reason_and_notice_has_plain_words() -> None:
    assert list(REASONS) == list(Reason)
    assert set(NOTICES) == set(Notice)
    for words in (*REASONS.values(), *NOTICES.values()):
        said = words % {"department": "Sampleshire Council"}
        assert max(len(sentence.split()) for sentence in said.split(".")) <= 25


def a_debt(**facts: Any) -> Debt:
    given = {
        "token": "t-1",
        "type_code": "DWP_LEGACY_OP",
        "label": "Benefit overpayment",
        "balance": Pence(90000),
        "as_at": datetime(2026, 3, 1, tzinfo=UTC),
        **facts,
    }
    return Debt(**given)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({}, None),
        ({"hold": Hold.DISPUTE}, Reason.UNDER_DISPUTE_OR_APPEAL),
        ({"hold": Hold.APPEAL}, Reason.UNDER_DISPUTE_OR_APPEAL),
        ({"hold": Hold.BREATHING_SPACE}, Reason.IN_BREATHING_SPACE),
        ({"hold": Hold.OTHER}, Reason.IN_BREATHING_SPACE),
        ({"due": date(2026, 3, 2)}, Reason.NOT_YET_DUE),
        ({"due": date(2026, 3, 1)}, None),
        ({"taken_at_source": Pence(6200)}, Reason.ALREADY_DEDUCTED_AT_SOURCE),
        ({"arrangement": Arrangement(Pence(500), "week")}, Reason.IN_DEPARTMENT_PLAN),
        ({"flags": frozenset({Flag.WARRANT})}, Reason.SUBJECT_TO_WARRANT),
        ({"flags": frozenset({Flag.TRANSFERRED})}, Reason.ELSEWHERE),
        ({"flags": frozenset({Flag.WITH_ENFORCEMENT})}, None),
    ],
)
def test_a_departments_answer_becomes_a_claim(facts: dict[str, Any], reason: Reason | None) -> None:
    claim = claim_from_debt(a_debt(**facts), "dwp", on=ON)
    assert why_out(claim, the_policy()) is reason


def test_what_we_know_ourselves_joins_what_the_department_says() -> None:
    policy = the_policy()
    debt = a_debt()
    for claim, reason in (
        (claim_from_debt(debt, "dwp", on=ON, disputed=True), Reason.UNDER_DISPUTE_OR_APPEAL),
        (claim_from_debt(debt, "dwp", on=ON, no_permission=True), Reason.NO_CONSENT),
        (claim_from_debt(debt, "dwp", on=ON, in_breathing_space=True), Reason.IN_BREATHING_SPACE),
        (claim_from_debt(debt, "dwp", on=ON, duplicate=True), Reason.DUPLICATE),
    ):
        assert why_out(claim, policy) is reason
    outside = a_debt(flags=frozenset({Flag.OUTSIDE_BREATHING_SPACE}))
    assert why_out(claim_from_debt(outside, "dwp", on=ON, in_breathing_space=True), policy) is None


def test_an_arrangement_is_told_by_the_month() -> None:
    weekly = a_debt(arrangement=Arrangement(Pence(1000), "week"))
    assert claim_from_debt(weekly, "dwp", on=ON).arrangement_pence == 4333
    unknown = a_debt(arrangement=Arrangement(Pence(1000), "blue moon"))
    assert claim_from_debt(unknown, "dwp", on=ON).arrangement_pence == 1000


def test_a_debt_that_another_office_deals_with_is_named_so_and_that_offices_own_is_paid() -> None:
    """ELSEWHERE: HMRC's tax credit debt that went to DWP is in the plan once, as DWP's."""
    there = a_claim("T", type="HMRC_TCO", department="hmrc", reference_tail="11AB", elsewhere=True)
    here = a_claim("D", type="DWP_LEGACY_OP", department="dwp", reference_tail="11AB")
    found = sort_claims([there, here], the_policy())
    assert [claim.id for claim in found.eligible] == ["D"]
    assert [out.reason for out in found.excluded] == [Reason.ELSEWHERE]
    alone = replace(there, arrangement_pence=Pence(1500))
    paid = outside_payments(sort_claims([alone], the_policy()).excluded)
    assert [payment.pence for payment in paid] == [1500]
    assert "Another office" in REASONS[Reason.ELSEWHERE]
