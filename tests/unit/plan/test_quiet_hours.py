"""When messages may go: London's day, whatever the clocks do, and no question on a Sunday (M05)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from consent.clock import LONDON
from plan.message_words import KINDS
from plan.quiet_hours import may_go


@pytest.mark.parametrize("day", ["2026-01-14", "2026-07-15", "2026-03-30", "2026-10-26"])
def test_from_eight_to_eight_in_winter_and_in_summer(day: str) -> None:
    morning = datetime.fromisoformat(f"{day}T08:00").replace(tzinfo=LONDON)
    assert may_go(morning) == KINDS
    assert may_go(morning - timedelta(seconds=1)) == ()
    evening = datetime.fromisoformat(f"{day}T20:00").replace(tzinfo=LONDON)
    assert may_go(evening) == ()
    assert may_go(evening - timedelta(seconds=1)) == KINDS


def test_on_a_sunday_nobody_is_asked_where_a_payment_is() -> None:
    sunday = datetime(2026, 3, 1, 12, tzinfo=LONDON)
    assert set(KINDS) - set(may_go(sunday)) == {"M05"}
