"""The conformance suite: our departments pass it, and each planted fault of a bad one is caught."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from adapters.gateway.conformance import codes, report
from adapters.gateway.conformance.checks import FAILED, NOT_OFFERED, Result
from adapters.gateway.conformance.portal import StandIn
from adapters.gateway.conformance.suite import CHECKS, in_order, try_department
from adapters.gateway.doorbell import Doorbell
from adapters.gateway.heads import Head, Heads
from adapters.gateway.identity import base64url
from adapters.simulators.department import answer, gateway, make_app, routes, state
from adapters.simulators.serve import NATIVE, SimulatorSettings
from consent.jose import compact_json, json_object, parts, seal, sign, verify
from consent.keys import Keys, new_key
from consent.signer import Errand
from tests.native_lab import CAST, Server
from tests.portal import ROOT

PERSON = CAST.person("testwell")
FACTS = {
    "given_names": " ".join(PERSON.given_names),
    "family_name": PERSON.family_name,
    "birth_date": PERSON.birth_date.isoformat(),
    "address": {"lines": list(PERSON.address.lines), "postcode": PERSON.address.postcode},
    "nino": PERSON.nino,
}
OWES: dict[str, str] = {
    code: next(person.key for person in CAST if person.debts_at(code)) for code in NATIVE
}
"""Somebody who owes something at each department."""


def facts_of(key: str) -> dict[str, Any]:
    person = CAST.person(key)
    return {
        "family_name": person.family_name,
        "birth_date": person.birth_date.isoformat(),
        "address": {"lines": list(person.address.lines), "postcode": person.address.postcode},
        "nino": person.nino,
    }


@contextmanager
def department(
    folder: Path, code: str = "dwp", *, looks: bool = True, fetches: bool = True
) -> Iterator[tuple[Server, StandIn]]:
    """A simulated department that trusts the suite's portal, and comes for its money when told."""
    portal = StandIn("http://127.0.0.1", code)
    books = folder / "books" if fetches else None

    def make(url: str) -> web.Application:
        app = make_app(
            CAST,
            SimulatorSettings(
                code, url, portal.issuer, folder, looks, books=books, money_every=3_600
            ),
        )
        app[routes.HERE].control.change("*", "0")
        return app

    try:
        with Server(make) as server:
            yield server, portal
    finally:
        portal.close()


def tried(folder: Path, *names: str, code: str = "dwp", looks: bool = True) -> list[Result]:
    with department(folder, code, looks=looks) as (server, portal):
        return try_department(server.url, code, portal, facts_of(OWES[code]), names=names)


def failed(results: list[Result]) -> list[tuple[str, str]]:
    return [(one.name, one.why) for one in results if one.outcome == FAILED]


@pytest.mark.parametrize("code", NATIVE)
def test_a_simulated_department_keeps_the_protocol(tmp_path: Path, code: str) -> None:
    names = () if code == "dwp" else ("keys", "answer", "once", "event: withdrawn")
    results = tried(tmp_path, *names, code=code)
    assert failed(results) == []
    assert not [one for one in results if one.outcome == NOT_OFFERED]
    assert len(results) == len(CHECKS) or names


def test_one_that_waits_to_be_told_keeps_it_too(tmp_path: Path) -> None:
    results = tried(tmp_path, "status", "event", looks=False)
    assert failed(results) == []
    not_offered = [one.name for one in results if one.outcome == NOT_OFFERED]
    assert not_offered == ["status: looks for itself", "status: no answer"]


def test_one_that_fetches_by_itself_need_not_be_told(tmp_path: Path) -> None:
    with department(tmp_path, fetches=False) as (server, portal):
        results = try_department(server.url, "dwp", portal, FACTS, names=("head", "forged head"))
    assert {one.outcome for one in results} == {NOT_OFFERED}
    assert len(results) == 10


