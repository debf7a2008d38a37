"""Working days, and on which days payments fall (decision 35)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plan.terms import Every
from plan.working_days import WorkingDays, load

DAYS = load()
ANY_DAY = st.dates(date(2025, 1, 1), date(2028, 12, 31))
MONTHLY = st.integers(1, 28)


def easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar, by the usual division sums."""
    a, b, c = year % 19, year // 100, year % 100
    d = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    e = (32 + 2 * (b % 4) + 2 * (c // 4) - d - c % 4) % 7
    f = d + e - 7 * ((a + 11 * d + 22 * e) // 451) + 114
    return date(year, f // 31, f % 31 + 1)


def monday_of(year: int, month: int, last: bool = False) -> date:
    if last:
        day = (date(year, month, 28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        return day - timedelta(days=day.weekday())
    day = date(year, month, 1)
    return day + timedelta(days=-day.weekday() % 7)


@pytest.mark.parametrize("year", range(2025, DAYS.known_until + 1))
def test_each_listed_year_has_the_eight_usual_bank_holidays(year: int) -> None:
    expected = {easter(year) - timedelta(days=2), easter(year) + timedelta(days=1)}
    expected |= {monday_of(year, 5), monday_of(year, 5, last=True), monday_of(year, 8, last=True)}
    for fixed in (date(year, 1, 1), date(year, 12, 25), date(year, 12, 26)):
        while fixed.isoweekday() > 5 or fixed in expected:
            fixed += timedelta(days=1)
        expected.add(fixed)
    assert {day for day in DAYS.holidays if day.year == year} == expected


def test_no_bank_holiday_is_at_a_weekend() -> None:
    assert all(day.isoweekday() < 6 for day in DAYS.holidays)


def test_five_working_days_skip_the_weekend() -> None:
    assert DAYS.after(date(2026, 3, 2), 5) == date(2026, 3, 9)
    assert DAYS.after(date(2026, 3, 7), 5) == date(2026, 3, 13)


def test_five_working_days_skip_easter() -> None:
    assert DAYS.after(date(2026, 4, 2), 5) == date(2026, 4, 13)


@pytest.mark.parametrize(
    ("agreed", "pay_day", "first"),
    [
        (date(2026, 3, 2), 9, date(2026, 3, 9)),
        (date(2026, 3, 2), 8, date(2026, 4, 8)),
        (date(2026, 3, 2), 28, date(2026, 3, 30)),
        (date(2026, 12, 16), 25, date(2026, 12, 29)),
        (date(2026, 12, 21), 1, date(2027, 1, 4)),
    ],
)
def test_the_first_payment_leaves_five_working_days(
    agreed: date, pay_day: int, first: date
) -> None:
    assert DAYS.first_collection(agreed, pay_day, Every.MONTH) == first


def test_a_moved_payment_is_followed_by_one_on_the_chosen_day() -> None:
    assert DAYS.next_collection(date(2026, 3, 2), 28, Every.MONTH) == date(2026, 3, 30)
    assert DAYS.next_collection(date(2026, 3, 30), 28, Every.MONTH) == date(2026, 4, 28)


def test_weekly_payments_keep_their_weekday() -> None:
    good_friday = DAYS.first_collection(date(2026, 3, 23), 5, Every.WEEK)
    assert good_friday == date(2026, 4, 7)
    assert DAYS.next_collection(good_friday, 5, Every.WEEK) == date(2026, 4, 10)
    assert DAYS.next_collection(good_friday, 5, Every.FOUR_WEEKS) == date(2026, 5, 1)


@pytest.mark.parametrize("pay_day", [1, 4, 15, 28])
def test_the_first_payment_comes_within_42_days_plan_05(pay_day: int) -> None:
    """Whatever the day on which it was agreed, also before Christmas."""
    for number in range(3 * 365):
        agreed = date(2025, 1, 1) + timedelta(days=number)
        first = DAYS.first_collection(agreed, pay_day, Every.MONTH)
        assert (first - agreed).days <= 42


@given(agreed=ANY_DAY, pay_day=MONTHLY)
def test_a_year_of_payments_has_one_in_each_month_of_the_chosen_day(
    agreed: date, pay_day: int
) -> None:
    due = DAYS.first_collection(agreed, pay_day, Every.MONTH)
    assert due >= DAYS.after(agreed, 5)
    first = due
    for number in range(1, 13):
        assert DAYS.is_one(due)
        months = first.year * 12 + first.month + number
        due = DAYS.next_collection(due, pay_day, Every.MONTH)
        chosen = date((months - 1) // 12, (months - 1) % 12 + 1, pay_day)
        # a first payment that moved into the next month does not move the others
        assert due in (DAYS.on_or_after(chosen), DAYS.on_or_after(_month_before(chosen)))


@given(agreed=ANY_DAY, weekday=st.integers(1, 7), every=st.sampled_from(list(Every)[:3]))
def test_payments_by_the_week_never_drift(agreed: date, weekday: int, every: Every) -> None:
    due = DAYS.first_collection(agreed, weekday, every)
    weeks = {Every.WEEK: 1, Every.FORTNIGHT: 2, Every.FOUR_WEEKS: 4}[every]
    chosen = due - timedelta(days=(due.isoweekday() - weekday) % 7)
    for _ in range(20):
        due = DAYS.next_collection(due, weekday, every)
        chosen += timedelta(weeks=weeks)
        assert due == DAYS.on_or_after(chosen)


BY_WEEKS = st.sampled_from([Every.WEEK, Every.FORTNIGHT, Every.FOUR_WEEKS])


@given(agreed=ANY_DAY, weekday=st.integers(1, 7), every=BY_WEEKS, later=st.integers(0, 90))
def test_the_person_says_in_which_weeks_and_they_stay(
    agreed: date, weekday: int, every: Every, later: int
) -> None:
    """D63: each week between two payments can be the one of the first; whenever a first yes comes,
    the payments are in step with it, and five working days lie before them."""
    apart = {Every.WEEK: 1, Every.FORTNIGHT: 2, Every.FOUR_WEEKS: 4}[every] * 7
    offered = DAYS.first_days(agreed, weekday, every)
    assert len(offered) * 7 == apart
    for first in offered:
        chosen = first - timedelta(days=(first.isoweekday() - weekday) % 7)
        assert DAYS.first_collection(agreed, weekday, every, step=first) == first
        said_yes = agreed + timedelta(days=later)
        starts = DAYS.first_collection(said_yes, weekday, every, step=first)
        assert DAYS.after(said_yes, 5) <= starts
        moved = starts - timedelta(days=(starts.isoweekday() - weekday) % 7)
        assert (moved - chosen).days % apart == 0
        assert starts >= first


@pytest.mark.parametrize("every", [Every.WEEK, Every.FORTNIGHT, Every.FOUR_WEEKS])
def test_a_first_payment_by_the_week_comes_within_42_days_plan_05(every: Every) -> None:
    """Also the last of those that may be chosen, before Christmas."""
    for number in range(3 * 365):
        agreed = date(2025, 1, 1) + timedelta(days=number)
        for weekday in range(1, 6):
            assert (DAYS.first_days(agreed, weekday, every)[-1] - agreed).days <= 42


def test_another_weekday_stays_in_the_same_week() -> None:
    good_friday_moved = date(2026, 4, 7)
    assert DAYS.in_week_of(good_friday_moved, 5, 1) == date(2026, 3, 30)
    assert DAYS.in_week_of(date(2026, 4, 10), 5, 3) == date(2026, 4, 8)


def test_after_the_last_published_year_weekends_are_still_known() -> None:
    assert WorkingDays(frozenset()).on_or_after(date(2032, 12, 25)) == date(2032, 12, 27)


def _month_before(day: date) -> date:
    return (day.replace(day=1) - timedelta(days=1)).replace(day=day.day)
