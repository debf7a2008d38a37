"""The portal's word that money is on its way: the signed head of the series, at
`POST /v1/allocation-heads`.

It only wakes the rounds, which fetch and prove everything themselves; without it, or when it is
lost, they come to the same. `Doorbell.take` fits into any web server; `Listener` is a small one for
a place behind the department's own TLS.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from adapters.gateway.book import Book
from adapters.gateway.faults import NotNow, SeriesBroken
from adapters.gateway.heads import LARGEST, Head, Heads

PATH: Final = "/v1/allocation-heads"
KIND: Final = "application/jwt"
PROBLEM: Final = "application/problem+json"
SECONDS: Final = 5.0
"""For the whole of a word to come."""
MOST_DROPPED: Final = 128 * 1024
"""Bytes of a word that is too long, read so that its sender hears the answer."""
KEYS_REST: Final = timedelta(seconds=10)
"""Whoever names keys that nobody has makes us read the portal's no more often than this."""
TITLES: Final = {
    "malformed": "The message cannot be read",
    "assertion-invalid": "The word is not right",
    "too-large": "The message is too large",
    "unavailable": "Not available now",
}


class Bell:
    """Ends a wait early: `ring` for a round now, `stop` for good."""

    def __init__(self) -> None:
        self._woken = threading.Event()
        self._over = False

    def ring(self) -> None:
        self._woken.set()

    def stop(self) -> None:
        self._over = True
        self._woken.set()

    def wait(self, seconds: float) -> bool:
        """At most so long; whether it is over."""
        self._woken.wait(seconds)
        if not self._over:
            self._woken.clear()
        return self._over


class Doorbell:
    """`ring` begins a round. A number that is in the book, or that has rung before, rings nothing:
    whoever repeats an old word does not make us busy."""

    def __init__(self, heads: Heads, book: Book, ring: Callable[[], None]) -> None:
        self._heads = heads
        self._book = book
        self._ring = ring
        self._rung = 0

    def take(self, kind: str, body: bytes) -> tuple[int, str]:
        """The status to answer with, and the last part of the problem's type: nothing with 202."""
        if len(body) > LARGEST:
            return 413, "too-large"
        if kind.partition(";")[0].strip().lower() != KIND or not body.isascii():
            return 400, "malformed"
        try:
            head = self._heads.read(body.decode("ascii"), 0)
        except SeriesBroken:
            return 401, "assertion-invalid"
        except NotNow:
            return 503, "unavailable"
        self._heed(head)
        return 202, ""

    def _heed(self, head: Head) -> None:
        """A head that does not agree with what is posted is kept as evidence, until somebody looks:
        with the newest one it proves that the portal has told two pasts."""
        last, _ = self._book.head()
        if head.sequence > max(last, self._rung):
            self._rung = head.sequence
            self._ring()
        elif 0 < head.sequence <= last and self._book.hash_at(head.sequence) != head.chain_hash:
            fault = SeriesBroken("disagrees", head.sequence)
            fault.evidence = head.token
            self._book.note_fault(fault)


class Listener:
    """Answers at an address of its own until `close`; port 0 takes a free one."""

    def __init__(self, bell: Doorbell, host: str, port: int) -> None:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = SECONDS

            def log_message(self, *_: Any) -> None:
                """Nothing is said of single calls."""

            def do_POST(self) -> None:
                _answer(self, bell)

        self._server = _Server((host, port), Handler)
        self.port = self._server.server_port
        threading.Thread(
            target=self._server.serve_forever, args=(0.1,), name="doorbell", daemon=True
        ).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Who went away is not worth a word."""


def _answer(call: BaseHTTPRequestHandler, bell: Doorbell) -> None:
    """One call for each connection: what was not read of it is not taken for the next."""
    call.close_connection = True
    length = call.headers.get("Content-Length", "")
    if call.path != PATH:
        status, kind = 404, "malformed"
    elif not length.isdecimal() or "Transfer-Encoding" in call.headers:
        status, kind = 400, "malformed"
    elif len(length) > 7 or int(length) > LARGEST:
        call.rfile.read(min(int(length[:8]), MOST_DROPPED))
        status, kind = 413, "too-large"
    else:
        status, kind = bell.take(call.headers.get("Content-Type", ""), call.rfile.read(int(length)))
    call.send_response(status)
    call.send_header("Connection", "close")
    call.send_header("Cache-Control", "no-store")
    body = problem(status, kind) if kind else b""
    if body:
        call.send_header("Content-Type", PROBLEM)
    call.send_header("Content-Length", str(len(body)))
    call.end_headers()
    call.wfile.write(body)


def problem(status: int, kind: str) -> bytes:
    """RFC 9457, without a word of what was sent."""
    said = {"type": f"urn:svd:problem:{kind}", "status": status, "title": TITLES[kind]}
    return json.dumps(said).encode()
