"""Each rule of the engine that rests on a primary source has a test that names it.

The rules and their tags lie outside the project (sections 1 to 4 and 12 of the shared rules). A
test names a rule in its own name or docstring. What the engine does not decide is listed with why.
"""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
SHARED: Final = Path(os.environ.get("SVD_SHARED", ROOT.parent / "shared"))
RULES: Final = SHARED / "design" / "rules.md"

pytestmark = pytest.mark.skipif(not RULES.exists(), reason="rules.md is not beside the repository")

OF_HMRCS_OWN_PLAN: Final = "a term of HMRC's own plan, which HMRC agrees and not this engine"
OF_THE_AWARD: Final = "the Department for Work and Pensions works its deductions out"
OF_A_LIFE: Final = "happens in a plan's life, outside plan/rules"

ELSEWHERE: Final = {
    "AFF-13": "only totals go, by a yes of their own: tests/integration/test_plan_agree_pages.py",
    "AFF-32": "our statement has the Standard's lines; HMRC's are asked by HMRC",
    "AFF-33": "our statement is the home's, as in the Standard",
    "AFF-34": "the amounts offered are those of decision 8",
    "AFF-35": OF_HMRCS_OWN_PLAN,
    "AFF-36": OF_HMRCS_OWN_PLAN,
    "AFF-37": OF_HMRCS_OWN_PLAN,
    "AFF-38": OF_HMRCS_OWN_PLAN,
    "AFF-39": "days are plan/working_days.py: tests/unit/plan/test_working_days.py",
    "AFF-40": "nothing of a budget is kept: tests/security",
    "DED-03": OF_THE_AWARD,
    "DED-05": OF_THE_AWARD,
    "DED-06": OF_THE_AWARD,
    "ELIG-03": "what Scotland's statutory scheme takes in; this plan is voluntary",
    "ELIG-04": "HMRC's own service decides by them; of its answers we read the charge locks",
    "ELIG-09": "what falls due now is a line of the statement and no debt",
    "ALLOC-04": "fees of Scotland's scheme; here every penny reaches a debt",
    "ALLOC-11": "how a department books a payment among its own charges",
    "PLAN-03": f"{OF_A_LIFE}: tests/integration/test_plan_answer.py",
    "PLAN-07": f"{OF_A_LIFE}: a person changes the plan when they want to",
    "PLAN-13": f"{OF_A_LIFE}: tests/integration/test_plan_vary.py",
    "PLAN-14": f"{OF_A_LIFE}: departments correct balances at any time",
    "PLAN-18": f"{OF_A_LIFE}: no money is held",
    "MOR-05": "the adviser's and the court's review; the department tells the hold",
    "MOR-08": "not in force, and one reason for every moratorium (MOR-06)",
    "MOR-09": "a department in Northern Ireland tells its own holds",
}
"""Rules with a primary source that the engine does not decide, and why."""


def rules() -> set[str]:
    """Ids of sections 1 to 4 whose tag has an A: seen in a primary source."""
    text = RULES.read_text(encoding="utf-8")
    part = text[text.index("\n## 1.") : text.index("\n## 5.")]
    rows = (line.strip().strip("|").split("|") for line in part.splitlines() if "|" in line)
    cells = [[cell.strip() for cell in row] for row in rows]
    return {
        row[0]
        for row in cells
        if re.fullmatch(r"[A-Z]+-\d\d", row[0]) and re.search(r"\bA\b", row[-1])
    }


def examples() -> set[str]:
    """Ids of the worked examples of section 12."""
    text = RULES.read_text(encoding="utf-8")
    return set(re.findall(r"^### ([PC]\d+) ", text[text.index("\n## 12.") :], re.MULTILINE))


@cache
def named() -> frozenset[str]:
    """Every id in the name or docstring of a test function, in capitals."""
    found: set[str] = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        for said in _said(ast.parse(path.read_text(encoding="utf-8"))):
            found |= set(re.findall(r"(?<![A-Z0-9])[A-Z]+-\d\d(?!\d)", said))
            found |= set(re.findall(r"(?<![A-Z0-9])[PC]\d+(?![A-Z0-9])", said))
    return frozenset(found)


def _said(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            name = re.sub(r"_(\d\d)(?!\d)", r"-\1", node.name.upper())
            yield name.replace("_", " ")
            yield ast.get_docstring(node) or ""


def test_each_rule_with_a_primary_source_has_a_test_that_names_it() -> None:
    assert len(rules()) > 70
    assert sorted(rules() - named() - set(ELSEWHERE)) == []


def test_what_is_decided_elsewhere_is_a_rule_and_has_no_test_here() -> None:
    assert sorted(set(ELSEWHERE) - rules()) == []
    assert sorted(set(ELSEWHERE) & named()) == []


def test_each_worked_example_has_a_test_that_names_it() -> None:
    assert len(examples()) >= 18
    assert sorted(examples() - named()) == []
