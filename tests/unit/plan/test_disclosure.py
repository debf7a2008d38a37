"""Small counts are hidden, a hidden one is not alone, and the others are rounded (SEC-102)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from plan.disclosure import LEAST, ROUND_TO, safe


def test_small_counts_and_zero_are_hidden_and_one_with_them() -> None:
    assert safe({"a": 9, "b": 23, "c": 11}) == {"a": None, "b": 25, "c": None}
    assert safe({"a": 0, "b": 0, "c": 10}) == {"a": None, "b": None, "c": 10}
    assert safe({"a": 12, "b": 13}) == {"a": 10, "b": 15}
    assert safe({"a": 3}) == {"a": None}
    assert safe({}) == {}


def test_c17_each_count_is_what_the_10_5_rule_makes_of_it_and_zero_is_hidden_too() -> None:
    """STAT-01, STAT-02: the rule itself would show a zero; ours is the stricter one."""
    published = {3: None, 9: None, 10: 10, 12: 10, 13: 15, 47: 45, 103: 105}
    assert {count: safe({"one": count})["one"] for count in published} == published
    assert safe({"one": 0}) == {"one": None}


@given(st.dictionaries(st.integers(0, 30), st.integers(0, 60)))
def test_nothing_small_is_ever_shown_and_nothing_is_hidden_alone(counts: dict[int, int]) -> None:
    shown = safe(counts)
    hidden = [name for name, count in shown.items() if count is None]
    assert set(shown) == set(counts)
    assert len(hidden) != 1 or len(counts) == 1
    for name, count in shown.items():
        assert (count is None) or (counts[name] >= LEAST and abs(count - counts[name]) < ROUND_TO)
        assert count is None or count % ROUND_TO == 0