def test_it_runs_as_a_program_and_writes_a_report(tmp_path: Path) -> None:
    (tmp_path / "person.json").write_text(json.dumps(FACTS))
    with department(tmp_path) as (server, portal):
        issuer = portal.issuer
        portal.close()
        done = subprocess.run(
            (
                *(sys.executable, "-m", "adapters.gateway.conformance", "--target", server.url),
                *("--department", "dwp", "--issuer", issuer, "--only", "keys", "answer: right"),
                *("--person", str(tmp_path / "person.json"), "--report", str(tmp_path / "found")),
            ),
            cwd=ROOT,
            capture_output=True,
            check=False,
            text=True,
        )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    found = json.loads((tmp_path / "found").read_text())
    assert (found["passed"], found["counts"]["passed"]) == (True, 4)
    assert "4 passed, 0 failed, 0 not offered" in done.stdout


def test_nobody_at_the_address_is_a_failure(tmp_path: Path) -> None:
    portal = StandIn("http://127.0.0.1", "dwp")
    try:
        results = try_department("http://127.0.0.1:9", "dwp", portal, FACTS, names=("keys",))
    finally:
        portal.close()
    assert {one.outcome for one in results} == {FAILED}


def believes(token: str, keys: Keys, *, typ: str, **_: Any) -> dict[str, Any]:
    """The claims, whoever signed them."""
    return json_object(parts(token, 3, 10**6)[1])


def any_type(token: str, keys: Keys, *, typ: str, **_: Any) -> dict[str, Any]:
    said = json_object(parts(token, 3, 10**6)[0])
    return verify(token, keys, typ=said["typ"])


real_take = gateway.take_assertion
real_said = routes._said
real_seal = answer.seal_answer
real_item = answer._item
real_event = gateway.take_event
real_public = Keys.public


def any_head(here: Heads, token: str) -> Head:
    said = json_object(parts(token, 3, 10**6)[1])
    return Head(said["sequence"], said["chain_hash"], token)


async def forgets(here: Any, request: web.Request, errand: Errand) -> Any:
    """Numbers are not remembered."""
    here.seen._until.clear()
    return await real_take(here, request, errand)


def races(seen: Any, jti: str, now: Any, keep: Any) -> bool:
    """It notes the number a moment after it looked."""
    first = seen._until.setdefault(jti, now + keep) - keep
    return bool((now - first).total_seconds() < 1)


def with_claims(**changes: Any) -> Callable[..., str]:
    """The answer says this besides, or otherwise."""

    def sealing(here: Any, assertion: Any, said: dict[str, Any], **more: Any) -> str:
        return real_seal(here, assertion, {**said, **changes}, **more)

    return sealing


def item_with(**changes: Any) -> Callable[..., dict[str, Any]]:
    return lambda *given: {**real_item(*given), **changes}


def signing(**changes: Any) -> Callable[..., str]:
    """What is signed says this otherwise; a change may be worked out from what it was."""

    def signed(claims: bytes, key: Any, *, typ: str) -> str:
        said = json.loads(claims)
        said |= {name: new(said[name]) if callable(new) else new for name, new in changes.items()}
        body = compact_json(said)
        return sign(body + b" " * (-len(body) % answer.STEP), key, typ=typ)

    return signed


def as_der(claims: bytes, key: Any, *, typ: str) -> str:
    """The form in which most libraries give a signature, and JWS does not take it."""
    text, _, signature = sign(claims, key, typ=typ).rpartition(".")
    raw = parts(f"AA.AA.{signature}", 3, 10**6)[2]
    r, s = (int.from_bytes(half, "big") for half in (raw[:32], raw[32:]))
    return f"{text}.{base64url(encode_dss_signature(r, s))}"


def to_itself(token: bytes, key: Any, *, cty: str = "") -> str:
    """Sealed to another key than the one of the question."""
    return seal(token, new_key("enc", str(key.kid)), cty=cty)


async def twice_is_wrong(here: Any, request: web.Request) -> Any:
    told = await real_event(here, request)
    if told.again:
        raise gateway.Refusal(409, "assertion-replayed")
    return told


