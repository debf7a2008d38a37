"""A department's machine and the departments' door, for tests: real database, real keys.

door = a_door(database)                 # the application on svd_department's own connection
dwp = door.machine("dwp")               # holds DWP's client key and a key for DPoP
answer = dwp.status(grant_id)           # token first, if it has none; then one call with a proof
said = door.read(answer)                # the signed claims, verified
"""

from __future__ import annotations

import json
import os
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

from flask import Flask
from joserfc import jws
from joserfc.jwk import ECKey, OKPKey, RSAKey
from werkzeug.test import TestResponse

from app.department_api import create_api
from app.department_api.door import Door
from app.department_api.receipts import OwnReceipts
from app.department_api.token import ASSERTION
from app.department_api.tokens import Tokens
from app.http.limits import Limits
from app.settings import Settings
from consent import notices, register
from consent.clock import Clock, SetClock
from consent.ids import random_text
from consent.jose import sign, verify
from consent.keys import Key, Keys, key_set, new_key, public_jwk
from consent.receipts import Papers
from consent.register import DepartmentEntry
from consent.standing import STATUS_TYPE
from consent.store import DEPARTMENT, open_store
from consent.store.checks import Checks
from tests.database import Database
from tests.signers import a_signer

ISSUER = "https://portal.example"
REGISTER = register.load()
Header = Mapping[str, Any]


def base64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def a_token(header: Header, claims: Header, key: Key | None, algorithm: str = "") -> str:
    """A compact JWS with just this header, however wrong; without a key its signature is empty."""
    first = ".".join(base64(json.dumps(dict(part)).encode()) for part in (header, claims))
    if key is None:
        return first + "."
    free = type(key).import_key({k: v for k, v in key.as_dict(private=True).items() if k != "alg"})
    model: Any = jws.JWSRegistry.algorithms[algorithm or str(header.get("alg"))]
    return first + "." + base64(model.sign(first.encode(), free))


@dataclass
class KnownClients:
    """Departments with keys that the test made; `fetched` counts how often they were looked up."""

    published: dict[str, Keys] = field(default_factory=dict)
    newer: dict[str, Keys] = field(default_factory=dict)
    fetched: int = 0

    def find(self, code: str) -> DepartmentEntry | None:
        entry = REGISTER.find(code)
        return entry if entry and code in self.published else None

    def keys(self, code: str, *, again: bool = False) -> Keys:
        self.fetched += 1
        if again and code in self.newer:
            self.published[code] = self.newer[code]
        return self.published[code]


@dataclass
class Machine:
    """One department's system. `key` signs client assertions, `proof_key` DPoP proofs."""

    door: DoorDesk
    code: str
    key: Key
    proof_key: Key = field(default_factory=lambda: new_key("sig", "dpop"))
    token: str = ""

    @property
    def client(self) -> str:
        return f"urn:svd:org:{self.code}"

    def proof(
        self,
        method: str,
        url: str,
        *,
        token: str = "",
        header: Header | None = None,
        without: str = "",
        key: Key | None = None,
        **claims: Any,
    ) -> str:
        """A right proof, but for what is changed: claims, header members, one thing left out."""
        key = key or self.proof_key
        made: dict[str, Any] = {
            "jti": random_text(os.urandom, 16),
            "htm": method,
            "htu": url,
            "iat": int(self.door.clock.now().timestamp()),
        }
        if token:
            made["ath"] = base64(sha256(token.encode()).digest())
        jwk = {k: v for k, v in public_jwk(key).items() if k in ("kty", "crv", "x", "y", "n", "e")}
        top = {"typ": "dpop+jwt", "alg": str(key.get("alg")), "jwk": jwk, **(header or {})}
        made |= claims
        for one in (made, top):
            one.pop(without, None)
        return a_token(top, made, key, top.get("alg", str(key.get("alg"))))

    def assertion(self, *, header: Header | None = None, without: str = "", **claims: Any) -> str:
        now = int(self.door.clock.now().timestamp())
        made: dict[str, Any] = {
            "iss": self.client,
            "sub": self.client,
            "aud": ISSUER,
            "iat": now,
            "nbf": now,
            "exp": now + 60,
            "jti": random_text(os.urandom, 16),
        } | claims
        made.pop(without, None)
        top = {"alg": str(self.key.get("alg")), "kid": str(self.key.kid), **(header or {})}
        return a_token(top, made, self.key, top["alg"])

    def ask_for_token(
        self, *, proof: str | None = None, assertion: str = "", **form: str
    ) -> TestResponse:
        sent = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION,
            "client_assertion": assertion or self.assertion(),
        } | form
        proof = self.proof("POST", f"{ISSUER}/oauth/token") if proof is None else proof
        headers = {"DPoP": proof} if proof else {}
        data = {name: value for name, value in sent.items() if value}
        return self.door.client.post("/oauth/token", data=data, headers=headers, base_url=ISSUER)

    def get_token(self) -> str:
        answer = self.ask_for_token()
        assert answer.status_code == 200, answer.text
        self.token = cast(str, answer.json["access_token"]) if answer.json else ""
        return self.token

    def headers(self, method: str, path: str) -> dict[str, str]:
        token = self.token or self.get_token()
        return {
            "Authorization": f"DPoP {token}",
            "DPoP": self.proof(method, ISSUER + path, token=token),
            "x-svd-interaction-id": str(uuid4()),
        }

    def call(
        self, method: str, path: str, *, headers: Header | None = None, **more: Any
    ) -> TestResponse:
        sent = {**self.headers(method, path), **(headers or {})}
        sent = {name: value for name, value in sent.items() if value}
        return self.door.client.open(path, method=method, headers=sent, base_url=ISSUER, **more)

    def status(self, grant_id: str) -> TestResponse:
        return self.call("GET", f"/v1/grants/{grant_id}/status")

    def receipt(self, grant_id: str) -> TestResponse:
        return self.call("GET", f"/v1/grants/{grant_id}/receipt")

    def statuses(self, grant_ids: list[str]) -> TestResponse:
        return self.call("POST", "/v1/grants/status", json={"grant_ids": grant_ids})


