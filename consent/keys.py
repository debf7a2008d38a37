"""Which keys we accept, from anyone (SEC-45).

The library beneath takes RSA keys of 1,024 bits, keys that can be factored (ROCA), short shared
secrets and sets that mix all of these. This policy stands in front of it and is the only way in.
"""

from __future__ import annotations

import math
import re
from base64 import urlsafe_b64decode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar, Final, Literal

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeyParameters, OKPKey, RSAKey

from consent.errors import ServiceError
from consent.strict_json import NotStrictJson, read_json

Key = ECKey | OKPKey | RSAKey
Use = Literal["sig", "enc"]

SMALLEST_RSA: Final = 2048
_LARGEST_RSA: Final = 8192
_MOST_KEYS: Final = 20
_LAST_SECOND: Final = 253_402_300_799
"""Of the year 9999."""
_KID: Final = re.compile(r"[A-Za-z0-9._~#:%/-]{1,128}")
_PUBLIC: Final = ("kty", "crv", "x", "y", "n", "e", "kid", "use", "alg")

ALGORITHM: Final[Mapping[str, str]] = MappingProxyType(
    {
        "EC P-256 sig": "ES256",
        "EC P-384 sig": "ES384",
        "OKP Ed25519 sig": "Ed25519",
        "RSA sig": "PS256",
        "EC P-256 enc": "ECDH-ES",
        "EC P-384 enc": "ECDH-ES",
    }
)
"""What each kind of key is for. One kind, one algorithm: a token cannot choose."""


class KeyRefused(ServiceError):
    """A key or a set of keys breaks the policy; `why` is a short code."""

    code: ClassVar[str] = "key_refused"

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """Keys of one party, each with its own id, use and algorithm. `ends` has those that say until
    when they are used, aware UTC."""

    by_kid: Mapping[str, Key]
    ends: Mapping[str, datetime] = field(default_factory=lambda: MappingProxyType({}))

    def at(self, now: datetime) -> Keys:
        """Without those that have ended."""
        over = {kid for kid, end in self.ends.items() if end <= now}
        if not over:
            return self
        left = {kid: key for kid, key in self.by_kid.items() if kid not in over}
        return Keys(MappingProxyType(left), self.ends)

    def find(self, kid: str, use: Use) -> Key | None:
        key = self.by_kid.get(kid)
        return key if key is not None and _use(key) == use else None

    def first(self, use: Use) -> Key:
        """The newest key for this use: sets list the newest first (SEC-47)."""
        for key in self.by_kid.values():
            if _use(key) == use:
                return key
        raise KeyRefused("no_key_for_this_use")

    def public(self) -> dict[str, list[dict[str, Any]]]:
        """The set as it is published: public members only."""
        return {"keys": [public_jwk(key) for key in self.by_kid.values()]}

    def __repr__(self) -> str:
        return f"<Keys: {len(self.by_kid)}>"


def read_keys(raw: bytes) -> Keys:
    """A JWK, or a set of them, from bytes that came from a file or from outside."""
    try:
        said = read_json(raw)
    except NotStrictJson:
        raise KeyRefused("malformed") from None
    if isinstance(said, dict) and isinstance(said.get("keys"), list):
        return accept_keys(said["keys"])
    return accept_keys([said])


def load_keys(*paths: Path) -> Keys:
    """All keys of these files as one set, in their order."""
    return merge(*(read_keys(path.read_bytes()) for path in paths))


def merge(*sets: Keys) -> Keys:
    """One set of several; an id that stands twice is refused."""
    kids = [kid for keys in sets for kid in keys.by_kid]
    if len(kids) != len(set(kids)):
        raise KeyRefused("kid_twice")
    return Keys(
        MappingProxyType({kid: key for keys in sets for kid, key in keys.by_kid.items()}),
        MappingProxyType({kid: end for keys in sets for kid, end in keys.ends.items()}),
    )


def accept_keys(jwks: Iterable[Any]) -> Keys:
    """Check every key; one bad key refuses the whole set."""
    listed = list(jwks)
    if not 0 < len(listed) <= _MOST_KEYS:
        raise KeyRefused("number_of_keys")
    accepted: dict[str, Key] = {}
    ends: dict[str, datetime] = {}
    for jwk in listed:
        key, end = _with_its_end(jwk)
        if str(key.kid) in accepted:
            raise KeyRefused("kid_twice")
        accepted[str(key.kid)] = key
        if end is not None:
            ends[str(key.kid)] = end
    return Keys(MappingProxyType(accepted), MappingProxyType(ends))


