"""What is begun first is there, and comes first."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.longest_first import LONGEST, place

TESTS = Path(__file__).resolve().parents[1]


def test_each_file_of_the_list_is_there_once() -> None:
    assert [name for name in LONGEST if not (TESTS / name).is_file()] == []
    assert len(set(LONGEST)) == len(LONGEST)


def test_the_tests_of_this_run_stand_in_that_order(request: pytest.FixtureRequest) -> None:
    places = [place(item) for item in request.session.items]
    assert places == sorted(places)
    assert place(request.node) == len(LONGEST)
