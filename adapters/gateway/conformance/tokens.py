"""Tokens as the protocol has them, and every way of making one wrong that a check needs."""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from typing import Any, Final

from joserfc import jwe, jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from adapters.gateway.heads import KINDS
from adapters.gateway.identity import Key, base64url
from adapters.gateway.strict import read_json

SEALED: Final = {"alg": "ECDH-ES", "enc": "A256GCM"}
_RAW: Final = 64
PUBLIC: Final = ("kty", "crv", "x", "y", "kid", "use", "alg")


def new_key(use: str, kid: str) -> ECKey:
    algorithm = "ES256" if use == "sig" else "ECDH-ES"
    return ECKey.generate_key("P-256", {"use": use, "kid": kid, "alg": algorithm})


def public(key: ECKey) -> dict[str, Any]:
    said = key.as_dict(private=False)
    return {name: said[name] for name in PUBLIC if name in said}


def sign(
    claims: Mapping[str, Any] | bytes, key: ECKey, typ: str, header: Mapping[str, Any] | None = None
) -> str:
    """Signed by ES256. `header` changes or adds members; one of None is left out."""
    body = claims if isinstance(claims, bytes) else compact(claims)
    top = {"alg": "ES256", "kid": str(key.kid), "typ": typ} | dict(header or {})
    first = ".".join(
        base64url(raw)
        for raw in (compact({name: one for name, one in top.items() if one is not None}), body)
    )
    signature = jws.JWSRegistry.algorithms["ES256"].sign(first.encode(), key)
    return f"{first}.{base64url(signature)}"


def unsigned(claims: Mapping[str, Any], kid: str, typ: str) -> str:
    """`alg` none."""
    header = {"alg": "none", "kid": kid, "typ": typ}
    return f"{base64url(compact(header))}.{base64url(compact(claims))}."


def signed_with_a_public_key(claims: Mapping[str, Any], key: ECKey, typ: str) -> str:
    """The old confusion: HS256, with the text of our public key as the secret."""
    header = {"alg": "HS256", "kid": str(key.kid), "typ": typ}
    first = f"{base64url(compact(header))}.{base64url(compact(claims))}"
    signature = hmac.digest(key.as_pem(private=False), first.encode(), "sha256")
    return f"{first}.{base64url(signature)}"


def verify(token: str, jwks: list[dict[str, Any]], typ: str) -> dict[str, Any]:
    """The claims, or ValueError in words: the key decides the algorithm."""
    header = read_json(urlsafe_b64decode(_padded(token.partition(".")[0])))
    if set(header) != {"alg", "kid", "typ"}:
        raise ValueError(f"the header has {', '.join(sorted(header))}, not alg, kid and typ")
    if header["typ"] != typ:
        raise ValueError(f"typ is {header['typ']}, not {typ}")
    fitting = [jwk for jwk in jwks if jwk.get("kid") == header["kid"] and jwk.get("use") == "sig"]
    if not fitting:
        raise ValueError("it is signed with a key that is not published for signing")
    key, algorithm = import_key(fitting[0])
    if header["alg"] != algorithm:
        raise ValueError(f"alg is {header['alg']}, and the key {header['kid']} is for {algorithm}")
    length = len(urlsafe_b64decode(_padded(token.rpartition(".")[2])))
    if algorithm == "ES256" and length != _RAW:
        raise ValueError(f"a signature of ES256 has {_RAW} bytes, r and s, and this one {length}")
    try:
        opened = jws.deserialize_compact(token, key, algorithms=[algorithm])
    except JoseError:
        raise ValueError(f"the signature is not right by the key {header['kid']}") from None
    said: dict[str, Any] = read_json(opened.payload)
    return said


def payload(token: str) -> bytes:
    """What was signed, byte for byte, without a look at the signature."""
    return urlsafe_b64decode(_padded(token.split(".")[1]))


def import_key(jwk: Mapping[str, Any]) -> tuple[Key, str]:
    kind, algorithm = KINDS[str(jwk.get("kty")), "" if "n" in jwk else str(jwk.get("crv"))]
    return kind.import_key({name: one for name, one in jwk.items() if name != "alg"}), algorithm


def seal(body: bytes, jwk: Mapping[str, Any]) -> str:
    """To the department's published sealing key."""
    key = ECKey.import_key({name: one for name, one in jwk.items() if name != "alg"})
    header = {**SEALED, "kid": str(jwk["kid"])}
    return jwe.encrypt_compact(header, body, key, algorithms=list(SEALED.values()))


def unseal(token: str, key: ECKey) -> tuple[dict[str, Any], bytes]:
    """The header and what was sealed, or ValueError in words."""
    if token.count(".") != 4:
        raise ValueError(f"a sealed token has five parts, and this has {token.count('.') + 1}")
    header: dict[str, Any] = read_json(urlsafe_b64decode(_padded(token.partition(".")[0])))
    kinds = {name: header.get(name) for name in SEALED}
    if kinds != SEALED:
        raise ValueError(f"alg and enc are {list(kinds.values())}, not {list(SEALED.values())}")
    try:
        opened = jwe.decrypt_compact(token, key, algorithms=list(SEALED.values()))
    except JoseError as fault:
        raise ValueError(type(fault).__name__) from None
    return header, opened.plaintext or b""


def compact(claims: Mapping[str, Any]) -> bytes:
    return json.dumps(claims, separators=(",", ":")).encode()


def _padded(text: str) -> str:
    return text + "=" * (-len(text) % 4)
