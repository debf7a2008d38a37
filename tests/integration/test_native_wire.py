"""The one HTTP door, with peers that behave as badly as they can (SEC-54, SEC-55, SEC-57)."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from adapters.wire import Reply, Wire
from adapters.wire_loop import WireLoop
from consent.errors import OutsideFailed, TransactionMisuse
from consent.transactions import one_at_a_time

JSON = frozenset({"application/json"})
Say = Callable[[socket.socket], None]


@pytest.fixture
def loop() -> Iterator[WireLoop]:
    loop = WireLoop().start()
    yield loop
    loop.stop()


@contextmanager
def a_peer(say: Say) -> Iterator[tuple[str, list[bytes]]]:
    """Takes connections, remembers what was sent, and says what it likes. Yields its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    heard: list[bytes] = []

    def one(connection: socket.socket) -> None:
        with suppress(OSError), connection:
            heard.append(connection.recv(65536))
            say(connection)

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=one, args=(connection,), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", heard
    finally:
        listener.close()


def send(loop: WireLoop, url: str, *, seconds: float = 30, **options: float) -> Reply:
    """`TimeoutError` after `seconds`: less than half of what a wire itself would wait."""
    wire = Wire([url], demonstration=True, **options)
    try:
        return loop.call(wire.send("GET", url + "/x", accept=JSON), seconds=seconds)
    finally:
        loop.call(wire.close(), seconds=30)


def failure(loop: WireLoop, say: Say, **options: float) -> str:
    with a_peer(say) as (url, _), pytest.raises(OutsideFailed) as failed:
        send(loop, url, **options)
    assert failed.value.party == "127.0.0.1"
    return failed.value.kind


def words(raw: bytes) -> Say:
    return lambda connection: connection.sendall(raw)


def http(body: bytes, *headers: str, status: str = "200 OK") -> Say:
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    if not any(header.startswith("Content-Type") for header in headers):
        head.append("Content-Type: application/json")
    return words("\r\n".join(head).encode() + b"\r\n\r\n" + body)


def endless(head: bytes, piece: bytes) -> Say:
    def say(connection: socket.socket) -> None:
        connection.sendall(head)
        while True:
            connection.sendall(piece)

    return say


def slow(head: bytes, piece: bytes, pause: float) -> Say:
    def say(connection: socket.socket) -> None:
        connection.sendall(head)
        while True:
            connection.sendall(piece)
            time.sleep(pause)

    return say


def test_a_reply_comes_back_as_it_was_sent(loop: WireLoop) -> None:
    with a_peer(http(b'{"a": 1}', "X-Thing: y")) as (url, heard):
        reply = send(loop, url)
    assert (reply.status, reply.body, reply.headers["x-thing"]) == (200, b'{"a": 1}', "y")
    said = heard[0].decode().lower()
    assert "accept-encoding: identity" in said
    assert "cache-control: no-store" in said
    assert "cookie" not in said
    assert "python" not in said


def test_a_status_is_for_the_adapter_to_read(loop: WireLoop) -> None:
    with a_peer(http(b"{}", status="404 Not Found")) as (url, _):
        assert send(loop, url).status == 404