@web.middleware
async def talks(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Its problems say whom they are about."""
    try:
        return await handler(request)
    except gateway.Refusal as refusal:
        body = {"type": f"urn:svd:problem:{refusal.kind}", "status": refusal.status}
        return web.json_response(
            {**body, "detail": f"Mrs {PERSON.family_name}"},
            status=refusal.status,
            content_type="application/problem+json",
        )


def nothing(*_: Any, **__: Any) -> None:
    return None


def agrees(*_: Any) -> tuple[str, ...]:
    return ("balance_pence", "type_code", "label")


def all_fields(here: Any, debt: Any, _: Any) -> dict[str, Any]:
    return {name: one for name, one in answer._all_of(here, debt).items() if one is not None}


def shows_all(keys: Keys) -> dict[str, Any]:
    return {"keys": [key.as_dict(private=True) for key in keys.by_kid.values()]}


def nameless(keys: Keys) -> dict[str, Any]:
    return {
        "keys": [
            {name: one for name, one in jwk.items() if name != "kid"}
            for jwk in real_public(keys)["keys"]
        ]
    }


def by_person(here: Any, subject: str, person: Any) -> str:
    return str(here._handle(person.key))


def fresh(here: Any, debt_id: str) -> str:
    return new_key("enc", "x").thumbprint()


FAULTS: dict[str, tuple[str, Any, str, Any]] = {
    "it believes any signature": (
        "forged: another key of a published",
        gateway,
        "verify",
        believes,
    ),
    "it takes any type of token": ("forged: another type", gateway, "verify", any_type),
    "it answers for anybody": (
        "refused: for another department",
        gateway,
        "_check_addressed",
        nothing,
    ),
    "it trusts any portal": ("refused: from another portal", gateway, "_check_addressed", nothing),
    "it has no clock": ("refused: two minutes old", gateway, "_check_when", nothing),
    "it takes long permissions to ask": (
        "refused: good for an hour",
        gateway,
        "_check_when",
        nothing,
    ),
    "it takes any purpose": ("refused: another purpose", gateway, "_check_purpose", agrees),
    "it takes any field": ("refused: a field that", gateway, "_check_purpose", agrees),
    "it does not look at the permission": (
        "refused: a permission that was",
        gateway,
        "_check_consent",
        nothing,
    ),
    "it answers when nobody is there": (
        "refused: nobody is there",
        gateway,
        "_check_consent",
        nothing,
    ),
    "it forgets numbers": ("once: again", routes, "take_assertion", forgets),
    "it is slow to remember numbers": ("once: at the same time", state.Seen, "first_time", races),
    "it believes what it is told of status": (
        "status: looks",
        gateway,
        "_STANDS",
        ("given", "withdrawn"),
    ),
    "it sends all fields": ("answer: agreed fields", answer, "_item", all_fields),
    "it sends pounds": ("answer: right", answer, "_item", item_with(balance_pence=12.5)),
    "it sends text for pence": ("answer: right", answer, "_item", item_with(balance_pence="1250")),
    "it sends an address": ("answer: right", answer, "_item", item_with(address="1 Nowhere Road")),
    "it does not pad": ("answer: right", answer, "STEP", 1),
    "it seals to another": ("answer: right", answer, "seal", to_itself),
    "it answers another question": (
        "answer: right",
        routes,
        "seal_answer",
        with_claims(in_response_to="x"),
    ),
    "it binds to no question": (
        "answer: right",
        routes,
        "seal_answer",
        with_claims(request_hash="0"),
    ),
    "it answers about another": ("answer: right", routes, "seal_answer", with_claims(sub="x")),
    "its answers last a day": ("answer: right", routes, "seal_answer", with_claims(exp=2**31)),
    "it says more than the protocol": (
        "answer: right",
        routes,
        "seal_answer",
        with_claims(note="x"),
    ),
    "one handle for all": ("answer: pairwise", state.Department, "subject_handle", by_person),
    "debts change their names": ("answer: again", state.Department, "debt_handle", fresh),
    "it publishes its private keys": ("keys: policy", Keys, "public", shows_all),
    "it goes on after the end": ("event: withdrawn", routes, "_heed", nothing),
    "it forgets what it was told": ("event: the handle", state.Department, "end_grant", nothing),
    "an event twice is wrong": ("event: withdrawn", routes, "take_event", twice_is_wrong),
    "anybody may tell it": ("forged event: another key", gateway, "verify", believes),
    "its word is of another": ("event: its word", routes, "stop_word", lambda *_: "a.b.c"),
    "a refusal says whom": ("refused: in silence", routes, "_problems", talks),
    "it needs no number of the exchange": (
        "sent: no interaction",
        gateway,
        "_interaction_id",
        lambda _: "x",
    ),
    "it believes any head": ("forged head: another key", Heads, "_read", any_head),
    "it takes anything for a head": ("head: its size", Doorbell, "take", lambda *_: (202, "")),
    "it takes a private key": (
        "refused: a private key",
        gateway,
        "_answer_key",
        lambda c: new_key("enc", "x"),
    ),
}
"""What is wrong with a department; the check that must catch it; what of ours is replaced."""


MISTAKES: dict[str, tuple[str, Any, str, Any, str]] = {
    "its signatures are DER": (
        "answer: right",
        answer,
        "sign",
        as_der,
        "a signature of ES256 has 64 bytes, r and s, and this one 7",
    ),
    "its clock counts milliseconds": (
        "answer: right",
        answer,
        "sign",
        signing(iat=lambda at: at * 1000),
        "seconds since 1970",
    ),
    "its audience is a list": (
        "answer: right",
        answer,
        "sign",
        signing(aud=lambda one: [one]),
        "; for this question it is 'http://127.0.0.1",
    ),
    "it does not seal": (
        "answer: right",
        answer,
        "seal",
        lambda token, *_, **__: token.decode(),
        "a sealed token has five parts, and this has 3",
    ),
    "it writes pounds": (
        "answer: right",
        answer,
        "_item",
        item_with(balance_pence="12.50"),
        "balance_pence is '12.50'; it must be a whole number of pence",
    ),
    "it has a code of its own": (
        "answer: right",
        answer,
        "_item",
        item_with(type_code="OVERPAYMENT"),
        "type_code is 'OVERPAYMENT'; it must be a TypeCode of the description",
    ),
    "its keys have no names": (
        "answer: right",
        Keys,
        "public",
        nameless,
        "the published key for sealing has no kid",
    ),
}
"""What implementers get wrong; the check; what of ours is replaced; what they read."""


@pytest.mark.parametrize("what", MISTAKES)
def test_a_mistake_is_named_in_words_that_say_what_to_mend(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    check, place, name, fault, words = MISTAKES[what]
    monkeypatch.setattr(place, name, fault)
    ((_, why),) = failed(tried(tmp_path, check))
    assert words in why


def test_keys_come_first_in_the_report() -> None:
    names = [one.name for one in in_order()]
    assert names[0].startswith("keys")
    assert sorted(names) == sorted(CHECKS)


def test_the_suite_is_of_the_published_protocol() -> None:
    published = json.loads((ROOT / "app/public/department-protocol.openapi.json").read_text())
    shapes = published["components"]["schemas"]
    assert published["info"]["version"].startswith(f"{report.VERSION}.")
    assert list(codes.TYPES) == shapes["TypeCode"]["enum"]
    assert list(codes.FLAGS) == shapes["Flag"]["enum"]
    assert list(codes.FREQUENCIES) == shapes["Frequency"]["enum"]
    assert list(codes.HOLDS) == shapes["Debt"]["properties"]["hold"]["enum"]


@pytest.mark.parametrize("what", FAULTS)
def test_a_planted_fault_is_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    check, place, name, fault = FAULTS[what]
    monkeypatch.setattr(place, name, fault)
    results = tried(tmp_path, check, looks=not check.startswith("event"))
    assert failed(results), what
