"""How long departments take, kept as counts of nobody (X12)."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import Executor, Future
from datetime import UTC, date, datetime, timedelta
from math import ceil
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import OperationalError

from app import answer_times as process
from app.answer_times import AnswerTimes
from consent.clock import SetClock
from consent.ids import DepartmentCode
from consent.store import Store
from plan.answer_times import GROWS, Key, ends, key_of, span_of, within

DWP = DepartmentCode("dwp")
SUNDAY = datetime(2026, 3, 29, 22, 30, tzinfo=UTC)
"""23:30 in London, where clocks went forward in the morning."""


@given(st.floats(min_value=0.01, max_value=60))
def test_a_span_ends_no_more_than_a_tenth_after_what_lies_in_it(seconds: float) -> None:
    assert seconds <= ends(span_of(seconds)) * 1.000001
    assert ends(span_of(seconds)) <= seconds * GROWS * 1.000001


@given(st.lists(st.floats(min_value=0.01, max_value=60), min_size=10, max_size=200))
def test_what_is_read_out_is_at_most_a_tenth_too_long(seconds: list[float]) -> None:
    counts = Counter(span_of(one) for one in seconds)
    for percent in (50, 95):
        exact = sorted(seconds)[ceil(len(seconds) * percent / 100) - 1]
        found = within(counts, percent)
        assert found is not None
        assert exact <= found * 1.000001
        assert found <= exact * GROWS * 1.000001


def test_few_answers_say_nothing_stat_02() -> None:
    assert within({3: 9}, 50) is None
    assert within({3: 10}, 50) == ends(3)
    assert within({}, 95) is None


def test_the_fastest_and_the_slowest_have_a_span_too() -> None:
    assert (span_of(0), span_of(0.01), span_of(1e9)) == (0, 0, 99)


def test_an_answer_belongs_to_its_week_in_london() -> None:
    assert key_of(DWP, 0.5, SUNDAY)[1] == date(2026, 3, 23)
    assert key_of(DWP, 0.5, SUNDAY + timedelta(minutes=30))[1] == date(2026, 3, 30)


class AtOnce(Executor):
    def submit(self, fn: Any, /, *args: Any, **more: Any) -> Future[Any]:
        done: Future[Any] = Future()
        done.set_result(fn(*args, **more))
        return done


def test_counts_are_handed_over_together_and_never_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, kept = SetClock(SUNDAY), list[dict[Key, int]]()
    fails = [True]

    def keep(_: Store, counts: dict[Key, int]) -> None:
        if fails.pop() if fails else False:
            raise OperationalError("", {}, Exception())
        kept.append(dict(counts))

    monkeypatch.setattr(process, "keep", keep)
    times = AnswerTimes(cast(Store, None), clock, AtOnce())
    for _ in range(3):
        times.note(DWP, 0.5)
    assert kept == [], "no row tells when an answer came"
    clock.move(timedelta(minutes=1))
    times.note(DWP, 0.5)
    assert kept == [], "the database was away"
    clock.move(timedelta(minutes=1))
    times.note(DWP, 0.5)
    assert [sum(one.values()) for one in kept] == [5]
    times.hand_over()
    assert len(kept) == 1
