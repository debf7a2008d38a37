"""One department's signing key, made at start, and the ID tokens that it signs."""

from __future__ import annotations

import time
from collections.abc import Collection
from typing import Any, Final

from joserfc import jwt
from joserfc.jwk import ECKey

from adapters.simulators.staff_login.people import Staff

SWITCHES: Final = (
    "ACCESS_DENIED",
    "TEMPORARILY_UNAVAILABLE",
    "TOKEN_DOWN",
    "OTHER_ISSUER_IN_ANSWER",
    "INVALID_ISS",
    "INVALID_AUD",
    "NONCE_NOT_MATCHING",
    "TOKEN_EXPIRED",
    "WRONG_AT_HASH",
    "INVALID_SIGNATURE",
    "NO_SECOND_FACTOR",
    "EMAIL_NOT_VERIFIED",
)
"""What it can be told to answer wrongly."""
ID_TOKEN_SECONDS: Final = 120


class TenantKeys:
    """`issuer` is the department's own, and so is the key."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self._key, self._stranger = _key(), _key()

    def jwks(self) -> dict[str, Any]:
        return {"keys": [{**self._key.as_dict(private=False), "use": "sig", "alg": "ES256"}]}

    def id_token(
        self, staff: Staff, *, client_id: str, nonce: str, at_hash: str, switches: Collection[str]
    ) -> str:
        now = int(time.time()) - (600 if "TOKEN_EXPIRED" in switches else 0)
        said = {
            "iss": "https://issuer.example" if "INVALID_ISS" in switches else self.issuer,
            "sub": staff.subject,
            "aud": "somebody-else" if "INVALID_AUD" in switches else client_id,
            "iat": now,
            "exp": now + ID_TOKEN_SECONDS,
            "auth_time": now,
            "nonce": "another-nonce" if "NONCE_NOT_MATCHING" in switches else nonce,
            "at_hash": at_hash[::-1] if "WRONG_AT_HASH" in switches else at_hash,
            "amr": ["pwd"] if "NO_SECOND_FACTOR" in switches else ["pwd", "otp", "mfa"],
            "email": staff.email,
            "email_verified": "EMAIL_NOT_VERIFIED" not in switches,
        }
        key = self._stranger if "INVALID_SIGNATURE" in switches else self._key
        return jwt.encode({"alg": "ES256", "kid": self._key.kid}, said, key)


def _key() -> ECKey:
    key = ECKey.generate_key("P-256", private=True)
    key.ensure_kid()
    return key
