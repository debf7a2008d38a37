"""The key policy: what the library beneath would take and we do not (SEC-45)."""

from __future__ import annotations

import json
import math
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from joserfc.jwk import ECKey, OKPKey

from consent.keys import (
    KeyRefused,
    Keys,
    accept_key,
    accept_keys,
    key_set,
    merge,
    new_key,
    public_jwk,
    read_keys,
)


def an_ec_jwk(**changes: Any) -> dict[str, Any]:
    return {**public_jwk(new_key("sig", "k1")), **changes}


def an_rsa_jwk(modulus: int, exponent: int = 65537) -> dict[str, Any]:
    return {"kty": "RSA", "kid": "r", "use": "sig", "n": _b64(modulus), "e": _b64(exponent)}


def _b64(number: int) -> str:
    raw = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return urlsafe_b64encode(raw).decode().rstrip("=")


def why(jwk: Any) -> str:
    with pytest.raises(KeyRefused) as refused:
        accept_key(jwk)
    return refused.value.why


def test_each_kind_of_key_has_one_algorithm() -> None:
    sound = rsa.generate_private_key(65537, 2048).private_numbers().public_numbers.n
    assert accept_key(an_ec_jwk()).get("alg") == "ES256"
    assert accept_key(public_jwk(new_key("enc", "k2"))).get("alg") == "ECDH-ES"
    assert accept_key(an_rsa_jwk(sound)).get("alg") == "PS256"
    edwards = OKPKey.generate_key("Ed25519", {"use": "sig", "kid": "e"})
    assert accept_key(dict(edwards.as_dict(private=False))).get("alg") == "Ed25519"


def test_rsa_keys_of_1024_bits_are_refused() -> None:
    assert why(an_rsa_jwk((1 << 1024) - 105)) == "rsa_size"
    assert why(an_rsa_jwk((1 << 2047) - 1)) == "rsa_size"


@pytest.mark.parametrize("exponent", [1, 3, 65536])
def test_rsa_exponents_that_are_small_or_even_are_refused(exponent: int) -> None:
    sound = rsa.generate_private_key(65537, 2048).private_numbers().public_numbers.n
    assert why(an_rsa_jwk(sound, exponent)) in ("rsa_exponent", "malformed")


def test_rsa_keys_with_the_fingerprint_of_the_infineon_fault_are_refused() -> None:
    """A modulus that is a power of 65537 modulo every small prime (CVE-2017-15361)."""
    primes = [p for p in range(3, 168, 2) if all(p % q for q in range(3, math.isqrt(p) + 1, 2))]
    product = math.prod(primes)
    modulus = pow(65537, 12345, product) + product * (1 << (2048 - product.bit_length()))
    modulus += product * (modulus % 2 == 0)
    assert modulus.bit_length() == 2048
    assert why(an_rsa_jwk(modulus)) == "rsa_modulus"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"kty": "oct", "k": "AAAA"}, "kind"),
        ({"crv": "P-521"}, "kind"),
        ({"crv": "secp256k1"}, "kind"),
        ({"use": "both"}, "kind"),
        ({"crv": ["P-256"]}, "kind"),
        ({"alg": "ES224"}, "algorithm"),
        ({"alg": "none"}, "algorithm"),
        ({"alg": "HS256"}, "algorithm"),
        ({"use": "enc", "alg": "ES256"}, "algorithm"),
        ({"kid": ""}, "kid"),
        ({"kid": "a" * 129}, "kid"),
        ({"kid": "a\nb"}, "kid"),
        ({"kid": 7}, "malformed"),
        ({"y": "UI8exy-C06a7DUnjIdENkxeFtHM4-l_41LqEw9nVgnw"}, "malformed"),
        ({"x": "!!"}, "malformed"),
        ({"x": None}, "malformed"),
    ],
)
def test_a_key_that_breaks_the_policy_is_refused(changes: dict[str, Any], code: str) -> None:
    assert why(an_ec_jwk(**changes)) == code


def test_a_key_needs_a_use_and_an_id() -> None:
    for missing in ("kid", "use"):
        jwk = an_ec_jwk()
        del jwk[missing]
        assert why(jwk) in ("kid", "kind")


def test_one_bad_key_refuses_the_whole_set() -> None:
    with pytest.raises(KeyRefused):
        accept_keys([an_ec_jwk(), {"kty": "oct", "k": "AAAA", "kid": "s", "use": "sig"}])


def test_an_id_stands_once_in_a_set() -> None:
    with pytest.raises(KeyRefused, match="kid_twice"):
        accept_keys([an_ec_jwk(), an_ec_jwk()])
    with pytest.raises(KeyRefused, match="kid_twice"):
        merge(accept_keys([an_ec_jwk()]), accept_keys([an_ec_jwk()]))


@pytest.mark.parametrize("raw", [b"", b"[]", b'"a"', b'{"keys": []}', b'{"keys": {}}', b"{}"])
def test_what_is_no_set_of_keys_is_refused(raw: bytes) -> None:
    with pytest.raises(KeyRefused):
        read_keys(raw)


def test_a_set_of_a_thousand_keys_is_refused() -> None:
    raw = json.dumps({"keys": [an_ec_jwk(kid=str(number)) for number in range(21)]}).encode()
    with pytest.raises(KeyRefused, match="number_of_keys"):
        read_keys(raw)


def test_only_public_members_are_published_whatever_was_imported() -> None:
    private = new_key("sig", "k1")
    imported = accept_key({**private.as_dict(private=True), "x5u": "https://evil.example/"})
    published = Keys({"k1": imported}).public()["keys"][0]
    assert set(published) == {"kty", "crv", "x", "y", "kid", "use", "alg"}


def test_a_key_is_found_for_its_own_use_only() -> None:
    keys = key_set(new_key("sig", "s"), new_key("enc", "e"))
    assert keys.find("s", "sig") is not None
    assert keys.find("s", "enc") is None
    assert isinstance(keys.first("enc"), ECKey)
    assert keys.first("enc").kid == "e"


def test_a_key_that_says_when_it_ends_is_not_used_afterwards_x13() -> None:
    end = datetime(2026, 12, 24, 12, tzinfo=UTC)
    old = an_ec_jwk(kid="old", exp=int(end.timestamp()))
    keys = accept_keys([old, public_jwk(new_key("sig", "new"))])
    assert keys.ends == {"old": end}
    assert set(keys.at(end - timedelta(seconds=1)).by_kid) == {"old", "new"}
    assert set(keys.at(end).by_kid) == {"new"}
    assert keys.at(end).find("old", "sig") is None
    assert merge(keys, key_set(new_key("enc", "e"))).ends == {"old": end}
    assert accept_keys([an_ec_jwk()]).ends == {}


@pytest.mark.parametrize("end", [0, -1, "1800000000", 1.5, True, None, 10**12, [1]])
def test_an_end_that_is_no_moment_refuses_the_set(end: Any) -> None:
    with pytest.raises(KeyRefused) as refused:
        accept_keys([an_ec_jwk(exp=end)])
    assert refused.value.why == "malformed"
