"""Access tokens of departments: RFC 9068, ten minutes, one audience, bound to one key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Final

from consent.clock import Chance, Clock
from consent.ids import random_text
from consent.jose import LEEWAY, TokenRefused, sign, verify
from consent.keys import Keys, algorithm_of

CLIENT: Final = "urn:svd:org:"
"""A department is a client under the name by which tokens address it."""
ACCESS_TYPE: Final = "at+jwt"
TOKEN_LIFE: Final = timedelta(minutes=10)
LARGEST: Final = 4 * 1024
REMEMBERED: Final = 4096
STATUS: Final = "grant-status"
ALLOCATIONS: Final = "allocations"
PLANS: Final = "plans"
HOLDS: Final = "holds"
DEMAND: Final = "demand"
CLOSURES: Final = "closures"
SCOPES: Final = (STATUS, ALLOCATIONS, PLANS, HOLDS, DEMAND, CLOSURES)
"""What a connected department may ask for, and gets unless it asks for less."""


@dataclass(frozen=True, slots=True)
class Access:
    """Whom a token lets in, to what, with which key, and until when (seconds since 1970)."""

    department: str
    scopes: frozenset[str]
    jkt: str
    issued: int
    ends: int


class Tokens:
    """Makes and reads them. The key signs these and nothing else: the consent key stays with the
    signer, and no department is ever shown this one's public half."""

    def __init__(self, keys: Keys, *, issuer: str, clock: Clock, chance: Chance) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = f"{issuer}/v1"
        self._clock = clock
        self._chance = chance
        self._verified = lru_cache(REMEMBERED)(self._verify)
        self.algorithm = algorithm_of(keys.first("sig"))

    def mint(self, department: str, scopes: tuple[str, ...], jkt: str) -> str:
        """A token that only the holder of the key with this thumbprint can use."""
        now = int(self._clock.now().timestamp())
        claims = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": CLIENT + department,
            "client_id": CLIENT + department,
            "iat": now,
            "exp": now + int(TOKEN_LIFE.total_seconds()),
            "jti": random_text(self._chance, 16),
            "scope": " ".join(scopes),
            "cnf": {"jkt": jkt},
        }
        return sign(claims, self._keys.first("sig"), typ=ACCESS_TYPE)

    def read(self, token: str) -> Access:
        """The access that a token of ours gives now, or TokenRefused. The signature of a token is
        checked when it is first seen; its times each time."""
        access = self._verified(token)
        moment = self._clock.now().timestamp()
        if moment >= access.ends:
            raise TokenRefused("expired")
        if moment < access.issued - LEEWAY.total_seconds():
            raise TokenRefused("not_yet")
        return access

    def _verify(self, token: str) -> Access:
        claims = verify(token, self._keys, typ=ACCESS_TYPE, max_size=LARGEST)
        if claims["iss"] != self._issuer or claims["aud"] != self._audience:
            raise TokenRefused("audience")
        return Access(
            department=claims["sub"].removeprefix(CLIENT),
            scopes=frozenset(claims["scope"].split()),
            jkt=claims["cnf"]["jkt"],
            issued=claims["iat"],
            ends=claims["exp"],
        )
