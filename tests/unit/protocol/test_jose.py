"""Signed and sealed tokens: one shape, one way of writing, one kind at a time (SEC-45, SEC-52)."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from joserfc import jwe, jws
from joserfc.jwk import ECKey, OctKey

from consent.jose import TokenRefused, check_times, compact_json, seal, sign, unseal, verify
from consent.keys import accept_key, algorithm_of, key_set, new_key, public_jwk

KEY = new_key("sig", "k1")
KEYS = key_set(KEY)
SEALING = new_key("enc", "e1")
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def b64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def refused(token: str, typ: str = "t+jwt") -> str:
    with pytest.raises(TokenRefused) as fault:
        verify(token, KEYS, typ=typ)
    return fault.value.why


def with_header(**changes: Any) -> str:
    """A token that is rightly signed, but whose header says something else."""
    header = {"alg": "ES256", "kid": "k1", "typ": "t+jwt", **changes}
    header = {name: value for name, value in header.items() if value is not None}
    signed = b64(json.dumps(header).encode()) + "." + b64(b"{}")
    model = jws.JWSRegistry.algorithms["ES256"]
    return signed + "." + b64(model.sign(signed.encode(), KEY))


def test_what_was_signed_comes_back() -> None:
    claims = {"iss": "a", "n": 1, "text": "Tŷ Sampl"}
    assert verify(sign(claims, KEY, typ="t+jwt"), KEYS, typ="t+jwt") == claims


def test_a_good_header_is_good() -> None:
    assert verify(with_header(), KEYS, typ="t+jwt") == {}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"typ": "other+jwt"}, "type"),
        ({"typ": None}, "malformed"),
        ({"kid": None}, "malformed"),
        ({"kid": "k2"}, "key"),
        ({"kid": ["k1"]}, "key"),
        ({"alg": "none"}, "algorithm"),
        ({"alg": "HS256"}, "algorithm"),
        ({"alg": "ES384"}, "algorithm"),
        ({"jwk": public_jwk(KEY)}, "malformed"),
        ({"jku": "https://evil.example/jwks"}, "malformed"),
        ({"x5u": "https://evil.example/"}, "malformed"),
        ({"crit": ["exp"], "exp": 1}, "malformed"),
        ({"b64": False}, "malformed"),
    ],
)
def test_a_header_says_algorithm_key_and_type_and_nothing_else(
    changes: dict[str, Any], why: str
) -> None:
    assert refused(with_header(**changes)) == why


def test_a_public_key_is_not_a_shared_secret() -> None:
    """The old confusion: HS256 over the bytes of a public key."""
    secret = OctKey.import_key(json.dumps(public_jwk(KEY)))
    header = {"alg": "HS256", "kid": "k1", "typ": "t+jwt"}
    assert refused(jws.serialize_compact(header, b"{}", secret, ["HS256"])) == "algorithm"


def test_a_token_can_be_written_in_one_way_only() -> None:
    token = sign({}, KEY, typ="t+jwt")
    assert refused(token + "=") == "malformed"
    assert refused(token + "\n") == "malformed"
    assert refused(" " + token) == "malformed"
    head, last = token.rsplit(".", 1)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    sisters = [last[:-1] + letter for letter in alphabet if letter != last[-1]]
    bytes_of = {text: urlsafe_b64decode(text + "==") for text in [last, *sisters]}
    same_bytes = [f"{head}.{text}" for text in sisters if bytes_of[text] == bytes_of[last]]
    assert same_bytes
    assert {refused(other) for other in same_bytes} == {"malformed"}


def test_a_token_that_says_a_claim_twice_is_refused() -> None:
    token = sign(b'{"aud":"a","aud":"b"}', KEY, typ="t+jwt")
    assert refused(token) == "malformed"


@pytest.mark.parametrize("token", ["", ".", "..", "a.b", "a.b.c.d", "é.b.c", "a" * 70_000])
def test_what_is_no_token_is_refused(token: str) -> None:
    assert refused(token) in ("malformed", "too_big")


def test_what_was_sealed_is_opened_by_its_own_key_only() -> None:
    public = accept_key(public_jwk(SEALING))
    sealed = seal(b"hello", public)  # type: ignore[arg-type]
    assert unseal(sealed, SEALING) == b"hello"
    assert unseal(sealed, key_set(SEALING)) == b"hello"
    with pytest.raises(TokenRefused, match="key"):
        unseal(sealed, new_key("enc", "e2"))
    with pytest.raises(TokenRefused, match="seal"):
        unseal(sealed, new_key("enc", "e1"))


@pytest.mark.parametrize(
    "changes",
    [{"zip": "DEF"}, {"enc": "A128CBC-HS256"}, {"alg": "ECDH-ES+A256KW"}, {"jwk": {"kty": "EC"}}],
)
def test_a_seal_is_of_one_kind_and_never_compressed(changes: dict[str, Any]) -> None:
    header = {"alg": "ECDH-ES", "enc": "A256GCM", "kid": "e1", **changes}
    key = new_key("enc", "e1").as_dict(private=True)
    key.pop("alg")
    other = ECKey.import_key(key)
    algorithms = [str(header["alg"]), str(header["enc"]), "DEF"]
    with pytest.raises(TokenRefused):
        unseal(jwe.encrypt_compact(header, b"A" * 1000, other, algorithms), SEALING)


@pytest.mark.parametrize(
    ("issued", "ends", "why"),
    [
        (9, 60, ""),
        (-59, 1, ""),
        (-69, -9, ""),
        (-70, -10, "expired"),
        (11, 61, "not_yet"),
        (61, 110, "not_yet"),
        (0, 61, "claims"),
        (0, 0, "claims"),
        (0, -1, "claims"),
        (True, 60, "claims"),
        (0.5, 60, "claims"),
        ("0", 60, "claims"),
        (None, 60, "claims"),
    ],
)
def test_times_are_near_now_and_near_each_other(issued: Any, ends: Any, why: str) -> None:
    base = int(NOW.timestamp())
    said = {
        "iat": base + issued if type(issued) is int else issued,
        "exp": base + ends,
    }
    if not why:
        check_times(said, NOW, longest=timedelta(seconds=60))
        return
    with pytest.raises(TokenRefused, match=why):
        check_times(said, NOW, longest=timedelta(seconds=60))


def test_claims_are_written_without_anything_that_is_not_json() -> None:
    assert compact_json({"a": "Siôn"}) == '{"a":"Siôn"}'.encode()
    with pytest.raises(ValueError):
        compact_json({"a": float("nan")})


def test_a_key_signs_with_its_own_algorithm() -> None:
    assert algorithm_of(KEY) == "ES256"
