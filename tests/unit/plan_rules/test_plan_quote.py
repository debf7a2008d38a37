"""`svd quote`: the answer of the architecture, strict reading, batches, and a quick start."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.quote import main

ROOT = Path(__file__).resolve().parents[3]
EXAMPLE: dict[str, Any] = {
    "on": "2026-03-01",
    "nation": "ENG",
    "strategy": "two_tier",
    "payment": 11378,
    "minimum": 0,
    "statement": {
        "income": [{"line": "client-salary-or-wages", "pence": 31240, "every": "week"}],
        "outgoings": [{"line": "rent", "pence": 16500, "every": "week"}],
        "savings": True,
    },
    "debts": [
        {"id": "CTAX", "department": "council", "type": "LA_CTAX", "balance": 84532},
        {"id": "FINE", "department": "hmcts", "type": "HMCTS_FINE", "balance": 42000},
    ],
}
DEBT = EXAMPLE["debts"][0]


def quote(case: Any, *, lines: bool = False) -> tuple[int, str, list[str]]:
    text = case if isinstance(case, str) else json.dumps(case)
    out, err = io.StringIO(), io.StringIO()
    code = main(lines, io.StringIO(text), out, err)
    return code, out.getvalue(), err.getvalue().splitlines()


def a_case(**changes: Any) -> dict[str, Any]:
    return {**EXAMPLE, **changes}


def test_the_example_of_the_architecture_has_its_answer() -> None:
    code, out, err = quote(EXAMPLE)
    assert (code, err) == (0, [])
    whole = {"total": 11378, "lines": {"CTAX": 11378}}
    assert json.loads(out) == {
        "outcome": "plan",
        "income": 135373,
        "outgoings": 71500,
        "surplus": 63873,
        "savings": 2000,
        "available": 61873,
        "payment": 11378,
        "strategy": "two_tier",
        "policy": "2025-04",
        "months": 8,
        "options": [
            {"share": "half", "payment": 30936, "months": 3},
            {"share": "three_quarters", "payment": 46404, "months": 2},
            {"share": "all", "payment": 61873, "months": 2},
        ],
        "schedule": [
            *({"month": month, **whole} for month in range(1, 8)),
            {"month": 8, "total": 4886, "lines": {"CTAX": 4886}},
        ],
        "excluded": [{"id": "FINE", "reason": "COURT_FINE_ORDER"}],
        "notices": [],
    }


def test_strategy_payment_minimum_and_statement_may_be_left_out() -> None:
    short = {name: EXAMPLE[name] for name in ("on", "nation", "statement", "debts")}
    answer = json.loads(quote(short)[1])
    assert (answer["payment"], answer["strategy"]) == (30936, "two_tier")
    plain = {**short, "payment": 5000}
    del plain["statement"]
    answer = json.loads(quote(plain)[1])
    assert (answer["income"], answer["options"], answer["months"]) == (None, [], 17)


def test_a_debt_may_say_more_about_itself() -> None:
    more = {
        "minimum": 100,
        "disputed": False,
        "deducted_at_source": 0,
        "in_breathing_space": False,
        "warrant": False,
        "priority": False,
        "rate": 7.75,
    }
    answer = json.loads(quote(a_case(strategy="pro_rata", debts=[{**DEBT, **more}]))[1])
    assert answer["notices"] == ["INTEREST_ADDED"]
    assert (answer["interest"], answer["months_with_interest"]) == (2320, 8)


@pytest.mark.parametrize(
    ("case", "fault"),
    [
        ("", "case: cannot be read as JSON: line 1, column 1"),
        ("[]", "case: must be an object in curly brackets"),
        ('{"on": 1, "on": 2}', "case: cannot be read as JSON: a field is given twice"),
        ('{"payment": NaN}', "case: cannot be read as JSON"),
        ("[" * 100_000, "case: cannot be read as JSON"),
        (a_case(payment=61874), "payment: is above what is available"),
        (a_case(payment=True), "payment: must be a whole number of pence, 0 or more"),
        (a_case(payment=50.0), "payment: must be a whole number of pence, 0 or more"),
        (a_case(payment="50"), "payment: must be a whole number of pence, 0 or more"),
        (a_case(payment=-1), "payment: must be a whole number of pence, 0 or more"),
        (a_case(payment=10**12), "payment: is too large"),
        (a_case(statement=None), "statement: must not be null"),
        (a_case(colour="red"), "colour: is not a field of a case"),
        (a_case(**{"a\nb": 1}), "a\\nb: is not a field of a case"),
        (a_case(on="1 March 2026"), "on: must be a date like 2026-03-01"),
        (a_case(on="2020-03-01"), "on: no policy is in force on 2020-03-01"),
        (a_case(nation="FRA"), "nation: must be one of ENG, WLS, SCT, NIR"),
        (a_case(debts={}), "debts: must be a list"),
        (a_case(debts=[7]), "debts[0]: must be an object in curly brackets"),
        (
            a_case(debts=[DEBT, {**DEBT, "department": "dwp"}]),
            "debts[1].id: is another department's id too",
        ),
        (
            a_case(debts=[{**DEBT, "disputed": "no"}]),
            "debts[0].disputed: must be true or false",
        ),
        (
            a_case(debts=[{**DEBT, "rate": "8"}]),
            "debts[0].rate: must be a number of per cent from 0 to 100",
        ),
        (
            a_case(
                statement={
                    "income": [{"line": "rent", "pence": 1, "every": "week"}],
                    "outgoings": [],
                }
            ),
            "statement.income[0].line: is not a line of income",
        ),
    ],
)
def test_a_fault_names_its_place_on_one_line_and_ends_with_2(case: Any, fault: str) -> None:
    assert quote(case) == (2, "", [fault])


def test_all_faults_of_a_case_are_told_at_once() -> None:
    code, out, err = quote({"nation": "ENG", "debts": [{"id": "A", "balance": -1}]})
    assert (code, out) == (2, "")
    assert sorted(err) == [
        "debts[0].balance: must be a whole number of pence, 0 or more",
        "debts[0].department: is missing",
        "debts[0].type: is missing",
        "on: is missing",
    ]


def test_a_payment_is_needed_without_a_statement() -> None:
    case = {name: EXAMPLE[name] for name in ("on", "nation", "debts")}
    assert quote(case)[2] == ["payment: is needed when there is no statement"]


def test_the_same_debt_twice_is_counted_once() -> None:
    answer = json.loads(quote(a_case(debts=[DEBT, DEBT]))[1])
    assert answer["excluded"] == [{"id": "CTAX", "reason": "DUPLICATE"}]
    assert answer["months"] == 8


def test_a_batch_goes_on_after_a_fault_and_ends_with_2() -> None:
    text = "\n".join([json.dumps(EXAMPLE), "{", "", json.dumps(a_case(debts=[]))]) + "\n"
    code, out, err = quote(text, lines=True)
    answers = [json.loads(line) for line in out.splitlines()]
    assert (code, err) == (2, [])
    assert [answer["outcome"] for answer in answers] == ["plan", "fault", "nothing_to_pay"]
    assert answers[1]["faults"] == ["case: cannot be read as JSON: line 1, column 2"]
    assert quote(json.dumps(EXAMPLE) + "\n", lines=True)[0] == 0


def test_bytes_that_are_not_text_are_a_fault_of_their_own_line() -> None:
    out = io.StringIO()
    source = io.TextIOWrapper(io.BytesIO(b"\xff\xfe\xff\n" + json.dumps(EXAMPLE).encode()))
    assert main(True, source, out, io.StringIO()) == 2
    assert [json.loads(line)["outcome"] for line in out.getvalue().splitlines()] == [
        "fault",
        "plan",
    ]


def test_centuries_of_payments_are_counted_and_not_listed() -> None:
    huge = a_case(payment=1, debts=[{**DEBT, "balance": 100_000_000_000}])
    answer = json.loads(quote(huge)[1])
    assert (answer["outcome"], answer["months"], answer["schedule"]) == (
        "refer",
        100_000_000_000,
        [],
    )
    assert answer["notices"] == ["TOKEN_PAYMENT", "TOO_LONG"]


def test_the_quote_and_the_rules_import_no_database_no_network_and_no_web_framework() -> None:
    """With a bare `app` package, so that only what the quote itself asks for is counted."""
    program = (
        "import sys, types; "
        "app = types.ModuleType('app'); app.__path__ = ['app']; sys.modules['app'] = app; "
        "import app.quote; "
        "bad = {'flask', 'sqlalchemy', 'psycopg', 'aiohttp', 'requests', 'ssl', 'redis'}; "
        "print(sorted(bad & set(sys.modules)))"
    )
    found = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "[]"
