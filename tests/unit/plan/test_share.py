"""From a proposal to lines: what is kept, what is not, and that it adds up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent import register as register_files
from consent.errors import EphemeralLeak
from debts.money import Pence
from plan.rules.proposal import propose
from plan.rules.strategies import StrategyName
from plan.share import SharesDoNotAddUp, fingerprint, lines_of, must_add_up
from plan.terms import Every, Terms, Tier
from tests.plan_cases import a_case, a_claim, the_policy

REGISTER = register_files.load()


def terms(pence: int = 11378, day: int = 1) -> Terms:
    return Terms(pence, day, StrategyName.TWO_TIER, "2025-04", "plan/1")


@given(
    balances=st.lists(st.integers(100, 900_000), min_size=1, max_size=8),
    payment=st.integers(1000, 60_000),
    strategy=st.sampled_from(list(StrategyName)),
)
def test_the_lines_of_any_proposal_add_up_to_its_payment(
    balances: list[int], payment: int, strategy: StrategyName
) -> None:
    claims = [
        a_claim(f"D{i}", pence, contractual_pence=Pence(500 + i))
        for i, pence in enumerate(balances)
    ]
    proposal = propose(a_case(*claims, payment=Pence(payment), strategy=strategy), the_policy())
    if proposal.schedule is None:
        return
    lines = lines_of(proposal, REGISTER)
    must_add_up(lines, proposal.schedule.runs[0].total)
    assert sum(line.weight_ppm for line in lines) == 1_000_000


def test_priority_and_minimum_and_order_come_along_as_marks_not_as_amounts() -> None:
    proposal = propose(
        a_case(
            a_claim("CT", 84532, department="council", type="LA_CTAX", minimum_pence=Pence(9000)),
            a_claim("OP", 42000),
            payment=Pence(11378),
        ),
        the_policy(),
    )
    council, dwp = lines_of(proposal, REGISTER)
    assert (council.department, council.tier, council.silence_days) == ("council", "priority", 21)
    assert (dwp.department, dwp.tier) == ("dwp", Tier.OTHER)
    assert council.at_minimum is (council.pence == 9000)
    assert not dwp.at_minimum
    assert council.opaque
    assert not hasattr(council, "balance_pence")


def test_a_court_or_tax_reference_is_marked_to_be_sealed() -> None:
    proposal = propose(
        a_case(
            a_claim("XM002610011594", 50000, department="hmrc", type="HMRC_SA"),
            payment=Pence(5000),
        ),
        the_policy(),
    )
    (line,) = lines_of(proposal, REGISTER)
    assert not line.opaque
    assert line.silence_days == 0


def test_lines_that_miss_the_payment_by_a_penny_are_refused() -> None:
    proposal = propose(a_case(a_claim("A", 50000), payment=Pence(5000)), the_policy())
    lines = lines_of(proposal, REGISTER)
    for wrong in (4999, 5001, 0):
        with pytest.raises(SharesDoNotAddUp) as refused:
            must_add_up(lines, wrong)
        assert "5000" not in str(refused.value)
    with pytest.raises(SharesDoNotAddUp):
        must_add_up((), 0)


def test_a_changed_figure_changes_the_fingerprint_sec_82() -> None:
    claims = (a_claim("A", 50000), a_claim("B", 20000))
    first = propose(a_case(*claims, payment=Pence(5000)), the_policy())
    again = propose(a_case(*claims, payment=Pence(5000)), the_policy())
    moved = propose(
        a_case(a_claim("A", 50000), a_claim("B", 20300), payment=Pence(5000)), the_policy()
    )
    shown = fingerprint(terms(), lines_of(first, REGISTER))
    assert shown == fingerprint(terms(), lines_of(again, REGISTER))
    assert shown != fingerprint(terms(), lines_of(moved, REGISTER))
    assert shown != fingerprint(terms(day=2), lines_of(first, REGISTER))
    assert shown != fingerprint(terms(11379), lines_of(first, REGISTER))


def test_a_line_cannot_be_printed() -> None:
    proposal = propose(a_case(a_claim("A", 50000), payment=Pence(5000)), the_policy())
    (line,) = lines_of(proposal, REGISTER)
    assert "5000" not in repr(line)
    with pytest.raises(EphemeralLeak):
        f"{line}"


@pytest.mark.parametrize(("every", "day"), [("month", 0), ("month", 29), ("week", 8), ("week", 0)])
def test_a_day_that_does_not_come_in_every_month_or_week_is_refused(every: str, day: int) -> None:
    with pytest.raises(ValueError, match="pay_day"):
        Terms(100, day, StrategyName.EQUAL, "p", "w", every=Every(every))
