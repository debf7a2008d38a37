"""The statement: its lines, its months, and what is left (AFF-01 to AFF-25)."""

from __future__ import annotations

import pytest

from consent.errors import EphemeralLeak
from debts.money import Pence
from plan.rules.affordability import Part, part_of, suggested_savings, work_out
from plan.rules.claim import Nation
from plan.rules.frequencies import LABELS, TIMES_A_YEAR, Frequency, monthly
from plan.rules.guidelines import guideline_excesses
from plan.rules.statement import Household, Statement
from plan.rules.statement_lines import (
    GROUPS_BY_SLUG,
    INCOME_GROUPS,
    INCOME_LINES,
    OUTGOING_GROUPS,
    OUTGOING_LINES,
)
from tests.plan_cases import a_line, a_statement, aisha, the_policy


def test_aff_06_the_statement_has_the_lines_that_the_standard_has() -> None:
    assert (len(INCOME_GROUPS), len(INCOME_LINES)) == (4, 25)
    assert (len(OUTGOING_GROUPS), len(OUTGOING_LINES)) == (12, 63)
    assert [group.id for group in OUTGOING_GROUPS if group.flexible] == [
        "communications-leisure",
        "food-housekeeping",
        "personal",
    ]


def test_every_line_has_its_own_words() -> None:
    for groups in (INCOME_GROUPS, OUTGOING_GROUPS):
        labels = [kind.label for group in groups for kind in group.lines]
        assert len(set(labels)) == len(labels)
    assert len(GROUPS_BY_SLUG) == 16


@pytest.mark.parametrize(
    ("every", "pence", "a_month"),
    [
        ("week", 31240, 135373),  # AFF-20, and AFF-24: not £1,357.45
        ("fortnight", 10000, 21667),  # AFF-22
        ("four_weeks", 6000, 6500),  # AFF-21
        ("month", 28415, 28415),
        ("quarter", 10000, 3333),
        ("half_year", 10000, 1667),
        ("year", 38400, 3200),
    ],
)
def test_amounts_become_monthly_with_the_half_penny_going_up(
    every: str, pence: int, a_month: int
) -> None:
    """AFF-20, AFF-21 and AFF-22 give the figures, AFF-24 the month they are not made with."""
    assert monthly(pence, Frequency(every)) == a_month
    assert set(TIMES_A_YEAR) == set(LABELS) == set(Frequency)


def test_c1_each_line_is_rounded_and_then_they_are_added() -> None:
    """AFF-23: in this order. AFF-03: surplus. AFF-04: less savings. AFF-07: a tenth of it."""
    found = work_out(aisha(), the_policy())
    assert (found.income, found.outgoings) == (175076, 162434)
    assert (found.surplus, found.savings, found.available) == (12642, 1264, 11378)


def test_c3_aff_30_half_of_what_is_left_over() -> None:
    half = part_of(work_out(aisha(), the_policy()).surplus, Part.HALF)
    assert half == 6321


def test_c7_a_deficit_saves_nothing_and_leaves_nothing() -> None:
    pensioner = Statement(
        income=(a_line("pension-credit", "227.30", "week"),),
        outgoings=(
            a_line("rent", "110.00", "week"),
            a_line("council-tax-rates", "98.00"),
            a_line("gas", "41.50", "week"),
            a_line("water-supply", "31.00"),
            a_line("groceries", "58.00", "week"),
            a_line("other-essential-costs", "27.00", "week"),
        ),
    )
    found = work_out(pensioner, the_policy())
    assert (found.income, found.outgoings, found.surplus) == (98497, 115383, -16886)
    assert (found.savings, found.available) == (0, -16886)
    assert [part_of(found.available, part) for part in Part] == [0, 0, 0]


def test_c12_income_after_a_deduction_is_what_counts() -> None:
    award = Statement((a_line("tax-credits-universal-credit", "719.98"),), ())
    assert work_out(award, the_policy()).income == 78000 - 6002


def test_c18_scotland_puts_a_tenth_and_at_most_20_pounds_aside() -> None:
    scot = Statement(
        (a_line("client-salary-or-wages", "415.00", "week"),), (a_line("rent", "1412.66"),)
    )
    found = work_out(scot, the_policy(Nation.SCOTLAND))
    assert (found.income, found.surplus) == (179833, 38567)
    assert (found.savings, found.available) == (2000, 36567)


def test_p8_savings_that_the_person_named_themselves() -> None:
    named = a_statement(income=315767, outgoings=297208, savings_pence=Pence(1800))
    found = work_out(named, the_policy())
    assert (found.surplus, found.available) == (18559, 16759)


@pytest.mark.parametrize(
    ("surplus", "savings"), [(0, 0), (9, 0), (19, 1), (19999, 1999), (20000, 2000), (90000, 2000)]
)
def test_savings_are_a_tenth_down_to_a_penny_up_to_20_pounds(surplus: int, savings: int) -> None:
    assert suggested_savings(surplus, the_policy()) == savings


def test_nobody_has_to_save_and_nobody_can_hide_money_in_savings() -> None:
    policy = the_policy()
    assert work_out(a_statement(income=10000, savings=False), policy).savings == 0
    most = a_statement(income=10000, savings_pence=Pence(500000))
    assert work_out(most, policy).savings == 2000
    deficit = a_statement(outgoings=1, savings_pence=Pence(500))
    assert work_out(deficit, policy).savings == 0


def test_parts_of_what_is_available_go_down_to_a_penny() -> None:
    assert [part_of(61873, part) for part in Part] == [30936, 46404, 61873]


def test_spending_above_a_guideline_is_flagged_alone_and_never_cut() -> None:
    spender = Statement(
        (), (a_line("mobile-phone", "142.00"), a_line("groceries", "10"), a_line("gas", "900"))
    )
    policy = the_policy()
    (excess,) = guideline_excesses(spender, Household(), policy.guidelines)
    assert (excess.group, excess.spent, excess.guideline) == (
        "communications-leisure",
        14200,
        13000,
    )
    assert excess.excess == 1200
    assert work_out(spender, policy).outgoings == 14200 + 1000 + 90000


def test_aff_02_a_bigger_household_has_bigger_guidelines() -> None:
    family = Household(adults=2, children_under_16=2, children_16_to_18=1)
    figures = {g.id: g.figure(family) for g in the_policy().guidelines.groups}
    assert figures["communications-leisure"] == 13000 + 8500 + 2 * 4000 + 6000
    assert family.size == 5


def test_scotland_asks_about_the_groups_of_its_own_tool() -> None:
    groups = [group.id for group in the_policy(Nation.SCOTLAND).guidelines.groups]
    assert groups == ["telephone", "travel", "housekeeping", "other"]


def test_a_statement_says_the_total_of_a_group() -> None:
    assert aisha().group_total(GROUPS_BY_SLUG["food-housekeeping"]) == 32067


def test_a_statement_cannot_be_written_out() -> None:
    assert "31240" not in repr(aisha())
    with pytest.raises(EphemeralLeak):
        format(aisha(), "s")