def test_an_empty_body_needs_no_type(loop: WireLoop) -> None:
    with a_peer(words(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")) as (url, _):
        assert send(loop, url).status == 202


@pytest.mark.parametrize(
    ("say", "kind"),
    [
        (http(b"{}", "Location: http://127.0.0.1/", status="302 Found"), "bad_status"),
        (http(b"<html>", "Content-Type: text/html"), "bad_type"),
        (http(b"{}", "Content-Type: application/jsonp"), "bad_type"),
        (http(b"x", "Content-Encoding: gzip"), "bad_type"),
        (http(b"x", "Content-Encoding: br"), "bad_type"),
        (http(b"A" * 65537), "too_big"),
        (words(b"HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n\r\nA"), "too_big"),
        (
            endless(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"4\r\nAAAA\r\n"),
            "too_big",
        ),
        (endless(b"HTTP/1.1 200 OK\r\n\r\n", b"A" * 4096), "too_big"),
        (endless(b"HTTP/1.1 200 OK\r\n", b"X-More: y\r\n"), "closed"),
        (endless(b"HTTP/1.1 200 OK\r\nX-Long: ", b"A" * 4096), "closed"),
        (words(b""), "closed"),
        (words(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nA"), "closed"),
        (words(b"SSH-2.0-OpenSSH_9.2\r\n"), "closed"),
        (words(bytes(range(256))), "closed"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_reply_that_is_not_small_whole_and_plain_is_a_short_code(
    loop: WireLoop, say: Say, kind: str
) -> None:
    assert failure(loop, say) == kind


@pytest.mark.parametrize(
    "say",
    [
        slow(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", b"A", 0.1),
        slow(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n", 0.1),
        lambda connection: connection.recv(65536),
    ],
    ids=["a byte at a time", "a header at a time", "half open"],
)
def test_a_peer_that_never_ends_is_cut_at_the_deadline(loop: WireLoop, say: Say) -> None:
    assert failure(loop, say, total_seconds=0.5) == "timed_out"


def test_a_closed_port_is_a_refused_connection(loop: WireLoop) -> None:
    with pytest.raises(OutsideFailed) as failed:
        send(loop, "http://127.0.0.1:9")
    assert failed.value.kind == "refused_connection"


def test_cookies_are_neither_kept_nor_sent(loop: WireLoop) -> None:
    with a_peer(http(b"{}", "Set-Cookie: a=b")) as (url, heard):
        wire = Wire([url], demonstration=True)
        for _ in range(2):
            with suppress(OutsideFailed):
                loop.call(wire.send("GET", url + "/", accept=JSON), seconds=30)
        loop.call(wire.close(), seconds=30)
    assert all(b"cookie" not in request.lower() for request in heard)


def test_the_proxy_settings_of_the_machine_are_not_read(
    loop: WireLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    with a_peer(http(b'"proxy"')) as (proxy, overheard), a_peer(http(b"{}")) as (url, _):
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy)
        assert send(loop, url).body == b"{}"
        assert overheard == []


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example/x",
        "https://dept.example:8443/x",
        "http://dept.example/x",
        "https://dept.example.evil.example/x",
        "https://user@dept.example/x",
        "https://dept.example@evil.example/x",
        "https://dept.example:abc/x",
        "file:///etc/passwd",
        "//dept.example/x",
        "",
    ],
)
def test_sec_57_only_registered_origins_are_called(loop: WireLoop, url: str) -> None:
    wire = Wire(["https://dept.example"])
    with pytest.raises(OutsideFailed) as failed:
        loop.call(wire.send("GET", url, accept=JSON), seconds=30)
    assert failed.value.kind == "not_allowed"


@pytest.mark.parametrize(
    "origin",
    [
        "https://127.0.0.1",
        "https://10.0.0.1",
        "https://192.168.1.1",
        "https://169.254.169.254",
        "https://[::1]",
        "https://[fe80::1]",
        "https://[fd00::1]",
        "https://[::ffff:127.0.0.1]",
        "https://0.0.0.0",
        "https://2130706433",
        "https://0x7f000001",
        "https://127.1",
        "https://localhost",
    ],
)
def test_sec_57_private_addresses_are_refused_even_when_registered(
    loop: WireLoop, origin: str
) -> None:
    wire = Wire([origin])
    with pytest.raises(OutsideFailed) as failed:
        loop.call(wire.send("GET", f"{origin}/x", accept=JSON), seconds=30)
    loop.call(wire.close(), seconds=30)
    assert failed.value.kind == "not_allowed"


@pytest.mark.parametrize("origin", ["http://169.254.169.254", "http://[fe80::1]", "http://0.0.0.0"])
def test_sec_57_link_local_addresses_are_refused_in_a_demonstration_too(
    loop: WireLoop, origin: str
) -> None:
    wire = Wire([origin], demonstration=True)
    with pytest.raises(OutsideFailed) as failed:
        loop.call(wire.send("GET", f"{origin}/x", accept=JSON), seconds=30)
    assert failed.value.kind == "not_allowed"


def test_plain_http_is_for_demonstrations_only() -> None:
    with pytest.raises(ValueError, match="not https"):
        Wire(["http://dept.example"])


def test_nothing_is_sent_while_a_transaction_is_open(loop: WireLoop) -> None:
    with a_peer(http(b"{}")) as (url, heard):
        wire = Wire([url], demonstration=True)
        with one_at_a_time(), pytest.raises(TransactionMisuse):
            loop.submit(wire.send("GET", url + "/x", accept=JSON))
        assert heard == []


def test_a_failure_says_a_code_and_nothing_of_what_was_sent(loop: WireLoop) -> None:
    with a_peer(http(b"CNRY-0011223344556677", "Content-Type: text/CNRY")) as (url, _):
        with pytest.raises(OutsideFailed) as failed:
            send(loop, url)
        assert "CNRY" not in repr(failed.value)
        assert failed.value.__cause__ is None
    with a_peer(http(b'"CNRY-0011223344556677"')) as (url, _):
        assert "CNRY" not in repr(send(loop, url))
