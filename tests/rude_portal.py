"""A portal for a department's gateway, small and rude: it forgets tokens, wants nonces, asks for
time, breaks off, and says what a test tells it to say. It shares no code with either side.

with RudePortal(a_series(5)) as portal:
    gateway = portal.gateway(tmp_path / "book")
    portal.spoil = lambda page: page["items"].pop(1)
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from joserfc import jws
from joserfc.jwk import ECKey

from adapters.gateway import Book, Door, Gateway, Identity, Ledger, PostAll
from adapters.gateway.identity import Now, system_time

Page = dict[str, Any]


def a_series(
    count: int,
    pence: Callable[[int], int] = lambda number: 1_000 + number,
    handle: Callable[[int], str] = lambda number: f"debt-{number % 2}",
    next_most: int = 1_500,
) -> list[Page]:
    """Entries 1 to `count`, chained; amounts below 0 went back."""
    found: list[Page] = []
    head = "0" * 64
    for number in range(1, count + 1):
        amount = pence(number)
        one = {
            "allocation_id": str(UUID(int=number)),
            "sequence": number,
            "kind": "paid" if amount > 0 else "reversed",
            "debt_handle": handle(number),
            "amount_pence": amount,
            "next_most_pence": next_most,
            "currency": "GBP",
            "value_date": "2026-12-01",
            "prev_hash": head,
        }
        text = "|".join(
            str(one[name])
            for name in (
                *("sequence", "allocation_id", "kind", "amount_pence", "next_most_pence"),
                *("value_date", "debt_handle"),
            )
        )
        head = sha256(bytes.fromhex(head) + text.encode()).hexdigest()
        found.append({**one, "chain_hash": head})
    return found


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Who went away is not worth a word."""


@dataclass
class RudePortal:
    """`moods` are taken in turn, one for each call of `/v1`: an HTTP status, `nonce` or `drop`."""

    series: list[Page]
    days: list[Page] = field(default_factory=list)
    spoil: Callable[[Page], object] = lambda page: None
    moods: list[str] = field(default_factory=list)
    retry_after: str = "7"
    tokens: int = 0
    receipts: dict[str, list[Page]] = field(default_factory=dict)
    refuse: dict[str, int] = field(default_factory=dict)
    raw: bytes = b""
    wants_nonce: str = ""
    seen: list[str] = field(default_factory=list)
    key: Any = field(default_factory=lambda: a_key("portal-1"))
    speaks: dict[str, Any] = field(default_factory=dict)
    """What its signed head says otherwise: claims, and `typ`, `alg`, `kid`, `key` or nothing."""

    def __enter__(self) -> RudePortal:
        portal = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1

            def log_message(self, *_: Any) -> None:
                pass

            def do_GET(self) -> None:
                portal.answer(self)

            do_PUT = do_POST = do_GET

        self.server = _Quiet(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def gateway(
        self, book: Path | str, ledger: Ledger | None = None, now: Now = system_time
    ) -> Gateway:
        door = Door(Identity("urn:svd:org:dwp", a_key("dwp-1"), now), self.url, now=now)
        return Gateway(door, Book(book), ledger or PostAll())

    def answer(self, call: BaseHTTPRequestHandler) -> None:
        body = call.rfile.read(int(call.headers.get("Content-Length", 0)))
        path = urlsplit(call.path)
        self.seen.append(f"{call.command} {path.path}")
        if path.path == "/.well-known/jwks.json":
            public = {**self.key.as_dict(private=False), "use": "sig", "kid": "portal-1"}
            return say(call, 200, {"keys": [public]})
        proof = proof_of(call.headers["DPoP"])
        if self.wants_nonce and proof.get("nonce") != self.wants_nonce:
            nonce = {"DPoP-Nonce": self.wants_nonce}
            if path.path == "/oauth/token":
                return say(call, 400, {"error": "use_dpop_nonce"}, nonce)
            nonce["WWW-Authenticate"] = 'DPoP error="use_dpop_nonce"'
            return say(call, 401, {}, nonce)
        if path.path == "/oauth/token":
            self.tokens += 1
            made = {
                "access_token": f"token-{self.tokens}",
                "token_type": "DPoP",
                "expires_in": 600,
                "scope": "allocations",
            }
            return say(call, 200, made)
        mood = self.moods.pop(0) if self.moods else ""
        if mood == "drop":
            call.close_connection = True
            call.connection.shutdown(socket.SHUT_RDWR)
            return None
        if mood:
            return say(
                call,
                int(mood),
                {"type": "urn:svd:problem:rate-limited"},
                {"Retry-After": self.retry_after},
            )
        if call.command == "PUT":
            return self._receipt(call, path.path.split("/")[3], json.loads(body))
        if path.path == "/v1/plans":
            return say(call, 200, {"items": [], "more": False})
        if path.path == "/v1/remittances":
            return say(call, 200, {"items": self.days})
        after, limit = (int(parse_qs(path.query)[name][0]) for name in ("after", "limit"))
        return self._page(call, after, limit)

    def _page(self, call: BaseHTTPRequestHandler, after: int, limit: int) -> None:
        items = [dict(one) for one in self.series[after : after + min(limit, 3)]]
        last = items[-1]["sequence"] if items else min(after, len(self.series))
        page: Page = {"items": items, "last_sequence": last, "more": last < len(self.series)}
        page["head"] = self._head(last, self.series[last - 1]["chain_hash"] if last else "0" * 64)
        self.spoil(page)
        if self.raw:
            return say(call, 200, self.raw)
        return say(call, 200, page)

    def _head(self, sequence: int, chain_hash: str) -> str:
        said = {
            "iss": self.url,
            "aud": "urn:svd:org:dwp",
            "iat": int(time.time()) - 60 * 60 * 24 * 365,
            "sequence": sequence,
            "chain_hash": chain_hash,
        }
        header = {"alg": "ES256", "kid": "portal-1", "typ": "allocation-head+jwt"}
        for name, value in self.speaks.items():
            (header if name in header else said)[name] = value
        key: Any = said.pop("key", self.key)
        return jws.serialize_compact(header, json.dumps(said), key, algorithms=["ES256"])

    def _receipt(self, call: BaseHTTPRequestHandler, allocation_id: str, said: Page) -> None:
        if allocation_id in self.refuse:
            kind = {"type": "urn:svd:problem:sequence-conflict"}
            return say(call, self.refuse[allocation_id], kind)
        self.receipts.setdefault(allocation_id, []).append(said)
        return say(call, 204, b"")


def a_key(kid: str) -> ECKey:
    return ECKey.generate_key("P-256", {"use": "sig", "kid": kid})


def proof_of(token: str) -> dict[str, Any]:
    """The claims of a proof that its own key signed."""
    opened = jws.extract_compact(token.encode())
    key = ECKey.import_key(opened.headers()["jwk"])
    found: dict[str, Any] = json.loads(jws.deserialize_compact(token, key).payload)
    return found


def claims_of(token: str) -> dict[str, Any]:
    """Without a look at the signature."""
    found: dict[str, Any] = json.loads(jws.extract_compact(token.encode()).payload)
    return found


def say(
    call: BaseHTTPRequestHandler,
    status: int,
    body: Page | bytes,
    headers: dict[str, str] | None = None,
) -> None:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    call.send_response(status)
    for name, value in (headers or {}).items():
        call.send_header(name, value)
    call.send_header("Content-Length", str(len(raw)))
    call.end_headers()
    call.wfile.write(raw)
