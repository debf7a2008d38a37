"""`svd quote` says all that the rules know: ways to share, floors, interest and warnings."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from app.quote import main
from app.quote_schema import YES_NO_FACTS
from plan.rules.eligibility import FACTS
from plan.rules.strategies import StrategyName

TAX = {"id": "TAX", "department": "hmrc", "type": "HMRC_SA", "balance": 120000}
BENEFIT = {"id": "UCOP", "department": "dwp", "type": "DWP_UC_OP", "balance": 50000}
COUNCIL = {"id": "CTAX", "department": "council", "type": "LA_CTAX", "balance": 60000}


def answer(*debts: dict[str, Any], **case: Any) -> dict[str, Any]:
    code, out, err = run({"on": "2026-03-01", "nation": "ENG", "debts": list(debts), **case})
    assert (code, err) == (0, "")
    found: dict[str, Any] = json.loads(out)
    return found


def run(case: dict[str, Any]) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    code = main(False, io.StringIO(json.dumps(case)), out, err)
    return code, out.getvalue(), err.getvalue()


def a_statement(income: int, outgoings: int, line: str = "earnings", **more: Any) -> dict[str, Any]:
    names = {"earnings": "client-salary-or-wages", "award": "tax-credits-universal-credit"}
    return {
        "income": [{"line": names[line], "pence": income, "every": "month"}],
        "outgoings": [{"line": "rent", "pence": outgoings, "every": "month"}],
        **more,
    }


@pytest.mark.parametrize("strategy", StrategyName)
def test_each_way_to_share_can_be_asked_for(strategy: str) -> None:
    debts = [{**debt, "contractual": 1000} for debt in (TAX, BENEFIT, COUNCIL)]
    found = answer(*debts, payment=9000, strategy=strategy)
    assert found["strategy"] == strategy
    assert sum(found["schedule"][0]["lines"].values()) == 9000


def test_sharing_by_contracts_needs_them() -> None:
    case = {"on": "2026-03-01", "nation": "ENG", "payment": 9000, "strategy": "contractual"}
    fault = "strategy: needs the contractual payment of each debt\n"
    assert run({**case, "debts": [TAX]}) == (2, "", fault)


def test_alloc_24_fixed_terms_go_first_and_minimums_are_kept_alloc_23() -> None:
    court = {**COUNCIL, "fixed": 2500}
    found = answer(court, BENEFIT, {**TAX, "minimum": 4000}, payment=7000, strategy="pro_rata")
    assert found["schedule"][0]["lines"] == {"CTAX": 2500, "UCOP": 500, "TAX": 4000}


def test_int_05_interest_is_paid_after_the_schedule_and_no_month_is_above_the_payment() -> None:
    found = answer({**TAX, "rate": 8}, BENEFIT, payment=11000)
    assert found["interest_of"] == {"TAX": found["interest"]}
    tail = found["interest_months"]
    assert sum(month["total"] for month in tail) == found["interest"]
    last = found["schedule"][-1]
    assert tail[0] == {
        "month": last["month"],
        "total": min(11000 - last["total"], found["interest"]),
    }
    full = answer({**TAX, "balance": 120000, "rate": 8}, payment=10000)
    assert full["interest_months"] == [{"month": 13, "total": 5221}]
    assert full["months_with_interest"] == 13


def test_int_01_a_kind_with_published_rates_has_a_forecast_without_being_told_one() -> None:
    found = answer(TAX, payment=10000)
    assert found["interest"] > 0
    assert found["notices"] == ["INTEREST_ADDED"]
    told = answer({**BENEFIT, "adds_interest": True}, payment=10000)
    assert told["notices"] == ["INTEREST_ADDED"]
    assert "interest" not in told


def test_int_05_long_tails_are_counted_and_not_listed() -> None:
    found = answer({**TAX, "balance": 1200, "rate": 100}, payment=1)
    assert found["months_with_interest"] == 1200 + found["interest"] > 12_000
    assert found["interest_months"] == []


def test_f97_the_ways_are_compared_when_the_case_asks() -> None:
    found = answer(TAX, BENEFIT, COUNCIL, payment=9000, compare=True)
    ways = {way.pop("strategy"): way for way in found["comparison"]}
    assert set(ways) == set(StrategyName) - {"contractual"}
    assert (
        [name for name, way in ways.items() if way["usual"]] == ["two_tier"] == [found["strategy"]]
    )
    assert {way["months"] for way in ways.values()} == {found["months"]}
    assert ways["priority_first"]["ends"]["CTAX"] == 7
    assert ways["two_tier"]["interest"] == found["interest"]
    assert ways["small_first"]["lines"] < ways["pro_rata"]["lines"]
    assert answer(payment=9000, compare=True)["comparison"] == []
    assert "comparison" not in answer(TAX, payment=9000)


def test_ded_07_the_cap_stands_beside_its_notice() -> None:
    taken = {**BENEFIT, "id": "OLD", "deducted_at_source": 5000}
    statement = a_statement(70000, 10000, "award")
    found = answer(taken, BENEFIT, statement=statement, payment=2000)
    assert found["notices"] == ["DEDUCTIONS_ABOVE_CAP"]
    assert found["cap"] == {"most": 6002, "taken": 5000, "planned": 2000}
    assert "cap" not in answer(taken, BENEFIT, statement=statement, payment=1000)
    couple = {**statement, "household": {"adults": 2}}
    assert "cap" not in answer(taken, BENEFIT, statement=couple, payment=2000)
    own = answer(BENEFIT, payment=5000, standard_allowance=31698)
    assert own["cap"] == {"most": 4755, "taken": 0, "planned": 5000}
    there = answer({**TAX, "rate": 0}, payment=5000, standard_allowance=31698, nation="NIR")
    assert "cap" not in there


def test_the_protected_minimum_stands_beside_its_notice() -> None:
    found = answer(BENEFIT, statement=a_statement(100000, 55000), payment=5001)
    assert found["notices"] == ["BELOW_PROTECTED_MINIMUM"]
    assert found["protected_minimum"] == {"left": 39999, "minimum": 40000}
    enough = answer(BENEFIT, statement=a_statement(100000, 55000), payment=5000)
    assert "protected_minimum" not in enough


def test_lim_04_old_debts_are_named_and_only_the_person_decides() -> None:
    old = {**BENEFIT, "time_bar_from": "2012-05-01"}
    found = answer(old, COUNCIL, payment=5000)
    assert (found["ask_first"], found["notices"]) == (["UCOP"], ["MAY_BE_TOO_OLD"])
    wanted = answer({**old, "pay_anyway": True}, COUNCIL, payment=5000)
    assert "ask_first" not in wanted
    out = answer({**old, "pay_anyway": False}, COUNCIL, payment=5000)
    assert out["excluded"] == [{"id": "UCOP", "reason": "TIME_BARRED"}]


def test_f95_a_debt_at_two_departments_is_named_with_the_other() -> None:
    there = {**TAX, "type": "HMRC_TCO", "reference_tail": "11AB"}
    here = {**BENEFIT, "balance": 120000, "reference_tail": "11AB"}
    found = answer(there, here, payment=5000)
    assert found["duplicates"] == [{"id": "UCOP", "same_as": "TAX"}]
    assert found["notices"] == ["PROBABLE_DUPLICATE"]
    assert found["excluded"] == [{"id": "UCOP", "reason": "DUPLICATE"}]


def test_plan_02_a_long_plan_has_its_notice() -> None:
    assert answer({**BENEFIT, "balance": 61000}, payment=1000)["notices"] == ["LONG_PLAN"]


def test_elig_06_what_goes_on_outside_the_plan_is_added_where_the_statement_leaves_it_out() -> None:
    fine = {"id": "FINE", "department": "hmcts", "type": "HMCTS_FINE", "balance": 9000}
    debts = ({**fine, "minimum": 3000}, BENEFIT)
    whole = answer(*debts, statement=a_statement(120000, 100000))
    assert (whole["outgoings"], "outside" in whole) == (100000, False)
    added = answer(*debts, statement=a_statement(120000, 100000, whole=False))
    assert (added["outgoings"], added["outside"]) == (103000, [{"id": "FINE", "payment": 3000}])


def test_aff_09_spending_above_a_guideline_is_told_and_kept_where_the_home_is_known() -> None:
    statement = {
        "income": [{"line": "client-salary-or-wages", "pence": 90000, "every": "month"}],
        "outgoings": [{"line": "mobile-phone", "pence": 14200, "every": "month"}],
        "household": {"adults": 1},
    }
    found = answer(BENEFIT, statement=statement)
    assert found["outgoings"] == 14200
    assert found["above_guidelines"] == [
        {"group": "communications-leisure", "spent": 14200, "guideline": 13000}
    ]
    assert (
        "GUIDELINES_OUT_OF_DATE" in answer(BENEFIT, statement=statement, on="2027-04-05")["notices"]
    )


def test_aff_08_the_person_names_their_own_savings() -> None:
    found = answer(BENEFIT, statement=a_statement(100000, 50000, savings_pence=500))
    assert (found["savings"], found["available"]) == (500, 49500)


@pytest.mark.parametrize("fact", YES_NO_FACTS)
def test_each_fact_that_keeps_a_debt_out_can_be_said(fact: str) -> None:
    found = answer({**BENEFIT, fact: True}, payment=5000)
    assert found["outcome"] == "nothing_to_pay"
    assert found["excluded"] == [{"id": "UCOP", "reason": FACTS[fact]}]


@pytest.mark.parametrize(
    ("nation", "own", "outcome"),
    [
        ("SCT", None, "nothing_to_pay"),
        ("SCT", "ENG", "plan"),
        ("WLS", None, "plan"),
        ("NIR", "WLS", "plan"),
        ("NIR", None, "nothing_to_pay"),
    ],
)
def test_a_debt_belongs_to_the_nation_where_it_arose(
    nation: str, own: str | None, outcome: str
) -> None:
    debt = {**COUNCIL, "nation": own} if own else COUNCIL
    assert answer(debt, nation=nation, payment=5000)["outcome"] == outcome


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"compare": 1}, "compare: must be true or false"),
        ({"standard_allowance": -1}, "standard_allowance: must be a whole number of pence"),
        (
            {"statement": a_statement(1, 1, household={"adults": 0})},
            "statement.household.adults: must be a number from 1 to 50",
        ),
        (
            {"statement": a_statement(1, 1, household={"vehicles": 51})},
            "statement.household.vehicles: must be a number from 0 to 50",
        ),
        (
            {"statement": a_statement(1, 1, whole="yes")},
            "statement.whole: must be true or false",
        ),
        ({"debts": [{**TAX, "nation": "FRA"}]}, "debts[0].nation: must be one of ENG"),
        ({"debts": [{**TAX, "time_bar_from": "old"}]}, "debts[0].time_bar_from: must be a date"),
        ({"debts": [{**TAX, "reference_tail": ""}]}, "debts[0].reference_tail: must have 1 to 80"),
        ({"debts": [{**TAX, "written_off": None}]}, "debts[0].written_off: must not be null"),
    ],
)
def test_what_cannot_be_read_is_a_fault_in_its_place(changes: dict[str, Any], fault: str) -> None:
    case = {"on": "2026-03-01", "nation": "ENG", "payment": 1, "debts": [TAX], **changes}
    code, out, err = run(case)
    assert (code, out) == (2, "")
    assert err.startswith(fault)
    assert len(err.splitlines()) == 1
