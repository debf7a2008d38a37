"""What a machine proves before it is answered: who it is, and that the key is in its hands.

A client's own assertion (RFC 7523) names the department; a DPoP proof (RFC 9449) shows the key that
a token is bound to. Both are made for one call and carry a number: whoever takes one spends it
(`Spent`), so that it never counts twice (SEC-42, SEC-43). Nothing here reads a clock or a table.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final, NoReturn
from urllib.parse import quote, unquote, urlsplit

from joserfc.errors import JoseError
from joserfc.jws import JWSRegistry

from consent.jose import LEEWAY, TokenRefused, check_times, json_object, parts
from consent.keys import Key, KeyRefused, Keys, accept_key, algorithm_of

ALGORITHMS: Final = ("ES256", "EdDSA", "PS256")
"""What we take, as FAPI 2.0 lists it and as our metadata announces it."""
_MADE_WITH: Final = {"ES256": "ES256", "PS256": "PS256", "EdDSA": "Ed25519", "Ed25519": "Ed25519"}
"""The name in a header, and the algorithm of the one kind of key that it may be made with."""
PROOF_TYPE: Final = "dpop+jwt"
_ASSERTION_TYPES: Final = (None, "JWT", "client-authentication+jwt")
PROOF_AGE: Final = timedelta(seconds=60)
"""A DPoP proof older than this is refused; one from the future is by LEEWAY at most (SEC-58)."""
ASSERTION_LIFE: Final = timedelta(minutes=5)
LARGEST: Final = 8 * 1024
_LONGEST_NUMBER: Final = 256
_PRIVATE: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


@dataclass(frozen=True, slots=True)
class Spent:
    """The number of a proof that was right: to be kept until it could not be right again."""

    proof_hash: str
    """SHA-256 of what it is, whose it is and its number, 64 hex characters."""
    until: datetime


@dataclass(frozen=True, slots=True)
class Possession:
    """A proof that was right: the thumbprint of its key (RFC 7638), and its number."""

    jkt: str
    spent: Spent


def check_dpop(
    proof: str, *, method: str, url: str, now: datetime, token: str = "", bound_to: str = ""
) -> Possession:
    """One DPoP proof for this call, or TokenRefused (RFC 9449, section 4.3).

    `url` is ours as it is published. With `token` the proof must be made for that access token, by
    the key that it is `bound_to`. The caller still has to spend the number.
    """
    header, body, signature = parts(proof, 3, LARGEST)
    key = _proof_key(header)
    claims = json_object(body)
    _check_signature(proof, key.made_with, key.key, signature)
    if claims.get("htm") != method:
        raise TokenRefused("method")
    address = claims.get("htu")
    if not isinstance(address, str) or (address != url and place(address) != place(url)):
        raise TokenRefused("address")
    issued, number = claims.get("iat"), _number(claims)
    if type(issued) is not int:
        raise TokenRefused("claims")
    moment = now.timestamp()
    if issued > moment + LEEWAY.total_seconds():
        raise TokenRefused("not_yet")
    if issued < moment - PROOF_AGE.total_seconds():
        raise TokenRefused("expired")
    if token and claims.get("ath") != _base64(sha256(token.encode("ascii")).digest()):
        raise TokenRefused("token")
    if bound_to and key.jkt != bound_to:
        raise TokenRefused("bound")
    until = datetime.fromtimestamp(issued, UTC) + PROOF_AGE + LEEWAY
    return Possession(key.jkt, _spent("dpop", key.jkt, number, until))


def claimed_client(assertion: str) -> str:
    """Who an assertion says it is from. Not believed: it only says whose keys to look at."""
    subject = json_object(parts(assertion, 3, LARGEST)[1]).get("sub")
    if not isinstance(subject, str):
        raise TokenRefused("claims")
    return subject


def check_assertion(
    assertion: str, keys: Keys, *, client: str, audience: str, now: datetime
) -> Spent:
    """A client's assertion about itself, for our token endpoint, or TokenRefused.

    `audience` is the issuer exactly: one text, not a list, not the address of the endpoint. At most
    five minutes long. The caller still has to spend the number.
    """
    header, body, signature = parts(assertion, 3, LARGEST)
    said = json_object(header)
    if not {"alg", "kid"} <= set(said) <= {"alg", "kid", "typ"}:
        raise TokenRefused("malformed")
    if said.get("typ") not in _ASSERTION_TYPES:
        raise TokenRefused("type")
    made_with = _algorithm(said)
    key = keys.find(said["kid"], "sig") if isinstance(said["kid"], str) else None
    if key is None:
        raise TokenRefused("key")
    _check_signature(assertion, made_with, key, signature)
    claims = json_object(body)
    if claims.get("iss") != client or claims.get("sub") != client:
        raise TokenRefused("claims")
    if claims.get("aud") != audience:
        raise TokenRefused("audience")
    check_times(claims, now, longest=ASSERTION_LIFE)
    not_before = claims.get("nbf", claims["iat"])
    if type(not_before) is not int:
        raise TokenRefused("claims")
    if not_before > now.timestamp() + LEEWAY.total_seconds():
        raise TokenRefused("not_yet")
    until = datetime.fromtimestamp(claims["exp"], UTC) + LEEWAY
    return _spent("assertion", client, _number(claims), until)


def place(url: str) -> str:
    """An address as RFC 3986 compares it: no query, no fragment, no default port, lower case where
    case means nothing. TokenRefused for what is none."""
    try:
        found = urlsplit(url)
        host, port = found.hostname, found.port
    except ValueError:
        raise TokenRefused("address") from None
    if found.scheme not in ("http", "https") or not host or found.username is not None:
        raise TokenRefused("address")
    default = {"http": 80, "https": 443}[found.scheme]
    suffix = "" if port in (None, default) else f":{port}"
    return f"{found.scheme}://{host}{suffix}{quote(unquote(found.path)) or '/'}"


@dataclass(frozen=True, slots=True)
class _ProofKey:
    key: Key
    made_with: str
    jkt: str


@lru_cache(maxsize=1024)
def _proof_key(header: bytes) -> _ProofKey:
    """The key in the header of a proof. A client sends the same header each time, so it is read
    once; what is refused is not remembered."""
    said = json_object(header)
    if set(said) != {"typ", "alg", "jwk"}:
        raise TokenRefused("malformed")
    if said["typ"] != PROOF_TYPE:
        raise TokenRefused("type")
    made_with, jwk = _algorithm(said), said["jwk"]
    if not isinstance(jwk, dict) or _PRIVATE & set(jwk) or jwk.get("use", "sig") != "sig":
        raise TokenRefused("key")
    try:
        key = accept_key({**_named(jwk), "kid": "dpop", "use": "sig"})
    except KeyRefused:
        raise TokenRefused("key") from None
    return _ProofKey(key, made_with, key.thumbprint())


def _named(jwk: Mapping[str, Any]) -> dict[str, Any]:
    """The members that make the key; what else a client wrote beside them means nothing here."""
    return {name: jwk[name] for name in ("kty", "crv", "x", "y", "n", "e") if name in jwk}


def _algorithm(header: Mapping[str, Any]) -> str:
    name = header["alg"]
    if not isinstance(name, str) or name not in _MADE_WITH:
        raise TokenRefused("algorithm")
    return _MADE_WITH[name]


def _check_signature(token: str, made_with: str, key: Key, signature: bytes) -> None:
    """Over the text as it came. The kind of key decides, the header may only agree."""
    if algorithm_of(key) != made_with:
        raise TokenRefused("algorithm")
    signed = token.rpartition(".")[0].encode("ascii")
    try:
        right = JWSRegistry.algorithms[made_with].verify(signed, signature, key)
    except (JoseError, ValueError, TypeError):
        _refuse_signature()
    if not right:
        _refuse_signature()


def _refuse_signature() -> NoReturn:
    raise TokenRefused("signature") from None


def _number(claims: Mapping[str, Any]) -> str:
    number = claims.get("jti")
    if not isinstance(number, str) or not number.isascii():
        raise TokenRefused("claims")
    if not 0 < len(number) <= _LONGEST_NUMBER:
        raise TokenRefused("claims")
    return number


def _spent(kind: str, whose: str, number: str, until: datetime) -> Spent:
    return Spent(sha256(f"{kind}\n{whose}\n{number}".encode()).hexdigest(), until)


def _base64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")
