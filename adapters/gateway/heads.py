"""The portal's signed word about a department's series: the hash up to a number (SEC-81).

It stays true for ever, so the newest is kept: two heads that disagree about a number prove, to
anybody who has the portal's public key, that the series was rewritten.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from adapters.gateway.faults import NotNow, SeriesBroken
from adapters.gateway.identity import Key, Now
from adapters.gateway.strict import NotReadable, read_json

TYPE: Final = "allocation-head+jwt"
LEEWAY: Final = 10
"""Seconds by which the portal's clock may be ahead of ours."""
LARGEST: Final = 4 * 1024
KINDS: Final[dict[tuple[str, str], tuple[type[Key], str]]] = {
    ("EC", "P-256"): (ECKey, "ES256"),
    ("EC", "P-384"): (ECKey, "ES384"),
    ("OKP", "Ed25519"): (OKPKey, "Ed25519"),
    ("RSA", ""): (RSAKey, "PS256"),
}
"""What a kind of key is for: a token cannot choose."""


@dataclass(frozen=True, slots=True)
class Head:
    sequence: int
    chain_hash: str
    token: str


class Heads:
    """`fetch` reads the keys that the portal publishes; it is asked again for a `kid` that is not
    among them, but not within `rest` of the last time."""

    def __init__(
        self,
        fetch: Callable[[], bytes],
        *,
        issuer: str,
        client_id: str,
        now: Now,
        rest: timedelta = timedelta(0),
    ) -> None:
        self._fetch = fetch
        self._rest = rest
        self._fetched: datetime | None = None
        self._keys: dict[str, tuple[Key, str]] = {}
        self._named = {"iss": issuer, "aud": client_id}
        self._now = now

    def read(self, token: Any, number: int) -> Head:
        """A head that the portal signed for this department, or SeriesBroken."""
        try:
            return self._read(token)
        except (JoseError, ValueError, TypeError, KeyError):
            raise SeriesBroken("signature", number) from None

    def _read(self, token: Any) -> Head:
        if not isinstance(token, str) or len(token) > LARGEST:
            raise ValueError("not a token")
        header = jws.extract_compact(token.encode("ascii")).headers()
        if set(header) != {"alg", "kid", "typ"} or header["typ"] != TYPE:
            raise ValueError("not a head")
        key, algorithm = self._key(str(header["kid"]))
        opened = jws.deserialize_compact(token, key, algorithms=[algorithm])
        said = read_json(opened.payload)
        if any(said[name] != value for name, value in self._named.items()):
            raise ValueError("for somebody else")
        if type(said["iat"]) is not int or said["iat"] > self._now().timestamp() + LEEWAY:
            raise ValueError("from the future")
        if type(said["sequence"]) is not int or not isinstance(said["chain_hash"], str):
            raise ValueError("not a head")
        return Head(said["sequence"], said["chain_hash"], token)

    def _key(self, kid: str) -> tuple[Key, str]:
        now = self._now()
        rested = self._fetched is None or now - self._fetched >= self._rest
        if kid not in self._keys and rested:
            self._fetched = now
            self._keys = _published(self._fetch())
        return self._keys[kid]


def _published(raw: bytes) -> dict[str, tuple[Key, str]]:
    """The signing keys of a set. One that we do not know the kind of is passed over."""
    try:
        listed = read_json(raw)["keys"]
    except (NotReadable, KeyError, TypeError):
        raise NotNow("the portal's keys cannot be read") from None
    found: dict[str, tuple[Key, str]] = {}
    for jwk in listed:
        kind = KINDS.get((str(jwk.get("kty")), "" if "n" in jwk else str(jwk.get("crv"))))
        if kind is not None and jwk.get("use") == "sig" and jwk.get("kid"):
            members = {name: value for name, value in jwk.items() if name != "alg"}
            found[str(jwk["kid"])] = (kind[0].import_key(members), kind[1])
    return found
