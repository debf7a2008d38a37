"""Faults that were met by walking through the pages about debts, each as the person met it."""

from __future__ import annotations

import pytest

from tests.debts_desk import card, get_debts, seat
from tests.portal import Portal

pytestmark = pytest.mark.timeout(120)


def test_hmrc_without_debts_is_never_nought_pounds_in_breathing_space(portal: Portal) -> None:
    """HMRC says that a moratorium runs, and has no debt of its own."""
    jolyon = seat(portal, "specimen", "hmrc", "hmcts")
    get_debts(jolyon)
    page = jolyon.get("/debts")
    assert "£0" not in page.text
    assert "0 debts" not in page.text
    assert "no debts to show" in card(page, "hmrc")
    assert page.says("This debt is not in your breathing space. Keep paying it.")
