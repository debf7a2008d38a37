"""The word that money is on its way wakes a gateway once for each number, if the portal said it."""

from __future__ import annotations

import http.client
import json
import socket
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from joserfc import jws

from adapters.gateway import Bell, Book, Doorbell, Listener, PostAll
from adapters.gateway.chain import read_page
from adapters.gateway.doorbell import PATH
from adapters.gateway.heads import LARGEST, Heads
from adapters.gateway.identity import system_time
from tests.rude_portal import a_key, a_series

PORTAL, DWP = "https://portal.example", "urn:svd:org:dwp"
SERIES = a_series(3)


@dataclass
class Desk:
    """DWP has three entries of its series. `read` counts how often the portal's keys were read."""

    key: Any
    book: Book
    rung: int = 0
    read: int = 0

    def __post_init__(self) -> None:
        heads = Heads(
            self._keys, issuer=PORTAL, client_id=DWP, now=system_time, rest=timedelta(hours=1)
        )
        self.bell = Doorbell(heads, self.book, self._ring)

    def _ring(self) -> None:
        self.rung += 1

    def _keys(self) -> bytes:
        self.read += 1
        public = {**self.key.as_dict(private=False), "use": "sig", "kid": "portal-1"}
        return json.dumps({"keys": [public]}).encode()

    def head(self, sequence: object, chain_hash: str = "1" * 64, **changes: Any) -> bytes:
        said = {
            "iss": PORTAL,
            "aud": DWP,
            "iat": int(time.time()),
            "sequence": sequence,
            "chain_hash": chain_hash,
        }
        header = {"alg": "ES256", "kid": "portal-1", "typ": "allocation-head+jwt"}
        key = changes.pop("key", self.key)
        for name, value in changes.items():
            (header if name in header else said)[name] = value
        return jws.serialize_compact(header, json.dumps(said), key, algorithms=["ES256"]).encode()

    def take(self, body: bytes, kind: str = "application/jwt") -> tuple[int, str]:
        return self.bell.take(kind, body)


@pytest.fixture
def desk() -> Desk:
    book = Book(":memory:")
    page = {"items": SERIES, "last_sequence": 3, "more": False}
    assert book.post(read_page(page, after=0, head="0" * 64).entries, PostAll()) == 3
    return Desk(a_key("portal-1"), book)


def test_a_number_that_is_news_rings_once(desk: Desk) -> None:
    assert desk.take(desk.head(5)) == (202, "")
    assert desk.take(desk.head(5)) == desk.take(desk.head(4)) == (202, "")
    assert desk.rung == 1
    desk.take(desk.head(6), "application/jwt; charset=utf-8")
    assert desk.rung == 2


def test_what_is_in_the_book_rings_nothing(desk: Desk) -> None:
    assert desk.take(desk.head(3, SERIES[2]["chain_hash"])) == (202, "")
    assert (desk.rung, desk.book.as_json()["fault"]) == (0, None)


def test_a_head_of_another_past_is_kept_until_somebody_looks(desk: Desk) -> None:
    false = desk.head(2, "2" * 64)
    assert desk.take(false) == (202, "")
    desk.book.note_fault(None)
    fault = desk.book.as_json()["fault"]
    assert (fault["why"], fault["number"], fault["evidence"]) == ("disagrees", 2, false.decode())


def without_a_signature(desk: Desk) -> bytes:
    return desk.head(5).rpartition(b".")[0] + b"."


def of_nothing(desk: Desk) -> bytes:
    header = urlsafe_b64encode(b'{"alg":"none","kid":"portal-1","typ":"allocation-head+jwt"}')
    return header.rstrip(b"=") + b"." + desk.head(5).split(b".")[1] + b"."


FORGED: dict[str, Callable[[Desk], bytes]] = {
    "another key": lambda desk: desk.head(5, key=a_key("portal-1")),
    "a key of nobody": lambda desk: desk.head(5, kid="portal-9"),
    "no signature": without_a_signature,
    "no algorithm": of_nothing,
    "another department": lambda desk: desk.head(5, aud="urn:svd:org:dvla"),
    "another portal": lambda desk: desk.head(5, iss="https://elsewhere.example"),
    "tomorrow": lambda desk: desk.head(5, iat=int(time.time()) + 86_400),
    "another kind of token": lambda desk: desk.head(5, typ="grant-status+jwt"),
    "a number in words": lambda desk: desk.head("5"),
    "yes as a number": lambda desk: desk.head(True),
    "no token": lambda desk: b"hello",
    "nothing": lambda desk: b"",
}


@pytest.mark.parametrize("what", FORGED)
def test_nobody_else_rings(desk: Desk, what: str) -> None:
    assert desk.take(FORGED[what](desk)) == (401, "assertion-invalid")
    assert desk.rung == 0


def test_shape_and_size_are_looked_at_first(desk: Desk) -> None:
    assert desk.take(desk.head(5), "text/plain") == (400, "malformed")
    assert desk.take(b"\xff" * 8) == (400, "malformed")
    assert desk.take(b"a" * (LARGEST + 1)) == (413, "too-large")
    assert (desk.rung, desk.read) == (0, 0), "and cost no look at keys"


def test_keys_of_nobody_do_not_make_us_read_the_portals_again_and_again(desk: Desk) -> None:
    for number in range(5):
        desk.take(desk.head(5, kid=f"none-{number}"))
    assert desk.read == 1


def test_a_bell_ends_one_wait_and_stops_all() -> None:
    bell = Bell()
    bell.ring()
    assert bell.wait(30) is False
    assert bell.wait(0) is False
    bell.stop()
    assert bell.wait(30) is bell.wait(30) is True


@pytest.fixture
def listener(desk: Desk) -> Iterator[Listener]:
    opened = Listener(desk.bell, "127.0.0.1", 0)
    yield opened
    opened.close()


def post(
    listener: Listener, body: bytes, path: str = PATH, **headers: str
) -> tuple[int, dict[str, Any]]:
    call = http.client.HTTPConnection("127.0.0.1", listener.port, timeout=10)
    sent = {"Content-Type": "application/jwt", **headers}
    call.request("POST", path, body, sent)
    reply = call.getresponse()
    said = reply.read()
    call.close()
    assert said == b"" or reply.getheader("Content-Type") == "application/problem+json"
    return reply.status, json.loads(said or b"{}")


def test_over_http_it_answers_as_the_protocol_says(desk: Desk, listener: Listener) -> None:
    assert post(listener, desk.head(5)) == (202, {})
    status, said = post(listener, b"hello")
    assert (status, said["type"], said["status"]) == (401, "urn:svd:problem:assertion-invalid", 401)
    assert post(listener, desk.head(6), "/v1/other")[0] == 404
    assert post(listener, b"a" * 70_000)[0] == 413
    assert desk.rung == 1


@pytest.mark.parametrize(
    ("length", "status"),
    [("x", 400), ("-1", 400), ("99999999999999999999", 413), ("", 400)],
)
def test_a_length_that_is_not_one_ends_the_call(
    listener: Listener, length: str, status: int
) -> None:
    with socket.create_connection(("127.0.0.1", listener.port), timeout=10) as raw:
        raw.sendall(f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n".encode())
        raw.shutdown(socket.SHUT_WR)
        assert raw.recv(100).startswith(f"HTTP/1.1 {status} ".encode())
