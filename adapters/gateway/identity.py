"""What a department proves with each call: who it is (RFC 7523), and that a key is in its hands
(RFC 9449)."""

from __future__ import annotations

import json
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final

from joserfc import jws
from joserfc.jwk import ECKey, OKPKey, RSAKey

Key = ECKey | OKPKey | RSAKey
MINUTE: Final = 60
_ALGORITHM: Final = {"P-256": "ES256", "Ed25519": "Ed25519", "": "PS256"}
_TYPES: Final[dict[str, type[Key]]] = {"EC": ECKey, "OKP": OKPKey, "RSA": RSAKey}
Now = Callable[[], datetime]


def system_time() -> datetime:
    return datetime.now(UTC)


def read_key(jwk: Mapping[str, Any]) -> Key:
    """A private signing key: P-256, Ed25519 or RSA, with the `kid` that the department publishes.
    Raises ValueError, which says what is missing."""
    kind = _TYPES.get(str(jwk.get("kty")))
    if kind is None or algorithm_name(jwk) is None:
        raise ValueError("the key must be P-256, Ed25519 or RSA")
    if not jwk.get("kid") or "d" not in jwk:
        raise ValueError("the key must be private and have the kid under which it is published")
    members = {name: value for name, value in jwk.items() if name not in ("alg", "key_ops")}
    return kind.import_key(members)


def algorithm_name(jwk: Mapping[str, Any]) -> str | None:
    """The one algorithm that a kind of key is for."""
    return _ALGORITHM.get("" if jwk.get("kty") == "RSA" else str(jwk.get("crv")))


class Identity:
    """A department: its client id, the key that it publishes, and one for proofs that lives and
    dies with this process."""

    def __init__(self, client_id: str, key: Key, now: Now = system_time) -> None:
        self.client_id = client_id
        self._key = key
        self._proof_key = ECKey.generate_key("P-256")
        self._now = now

    def assertion(self, issuer: str) -> str:
        """Good once, for a minute, at this issuer only."""
        at = int(self._now().timestamp())
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": issuer,
            "iat": at,
            "exp": at + MINUTE,
            "jti": secrets.token_urlsafe(16),
        }
        return _signed({"kid": str(self._key.kid)}, claims, self._key)

    def proof(self, method: str, url: str, *, token: str = "", nonce: str = "") -> str:
        """For one call. `url` is the address as the portal publishes it, without a query."""
        claims = {
            "jti": secrets.token_urlsafe(16),
            "htm": method,
            "htu": url,
            "iat": int(self._now().timestamp()),
        }
        if token:
            claims["ath"] = base64url(sha256(token.encode("ascii")).digest())
        if nonce:
            claims["nonce"] = nonce
        public = self._proof_key.as_dict(private=False)
        jwk = {name: public[name] for name in ("kty", "crv", "x", "y")}
        return _signed({"typ": "dpop+jwt", "jwk": jwk}, claims, self._proof_key)


def base64url(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _signed(header: Mapping[str, Any], claims: Mapping[str, Any], key: Key) -> str:
    algorithm = algorithm_name(key.as_dict(private=False)) or ""
    body = json.dumps(claims, separators=(",", ":")).encode()
    return jws.serialize_compact({"alg": algorithm, **header}, body, key, algorithms=[algorithm])
