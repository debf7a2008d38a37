"""A token for the service itself: fetched once, used until shortly before its end, never shown."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest

from adapters.departments.hmrc_oauth import ClientCredentials
from adapters.wire import Reply, Wire
from consent.clock import SetClock
from consent.errors import OutsideFailed

NOON = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)


class TokenTwin(Wire):
    """Gives a new token each time, or says what it is told."""

    def __init__(self, say: bytes = b"", status: int = 200) -> None:
        super().__init__((), demonstration=True)
        self.asked: list[bytes] = []
        self._say, self._status = say, status

    async def send(self, *words: Any, **more: Any) -> Reply:
        self.asked.append(words[3])
        await asyncio.sleep(0)
        said = b'{"access_token":"token-%d","token_type":"bearer","expires_in":3600}'
        return Reply(self._status, {}, self._say or said % len(self.asked))


def a_source(wire: Wire, clock: SetClock) -> ClientCredentials:
    return ClientCredentials(
        "https://hmrc.example/oauth/token",
        wire,
        clock,
        party="hmrc",
        client_id="client",
        client_secret="s3cret",
        scope="read:time-to-pay-proxy",
    )


def test_a_token_is_used_again_until_a_minute_before_its_end() -> None:
    async def steps() -> list[str]:
        tokens = [await source.token(), await source.token()]
        clock.move(timedelta(minutes=58, seconds=59))
        tokens.append(await source.token())
        clock.move(timedelta(seconds=1))
        return [*tokens, await source.token()]

    clock = SetClock(NOON)
    source = a_source(TokenTwin(), clock)
    assert asyncio.run(steps()) == ["token-1", "token-1", "token-1", "token-2"]


def test_callers_that_come_at_once_share_one_request() -> None:
    wire = TokenTwin()

    async def steps() -> list[str]:
        return await asyncio.gather(*(source.token() for _ in range(20)))

    source = a_source(wire, SetClock(NOON))
    assert set(asyncio.run(steps())) == {"token-1"}
    assert len(wire.asked) == 1


def test_a_refused_token_is_not_handed_out_again() -> None:
    async def steps() -> list[str]:
        first = await source.token()
        source.refused("an older one")
        second = await source.token()
        source.refused(first)
        return [first, second, await source.token()]

    source = a_source(TokenTwin(), SetClock(NOON))
    assert asyncio.run(steps()) == ["token-1", "token-1", "token-2"]


def test_the_request_is_a_form_with_the_clients_own_name() -> None:
    wire = TokenTwin()
    asyncio.run(a_source(wire, SetClock(NOON)).token())
    assert parse_qs(wire.asked[0].decode()) == {
        "grant_type": ["client_credentials"],
        "client_id": ["client"],
        "client_secret": ["s3cret"],
        "scope": ["read:time-to-pay-proxy"],
    }


@pytest.mark.parametrize(
    ("say", "status"),
    [
        (b'{"error":"invalid_client"}', 401),
        (b"{}", 200),
        (b"[]", 200),
        (b"<html>", 200),
        (b'{"access_token":"a b","expires_in":1}', 200),
        (b'{"access_token":"a\\r\\nX: y","expires_in":1}', 200),
        (b'{"access_token":"a","expires_in":"soon"}', 200),
        (b'{"access_token":"a","expires_in":0}', 200),
        (b'{"access_token":"a","token_type":"mac","expires_in":9}', 200),
        (b'{"access_token":7,"expires_in":9}', 200),
    ],
)
def test_no_token_is_a_failure_of_the_department(say: bytes, status: int) -> None:
    with pytest.raises(OutsideFailed) as fault:
        asyncio.run(a_source(TokenTwin(say, status), SetClock(NOON)).token())
    assert fault.value.kind == "no_token"


def test_nothing_of_it_is_shown() -> None:
    source = a_source(TokenTwin(), SetClock(NOON))
    asyncio.run(source.token())
    assert repr(source) == "<ClientCredentials for hmrc>"