def _with_its_end(jwk: Any) -> tuple[Key, datetime | None]:
    """A published key, and until when it is used where it says so: `exp`, seconds since 1970."""
    if not isinstance(jwk, dict) or "exp" not in jwk:
        return accept_key(jwk), None
    said = jwk["exp"]
    if type(said) is not int or not 0 < said <= _LAST_SECOND:
        raise KeyRefused("malformed")
    rest = {name: value for name, value in jwk.items() if name != "exp"}
    return accept_key(rest), datetime.fromtimestamp(said, UTC)


def accept_key(jwk: Any) -> Key:
    """One key that this policy allows, or KeyRefused."""
    if not isinstance(jwk, dict) or not all(isinstance(v, str | list) for v in jwk.values()):
        raise KeyRefused("malformed")
    kid, use = jwk.get("kid"), jwk.get("use")
    if not isinstance(kid, str) or not _KID.fullmatch(kid):
        raise KeyRefused("kid")
    curve = "" if jwk.get("kty") == "RSA" else jwk.get("crv")
    algorithm = ALGORITHM.get(f"{jwk.get('kty')} {curve}".strip() + f" {use}")
    if algorithm is None:
        raise KeyRefused("kind")
    if jwk.get("alg", algorithm) not in (algorithm, _other_name(algorithm)):
        raise KeyRefused("algorithm")
    members = {name: jwk[name] for name in (*_PUBLIC, "d", "p", "q", "dp", "dq", "qi")
               if name in jwk}  # fmt: skip
    members["alg"] = algorithm
    types: dict[str, type[Key]] = {"EC": ECKey, "OKP": OKPKey, "RSA": RSAKey}
    try:
        if jwk["kty"] == "RSA":
            _check_rsa(_number(jwk["n"]), _number(jwk["e"]))
        key = types[jwk["kty"]].import_key(members)
        readable = key.raw_value is not None
    except (JoseError, ValueError, TypeError, KeyError):
        raise KeyRefused("malformed") from None
    if not readable:
        raise KeyRefused("malformed")
    return key


def new_key(use: Use, kid: str) -> ECKey:
    """A fresh P-256 pair: for a demonstration, for a test, or for one answer only."""
    parameters: KeyParameters = {"use": use, "alg": ALGORITHM[f"EC P-256 {use}"], "kid": kid}
    return ECKey.generate_key("P-256", parameters)


def key_set(*keys: Key) -> Keys:
    """Keys that were made here, as a set."""
    return Keys(MappingProxyType({str(key.kid): key for key in keys}))


def public_jwk(key: Key) -> dict[str, Any]:
    """The public members and nothing else, whatever the key was imported with."""
    said = key.as_dict(private=False)
    return {name: said[name] for name in _PUBLIC if name in said}


def algorithm_of(key: Key) -> str:
    """The one algorithm this key is for."""
    return str(key.get("alg"))


def _use(key: Key) -> str:
    return str(key.get("use"))


def _other_name(algorithm: str) -> str:
    return "EdDSA" if algorithm == "Ed25519" else algorithm


def _number(text: str) -> int:
    """A base64url number; the policy looks at it before the library does."""
    return int.from_bytes(urlsafe_b64decode(text + "=" * (-len(text) % 4)), "big")


def _check_rsa(modulus: int, exponent: int) -> None:
    if not SMALLEST_RSA <= modulus.bit_length() <= _LARGEST_RSA:
        raise KeyRefused("rsa_size")
    if exponent < 65537 or exponent % 2 == 0 or exponent.bit_length() > 64:
        raise KeyRefused("rsa_exponent")
    if modulus % 2 == 0 or _roca(modulus):
        raise KeyRefused("rsa_modulus")


def _roca(modulus: int) -> bool:
    """The fingerprint of CVE-2017-15361: modulo every small prime the modulus is a power of 65537.

    A sound key passes for one of them by chance, for all of them practically never.
    """
    return all(modulus % prime in powers for prime, powers in _POWERS)


def _powers(prime: int) -> frozenset[int]:
    found, power = set(), 1
    while power not in found:
        found.add(power)
        power = power * 65537 % prime
    return frozenset(found)


_POWERS: Final = tuple(
    (prime, _powers(prime))
    for prime in range(3, 168, 2)
    if all(prime % factor for factor in range(3, math.isqrt(prime) + 1, 2))
)
