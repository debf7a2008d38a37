"""When a plan is looked at again (PLAN-06, D50)."""

from __future__ import annotations

from datetime import date

from plan.rules.review import first_review, next_review


def test_plan_06_the_first_look_is_after_a_year_or_after_three_months() -> None:
    start = date(2026, 12, 28)
    assert first_review(start, changes_soon=False) == date(2027, 12, 1)
    assert first_review(start, changes_soon=True) == date(2027, 3, 1)


def test_plan_06_after_a_look_the_next_is_when_the_next_year_is_full() -> None:
    start = date(2026, 12, 28)
    for today, following in (
        (date(2027, 3, 5), date(2027, 12, 1)),
        (date(2027, 11, 30), date(2027, 12, 1)),
        (date(2027, 12, 1), date(2028, 12, 1)),
        (date(2028, 2, 29), date(2028, 12, 1)),
        (date(2031, 1, 1), date(2031, 12, 1)),
    ):
        assert next_review(start, today) == following
