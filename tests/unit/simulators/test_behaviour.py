"""The grammar of answers, read into values."""

from __future__ import annotations

import pytest

from adapters.simulators.behaviour import BadAnswer, Behaviour, parse


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.9", Behaviour("debts", 0.9)),
        ("2", Behaviour("debts", 2.0)),
        ("slow:14.0", Behaviour("debts", 14.0)),
        ("none:0.6", Behaviour("none", 0.6)),
        ("none", Behaviour("none", 0.8)),
        ("late:40", Behaviour("late", 40.0)),
        ("timeout:30", Behaviour("timeout", 30.0)),
        ("mismatch:2.2", Behaviour("mismatch", 2.2)),
        ("partial:1.9", Behaviour("partial", 1.9)),
        ("closed:06:00", Behaviour("closed", 0.0, "06:00")),
        ("needs:vrm", Behaviour("needs", 0.8, "vrm")),
        ("down", Behaviour("down")),
        ("not_connected", Behaviour("not_connected")),
        ("error500", Behaviour("error500")),
        ("rubbish", Behaviour("rubbish")),
        ("huge", Behaviour("huge")),
        ("swap", Behaviour("swap")),
        ("close", Behaviour("close")),
        ("forbidden", Behaviour("forbidden")),
    ],
)
def test_each_answer_of_the_grammar_is_read(text: str, expected: Behaviour) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize(
    "text", ["", "nothing", "-1", "1e9", "nan", "down:3", "closed:25:00", "closed", "needs:", "5:2"]
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(BadAnswer):
        parse(text)
