"""docs/how-plans-are-worked-out.md says what the rules do: every code, way and frequency."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import plan.rules
from app.quote_schema import (
    CaseSchema,
    HouseholdSchema,
    StatementSchema,
    Strict,
    WholeDebtSchema,
)
from plan.rules.frequencies import TIMES_A_YEAR
from plan.rules.reasons import Notice, Outcome, Reason
from plan.rules.strategies import StrategyName

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "how-plans-are-worked-out.md"
TEXT = DOCUMENT.read_text(encoding="utf-8")


@pytest.mark.parametrize("code", [*Reason, *Notice, *Outcome, *StrategyName])
def test_every_code_is_explained(code: str) -> None:
    assert f"`{code}`" in TEXT


def test_reasons_stand_in_their_order() -> None:
    places = [TEXT.index(f"`{reason}`") for reason in Reason]
    assert places == sorted(places)


def test_frequencies_have_the_figures_of_the_table() -> None:
    told = dict(re.findall(r"\| `(\w+)` \| (\d+) \|", TEXT))
    assert told == {every.value: str(times) for every, times in TIMES_A_YEAR.items()}


def test_every_file_of_the_rules_has_its_step() -> None:
    (folder,) = plan.rules.__path__
    files = {path.name for path in Path(folder).glob("*.py")} - {"__init__.py", "claims.py"}
    assert {name for name in files if f"`{name}`" not in TEXT} == set()


@pytest.mark.parametrize("schema", [CaseSchema, StatementSchema, HouseholdSchema, WholeDebtSchema])
def test_every_field_of_a_case_is_named(schema: type[Strict]) -> None:
    assert {name for name in schema().fields if f"`{name}`" not in TEXT} == set()
