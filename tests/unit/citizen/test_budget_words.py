"""Words of the budget pages: sums turned into months, limits, and the lines that come first."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_babel import Babel

from app.citizen.budget_amounts import in_box, too_much
from app.citizen.budget_copy import pounds
from app.citizen.budget_summary import in_months
from app.citizen.budget_words import COMMON, HINTS, common_first
from debts.money import Pence
from plan.rules.frequencies import Frequency
from plan.rules.statement import Line
from plan.rules.statement_lines import GROUP_OF, OUTGOING_GROUPS, OUTGOING_LINES


@pytest.fixture(autouse=True)
def language() -> object:
    app = Flask(__name__)
    Babel(app)
    with app.test_request_context():
        yield


@pytest.mark.parametrize(
    ("pence", "every", "words"),
    [
        (31240, Frequency.WEEK, "£312.40 every week × 52 ÷ 12 = £1,353.73 a month"),
        (20000, Frequency.FORTNIGHT, "£200 every 2 weeks × 26 ÷ 12 = £433.33 a month"),
        (17020, Frequency.FOUR_WEEKS, "£170.20 every 4 weeks × 13 ÷ 12 = £184.38 a month"),
        (9000, Frequency.QUARTER, "£90 every 3 months ÷ 3 = £30 a month"),
        (9000, Frequency.HALF_YEAR, "£90 every 6 months ÷ 6 = £15 a month"),
        (12000, Frequency.YEAR, "£120 every year ÷ 12 = £10 a month"),
        (5000, Frequency.MONTH, "£50 a month"),
        (0, Frequency.WEEK, "£0 a month"),
    ],
)
def test_how_an_amount_became_a_month(pence: int, every: Frequency, words: str) -> None:
    assert in_months(Line("rent", Pence(pence), every), "Rent") == f"Rent: {words}"


def test_10_000_is_too_much_and_a_penny_less_is_not() -> None:
    assert too_much("Rent", 1_000_000, "month") == "Rent must be less than £10,000"
    assert too_much("Rent", 999_999, "week") == ""
    assert too_much("Rent", 1_000_000, None) == "Rent must be less than £10,000"


def test_a_bill_for_a_year_is_judged_by_the_month() -> None:
    assert too_much("Rent", 1_200_000, "year") == ""
    assert too_much("Rent", 12_000_000, "year") == "Rent must be less than £10,000 a month"


def test_common_lines_come_first_and_none_is_lost() -> None:
    for group in OUTGOING_GROUPS:
        assert sorted(common_first(group), key=lambda kind: kind.id) == sorted(
            group.lines, key=lambda kind: kind.id
        )
    home = next(group for group in OUTGOING_GROUPS if group.id == "home-contents")
    first = [kind.id for kind in common_first(home)][:4]
    assert first == ["rent", "mortgage", "council-tax-rates", "tv-licence"]


def test_hints_and_common_lines_name_lines_that_there_are() -> None:
    assert set(HINTS) <= set(OUTGOING_LINES)
    assert set(GROUP_OF) >= COMMON


def test_an_amount_goes_back_into_its_box_without_sign_or_comma() -> None:
    assert [in_box(None), in_box(0), in_box(123450)] == ["", "0", "1234.50"]
    assert [pounds(135373), pounds(5), pounds(-8800)] == ["1353.73", "0.05", "-88.00"]
