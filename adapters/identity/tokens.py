"""Reading tokens that others signed: one algorithm, known keys, every claim checked.

joserfc does the cryptography. What it leaves to the caller is here: which key, which claims, and
that nothing in a token's own header chooses where keys come from.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from joserfc.jwt import ClaimsOption, JWTClaimsRegistry

ALGORITHM: Final = "ES256"
LEEWAY: Final = 10
"""Seconds that two clocks may differ."""
LONGEST_TOKEN: Final = 16 * 1024
LONGEST_SUBJECT: Final = 255
"""Characters, as OpenID Connect Core section 2 has it."""
LOGOUT_EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
LOGOUT_SECONDS: Final = 180
_KEYS_FROM_HEADER: Final = frozenset({"jku", "jwk", "x5u", "x5c"})


class TokenInvalid(Exception):
    """A token that is not what it should be; says which check, never what was in it."""


FindKey = Callable[[str], ECKey | None]


def open_token(
    token: str, find_key: FindKey, now: datetime, **checks: ClaimsOption
) -> dict[str, Any]:
    """The claims of an ES256 token signed with a known key, alive now, with these claims."""
    key = find_key(key_id(token))
    if key is None:
        raise TokenInvalid("unknown key")
    try:
        claims = jwt.decode(token, key, algorithms=[ALGORITHM]).claims
        JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=LEEWAY,
            exp={"essential": True},
            iat={"essential": True},
            **checks,
        ).validate(claims)
    except (JoseError, ValueError, TypeError) as fault:
        raise TokenInvalid(type(fault).__name__) from None
    return claims


def key_id(token: object) -> str:
    """The key id in the header, which is read before anything is trusted."""
    if not isinstance(token, str) or len(token) > LONGEST_TOKEN:
        raise TokenInvalid("not a token")
    try:
        segment = token.split(".", 1)[0]
        header = json.loads(base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))
        if header["alg"] != ALGORITHM or not _KEYS_FROM_HEADER.isdisjoint(header):
            raise TokenInvalid("header")
        kid = header["kid"]
    except (ValueError, KeyError, TypeError):
        raise TokenInvalid("header") from None
    if not isinstance(kid, str):
        raise TokenInvalid("header")
    return kid


def must_be_for(claims: Mapping[str, Any], client_id: str) -> None:
    """The token is for us and for nobody else besides."""
    if claims["aud"] not in (client_id, [client_id]):
        raise TokenInvalid("aud")


def id_token_claims(
    token: str,
    find_key: FindKey,
    now: datetime,
    *,
    issuer: str,
    client_id: str,
    nonce: str,
    access_token: str,
    vot: str | None = None,
) -> dict[str, Any]:
    """OpenID Connect Core 3.1.3.7, with the access token's hash and, where the service has levels,
    that of the sign-in."""
    level: dict[str, ClaimsOption] = {"vot": {"essential": True, "value": vot}} if vot else {}
    claims = open_token(
        token,
        find_key,
        now,
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": client_id},
        sub={"essential": True},
        nonce={"essential": True, "value": nonce},
        at_hash={"essential": True, "value": half_hash(access_token)},
        auth_time={"essential": True},
        **level,
    )
    must_be_for(claims, client_id)
    if not all(isinstance(claims[name], str) for name in ("nonce", *level, "at_hash", "sub")):
        raise TokenInvalid("claims")
    if not 0 < len(claims["sub"]) <= LONGEST_SUBJECT:
        raise TokenInvalid("sub")
    auth_time = claims["auth_time"]
    if type(auth_time) is not int or not 0 < auth_time <= now.timestamp() + LEEWAY:
        raise TokenInvalid("auth_time")
    return claims


def logout_claims(
    token: str, find_key: FindKey, now: datetime, *, issuer: str, client_id: str
) -> dict[str, Any]:
    """OpenID Connect Back-Channel Logout 2.6; the caller refuses a `jti` it has seen."""
    claims = open_token(
        token,
        find_key,
        now,
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": client_id},
        sub={"essential": True},
        jti={"essential": True},
    )
    must_be_for(claims, client_id)
    events = claims.get("events")
    if not isinstance(events, dict) or events.get(LOGOUT_EVENT) != {} or "nonce" in claims:
        raise TokenInvalid("events")
    if claims["iat"] < now.timestamp() - LOGOUT_SECONDS:
        raise TokenInvalid("iat")
    return claims


def half_hash(text: str) -> str:
    """`at_hash`: base64url of the left half of SHA-256 (OpenID Connect Core 3.1.3.6)."""
    return (
        base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()[:16]).decode().rstrip("=")
    )


def same(one: str, other: str) -> bool:
    """Equal, in time that does not depend on where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())
