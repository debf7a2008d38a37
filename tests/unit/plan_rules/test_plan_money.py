"""Money typed, said and shared."""

from __future__ import annotations

import pytest

from debts.money import NotMoney, format_pounds, half_up, parse_pounds, plain_pounds, share


@pytest.mark.parametrize(
    ("typed", "pence"),
    [
        ("45", 4500),
        ("45.5", 4550),
        ("45.50", 4550),
        ("£45.05", 4505),
        (" £ 1,234.56 ", 123456),
        ("1 234", 123400),
        ("1,234,567", 123456700),
        (".5", 50),
        ("0", 0),
        ("-0", 0),
        ("007", 700),
    ],
)
def test_an_amount_is_read_as_people_type_it(typed: str, pence: int) -> None:
    assert parse_pounds(typed) == pence


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("45.505", "not_money"),
        ("45,50", "not_money"),
        ("45.", "not_money"),
        ("1,23,456", "not_money"),
        ("4 5", "not_money"),
        ("£", "not_money"),
        ("-", "not_money"),
        ("about 40", "not_money"),
        ("1e5", "not_money"),
        ("٤٥", "not_money"),
        ("4" * 13, "not_money"),
        ("-5", "negative"),
        ("-£5.10", "negative"),
        ("£-5", "negative"),
        ("−5", "negative"),
    ],
)
def test_what_is_not_an_amount_says_which_message_fits(typed: str, kind: str) -> None:
    with pytest.raises(NotMoney) as caught:
        parse_pounds(typed)
    assert caught.value.kind == kind


@pytest.mark.parametrize(
    ("pence", "said"),
    [(0, "£0"), (4500, "£45"), (4550, "£45.50"), (5, "£0.05"), (123456789, "£1,234,567.89")],
)
def test_pounds_are_said_without_needless_noughts(pence: int, said: str) -> None:
    assert format_pounds(pence) == said
    assert parse_pounds(said) == pence


@pytest.mark.parametrize(
    ("pence", "said"),
    [(0, "0.00"), (5, "0.05"), (123456, "1234.56"), (-5, "-0.05"), (-250, "-2.50")],
)
def test_pounds_in_files_are_plain_numbers_also_below_nought(pence: int, said: str) -> None:
    assert plain_pounds(pence) == said


def test_half_a_penny_goes_up() -> None:
    assert [half_up(n, 2) for n in (0, 1, 2, 3)] == [0, 1, 1, 2]


def test_p3_the_published_example_that_loses_a_penny_does_not_lose_it_here() -> None:
    balances = [455000, 670000, 120000]
    assert share(16000, balances, balances) == [5847, 8611, 1542]


def test_p4_the_published_pro_rata_example() -> None:
    balances = [50000, 100000, 23300, 20000]
    assert share(10000, balances, balances) == [2587, 5173, 1205, 1035]


def test_p5_alloc_02_shares_by_contractual_weights() -> None:
    assert share(1500, [2500, 5000], [100000, 700000]) == [500, 1000]


def test_c20_thirds_lose_nothing_where_rounding_each_would() -> None:
    assert share(100000, [1, 1, 1], [100000] * 3) == [33334, 33333, 33333]
    assert 3 * half_up(20000, 3) == 20001


def test_c16_equal_debts_give_the_odd_penny_to_the_first_in_order() -> None:
    assert share(1000, [10000] * 3, [10000] * 3) == [334, 333, 333]
    assert share(1000, [10000] * 3, [10000] * 3, order=[2, 0, 1]) == [333, 334, 333]


def test_a_full_line_passes_on_what_it_does_not_need() -> None:
    assert share(1000, [500, 300, 200], [100, 1000, 1000]) == [100, 540, 360]


def test_more_than_everything_pays_everything_and_stops() -> None:
    assert share(1000, [1, 1], [300, 200]) == [300, 200]


def test_lines_without_weight_share_alike_what_the_others_leave() -> None:
    assert share(100, [0, 0], [80, 80]) == [50, 50]
    assert share(0, [5, 5], [80, 80]) == [0, 0]
