"""What the wires have in common: exact money, days and moments, ids, names, agreed fields."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import fields
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from adapters import agreed, reading
from adapters.departments.native.schema import DATATYPES
from adapters.reading import Unreadable
from consent.strict_json import read_json
from debts.debt import Arrangement, Debt, Hold
from debts.money import Pence


@given(some.integers(-(10**11), 10**11))
def test_every_penny_comes_through_pounds_exactly(pence: int) -> None:
    assert reading.pounds(Decimal(pence) / 100) == pence


@given(some.decimals(allow_nan=True, allow_infinity=True))
def test_any_number_is_exact_pence_or_refused(number: Decimal) -> None:
    with suppress(Unreadable):
        assert Fraction(reading.pounds(number), 100) == Fraction(number)


@pytest.mark.parametrize(
    "value",
    [
        1.5,
        True,
        "1.50",
        None,
        Decimal("1.005"),
        Decimal("NaN"),
        Decimal("1." + "0" * 30 + "1"),
        Decimal("1E+999999"),
        Decimal("1E-999999"),
    ],
)
def test_what_is_not_exact_pounds_is_refused(value: Any) -> None:
    with pytest.raises(Unreadable):
        reading.pounds(value)


def test_figures_that_cannot_be_meant_are_unknown() -> None:
    assert reading.pounds_or_none(Decimal("-99999999999.99")) is None
    assert reading.pounds_or_none(Decimal("5009.99")) == 500999
    assert reading.pounds_or_none(None) is None


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("2026-07-01T12:30:00", datetime(2026, 7, 1, 11, 30, tzinfo=UTC)),
        ("2026-01-01T12:30:00.5", datetime(2026, 1, 1, 12, 30, 0, 500000, tzinfo=UTC)),
        ("2026-07-01T12:30:00Z", datetime(2026, 7, 1, 12, 30, tzinfo=UTC)),
        (
            "2026-07-01T12:30:00.123456789+02:00",
            datetime(2026, 7, 1, 10, 30, 0, 123456, tzinfo=UTC),
        ),
    ],
)
def test_a_moment_without_a_zone_is_in_the_united_kingdom(said: str, at: datetime) -> None:
    assert reading.london_moment(said) == at


@pytest.mark.parametrize("said", ["2026-07-01", "2026-02-30T12:00:00", "now", None, 7, ""])
def test_other_moments_are_refused(said: Any) -> None:
    with pytest.raises(Unreadable):
        reading.london_moment(said)


def test_days_that_mean_unknown_are_none() -> None:
    assert reading.day_or_none("1920-02-29") is None
    assert reading.day_or_none("9999-12-31") is None
    assert reading.day_or_none("") is None
    assert reading.day_or_none("2024-02-29") == date(2024, 2, 29)
    with pytest.raises(Unreadable):
        reading.day_or_none("<DUE_DATE>")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("QQ100001A", "qq 10 00 01 a", True),
        ("QQ100001A", "QQ100001", True),
        ("QQ100001A", "QQ100001B", False),
        ("QQ100001A", "QQ100002A", False),
        ("QQ1", "QQ1", False),
        ("", "", False),
        ("QQ100001A", "QQ100001AB", False),
    ],
)
def test_a_number_may_lack_its_suffix(one: str, other: str, same: bool) -> None:
    assert reading.same_nino(one, other) is same


def test_names_are_folded_for_comparing_only() -> None:
    assert reading.folded("O’Néill-Smith") == reading.folded("oneill smith")
    assert reading.folded("Tŷ") == "ty"


@pytest.mark.parametrize(
    ("raw", "read"),
    [
        (b'{"v": 9223372036854775808}', {"v": "9223372036854775808"}),
        (b'[-9223372036854775809,1]', ["-9223372036854775809", 1]),
        (b'{"t": "9223372036854775808 \\" {}"}', {"t": '9223372036854775808 " {}'}),
        (b'{"a": 123456789012345678}', {"a": 123456789012345678}),
    ],
)  # fmt: skip
def test_long_numbers_become_texts_and_texts_stay(raw: bytes, read: Any) -> None:
    assert read_json(reading.long_numbers_as_text(raw)) == read


def a_full_debt() -> Debt:
    return Debt(
        token="T",
        type_code="HMRC_SA",
        label="L",
        balance=Pence(1),
        as_at=datetime(2026, 7, 1, tzinfo=UTC),
        arrears=Pence(1),
        principal=Pence(1),
        fees=Pence(1),
        interest=Pence(1),
        interest_rate="8.00%",
        minimum=Pence(1),
        started=date(2026, 1, 1),
        due=date(2026, 1, 1),
        arrangement=Arrangement(Pence(1), "month"),
        taken_at_source=Pence(1),
        hold=Hold.OTHER,
        hold_look_again=date(2026, 1, 1),
        joint=True,
        reference_tail="1234",
        legal_basis="b",
        appeal_by=date(2026, 1, 1),
        time_bar_from=date(2026, 1, 1),
        next_step="n",
        next_step_on=date(2026, 1, 1),
        how_worked_out=("h",),
    )


def test_without_agreement_only_the_needed_fields_stay() -> None:
    kept = agreed.only_agreed(a_full_debt(), agreed.NEEDED)
    plain = Debt("T", "HMRC_SA", "L", Pence(1), datetime(2026, 7, 1, tzinfo=UTC))
    assert all(getattr(kept, f.name) == getattr(plain, f.name) for f in fields(Debt))


def test_with_agreement_to_all_nothing_is_lost() -> None:
    whole = a_full_debt()
    assert agreed.only_agreed(whole, DATATYPES) is whole
