"""`make bench` finds every bench: runs those that need nothing, and its help names the others."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.__main__ import BENCHES, values

ROOT = Path(__file__).resolve().parents[2]


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        (sys.executable, "-m", "tests.bench", *words),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_they_are_listed_by_name_with_what_each_measures() -> None:
    listed = run("--list")
    assert listed.returncode == 0, listed.stderr
    said = json.loads(listed.stdout)
    assert list(said) == [*BENCHES]
    assert all(len(words) > 20 for words in said.values())
    assert [*json.loads(run("--list", "status", "plan").stdout)] == ["plan", "status"]


def test_a_bench_is_run_by_it_or_named_in_its_help() -> None:
    helped = run("--help").stdout
    files = {path.stem for path in (ROOT / "tests/bench").glob("bench_*.py")}
    assert {f"bench_{name}" for name in BENCHES} < files
    for left in files - {f"bench_{name}" for name in BENCHES}:
        assert f"tests.bench.{left}" in helped


def test_a_name_that_is_none_is_refused_with_those_that_are() -> None:
    refused = run("plans")
    assert refused.returncode == 2
    assert "no bench called plans: there are plan," in refused.stderr


@pytest.mark.parametrize(
    ("text", "found"),
    [("", []), ('{"a": 1}\n', [{"a": 1}]), ('{"a": 1}\n{"b": 2}\n', [{"a": 1}, {"b": 2}])],
)
def test_an_answer_may_be_one_value_or_several(text: str, found: list[object]) -> None:
    assert values(text) == found


def test_an_answer_that_is_no_json_is_a_fault() -> None:
    with pytest.raises(json.JSONDecodeError):
        values("HiGHS 1.16\n{}")
