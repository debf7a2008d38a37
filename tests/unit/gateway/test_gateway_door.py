"""How a department's gateway gets in, and how patient it is."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.gateway import Gateway, NotNow, Refused
from adapters.gateway.keep_going import LONGEST, keep_going, next_wait
from adapters.gateway.round import Done
from tests.rude_portal import RudePortal, a_series


@pytest.fixture
def portal() -> Iterator[RudePortal]:
    with RudePortal(a_series(4)) as opened:
        yield opened


@pytest.fixture
def gateway(portal: RudePortal, tmp_path: Path) -> Gateway:
    return portal.gateway(tmp_path / "book")


def test_a_nonce_that_is_asked_for_is_brought(portal: RudePortal, gateway: Gateway) -> None:
    portal.wants_nonce = "first"
    assert gateway.round().posted == 4
    portal.wants_nonce = "second"
    portal.series = a_series(6)
    assert gateway.round().posted == 2


def test_one_token_serves_until_the_portal_takes_it_no_more(
    portal: RudePortal, gateway: Gateway
) -> None:
    gateway.round()
    assert portal.tokens == 1
    portal.moods = ["401"]
    gateway.round()
    assert portal.tokens == 2
    portal.moods = ["401", "401"]
    with pytest.raises(Refused):
        gateway.round()


def test_a_token_is_renewed_before_its_end(portal: RudePortal, tmp_path: Path) -> None:
    now = datetime(2026, 12, 1, 9, tzinfo=UTC)
    gateway = portal.gateway(tmp_path / "book", now=lambda: now)
    gateway.round()
    now += timedelta(seconds=571)
    gateway.round()
    assert portal.tokens == 2


@pytest.mark.parametrize(
    ("status", "said", "seconds"),
    [
        ("429", "7", 7),
        ("503", "120", 120),
        ("503", "Tue, 01 Dec 2026 09:00:30 GMT", 30),
        ("503", "Tue, 01 Dec 2020 09:00:30 GMT", 0),
        ("500", "soon", 0),
        ("429", "999999999", 3600),
    ],
)
def test_the_portal_says_when_to_come_again(
    portal: RudePortal, tmp_path: Path, status: str, said: str, seconds: int
) -> None:
    now = datetime(2026, 12, 1, 9, tzinfo=UTC)
    portal.moods, portal.retry_after = [status], said
    with pytest.raises(NotNow) as stopped:
        portal.gateway(tmp_path / "book", now=lambda: now).round()
    assert stopped.value.seconds == seconds


def test_a_round_that_breaks_off_anywhere_is_taken_up_again(
    portal: RudePortal, gateway: Gateway
) -> None:
    """Two pages, four answers and the days: a drop at each place in turn."""
    for at in range(7):
        portal.moods = [""] * at + ["drop"]
        try:
            gateway.round()
        except NotNow:
            continue
    gateway.round()
    assert gateway.book.totals()[:2] == (4, sum(one["amount_pence"] for one in portal.series))
    assert gateway.book.totals().answers_waiting == 0


def test_rounds_go_on_later_and_later_and_never_sooner_than_asked() -> None:
    waits: list[float] = []
    said: list[str] = []
    faults = [NotNow("away"), NotNow("away"), NotNow("busy", 90.0), None, None]

    def one_round() -> Done:
        fault = faults.pop(0)
        if fault:
            raise fault
        return Done(0, 0, ())

    def wait(seconds: float) -> bool:
        waits.append(seconds)
        return not faults

    keep_going(one_round, every=5.0, wait=wait, say=said.append, dice=random.Random(1))
    assert 7.5 <= waits[0] <= 12.5
    assert 15 <= waits[1] <= 25
    assert waits[2:] == [90.0, 5.0, 5.0]
    assert said == ["away; try again later", "busy; try again later", "all is well again"]
    assert next_wait(5.0, 50, dice=random.Random(1)) <= 1.25 * LONGEST