@dataclass
class DoorDesk:
    """The door, whose clock is the test's, and whoever knocks."""

    door: Door
    app: Flask
    clock: Clock
    clients: KnownClients
    portal_keys: Keys

    def __post_init__(self) -> None:
        self.client = self.app.test_client()

    def machine(self, code: str = "dwp", kind: str = "ES256") -> Machine:
        """A machine of this department, whose keys are published from now on."""
        key = a_key(kind, f"{code}-{kind}")
        self.clients.published[code] = key_set(key)
        return Machine(self, code, key)

    def read(self, answer: TestResponse, typ: str = STATUS_TYPE) -> dict[str, Any]:
        assert (answer.status_code, answer.mimetype) == (200, "application/jwt"), answer.text
        return verify(answer.text, self.portal_keys, typ=typ)


def a_key(kind: str, kid: str) -> Key:
    if kind == "PS256":
        return RSAKey.generate_key(2048, {"use": "sig", "alg": "PS256", "kid": kid})
    if kind == "EdDSA":
        return OKPKey.generate_key("Ed25519", {"use": "sig", "alg": "Ed25519", "kid": kid})
    return ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256", "kid": kid})


def settings_for(issuer: str = ISSUER) -> Settings:
    return Settings(
        mode="production",
        state_dir=Path("/nowhere"),
        keys_dir=Path("/nowhere"),
        host="127.0.0.1",
        port=0,
        portal_url=issuer,
        database_url="",
        worker_database_url="",
    )


@contextmanager
def a_door(database: Database, clock: Clock | None = None, **changes: Any) -> Iterator[DoorDesk]:
    clock = clock or SetClock(datetime.now(UTC).replace(microsecond=0))
    portal_keys = key_set(new_key("sig", "portal-1"))
    checks, clients = Checks(database.department_url), KnownClients()
    own = open_store(database.department_url, role=DEPARTMENT, pool_size=2)
    with a_signer(database, keys=portal_keys, issuer=ISSUER, clock=clock) as signer:
        door = Door(
            issuer=ISSUER,
            clock=clock,
            chance=os.urandom,
            clients=clients,
            checks=checks,
            tokens=Tokens(
                key_set(new_key("sig", "api-1")), issuer=ISSUER, clock=clock, chance=os.urandom
            ),
            signer=signer,
            receipts=OwnReceipts(own, Papers(ISSUER, notices.load())),
            limits=changes.pop("limits", Limits()),
        )
        try:
            yield DoorDesk(door, create_api(settings_for(), door), clock, clients, portal_keys)
        finally:
            checks.close()
            own.close()


__all__ = ["ISSUER", "DoorDesk", "Machine", "a_door", "a_key", "a_token", "sign", "timedelta"]
