"""Signed and sealed tokens, in the one shape that we make and accept (SEC-45, SEC-52).

Signed: compact JWS with `alg`, `kid`, `typ` in the header and nothing else. Sealed: compact JWE,
ECDH-ES with A256GCM, never compressed. The key decides the algorithm; `typ` must be the one that
the caller expects; text that could be written in two ways (base64 with stray bits) is refused, so
that each token has exactly one form. A header's own keys or addresses of keys are never read.
"""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, ClassVar, Final

from joserfc import jwe, jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from consent.errors import ServiceError
from consent.keys import Key, Keys, algorithm_of
from consent.strict_json import NotStrictJson, read_json

MAX_TOKEN: Final = 64 * 1024
LEEWAY: Final = timedelta(seconds=10)
"""How far another party's clock may be ahead of ours or behind it (SEC-58)."""

_TEXT: Final = re.compile(r"[A-Za-z0-9_.-]+")
_SEAL: Final = {"alg": "ECDH-ES", "enc": "A256GCM"}


class TokenRefused(ServiceError):
    """A token is not what it must be; `why` is a short code and quotes nothing of it.

    `too_big`, `malformed`, `algorithm`, `type`, `key`, `signature`, `seal`, `claims`, `expired`,
    `not_yet`.
    """

    code: ClassVar[str] = "token_refused"

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def sign(claims: Mapping[str, Any] | bytes, key: Key, *, typ: str) -> str:
    """A compact JWS. Bytes are signed as they are, for a body that was padded."""
    body = claims if isinstance(claims, bytes) else compact_json(claims)
    algorithm = algorithm_of(key)
    header = {"alg": algorithm, "kid": str(key.kid), "typ": typ}
    return jws.serialize_compact(header, body, key, algorithms=[algorithm])


def verify(token: str, keys: Keys, *, typ: str, max_size: int = MAX_TOKEN) -> dict[str, Any]:
    """The claims of a token signed by one of these keys, or TokenRefused."""
    header, body = parts(token, 3, max_size)[:2]
    said = json_object(header)
    if set(said) != {"alg", "kid", "typ"}:
        raise TokenRefused("malformed")
    if said["typ"] != typ:
        raise TokenRefused("type")
    key = keys.find(said["kid"], "sig") if isinstance(said["kid"], str) else None
    if key is None:
        raise TokenRefused("key")
    algorithm = algorithm_of(key)
    if said["alg"] != algorithm:
        raise TokenRefused("algorithm")
    try:
        jws.deserialize_compact(token, key, algorithms=[algorithm])
    except (JoseError, ValueError, TypeError):
        raise TokenRefused("signature") from None
    return json_object(body)


def seal(body: bytes, key: ECKey, *, cty: str = "") -> str:
    """A compact JWE that only the holder of the private half can open."""
    header: dict[str, Any] = {**_SEAL, "kid": str(key.kid)}
    if cty:
        header["cty"] = cty
    return jwe.encrypt_compact(header, body, key, algorithms=list(_SEAL.values()))


def unseal(token: str, private: ECKey | Keys, *, max_size: int = MAX_TOKEN) -> bytes:
    """What was sealed to us, or TokenRefused."""
    header, wrapped = parts(token, 5, max_size)[:2]
    said = json_object(header)
    if not set(said) <= {"alg", "enc", "kid", "epk", "cty"} or wrapped:
        raise TokenRefused("malformed")
    if {name: said.get(name) for name in _SEAL} != _SEAL:
        raise TokenRefused("algorithm")
    key = private.find(str(said.get("kid")), "enc") if isinstance(private, Keys) else private
    if key is None or said.get("kid") != key.kid:
        raise TokenRefused("key")
    sender = said.get("epk")
    if not isinstance(sender, dict) or set(sender) != {"kty", "crv", "x", "y"}:
        raise TokenRefused("malformed")
    try:
        opened = jwe.decrypt_compact(token, KeySet([key]), algorithms=list(_SEAL.values()))
    except (JoseError, ValueError, TypeError, AssertionError, KeyError):
        raise TokenRefused("seal") from None
    if opened.plaintext is None:
        raise TokenRefused("seal")
    return opened.plaintext


def check_times(claims: Mapping[str, Any], now: datetime, *, longest: timedelta) -> None:
    """`iat` and `exp` are whole seconds, near now, and not further apart than `longest`."""
    issued, ends = claims.get("iat"), claims.get("exp")
    if type(issued) is not int or type(ends) is not int:
        raise TokenRefused("claims")
    if not 0 < ends - issued <= longest.total_seconds():
        raise TokenRefused("claims")
    moment, leeway = now.timestamp(), LEEWAY.total_seconds()
    if issued > moment + leeway:
        raise TokenRefused("not_yet")
    if ends <= moment - leeway:
        raise TokenRefused("expired")


def fingerprint(token: str) -> str:
    """SHA-256 of a whole token, 64 hex characters: what an answer binds itself to."""
    return sha256(token.encode("ascii")).hexdigest()


def compact_json(claims: Mapping[str, Any]) -> bytes:
    """Claims as the bytes that are signed: UTF-8, no spaces, nothing that is not JSON."""
    return json.dumps(
        claims, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()  # fmt: skip


def parts(token: str, count: int, max_size: int) -> list[bytes]:
    """The segments, decoded; refused when any is not the one way to write its bytes."""
    if len(token) > max_size:
        raise TokenRefused("too_big")
    segments = token.split(".")
    if len(segments) != count or not _TEXT.fullmatch(token):
        raise TokenRefused("malformed")
    decoded = []
    for segment in segments:
        if len(segment) % 4 == 1:
            raise TokenRefused("malformed")
        raw = urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
        if urlsafe_b64encode(raw).rstrip(b"=").decode("ascii") != segment:
            raise TokenRefused("malformed")
        decoded.append(raw)
    return decoded


def json_object(raw: bytes) -> dict[str, Any]:
    try:
        said = read_json(raw)
    except NotStrictJson:
        raise TokenRefused("malformed") from None
    if not isinstance(said, dict):
        raise TokenRefused("malformed")
    return said
