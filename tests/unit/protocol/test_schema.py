"""What becomes of an item: agreed fields, read strictly, words made plain (SEC-53, SEC-54)."""

from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.departments.native.schema import (
    DATATYPES,
    READERS,
    TYPE_CODES,
    BadItem,
    agreed_fields,
    read_debt,
)
from adapters.plain_text import plain_text
from debts.debt import Debt, Flag, Hold

ROOT = Path(__file__).parents[3]
ITEM = {
    "debt_handle": "h_1",
    "as_of": "2026-11-22T12:00:00+00:00",
    "type_code": "LA_CTAX",
    "label": "Council tax",
    "balance_pence": 61240,
}


def read(**changes: Any) -> Debt:
    return read_debt({**ITEM, **changes}, list(DATATYPES))[0]


def test_an_item_becomes_a_debt() -> None:
    debt = read(started="2023-04-01", hold="dispute", joint=True, flags=["warrant"])
    assert debt.as_at == datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert debt.started == date(2023, 4, 1)
    assert (debt.hold, debt.joint, debt.flags) == (Hold.DISPUTE, True, frozenset({Flag.WARRANT}))


def test_only_agreed_fields_become_part_of_a_debt_and_the_rest_is_counted() -> None:
    item = {**ITEM, "joint": True, "minimum_pence": 500, "email": "a@example.com"}
    debt, dropped = read_debt(item, ["balance_pence", "type_code", "label", "minimum_pence"])
    assert (debt.joint, debt.minimum, dropped) == (False, 500, 2)


def test_the_persons_fields_are_asked_for_in_the_protocols_order() -> None:
    assert agreed_fields(["label", "name", "balance_pence"]) == ["balance_pence", "label"]


@pytest.mark.parametrize("name", ["debt_handle", "as_of", "type_code", "label", "balance_pence"])
def test_an_item_without_what_it_needs_is_refused(name: str) -> None:
    item = {key: value for key, value in ITEM.items() if key != name}
    with pytest.raises(BadItem):
        read_debt(item, list(DATATYPES))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("balance_pence", "61240"),
        ("balance_pence", 612.4),
        ("balance_pence", True),
        ("balance_pence", -1),
        ("balance_pence", 10**12),
        ("as_of", "2026-11-22"),
        ("as_of", "2026-11-22T12:00:00"),
        ("as_of", 1_700_000_000),
        ("started", "22/11/2026"),
        ("started", "2026-02-30"),
        ("started", "20260230"),
        ("debt_handle", "a b"),
        ("debt_handle", ""),
        ("debt_handle", "h" * 65),
        ("joint", "yes"),
        ("label", 5),
        ("label", {"en": "x"}),
        ("interest_rate", "8 per cent"),
        ("arrangement", 3000),
        ("arrangement", {"amount_pence": "3000"}),
        ("how_worked_out", "text"),
        ("flags", "warrant"),
    ],
)
def test_a_property_that_is_not_what_it_must_be_refuses_the_item(name: str, value: Any) -> None:
    with pytest.raises(BadItem):
        read(**{name: value})


def test_words_that_we_do_not_know_are_kept_as_other() -> None:
    debt = read(
        type_code="MARS_TAX",
        hold="Solar_Storm",
        flags=["new_flag"],
        arrangement={"amount_pence": 100, "frequency": "eclipse"},
    )
    assert (debt.type_code, debt.hold, debt.flags) == ("OTHER", Hold.OTHER, frozenset())
    assert debt.arrangement is not None
    assert debt.arrangement.every == "other"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Council tax 2023 to 2024 (joint)", "Council tax 2023 to 2024 (joint)"),
        ("Benefit overpayment (Carer’s Allowance)", "Benefit overpayment (Carer’s Allowance)"),
        ("Treth cyngor Tŷ Siôn Ŵyn", "Treth cyngor Tŷ Siôn Ŵyn"),
        ("<script>alert(1)</script>", "scriptalert(1)/script"),
        ("{{ 7*7 }}", "77"),
        ("abc\u202edcba\u200bx\ufeff", "abcdcbax"),
        ("=HYPERLINK(1)", "HYPERLINK(1)"),
        ("-2+3", "2 3".replace(" ", "")),
        ("@SUM(A1)\t\r\n|cmd", "SUM(A1) cmd"),
        ("a\x00b\x1b[31mc", "a b 31mc"),
        ("\u0430\u0440\u0440\u04cf\u0435", ""),
        ("a" * 500, "a" * 80),
    ],
)
def test_words_are_brought_down_to_plain_characters(said: str, shown: str) -> None:
    assert plain_text(said) == shown


def test_a_label_of_which_nothing_is_left_says_debt() -> None:
    assert read(label="\u202e\u200b").label == "Debt"


def test_the_closed_list_of_types_is_the_catalogue_of_the_plans_rules() -> None:
    raw = tomllib.loads((ROOT / "register/policy/debt_types.toml").read_text())
    catalogue = {row["code"] for entry in raw["in_force"] for row in entry["type"]}
    assert catalogue == TYPE_CODES


def test_every_property_has_a_reader_and_a_field_and_each_field_stands_on_the_card() -> None:
    notice = tomllib.loads((ROOT / "register/notices/view_debts-2.en.toml").read_text())
    assert {field["code"] for field in notice["field"]} == set(DATATYPES)
    assert set(READERS) == {"debt_handle", "as_of"}.union(*DATATYPES.values())
