"""The way to the portal: a token, a proof for each call, and patience.

Nothing here waits: where the portal asks for time, `NotNow` says how much, and whoever runs the
rounds waits. A call that broke off may have been taken, so only calls that may be
repeated are made.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import uuid4

import requests

from adapters.gateway.faults import NotNow, Refused
from adapters.gateway.heads import Heads
from adapters.gateway.identity import Identity, Now, system_time
from adapters.gateway.strict import LARGEST, NotReadable, read_json

SECONDS: Final = (2.0, 20.0)
"""For a connection, and between two pieces of an answer."""
RENEW_BEFORE: Final = timedelta(seconds=30)
LONGEST_WAIT: Final = 3600.0
_ASSERTION: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_LONGEST_WHY: Final = 300
_PIECE: Final = 64 * 1024


class Answer:
    """Status, headers, and a body of at most LARGEST bytes."""

    def __init__(self, reply: requests.Response, body: bytes) -> None:
        self.status = reply.status_code
        self.headers = reply.headers
        self.body = body

    def json(self) -> Any:
        return read_json(self.body)

    def text(self) -> str:
        return self.body.decode("ascii", "replace")


class Door:
    """`issuer` is the portal's address as it signs with; `reached_at` where it is, when its name
    leads elsewhere from here. `certificate`: files of the client certificate and its key, where
    connections are mutual TLS. `portal_keys`: a file, where its published set is not to be read
    over the same way."""

    def __init__(
        self,
        identity: Identity,
        issuer: str,
        *,
        reached_at: str = "",
        scope: str = "allocations",
        certificate: tuple[str, str] | None = None,
        portal_keys: Path | None = None,
        now: Now = system_time,
    ) -> None:
        self._identity = identity
        self._issuer = issuer.rstrip("/")
        self._where = (reached_at or issuer).rstrip("/")
        self._scope = scope
        self._portal_keys = portal_keys.read_bytes if portal_keys else self._published
        self._now = now
        self._token = ""
        self._until = now()
        self._nonces: dict[str, str] = {}
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.cert = certificate

    def close(self) -> None:
        self._session.close()

    def heads(self, rest: timedelta = timedelta(0)) -> Heads:
        """What reads the portal's signed word about this department's series; its keys are read
        anew no sooner than after `rest`."""
        return Heads(
            self._portal_keys,
            issuer=self._issuer,
            client_id=self._identity.client_id,
            now=self._now,
            rest=rest,
        )

    def get(self, path: str, query: str = "") -> Answer:
        return self._call("GET", path, query=query)

    def put(self, path: str, said: dict[str, Any]) -> Answer:
        """Only for what may be said twice."""
        return self._call("PUT", path, json=said)

    def _published(self) -> bytes:
        headers = {"Host": urlsplit(self._issuer).netloc}
        answer = self._send("GET", "/.well-known/jwks.json", headers)
        if answer.status != 200:
            raise NotNow(f"the portal's keys: {answer.status}")
        return answer.body

    def _call(self, method: str, path: str, *, query: str = "", **more: Any) -> Answer:
        """A 2xx answer, NotNow or Refused. A token that the portal no longer takes is replaced
        once: it was started anew, with another key."""
        answer = self._with_token(method, path, query, **more)
        if answer.status == 401:
            self._token = ""
            answer = self._with_token(method, path, query, **more)
        if not 200 <= answer.status < 300:
            raise _fault(answer, self._now())
        return answer

    def _with_token(self, method: str, path: str, query: str, **more: Any) -> Answer:
        token = self._a_token()
        headers = {
            "Authorization": f"DPoP {token}",
            "Accept": "application/json, application/jwt, application/problem+json",
            "x-svd-interaction-id": str(uuid4()),
        }
        return self._proved(method, path, query, headers, token=token, **more)

    def _a_token(self) -> str:
        if self._token and self._now() < self._until:
            return self._token
        asked = self._now()
        answer = self._ask_for_token()
        if answer.status != 200:
            raise _fault(answer, asked)
        said = _object(answer)
        if str(said.get("token_type")).lower() != "dpop" or not said.get("access_token"):
            raise Refused(200, "token_type")
        self._token = str(said["access_token"])
        self._until = asked + timedelta(seconds=int(said["expires_in"])) - RENEW_BEFORE
        return self._token

    def _ask_for_token(self) -> Answer:
        """The assertion counts once, so that a repeat with a nonce has a new one."""

        def form() -> dict[str, str]:
            return {
                "grant_type": "client_credentials",
                "client_assertion_type": _ASSERTION,
                "client_assertion": self._identity.assertion(self._issuer),
                "scope": self._scope,
            }

        answer = self._proved("POST", "/oauth/token", "", {}, data=form())
        if self._wants_nonce(answer):
            answer = self._proved("POST", "/oauth/token", "", {}, data=form(), again=True)
        return answer

    def _proved(
        self,
        method: str,
        path: str,
        query: str,
        headers: dict[str, str],
        *,
        token: str = "",
        again: bool = False,
        **more: Any,
    ) -> Answer:
        """One call with a proof of its own; once more when the portal asks for its nonce
        (RFC 9449, sections 8 and 9)."""
        kind = "portal" if token else "token"
        proof = self._identity.proof(
            method, self._issuer + path, token=token, nonce=self._nonces.get(kind, "")
        )
        sent = {**headers, "DPoP": proof, "Host": urlsplit(self._issuer).netloc}
        answer = self._send(method, path + (f"?{query}" if query else ""), sent, **more)
        nonce = answer.headers.get("DPoP-Nonce", "")
        if nonce:
            self._nonces[kind] = nonce
        if token and not again and self._wants_nonce(answer):
            return self._proved(method, path, query, headers, token=token, again=True, **more)
        return answer

    def _wants_nonce(self, answer: Answer) -> bool:
        said = answer.headers.get("WWW-Authenticate", "") + answer.text()[:200]
        return answer.status in (400, 401) and "use_dpop_nonce" in said

    def _send(self, method: str, path: str, headers: dict[str, str], **more: Any) -> Answer:
        try:
            with self._session.request(
                method,
                self._where + path,
                headers=headers,
                timeout=SECONDS,
                allow_redirects=False,
                stream=True,
                **more,
            ) as reply:
                body = bytearray()
                for piece in reply.iter_content(_PIECE):
                    body += piece
                    if len(body) > LARGEST:
                        raise NotNow("the answer is too long")
                return Answer(reply, bytes(body))
        except requests.RequestException as fault:
            raise NotNow(f"no answer from {self._where} ({type(fault).__name__})") from None


def _object(answer: Answer) -> dict[str, Any]:
    try:
        said = answer.json()
    except NotReadable:
        said = None
    return said if isinstance(said, dict) else {}


def _fault(answer: Answer, now: datetime) -> NotNow | Refused:
    said = _object(answer)
    kind = str(said.get("error") or str(said.get("type", "")).rpartition(":")[2] or "unknown")
    if answer.status in (408, 425, 429) or answer.status >= 500:
        return NotNow(f"{answer.status} {kind}", _wait(answer.headers.get("Retry-After", ""), now))
    why = str(said.get("detail") or said.get("error_description") or "")
    return Refused(answer.status, kind, "".join(filter(str.isprintable, why))[:_LONGEST_WHY])


def _wait(said: str, now: datetime) -> float:
    """Seconds, from a number or a date (RFC 9110, section 10.2.3); never more than an hour."""
    if said.isdigit():
        return min(float(said), LONGEST_WAIT)
    try:
        until = parsedate_to_datetime(said)
    except (ValueError, TypeError):
        return 0.0
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return min(max(0.0, (until - now).total_seconds()), LONGEST_WAIT)
