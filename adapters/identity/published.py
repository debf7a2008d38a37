"""Documents that a sign-in service publishes, kept as long as it says and through an outage.

Nothing is fetched because a token asks for it: an unknown key makes us look once more at the same
fixed address, at most once a minute (SEC-23, no fetch storm).
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Generic, TypeVar

import requests
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from adapters.identity.door import origin

T = TypeVar("T")

DEFAULT_AGE: Final = timedelta(minutes=5)
LONGEST_AGE: Final = timedelta(hours=24)
KEPT_IN_OUTAGE: Final = timedelta(hours=24)
LOOK_AGAIN: Final = timedelta(seconds=60)
RETRY: Final = timedelta(seconds=2)
RETRY_WITH_COPY: Final = timedelta(seconds=30)

LONG_AGO: Final = datetime.fromtimestamp(0, UTC)

Fetch = Callable[[str], requests.Response]


class Unpublished(Exception):
    """The document cannot be had now and no copy is young enough."""


class Published(Generic[T]):
    """One document at one address, read by `read`; safe to use from many threads."""

    def __init__(self, fetch: Fetch, read: Callable[[Any], T]) -> None:
        self._fetch = fetch
        self._read = read
        self._lock = threading.Lock()
        self._value: T | None = None
        self._tried = self._until = LONG_AGO

    def at(self, url: str, now: datetime) -> T:
        """The document, from memory while it may be kept."""
        with self._lock:
            if self._value is not None and now < self._until:
                return self._value
            wait = RETRY if self._value is None else RETRY_WITH_COPY
            if now >= self._tried + wait or now < self._tried:
                self._refresh(url, now)
            if self._value is None or now > self._until + KEPT_IN_OUTAGE:
                raise Unpublished(url)
            return self._value

    def again(self, url: str, now: datetime) -> T:
        """The document after a fresh look, unless the last one was less than a minute ago."""
        with self._lock:
            if now >= self._tried + LOOK_AGAIN or now < self._tried:
                self._refresh(url, now)
        return self.at(url, now)

    def _refresh(self, url: str, now: datetime) -> None:
        """Take a new copy; a failure of any kind leaves the old one as it was."""
        self._tried = now
        try:
            reply = self._fetch(url)
            if reply.status_code != 200:
                return
            self._value = self._read(reply.json())
            self._until = now + _age(reply.headers)
        except (requests.RequestException, JoseError, ValueError, KeyError, TypeError):
            return


def _age(headers: Mapping[str, str]) -> timedelta:
    said = headers.get("Cache-Control", "")
    if "no-store" in said or "no-cache" in said:
        return timedelta(0)
    found = re.search(r"max-age=(\d{1,9})", said)
    return min(timedelta(seconds=int(found[1])), LONGEST_AGE) if found else DEFAULT_AGE


@dataclass(frozen=True, slots=True)
class Discovery:
    """The addresses we use, all under the issuer's own origin."""

    authorization: str
    token: str
    userinfo: str
    jwks: str
    end_session: str


def read_discovery(issuer: str, *, userinfo: bool = True) -> Callable[[Any], Discovery]:
    """The service's own description of itself; it must be this issuer's, and stay at home. Without
    `userinfo` that address is not read: it is never asked."""

    def read(document: Any) -> Discovery:
        if document["issuer"] != issuer:
            raise ValueError("another issuer")
        found = Discovery(
            authorization=document["authorization_endpoint"],
            token=document["token_endpoint"],
            userinfo=document["userinfo_endpoint"] if userinfo else "",
            jwks=document["jwks_uri"],
            end_session=document["end_session_endpoint"],
        )
        places = (
            found.authorization, found.token, found.userinfo, found.jwks, found.end_session,
        )  # fmt: skip
        if {origin(place) for place in places if place} != {origin(issuer)}:
            raise ValueError("an address lies elsewhere")
        return found

    return read


def read_jwks(document: Any) -> dict[str, ECKey]:
    """The P-256 keys by their id. A shared secret or a repeated id spoils the whole set."""
    rows = document["keys"]
    kids = [row["kid"] for row in rows]
    if len(kids) != len(set(kids)) or any(row.get("kty") == "oct" for row in rows):
        raise ValueError("a key set that cannot be trusted")
    return {
        row["kid"]: public_key(row)
        for row in rows
        if row.get("kty") == "EC" and row.get("crv") == "P-256" and row.get("use", "sig") == "sig"
    }


def read_did(controller: str) -> Callable[[Any], dict[str, ECKey]]:
    """The identity keys of a DID document by their full id, when it is the controller's own."""

    def read(document: Any) -> dict[str, ECKey]:
        if document["id"] != controller:
            raise ValueError("another controller's document")
        keys: dict[str, ECKey] = {}
        for method in document["assertionMethod"]:
            kid = method["id"]
            if method["controller"] != controller or not kid.startswith(f"{controller}#"):
                raise ValueError("a key of another controller")
            if method["type"] != "JsonWebKey" or kid in keys:
                raise ValueError("a key of another kind, or twice")
            keys[kid] = public_key(method["publicKeyJwk"])
        return keys

    return read


def public_key(row: Mapping[str, Any]) -> ECKey:
    """A public P-256 key and nothing else (SEC-45)."""
    if row.get("kty") != "EC" or row.get("crv") != "P-256" or "d" in row:
        raise ValueError("not a public P-256 key")
    if row.get("alg", "ES256") != "ES256":
        raise ValueError("a key for another algorithm")
    return ECKey.import_key({"kty": "EC", "crv": "P-256", "x": row["x"], "y": row["y"]})
