"""When messages may go: London's day, whatever the clocks do, and no question on a Sunday (M05)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from consent.clock import LONDON
from plan.message_words import KINDS
from plan.quiet_hours import first_from, may_go


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


@pytest.mark.parametrize(
    ("ready", "goes"),
    [
        ("2026-01-14T06:00", "2026-01-14T08:00"),
        ("2026-01-14T08:00", "2026-01-14T08:00"),
        ("2026-01-14T19:59", "2026-01-14T19:59"),
        ("2026-01-14T20:00", "2026-01-15T08:00"),
        ("2026-03-28T21:00", "2026-03-29T08:00"),
    ],
)
def test_what_is_ready_at_night_goes_in_the_morning(ready: str, goes: str) -> None:
    """Also over the night in which clocks change."""
    moment = datetime.fromisoformat(ready).replace(tzinfo=LONDON)
    found = first_from(moment)
    assert found == datetime.fromisoformat(goes).replace(tzinfo=LONDON)
    assert may_go(found)
