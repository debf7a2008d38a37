"""Dated policy tables: one entry for each day and nation, and a version that says which."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from plan.rules.claim import Nation
from plan.rules.dated import SHIPPED, PolicyFault
from plan.rules.policy import TABLES, load
from plan.rules.statement_lines import OUTGOING_LINES
from plan.rules.words import GUIDELINE_LABELS

AFFORDABILITY = """
[[in_force]]
valid_from = {valid_from}
{valid_to}
nations = ["ENG", "WLS", "NIR", "SCT"]
reference = "a test"
savings_percent = 10
savings_cap = {cap}
smallest_payment = 500
long_months = 60
most_months = 120
token_payment = 100
"""


def some_tables(tmp_path: Path, *entries: tuple[str, str, int]) -> Path:
    for table in TABLES:
        shutil.copy(SHIPPED / f"{table}.toml", tmp_path)
    dated = [
        AFFORDABILITY.format(
            valid_from=valid_from, valid_to=f"valid_to = {valid_to}" if valid_to else "", cap=cap
        )
        for valid_from, valid_to, cap in entries
    ]
    (tmp_path / "affordability.toml").write_text("".join(dated), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("on", "version"),
    [("2025-04-07", "2025-04"), ("2026-04-05", "2025-04"), ("2026-04-06", "2026-04")],
)
def test_the_version_is_the_month_in_which_the_youngest_table_began(on: str, version: str) -> None:
    for nation in Nation:
        assert load().on(date.fromisoformat(on), nation).version == version


def test_each_figure_says_where_it_comes_from() -> None:
    policy = load().on(date(2026, 3, 1), "ENG")
    assert len(policy.references) == len(TABLES)
    assert all(policy.references)
    assert policy.guidelines.synthetic


def test_a_day_before_the_first_table_has_no_policy() -> None:
    with pytest.raises(PolicyFault, match="2025-04-06"):
        load().on(date(2025, 4, 6), "ENG")


def test_figures_change_on_their_day(tmp_path: Path) -> None:
    folder = some_tables(tmp_path, ("2025-04-07", "2026-06-30", 2000), ("2026-07-01", "", 2500))
    caps = [load(folder).on(date(2026, m, d), "WLS").affordability for m, d in ((6, 30), (7, 1))]
    assert [cap.savings_cap for cap in caps] == [2000, 2500]


@pytest.mark.parametrize(
    ("entries", "says"),
    [
        ((("2025-04-07", "2026-06-29", 1), ("2026-07-01", "", 2)), "no entry holds on 2026-06-30"),
        (
            (("2025-04-07", "2026-07-01", 1), ("2026-07-01", "", 2)),
            "two entries hold on 2026-07-01",
        ),
        ((("2025-04-07", "", 1), ("2026-07-01", "", 2)), "two entries hold on 2026-07-01"),
        ((("2025-04-07", "2026-07-01", 1),), "nothing holds after 2026-07-01"),
    ],
)
def test_gaps_and_overlaps_are_refused_when_the_tables_are_read(
    tmp_path: Path, entries: tuple[tuple[str, str, int], ...], says: str
) -> None:
    with pytest.raises(PolicyFault, match=says):
        load(some_tables(tmp_path, *entries))


def test_guidelines_name_only_lines_of_the_statement_and_words_that_are_translated() -> None:
    for nation in Nation:
        for group in load().on(date(2026, 3, 1), nation).guidelines.groups:
            assert group.lines <= set(OUTGOING_LINES)
            assert group.label in GUIDELINE_LABELS
