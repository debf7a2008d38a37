"""One department under test: how it is asked, and how its answers are opened."""

from __future__ import annotations

import secrets
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

import requests
from joserfc.jwk import ECKey

from adapters.gateway.conformance.portal import StandIn
from adapters.gateway.conformance.tokens import compact, new_key, public, seal, sign
from adapters.gateway.conformance.verdict import Failed

ASSERTION: Final = "consent-assertion+jwt"
EVENT: Final = "secevent+jwt"
FIELDS: Final = (
    *("balance_pence", "type_code", "label", "started", "due_date", "arrangement"),
    *("taken_at_source_pence", "minimum_pence", "arrears_pence", "split", "hold", "joint"),
    *("rights", "reference_tail"),
)
LARGEST: Final = 64 * 1024
SECONDS: Final = 20


@dataclass(slots=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def kind(self) -> str:
        return self.headers.get("Content-Type", "").partition(";")[0].strip()


@dataclass(slots=True)
class Question:
    """A right question, whose claims a check may change before it is put."""

    claims: dict[str, Any]
    private: ECKey

    @property
    def grant_id(self) -> str:
        return str(self.claims["grant_id"])


@dataclass(slots=True)
class Lab:
    """`target` is the department's address without a slash at the end; `match` the facts by which
    it finds a person of its own who owes something."""

    target: str
    department: str
    portal: StandIn
    match: dict[str, Any]
    jwks: list[dict[str, Any]] = field(default_factory=list)
    session: requests.Session = field(default_factory=requests.Session)

    @property
    def name(self) -> str:
        return f"urn:svd:org:{self.department}"

    @property
    def sealing(self) -> dict[str, Any]:
        """The department's published key for sealing."""
        for jwk in self.jwks:
            if jwk.get("use") == "enc":
                if not jwk.get("kid"):
                    raise Failed("the published key for sealing has no kid")
                return jwk
        raise Failed("no key for sealing is published")

    def ask(self, method: str, path: str, **more: Any) -> requests.Response:
        """What it answers at this address; Failed where it does not."""
        try:
            return self.session.request(
                method, self.target + path, timeout=SECONDS, allow_redirects=False, **more
            )
        except requests.RequestException as fault:
            kind = type(fault).__name__
            raise Failed(f"{path} does not answer within {SECONDS} seconds ({kind})") from None

    def read_keys(self) -> None:
        found = self.ask("GET", "/.well-known/jwks.json")
        if found.status_code != 200:
            raise Failed(f"/.well-known/jwks.json answers {found.status_code}, not 200")
        self.jwks = found.json()["keys"]

    def question(
        self,
        *,
        path: str = "/v1/debt-queries",
        kind: str = "urn:uk:svd:debt-query:v1",
        purpose: str = "view_debts",
        subject: str = "",
        match: Mapping[str, Any] | None = None,
        **changes: Any,
    ) -> Question:
        """A right one under a permission of its own, for this person unless another `match` is
        given; a change of None leaves a claim out."""
        now, private = int(time.time()), new_key("enc", secrets.token_urlsafe(9))
        asks = path == "/v1/debt-queries"
        claims: dict[str, Any] = {
            "iss": self.portal.issuer,
            "aud": self.name,
            "sub": subject or secrets.token_urlsafe(18),
            "iat": now,
            "nbf": now,
            "exp": now + 60,
            "jti": secrets.token_urlsafe(16),
            "txn": str(uuid.uuid4()),
            "htm": "POST",
            "htu": self.target + path,
            "grant_id": "g_" + secrets.token_urlsafe(16),
            "record_hash": "0" * 64,
            "consent": {"state": "given", "version": f"{purpose}/1", "exp": now + 86_400},
            "authorization_details": [
                {
                    "type": kind,
                    "actions": ["read" if asks else "write"],
                    "locations": [self.name],
                    "purpose": purpose,
                    "datatypes": list(FIELDS) if asks else [],
                }
            ],
            "auth": {"time": now - 120, "vot": "Cl.Cm", "ial": "P2", "idp": "one_login"},
            "citizen_present": True,
            "act": None,
        }
        if asks:
            claims["match"] = seal(compact(self.match if match is None else match), self.sealing)
            claims["resp_enc"] = {**_SEALING, "jwk": public(private)}
        claims |= changes
        return Question({name: one for name, one in claims.items() if one is not None}, private)

    def put(self, question: Question, *, path: str = "/v1/debt-queries") -> tuple[Reply, str]:
        """The answer, and the token that was sent."""
        self.portal.subjects[question.grant_id] = str(question.claims.get("sub"))
        token = sign(question.claims, self.portal.key, ASSERTION)
        return self.send(path, token), token

    def event(self, kind: str, content: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
        """The claims of a right event."""
        claims = {
            "iss": self.portal.issuer,
            "aud": self.name,
            "iat": int(time.time()),
            "jti": secrets.token_urlsafe(16),
            "sub_id": {"format": "opaque", "id": secrets.token_urlsafe(18)},
            "events": {f"urn:uk:svd:event:{kind}": dict(content)},
        }
        return {name: one for name, one in (claims | changes).items() if one is not None}

    def tell(self, claims: Mapping[str, Any], *, path: str = "/v1/consent-events") -> Reply:
        return self.send(path, sign(claims, self.portal.key, EVENT), kind=f"application/{EVENT}")

    def send(
        self,
        path: str,
        body: str | bytes,
        *,
        kind: str = "application/jwt",
        headers: Mapping[str, str | None] | None = None,
    ) -> Reply:
        sent: dict[str, str | None] = {
            "Content-Type": kind,
            "x-svd-interaction-id": str(uuid.uuid4()),
            "Accept": "application/jose, application/jwt, application/problem+json",
            **(headers or {}),
        }
        given = {name: one for name, one in sent.items() if one is not None}
        found = self.ask("POST", path, data=body, headers=given)
        return Reply(found.status_code, found.headers, found.content)


def fingerprint(token: str) -> str:
    return sha256(token.encode("ascii")).hexdigest()


_SEALING: Final = {"alg": "ECDH-ES", "enc": "A256GCM"}
