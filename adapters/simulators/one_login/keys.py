"""The sign-in service's own keys, made at start, and the tokens that they sign."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote, urlsplit

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OctKey

from adapters.simulators.cast import Person
from adapters.simulators.one_login import claims
from adapters.simulators.one_login.faults import Faults

ID_TOKEN_SECONDS: Final = 120
CORE_IDENTITY_SECONDS: Final = 1800
LOGOUT_EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"


def _key() -> ECKey:
    key = ECKey.generate_key("P-256", private=True)
    key.ensure_kid()
    return key


def half_hash(text: str) -> str:
    """`at_hash`: the left half of SHA-256, as OpenID Connect Core 3.1.3.6 has it."""
    return (
        base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()[:16]).decode().rstrip("=")
    )


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The facts of one authorisation that go into its ID token."""

    subject: str
    client_id: str
    nonce: str
    vot: str
    sid: str
    auth_time: int


class ProviderKeys:
    """One P-256 pair signs ID tokens, another core identities; old ones stay published."""

    def __init__(self, url: str) -> None:
        self.issuer = f"{url}/"
        where = urlsplit(url)
        self.controller = f"did:web:{quote(where.netloc, safe='.')}"
        self._id_token = [_key()]
        self._core_identity = [_key()]
        self._stranger = _key()

    def rotate(self) -> None:
        """New keys sign from now on."""
        self._id_token.append(_key())
        self._core_identity.append(_key())

    def jwks(self) -> dict[str, Any]:
        return {
            "keys": [
                {**key.as_dict(private=False), "use": "sig", "alg": "ES256"}
                for key in reversed(self._id_token)
            ]
        }

    def did(self, faults: Faults) -> dict[str, Any]:
        owner = self.controller
        if "DID_WRONG_CONTROLLER" in faults.further:
            owner = "did:web:identity.example"
        methods = []
        for key in reversed(self._core_identity):
            public = key.as_dict(private=False)
            public.pop("kid", None)
            methods.append(
                {
                    "id": f"{self.controller}#{key.kid}",
                    "type": "JsonWebKey",
                    "controller": owner,
                    "publicKeyJwk": public,
                }
            )
        return {
            "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/jwk/v1"],
            "id": owner,
            "assertionMethod": methods,
        }

    def id_token(self, facts: SignedIn, access_token: str, faults: Faults) -> str:
        now = _now()
        off = faults.id_token
        said: dict[str, Any] = {
            "iss": "https://issuer.example/" if "INVALID_ISS" in off else self.issuer,
            "sub": facts.subject,
            "aud": "somebody-else" if "INVALID_AUD" in off else facts.client_id,
            "iat": now,
            "exp": now + ID_TOKEN_SECONDS,
            "nonce": "another-nonce" if "NONCE_NOT_MATCHING" in off else facts.nonce,
            "vot": "Cl" if "INCORRECT_VOT" in off else facts.vot,
            "vtm": f"{self.issuer}trustmark",
            "sid": facts.sid,
            "auth_time": facts.auth_time,
            "at_hash": half_hash(access_token),
        }
        if "TOKEN_EXPIRED" in off:
            said |= {"iat": now - 600, "exp": now - 480}
        if "TOKEN_NOT_VALID_YET" in off:
            said |= {"iat": now + 3600, "exp": now + 3720}
        if "ID_TOKEN_WRONG_AT_HASH" in faults.further:
            said["at_hash"] = half_hash("another token")
        if "ID_TOKEN_NO_AT_HASH" in faults.further:
            del said["at_hash"]
        key = self._id_token[-1]
        kid = "unknown" if "ID_TOKEN_UNKNOWN_KID" in faults.further else str(key.kid)
        return self._signed(said, key, kid, off)

    def core_identity(self, person: Person, facts: SignedIn, faults: Faults) -> str:
        now = _now()
        off = faults.core_identity
        said: dict[str, Any] = {
            "iss": "https://issuer.example/" if "INVALID_ISS" in off else self.issuer,
            "sub": "urn:fdc:gov.uk:2022:another" if "INCORRECT_SUB" in off else facts.subject,
            "aud": "somebody-else" if "INVALID_AUD" in off else facts.client_id,
            "iat": now,
            "nbf": now,
            "exp": now + CORE_IDENTITY_SECONDS,
            "vot": "P1" if "CORE_IDENTITY_VOT_P1" in faults.further else "P2",
            "vtm": f"{self.issuer}trustmark",
            "vc": faults.identity or claims.credential(person),
        }
        if "TOKEN_EXPIRED" in off:
            said |= {"iat": now - 3600, "nbf": now - 3600, "exp": now - 1800}
        key = self._core_identity[-1]
        kid = faults.core_identity_kid or f"{self.controller}#{key.kid}"
        if "CORE_IDENTITY_UNKNOWN_KID" in faults.further:
            kid = f"{self.controller}#unknown"
        return self._signed(said, key, kid, off)

    def logout_token(self, subject: str, client_id: str, jti: str) -> str:
        now = _now()
        said = {
            "iss": self.issuer,
            "sub": subject,
            "aud": client_id,
            "iat": now,
            "exp": now + ID_TOKEN_SECONDS,
            "jti": jti,
            "events": {LOGOUT_EVENT: {}},
        }
        key = self._id_token[-1]
        header = {"alg": "ES256", "kid": str(key.kid), "typ": "logout+jwt"}
        return jwt.encode(header, said, key, algorithms=["ES256"])

    def subject_of_hint(self, token: str) -> str | None:
        """Whose ID token this is, however old; None when we did not sign it."""
        for key in self._id_token:
            try:
                return str(jwt.decode(token, key, algorithms=["ES256"]).claims["sub"])
            except (JoseError, ValueError, KeyError):
                continue
        return None

    def _signed(self, said: dict[str, Any], key: ECKey, kid: str, off: frozenset[str]) -> str:
        if "INVALID_ALG_HEADER" in off:
            secret = OctKey.import_key(json.dumps(key.as_dict(private=False)))
            return jwt.encode({"alg": "HS256", "kid": kid}, said, secret, algorithms=["HS256"])
        signer = self._stranger if "INVALID_SIGNATURE" in off else key
        return jwt.encode({"alg": "ES256", "kid": kid}, said, signer, algorithms=["ES256"])


def _now() -> int:
    return int(datetime.now(UTC).timestamp())
