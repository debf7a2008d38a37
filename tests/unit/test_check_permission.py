"""What a member of staff may type to ask how a permission stands (X05)."""

from __future__ import annotations

import pytest

from consent.check_permission import read_reference

ID = "g_" + "aB3-_" * 4 + "xy"


@pytest.mark.parametrize("typed", ["PM7K 3XQ2 9TVA", "pm7k3xq29tva", " PM7K-3XQ2-9TVA "])
def test_a_receipts_reference_in_any_spacing(typed: str) -> None:
    assert read_reference(typed) == "PM7K 3XQ2 9TVA"


def test_the_id_of_a_departments_own_system() -> None:
    assert read_reference(f" {ID} ") == ID
    assert read_reference(ID.lower()) != ID


@pytest.mark.parametrize(
    "typed", ["", "PM7K 3XQ2 9TV", "PL7K 3XQ2 9TVA", "PM7K 3XQ2 9TVI", "g_short", "' or 1=1 --"]
)
def test_what_can_be_no_reference(typed: str) -> None:
    assert read_reference(typed) is None
