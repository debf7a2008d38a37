"""HMRC Breathing Space: one day to look again, alike for every kind of moratorium."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime
from typing import Any

import pytest

from adapters.departments.hmrc_breathing_space import HmrcBreathingSpace, look_again
from adapters.departments.hmrc_oauth import ClientCredentials
from adapters.reading import Unreadable
from consent.clock import SetClock
from consent.errors import OutsideFailed
from tests.native_lab import an_entry
from tests.upstream_lab import Say, TwinWire

TODAY = date(2026, 7, 1)
IN_THIRTY_DAYS = date(2026, 7, 31)
CORRELATION = "7d1c6a52-3f0e-4f0c-9c26-3a8a3f5c9d10"


def a_period(start: str, end: str | None = None) -> dict[str, str]:
    return {"periodID": "75e4cdc2-eecb-11ea-913a-0a9f09f70a70", "startDate": start} | (
        {"endDate": end} if end else {}
    )


def check(say: Say) -> tuple[date | None, TwinWire]:
    wire = TwinWire(lambda _: say)
    clock = SetClock(datetime(2026, 7, 1, 12, tzinfo=UTC))
    url = "https://hmrc.example"
    tokens = ClientCredentials(
        f"{url}/oauth/token", wire, clock, party="hmrc", client_id="c", client_secret="s"
    )
    gate = HmrcBreathingSpace(an_entry("hmrc", url), wire, tokens, clock)
    return asyncio.run(gate.check(" qq 100001 a ", correlation=CORRELATION)), wire


def test_a_period_without_an_end_cannot_be_told_from_a_long_one() -> None:
    assert look_again({"periods": [a_period("2026-06-01")]}, TODAY) == IN_THIRTY_DAYS
    assert look_again({"periods": [a_period("2026-06-28", "2026-08-27")]}, TODAY) == IN_THIRTY_DAYS


def test_a_near_end_is_the_day_itself() -> None:
    assert look_again({"periods": [a_period("2026-06-01", "2026-07-14")]}, TODAY) == date(
        2026, 7, 14
    )


def test_both_ends_of_a_period_belong_to_it() -> None:
    assert look_again([a_period("2026-07-01", "2026-07-01")], TODAY) == TODAY


def test_periods_that_are_over_or_to_come_are_none() -> None:
    over = a_period("2026-04-01", "2026-06-30")
    to_come = a_period("2026-07-02")
    assert look_again({"periods": [over, to_come]}, TODAY) is None
    assert look_again({"periods": []}, TODAY) is None


def test_of_several_the_latest_counts() -> None:
    periods = [a_period("2026-06-01", "2026-07-03"), a_period("2026-06-01", "2026-07-09")]
    assert look_again({"periods": periods}, TODAY) == date(2026, 7, 9)
    assert look_again({"periods": [*periods, a_period("2026-06-01")]}, TODAY) == IN_THIRTY_DAYS


def test_a_bare_list_is_read_like_a_wrapped_one() -> None:
    periods = [a_period("2026-06-01", "2026-07-14")]
    assert look_again(periods, TODAY) == look_again({"periods": periods}, TODAY)


@pytest.mark.parametrize(
    "said",
    [None, {}, {"periods": None}, {"periods": [{}]}, {"periods": [a_period("2026-02-30")]}, "x"],
)
def test_what_cannot_be_read_is_not_known(said: Any) -> None:
    with pytest.raises(Unreadable):
        look_again(said, TODAY)


@pytest.mark.parametrize("code", ["NO_DATA_FOUND", "NOT_IN_BREATHING_SPACE"])
@pytest.mark.parametrize("both", [False, True])
def test_a_404_here_means_no_moratorium_in_either_shape_of_error(code: str, both: bool) -> None:
    body = {"errors": [{"code": code, "message": "-"}]} if both else {"code": code}
    assert check(Say(body, 404))[0] is None


@pytest.mark.parametrize(
    "say",
    [
        Say({"code": "MATCHING_RESOURCE_NOT_FOUND"}, 404),
        Say(b"", 404),
        Say({"errors": [{"code": "TOO_MANY_REQUESTS"}]}, 429),
        Say({"errors": [{"code": "INVALID_HEADER"}]}, 400),
        Say({"errors": [{"code": "SERVER_ERROR"}]}, 503),
        Say({"errors": [{"code": "NOT_AUTHORISED"}]}, 401),
        Say(b"[{", 200),
        Say({"periods": [{"startDate": "soon"}]}, 200),
        Say(b"<html>", 200, "text/html"),
    ],
)
def test_anything_else_is_not_known_which_is_not_none(say: Say) -> None:
    with pytest.raises(OutsideFailed) as fault:
        check(say)
    assert "QQ" not in str(fault.value)


def test_what_is_sent_is_what_the_wire_asks_for() -> None:
    _, wire = check(Say({"periods": [a_period("2026-06-01")]}))
    sent = wire.sent[-1]
    assert sent.url == "https://hmrc.example/individuals/breathing-space/QQ100001A/periods"
    assert sent.headers["Correlation-Id"] == CORRELATION
    assert sent.headers["Request-Type"] == "DA2_BS_UNATTENDED"
    assert sent.headers["Pid"] == "0000000"
