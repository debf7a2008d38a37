"""What a department that knows its debts says to each entry."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from sqlite3 import Connection

import pytest

from adapters.gateway import Before, Entry, Reply, answer_by_balance
from tests.rude_portal import RudePortal, a_series


class Accounts:
    """Two debts of 3,000 pence; the first entry of the second lies in suspense."""

    def post(self, tx: Connection, entry: Entry, before: Before) -> Reply:
        if entry.sequence == 2:
            return Reply("in_suspense", "open")
        return answer_by_balance(entry, 3_000, before)


@pytest.fixture
def portal() -> Iterator[RudePortal]:
    """`debt-1` gets 1,200, 1,200, 1,200, -1,000; `debt-0` gets 1,000 three times."""
    amounts = {1: 1_200, 3: 1_200, 5: 1_200, 7: -1_000}
    with RudePortal(a_series(7, lambda number: amounts.get(number, 1_000))) as opened:
        yield opened


def test_a_line_is_open_closing_cleared_and_open_again(portal: RudePortal, tmp_path: Path) -> None:
    gateway = portal.gateway(tmp_path / "book", Accounts())
    gateway.round()
    said = [portal.receipts[one["allocation_id"]][0] for one in portal.series]
    assert said[0] == {"outcome": "posted", "line": "open"}, "nobody is told what is left: 1,800"
    assert said[2] == {"outcome": "posted", "line": "closing", "needed_pence": 600}
    assert said[4] == {
        "outcome": "posted",
        "line": "cleared",
        "reason": "amount_over_balance",
        "returned_pence": 600,
    }
    assert said[6] == {"outcome": "posted", "line": "closing", "needed_pence": 400}
    assert gateway.book.on_debt("debt-1") == 2_600, "600 of what came are still to go back"


def test_what_lay_in_suspense_is_answered_again_and_a_final_answer_is_not(
    portal: RudePortal, tmp_path: Path
) -> None:
    gateway = portal.gateway(tmp_path / "book", Accounts())
    gateway.round()
    second = portal.series[1]["allocation_id"]
    assert portal.receipts[second] == [{"outcome": "in_suspense", "line": "open"}]
    assert gateway.book.on_debt("debt-0") == 2_000
    assert gateway.book.answer_again(second, Reply("posted", "cleared", 1_000))
    assert not gateway.book.answer_again(second, Reply("rejected", "open"))
    gateway.round()
    assert portal.receipts[second][1] == {"outcome": "posted", "line": "cleared"}
    assert gateway.book.on_debt("debt-0") == 3_000


@pytest.mark.parametrize("order", [(-600, -1_200), (-1_200, -600)])
def test_what_was_too_much_goes_back_by_our_wish_or_the_payers_in_any_order(
    order: tuple[int, int],
) -> None:
    """3,600 came for a debt of 3,000; 600 are sent back, and a payment of 1,200 is reversed."""
    before, on_debt = Before(3_600, 500), 3_000
    for pence in order:
        kind = "returned" if pence == -600 else "reversed"
        entry = Entry(9, "x", kind, "d", pence, 0, date(2026, 12, 1), "", "")
        reply = answer_by_balance(entry, 3_000, before)
        on_debt += reply.on_debt
        before = Before(before.came + pence, 500)
        assert on_debt == min(3_000, before.came)
    assert on_debt == 1_800
