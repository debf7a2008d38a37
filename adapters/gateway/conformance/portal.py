"""The portal's half, as far as a department looks at it: keys, tokens, how a permission stands."""

from __future__ import annotations

import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import urlsplit

from adapters.gateway.conformance.tokens import new_key, public, sign

STATUS_TYPE: Final = "grant-status+jwt"


class StandIn:
    """It listens where `issuer` says. `states` are by permission; what is not in it is given.
    `away`: it answers no question about permissions. `fetched`: how often it was asked for money,
    of which it has none."""

    def __init__(self, issuer: str, department: str) -> None:
        self.issuer = issuer.rstrip("/")
        self.department = department
        self.key = new_key("sig", f"conformance-{secrets.token_hex(4)}")
        self.states: dict[str, str] = {}
        self.subjects: dict[str, str] = {}
        self.asked = 0
        self.fetched = 0
        self.away = False
        place = urlsplit(self.issuer)
        portal = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1

            def log_message(self, *_: Any) -> None:
                """Nothing is said of single calls."""

            def do_GET(self) -> None:
                portal._answer(self)

            do_POST = do_GET

        self._server = ThreadingHTTPServer((str(place.hostname), place.port or 80), Handler)
        self._server.daemon_threads = True
        if not place.port:
            self.issuer = f"http://{place.hostname}:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, call: BaseHTTPRequestHandler) -> None:
        call.rfile.read(int(call.headers.get("Content-Length", 0)))
        path = urlsplit(call.path).path
        if path == "/.well-known/jwks.json":
            return _say(call, 200, "application/json", json.dumps({"keys": [public(self.key)]}))
        if path == "/oauth/token":
            made = {"access_token": secrets.token_urlsafe(24), "token_type": "DPoP"}
            said = json.dumps({**made, "expires_in": 600, "scope": "grant-status"})
            return _say(call, 200, "application/json", said)
        if path.startswith("/v1/grants/") and path.endswith("/status"):
            self.asked += 1
            if self.away:
                return _say(call, 503, "application/problem+json", "{}")
            return _say(call, 200, "application/jwt", self._status(path.split("/")[3]))
        self.fetched += path == "/v1/allocations"
        return _say(call, 404, "application/problem+json", "{}")

    def _status(self, grant_id: str) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": f"urn:svd:org:{self.department}",
            "iat": now,
            "exp": now + 60,
            "grant_id": grant_id,
            "sub": self.subjects.get(grant_id, "unknown"),
            "state": self.states.get(grant_id, "given"),
            "purpose": "view_debts",
            "version": "view_debts/1",
            "record_hash": "0" * 64,
            "ends": now + 86_400,
            "changed": now - 60,
        }
        return sign(claims, self.key, STATUS_TYPE)


def _say(call: BaseHTTPRequestHandler, status: int, kind: str, body: str) -> None:
    call.send_response(status)
    call.send_header("Content-Type", kind)
    call.send_header("Content-Length", str(len(body)))
    call.end_headers()
    call.wfile.write(body.encode())
