"""SEC-43: the 31 steps of the OpenID Foundation's `dpop-negative-tests`, by their names.

Each row is one call to the status address with one thing about its proof changed. A step that must
pass reaches the department's own permission; one that must fail gets 401 and learns nothing.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from app.department_api import why
from consent.clock import SetClock
from consent.ids import random_text
from consent.keys import new_key, public_jwk
from consent.store import open_store
from tests.builders import a_person, given, set_chance
from tests.database import Database
from tests.department_desk import ISSUER, DoorDesk, Machine, a_door, a_key, a_token

HOUR = 3600
WORDS = {*why.PROOF.values(), *why.TOKEN.values()}


@pytest.fixture(scope="module")
def desk(shared_database: Database) -> Iterator[DoorDesk]:
    with a_door(shared_database) as opened:
        yield opened


@pytest.fixture(scope="module")
def grant_id(shared_database: Database, desk: DoorDesk) -> str:
    store, clock = open_store(shared_database.portal_url), desk.clock
    assert isinstance(clock, SetClock)
    person = a_person(store, clock, set_chance())
    made = given(store, clock, set_chance("g"), person, ["dwp"])
    store.close()
    return str(made.grants[0].grant_id)


@pytest.fixture(scope="module")
def dwp(desk: DoorDesk) -> Machine:
    machine = desk.machine("dwp")
    machine.get_token()
    return machine


class Call:
    """One call: what a row changes about it."""

    def __init__(self, machine: Machine, grant_id: str) -> None:
        self.machine = machine
        self.path = f"/v1/grants/{grant_id}/status"
        self.now = int(machine.door.clock.now().timestamp())
        self.headers: dict[str, Any] = {}

    @property
    def url(self) -> str:
        return ISSUER + self.path

    def with_proof(self, **changes: Any) -> Call:
        changes = {"token": self.machine.token, **changes}
        method, url = changes.pop("method", "GET"), changes.pop("url", self.url)
        self.headers["DPoP"] = self.machine.proof(method, url, **changes)
        return self

    def with_headers(self, **headers: Any) -> Call:
        self.headers |= headers
        return self

    def status(self) -> int:
        sent = {**self.machine.headers("GET", self.path), **self.headers}
        pairs: list[tuple[str, str]] = []
        for name, value in sent.items():
            values = value if isinstance(value, list) else [value]
            pairs += [(name, one) for one in values if one]
        answer = self.machine.door.client.get(self.path, headers=pairs, base_url=ISSUER)
        if answer.status_code == 200:
            assert answer.mimetype == "application/jwt"
        else:
            assert answer.headers["WWW-Authenticate"].startswith('DPoP algs="ES256 EdDSA PS256"')
            assert answer.mimetype == "application/problem+json"
            assert json.loads(answer.text)["detail"] in WORDS
        return answer.status_code


def upper_case_header(call: Call) -> Call:
    proof = call.with_proof().headers.pop("DPoP")
    return call.with_headers(DPoP="", DPOP=proof)


def two_headers(call: Call) -> Call:
    both = [call.with_proof().headers["DPoP"], call.with_proof().headers["DPoP"]]
    return call.with_headers(DPoP=both)


def bad_signature(call: Call) -> Call:
    head, body, signature = call.with_proof().headers["DPoP"].split(".")
    other = call.with_proof().headers["DPoP"].split(".")[2]
    assert other != signature
    return call.with_headers(DPoP=f"{head}.{body}.{other}")


def alg_none(call: Call) -> Call:
    jwk = public_jwk(call.machine.proof_key)
    header = {"typ": "dpop+jwt", "alg": "none", "jwk": jwk}
    claims = {"jti": random_text(os.urandom, 16), "htm": "GET", "htu": call.url, "iat": call.now}
    return call.with_headers(DPoP=a_token(header, claims, None))


def rs256(call: Call) -> Call:
    """Signed rightly, by an RSA key, with the algorithm that FAPI does not allow."""
    key = a_key("PS256", "rsa")
    return call.with_proof(key=key, header={"alg": "RS256"})


def private_key(call: Call) -> Call:
    return call.with_proof(header={"jwk": call.machine.proof_key.as_dict(private=True)})


def used_once(call: Call) -> Call:
    call.with_proof()
    assert call.status() == 200
    return call


def without(name: str) -> Callable[[Call], Call]:
    return lambda call: call.with_proof(without=name)


def proof(**changes: Any) -> Callable[[Call], Call]:
    return lambda call: call.with_proof(**changes)


STEPS: dict[str, tuple[bool, Callable[[Call], Call]]] = {
    "upper-case header": (True, upper_case_header),
    "two headers": (False, two_headers),
    "not a JWT": (False, lambda call: call.with_headers(DPoP="not.a-JWT")),
    "missing typ": (False, without("typ")),
    "missing alg": (False, without("alg")),
    "missing jwk": (False, without("jwk")),
    "missing jti": (False, without("jti")),
    "missing htm": (False, without("htm")),
    "missing htu": (False, without("htu")),
    "missing iat": (False, without("iat")),
    "missing ath": (False, without("ath")),
    "wrong typ": (False, proof(header={"typ": "JWT"})),
    "RS256": (False, rs256),
    "alg none": (False, alg_none),
    "bad signature": (False, bad_signature),
    "jwk with private key": (False, private_key),
    "wrong htm": (False, proof(method="POST")),
    "htu with query and fragment": (True, lambda call: call.with_proof(htu=f"{call.url}?a=b#c")),
    "other URL": (False, lambda call: call.with_proof(htu=f"{ISSUER}/v1/grants/status")),
    "iat one hour ahead": (False, lambda call: call.with_proof(iat=call.now + HOUR)),
    "iat one hour ago": (False, lambda call: call.with_proof(iat=call.now - HOUR)),
    "jti first use": (True, proof(jti="the one that is used again, 1")),
    "jti second use": (False, used_once),
    "wrong ath": (False, proof(ath="A" * 43)),
    "other key": (False, lambda call: call.with_proof(key=new_key("sig", "other"))),
    "extra claims": (True, proof(extra="claim", another=[1, {"a": None}])),
    "htu scheme and host case": (
        True,
        lambda call: call.with_proof(htu=call.url.replace("https://portal", "HTTPS://PORTAL")),
    ),
    "default port": (
        True,
        lambda call: call.with_proof(htu=call.url.replace(".example", ".example:443")),
    ),
    "no proof": (False, lambda call: call.with_headers(DPoP="")),
    "Bearer scheme instead of DPoP": (
        False,
        lambda call: call.with_headers(Authorization=f"Bearer {call.machine.token}"),
    ),
    "correct proof again": (True, lambda call: call.with_proof()),
}


def test_the_matrix_has_its_31_steps() -> None:
    assert len(STEPS) == 31


@pytest.mark.parametrize("step", STEPS)
def test_dpop(step: str, dwp: Machine, grant_id: str) -> None:
    passes, change = STEPS[step]
    assert change(Call(dwp, grant_id)).status() == (200 if passes else 401)


@pytest.mark.parametrize("kind", ["ES256", "EdDSA", "PS256"])
def test_each_algorithm_that_is_announced_is_taken(
    kind: str, desk: DoorDesk, grant_id: str
) -> None:
    """SEC-42, SEC-45."""
    machine = desk.machine("dwp", kind)
    machine.proof_key = a_key(kind, "dpop")
    header = {"alg": kind}
    assertion = machine.assertion(header=header)
    first = machine.ask_for_token(
        assertion=assertion, proof=machine.proof("POST", f"{ISSUER}/oauth/token", header=header)
    )
    assert first.status_code == 200, first.text
    assert first.json is not None
    machine.token = first.json["access_token"]
    assert Call(machine, grant_id).with_proof(header=header).status() == 200


@pytest.mark.parametrize(
    ("seconds", "passes"), [(9, True), (-9, True), (-59, True), (61, False), (-61, False)]
)
def test_clocks_may_differ_a_little(
    seconds: int, passes: bool, dwp: Machine, grant_id: str
) -> None:
    """SEC-58: up to ten seconds ahead, up to a minute behind."""
    call = Call(dwp, grant_id)
    assert call.with_proof(iat=call.now + seconds).status() == (200 if passes else 401)


def test_a_proof_is_spent_also_when_the_permission_is_not_there(
    dwp: Machine, grant_id: str
) -> None:
    call = Call(dwp, "g_" + "A" * 22).with_proof()
    path = f"/v1/grants/g_{'A' * 22}/status"
    sent = {**dwp.headers("GET", path), "DPoP": call.headers["DPoP"]}
    codes = [dwp.door.client.get(path, headers=sent, base_url=ISSUER).status_code for _ in "12"]
    assert codes == [404, 401]


def test_a_number_is_forgotten_only_when_its_proof_is_too_old(
    database: Database, grant_id: str
) -> None:
    """What the sweep drops could not be replayed any more."""
    from consent.people import Worker
    from consent.store import WORKER
    from consent.store.proofs import drop_outlived

    with a_door(database) as desk:
        clock = desk.clock
        assert isinstance(clock, SetClock)
        machine = desk.machine("dwp")
        machine.get_token()
        path = "/v1/grants/x/status"
        sent = machine.headers("GET", path)
        own = open_store(database.worker_url, role=WORKER)
        seen = []
        for _ in range(4):
            seen.append(desk.client.get(path, headers=sent, base_url=ISSUER).status_code)
            clock.move(timedelta(seconds=29))
            with own.transaction(Worker()) as tx:
                drop_outlived(tx, clock.now())
        own.close()
    assert seen == [404, 401, 401, 401]
