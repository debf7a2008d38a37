"""The departments' door: what it tells whom, and what it says when something is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from app.department_api import why
from app.department_api.tokens import CLIENT
from app.http.limits import Limits
from consent.clock import SetClock
from consent.ids import GrantId
from consent.keys import key_set
from consent.people import Person
from consent.standing import STATUSES_TYPE
from consent.store import Store, grants
from consent.withdraw import withdraw
from tests.builders import a_person, given, set_chance
from tests.database import Database
from tests.department_desk import ISSUER, DoorDesk, Machine, a_door, a_key, a_token

UNKNOWN = "g_" + "A" * 22
NO_IDS = ("x", "g_", "g_" + "A" * 21, "g_" + "A" * 23, "G_" + "A" * 22, "g_" + "é" * 22, "a" * 2000)

MORE = ("detail", "field")
OURS = {*why.ASSERTION.values(), *why.PROOF.values(), *why.OAUTH.values()}
A_DAY = 86_400
"""Seconds. Departments are told days (SEC-59)."""


@pytest.fixture
def desk(database: Database) -> Iterator[DoorDesk]:
    with a_door(database) as opened:
        yield opened


@pytest.fixture
def dwp(desk: DoorDesk) -> Machine:
    return desk.machine("dwp")


@pytest.fixture
def tamsin(store: Store, desk: DoorDesk) -> Person:
    return a_person(store, the_clock(desk), set_chance())


def the_clock(desk: DoorDesk) -> SetClock:
    assert isinstance(desk.clock, SetClock)
    return desk.clock


def allow(store: Store, desk: DoorDesk, person: Person, *codes: str, seed: str = "g") -> list[str]:
    made = given(store, the_clock(desk), set_chance(seed), person, codes, post_key=f"post-{seed}")
    return [str(grant.grant_id) for grant in made.grants]


def told(answer: TestResponse, status: int, error: str) -> None:
    """OAuth's error, and words of ours about what to mend."""
    said = answer.json
    assert said is not None
    assert (answer.status_code, said.pop("error")) == (status, error)
    assert said.pop("error_description") in OURS
    assert said == {}


def problem(answer: TestResponse, status: int, kind: str) -> TestResponse:
    """Checks that it is this problem, and nothing besides but what to mend (SEC-97)."""
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"
    body = json.loads(answer.text)
    assert {"type", "status", "title"} <= set(body) <= {*("type", "status", "title"), *MORE}
    assert (body["type"], body["status"]) == (f"urn:svd:problem:{kind}", status)
    return bare(answer)


def bare(answer: TestResponse) -> TestResponse:
    """No cookie, no word to other sites' pages, nothing kept on the way (SEC-97)."""
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    named = {name.lower() for name in answer.headers.keys()}  # noqa: SIM118  # not a dictionary
    assert not {name for name in named if name.startswith("access-control") or "cookie" in name}
    return answer


def test_a_department_reads_how_a_permission_stands(
    desk: DoorDesk, dwp: Machine, store: Store, tamsin: Person
) -> None:
    (grant_id,) = allow(store, desk, tamsin, "dwp")
    with store.transaction(tamsin) as tx:
        grant = grants.one(tx, tamsin.subject, GrantId(grant_id))
    assert grant is not None
    now = int(desk.clock.now().timestamp())
    assert desk.read(bare(dwp.status(grant_id))) == {
        "iss": ISSUER,
        "aud": CLIENT + "dwp",
        "iat": now,
        "exp": now + 60,
        "sub": grant.pairwise_id,
        "grant_id": grant_id,
        "state": "given",
        "purpose": "view_debts",
        "version": 1,
        "record_hash": grant.record_hash,
        "ends": int(grant.expires_at.timestamp()) // A_DAY * A_DAY,
        "changed": now // A_DAY * A_DAY,
    }


def test_the_next_answer_after_a_withdrawal_says_so(
    desk: DoorDesk, dwp: Machine, store: Store, tamsin: Person
) -> None:
    """F15: no waiting for anything between the commit and the answer."""
    (grant_id,) = allow(store, desk, tamsin, "dwp")
    assert desk.read(dwp.status(grant_id))["state"] == "given"
    withdraw(store, desk.clock, set_chance("w"), actor=tamsin, grant_id=GrantId(grant_id))
    assert desk.read(dwp.status(grant_id))["state"] == "withdrawn"


def test_what_has_passed_its_end_is_expired_before_anybody_sweeps(
    desk: DoorDesk, dwp: Machine, store: Store, tamsin: Person
) -> None:
    """SEC-10."""
    (grant_id,) = allow(store, desk, tamsin, "dwp")
    the_clock(desk).move(timedelta(days=365))
    dwp.token = ""
    assert desk.read(dwp.status(grant_id))["state"] == "expired"


@pytest.mark.parametrize("asked", [UNKNOWN, "foreign", *NO_IDS])
def test_unknown_foreign_and_impossible_ids_are_one_answer(
    asked: str, desk: DoorDesk, dwp: Machine, store: Store, tamsin: Person
) -> None:
    """SEC-88: the same bytes, so the same length; the same way through the code."""
    (foreign,) = allow(store, desk, tamsin, "dvla")
    first = problem(dwp.status(UNKNOWN), 404, "not-found")
    answer = problem(dwp.status(foreign if asked == "foreign" else asked), 404, "not-found")
    assert answer.data == first.data
    quota = "RateLimit"  # it fills up between two calls, on a slow machine faster than they come
    told = [sorted(one for one in each.headers if one[0] != quota) for each in (answer, first)]
    assert told[0] == told[1]


def test_many_at_once_are_answered_alike(
    desk: DoorDesk, dwp: Machine, store: Store, tamsin: Person
) -> None:
    clock = the_clock(desk)
    others = [a_person(store, clock, set_chance(name), name) for name in ("ava", "ben")]
    (live,) = allow(store, desk, tamsin, "dwp", seed="a")
    (ended,) = allow(store, desk, others[0], "dwp", seed="b")
    (foreign,) = allow(store, desk, others[1], "dvla", seed="c")
    withdraw(store, clock, set_chance("w"), actor=others[0], grant_id=GrantId(ended))
    asked = [live, ended, foreign, UNKNOWN, "no id at all", live]
    said = desk.read(dwp.statuses(asked), STATUSES_TYPE)
    assert said["aud"] == CLIENT + "dwp"
    assert said["exp"] - said["iat"] == 60
    assert said["states"] == {
        live: "given",
        ended: "withdrawn",
        foreign: "unknown",
        UNKNOWN: "unknown",
        "no id at all": "unknown",
    }


def test_five_hundred_fit_in_one_answer_and_no_more(desk: DoorDesk, dwp: Machine) -> None:
    ids = [f"g_{number:022d}" for number in range(501)]
    said = desk.read(dwp.statuses(ids[:500]), STATUSES_TYPE)
    assert said["states"] == dict.fromkeys(ids[:500], "unknown")
    problem(dwp.statuses(ids), 400, "malformed")


BAD_BODIES: dict[str, tuple[int, str, dict[str, Any]]] = {
    "not JSON": (400, "malformed", {"data": "{", "content_type": "application/json"}),
    "a list": (400, "malformed", {"json": [UNKNOWN]}),
    "nothing": (400, "malformed", {"data": "", "content_type": "application/json"}),
    "no ids": (400, "malformed", {"json": {"grant_ids": []}}),
    "an id that is a number": (400, "malformed", {"json": {"grant_ids": [1]}}),
    "an id that is nothing": (400, "malformed", {"json": {"grant_ids": [None]}}),
    "more than was asked for": (400, "malformed", {"json": {"grant_ids": ["a"], "all": True}}),
    "an id twice over": (
        400,
        "malformed",
        {"data": '{"grant_ids":["a"],"grant_ids":["b"]}', "content_type": "application/json"},
    ),
    "another form": (415, "unsupported-type", {"data": {"grant_ids": "a"}}),
    "too much": (
        413,
        "too-large",
        {"data": "[" + " " * 70_000 + "]", "content_type": "application/json"},
    ),
}


@pytest.mark.parametrize("body", BAD_BODIES)
def test_a_bad_body_is_a_problem(body: str, dwp: Machine) -> None:
    """SEC-89."""
    status, kind, sent = BAD_BODIES[body]
    problem(dwp.call("POST", "/v1/grants/status", **sent), status, kind)


def test_a_call_is_named_and_says_what_it_reads(dwp: Machine) -> None:
    path = f"/v1/grants/{UNKNOWN}/status"
    for name in ("", "no-uuid"):
        problem(dwp.call("GET", path, headers={"x-svd-interaction-id": name}), 400, "malformed")
    problem(dwp.call("GET", path, headers={"Accept": "text/html"}), 406, "not-acceptable")
    problem(dwp.call("GET", path, headers={"Accept": "application/*"}), 404, "not-found")


def test_other_addresses_and_methods_are_problems_too(desk: DoorDesk, dwp: Machine) -> None:
    problem(dwp.call("GET", "/v1/grants/"), 404, "not-found")
    problem(dwp.call("GET", "/v1/grants/status"), 405, "method-not-allowed")
    refused = problem(dwp.call("DELETE", f"/v1/grants/{UNKNOWN}/status"), 405, "method-not-allowed")
    assert refused.headers["Allow"] == "GET, HEAD"
    for method in ("OPTIONS", "GET"):
        answer = desk.client.open("/oauth/token", method=method, base_url=ISSUER)
        assert problem(answer, 405, "method-not-allowed").headers["Allow"] == "POST"
    stranger = desk.client.get("/v1/grants/status", base_url="https://elsewhere.example")
    problem(stranger, 400, "malformed")


def test_nothing_is_told_without_a_token(desk: DoorDesk, dwp: Machine) -> None:
    path = f"/v1/grants/{UNKNOWN}/status"
    bald = desk.client.get(path, base_url=ISSUER)
    assert problem(bald, 401, "token-invalid").headers["WWW-Authenticate"] == (
        'DPoP algs="ES256 EdDSA PS256"'
    )
    for token in ("", "x", dwp.get_token()[:-6] + "AAAAAA"):
        sent = {**dwp.headers("GET", path), "Authorization": f"DPoP {token}"}
        answer = desk.client.get(path, headers=sent, base_url=ISSUER)
        assert 'error="invalid_token"' in problem(answer, 401, "token-invalid").headers[
            "WWW-Authenticate"
        ]  # fmt: skip


def test_a_token_lasts_ten_minutes_and_only_while_the_department_is_connected(
    desk: DoorDesk, dwp: Machine
) -> None:
    """SEC-42, SEC-47."""
    dwp.get_token()
    the_clock(desk).move(timedelta(seconds=599))
    problem(dwp.status(UNKNOWN), 404, "not-found")
    the_clock(desk).move(timedelta(seconds=1))
    problem(dwp.status(UNKNOWN), 401, "token-invalid")
    dwp.get_token()
    problem(dwp.status(UNKNOWN), 404, "not-found")
    del desk.clients.published["dwp"]
    problem(dwp.status(UNKNOWN), 401, "token-invalid")


def test_a_statement_of_ours_is_no_token(desk: DoorDesk, dwp: Machine) -> None:
    """SEC-45: each token is of one type, and the consent key signs no access."""
    dwp.get_token()
    claims = {"iss": ISSUER, "aud": f"{ISSUER}/v1", "sub": dwp.client, "scope": "grant-status"}
    forged = a_token(
        {"alg": "ES256", "kid": "portal-1", "typ": "at+jwt"},
        {**claims, "iat": 0, "exp": 2**40, "cnf": {"jkt": dwp.proof_key.thumbprint()}},
        desk.portal_keys.first("sig"),
    )
    dwp.token = forged
    problem(dwp.status(UNKNOWN), 401, "token-invalid")


def test_a_department_that_asks_too_fast_is_told_when_to_come_back(database: Database) -> None:
    """SEC-90: the others go on."""
    moment = [0.0]
    limits = Limits(rate=1.0, burst=110.0, steady=lambda: moment[0])
    with a_door(database, limits=limits) as desk:
        dwp, dvla = desk.machine("dwp"), desk.machine("dvla")
        for machine in (dwp, dvla):
            machine.get_token()
        codes = [dwp.status(UNKNOWN).status_code for _ in range(110)]
        assert codes == [404] * 110
        refused = problem(dwp.status(UNKNOWN), 429, "rate-limited")
        assert refused.headers["Retry-After"] == "1"
        assert refused.headers["RateLimit-Policy"] == '"department";q=110;w=110'
        assert refused.headers["RateLimit"] == '"department";r=0;t=110'
        many = problem(dwp.statuses([UNKNOWN] * 500), 429, "rate-limited")
        assert many.headers["Retry-After"] == "1"
        other = problem(dvla.status(UNKNOWN), 404, "not-found")
        assert other.headers["RateLimit"] == '"department";r=109;t=1'
        moment[0] = 1.0
        problem(dwp.status(UNKNOWN), 404, "not-found")
        assert problem(dwp.ask_for_token(), 429, "rate-limited").headers["Retry-After"] == "89"


def test_each_call_with_a_token_counts_and_says_what_is_left(database: Database) -> None:
    """What costs the portal more counts for more, before the database is asked."""
    limits = Limits(rate=1.0, burst=200.0, steady=lambda: 0.0)
    costs = {
        ("GET", "/v1/plans?limit=500"): 11,
        ("GET", "/v1/demand?week=2020-W01"): 101,
        ("GET", "/v1/closures"): 1,
        ("PUT", "/v1/plans/PL00%200000%200000/answer"): 1,
        ("PUT", "/v1/hold-requests/HD00%200000%200000/answer"): 1,
    }
    left = 200
    with a_door(database, limits=limits) as desk:
        dwp = desk.machine("dwp")
        for (method, address), cost in costs.items():
            headers = dwp.headers(method, address.partition("?")[0])
            answer = desk.client.open(
                address, method=method, headers=headers, base_url=ISSUER, json={}
            )
            left -= cost
            assert answer.headers["RateLimit"] == f'"department";r={left};t={200 - left}', address


def test_the_door_reads_its_own_departments_rows_and_no_others(
    database: Database, store: Store, desk: DoorDesk, tamsin: Person
) -> None:
    """SEC-62, SEC-65: the role behind the door, asked without the door's own words."""
    import psycopg

    ids = allow(store, desk, tamsin, "dwp", "dvla")
    url = database.department_url.replace("postgresql+psycopg:", "postgresql:")
    with psycopg.connect(url) as connection:
        seen = {}
        for code in ("", "dwp", "dvla", "council"):
            connection.execute("select set_config('svd.department', %s, true)", (code,))
            rows = connection.execute("select grant_id from consent_grant").fetchall()
            seen[code] = [row[0] for row in rows]
            connection.rollback()
        assert [len(rows) for rows in seen.values()] == [0, 1, 1, 0]
        assert {*seen["dwp"], *seen["dvla"]} == set(ids)
        for refused in ("select subject_id from consent_grant", "select * from person"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(refused)
            connection.rollback()


def test_a_used_number_holds_for_every_process(database: Database) -> None:
    """SEC-42, SEC-43: two doors share nothing but the database."""
    with a_door(database) as one, a_door(database) as other:
        machine = one.machine("dwp")
        other.clients.published["dwp"] = one.clients.published["dwp"]
        assertion, proof = machine.assertion(), machine.proof("POST", f"{ISSUER}/oauth/token")
        again = machine.proof("POST", f"{ISSUER}/oauth/token")
        assert machine.ask_for_token(assertion=assertion, proof=proof).status_code == 200
        machine.door = other
        assert machine.ask_for_token(assertion=assertion, proof=again).status_code == 401
        assert machine.ask_for_token(proof=proof).status_code == 401
        assert machine.ask_for_token().status_code == 200


TOKEN_FAULTS: dict[str, tuple[int, str, dict[str, Any]]] = {
    "aud is the token endpoint": (401, "invalid_client", {"aud": f"{ISSUER}/oauth/token"}),
    "aud is a list": (401, "invalid_client", {"aud": [ISSUER]}),
    "aud with a slash": (401, "invalid_client", {"aud": f"{ISSUER}/"}),
    "no aud": (401, "invalid_client", {"without": "aud"}),
    "no sub": (401, "invalid_client", {"without": "sub"}),
    "no iss": (401, "invalid_client", {"without": "iss"}),
    "iss of another": (401, "invalid_client", {"iss": "urn:svd:org:dvla"}),
    "sub of another": (401, "invalid_client", {"sub": "urn:svd:org:dvla"}),
    "a department with a console": (401, "invalid_client", {"sub": "urn:svd:org:hmrc"}),
    "nobody known": (401, "invalid_client", {"sub": "dwp"}),
    "no jti": (401, "invalid_client", {"without": "jti"}),
    "no exp": (401, "invalid_client", {"without": "exp"}),
    "exp past": (401, "invalid_client", {"iat": -120, "nbf": -120, "exp": -60}),
    "an hour long": (401, "invalid_client", {"exp": 3600}),
    "nbf in 61 seconds": (401, "invalid_client", {"nbf": 61}),
    "iat in 61 seconds": (401, "invalid_client", {"iat": 61, "nbf": 61, "exp": 120}),
    "RS256": (401, "invalid_client", {"header": {"alg": "RS256"}}),
    "alg none": (401, "invalid_client", {"header": {"alg": "none"}}),
    "HS256": (401, "invalid_client", {"header": {"alg": "HS256"}}),
    "another key's id": (401, "invalid_client", {"header": {"kid": "other"}}),
    "a key in the header": (401, "invalid_client", {"header": {"jwk": {"kty": "EC"}}}),
    "an address of keys in the header": (
        401,
        "invalid_client",
        {"header": {"jku": "https://evil.example"}},
    ),
    "another type": (401, "invalid_client", {"header": {"typ": "dpop+jwt"}}),
}
"""SEC-42: what FAPI 2.0 refuses. Times are seconds from now."""


@pytest.mark.parametrize("fault", TOKEN_FAULTS)
def test_no_token_for_an_assertion_that_is_not_right(fault: str, desk: DoorDesk) -> None:
    status, error, changes = TOKEN_FAULTS[fault]
    rsa = fault == "RS256"
    dwp = desk.machine("dwp", "PS256" if rsa else "ES256")
    assert dwp.ask_for_token().status_code == 200
    now = int(desk.clock.now().timestamp())
    made = {n: now + v if n in ("iat", "nbf", "exp") else v for n, v in changes.items()}
    header = made.get("header", {})
    if header.get("alg") in ("none", "HS256"):
        right = dwp.assertion().split(".")
        top = json.dumps({"alg": header["alg"], "kid": dwp.key.kid}).encode()
        from tests.department_desk import base64

        assertion = f"{base64(top)}.{right[1]}.{'' if header['alg'] == 'none' else right[2]}"
    else:
        assertion = dwp.assertion(**made)
    answer = bare(dwp.ask_for_token(assertion=assertion))
    told(answer, status, error)
    assert answer.mimetype == "application/json"


FORM_FAULTS: dict[str, tuple[int, str, dict[str, Any]]] = {
    "another grant": (400, "unsupported_grant_type", {"grant_type": "password"}),
    "no grant": (400, "invalid_request", {"grant_type": ""}),
    "no assertion type": (401, "invalid_client", {"client_assertion_type": ""}),
    "another scope": (400, "invalid_scope", {"scope": "grant-status everything"}),
    "another client's id": (401, "invalid_client", {"client_id": "urn:svd:org:dvla"}),
    "no proof": (400, "invalid_dpop_proof", {"proof": ""}),
    "not a proof": (400, "invalid_dpop_proof", {"proof": "a.b.c"}),
}


@pytest.mark.parametrize("fault", FORM_FAULTS)
def test_no_token_for_a_form_that_is_not_right(fault: str, dwp: Machine) -> None:
    status, error, changes = FORM_FAULTS[fault]
    answer = bare(dwp.ask_for_token(**changes))
    told(answer, status, error)


def test_a_form_says_each_thing_once_and_nothing_in_the_address(
    desk: DoorDesk, dwp: Machine
) -> None:
    twice = {"grant_type": ["client_credentials"] * 2, "client_assertion": dwp.assertion()}
    for address, data in (("/oauth/token", twice), ("/oauth/token?scope=x", {"grant_type": "y"})):
        answer = desk.client.post(address, data=data, base_url=ISSUER)
        told(answer, 400, "invalid_request")
    problem(desk.client.post("/oauth/token", json={}, base_url=ISSUER), 415, "unsupported-type")


MENDED: dict[str, tuple[str, dict[str, Any]]] = {
    "aud is the issuer exactly": ("assertion", {"aud": f"{ISSUER}/oauth/token"}),
    "kid names no signing key": ("assertion", {"header": {"kid": "other"}}),
    "exp has passed": ("assertion", {"iat": -120, "nbf": -120, "exp": -60}),
    "iat is more than 60 seconds ago": ("proof", {"iat": -61}),
    "iat is more than 10 seconds ahead": ("proof", {"iat": 30}),
    "htm is the method": ("proof", {"method": "POST"}),
    "htu is this address": ("proof", {"url": f"{ISSUER}/v1/allocations"}),
    "ath is the base64url": ("proof", {"token": "another"}),
}
"""What a department reads, and what it had done. Times are seconds from now."""


@pytest.mark.parametrize("words", MENDED)
def test_a_refusal_says_what_to_mend(words: str, desk: DoorDesk, dwp: Machine) -> None:
    where, changes = MENDED[words]
    now = int(desk.clock.now().timestamp())
    made = {n: now + v if n in ("iat", "nbf", "exp") else v for n, v in changes.items()}
    if where == "assertion":
        answer = dwp.ask_for_token(assertion=dwp.assertion(**made))
        said = answer.json["error_description"] if answer.json else ""
    else:
        dwp.get_token()
        made = {"method": "GET", "url": f"{ISSUER}/v1/plans", "token": dwp.token, **made}
        proof = dwp.proof(made.pop("method"), made.pop("url"), **made)
        answer = problem(
            dwp.call("GET", "/v1/plans", headers={"DPoP": proof}), 401, "token-invalid"
        )
        said = json.loads(answer.text)["detail"]
    assert said.startswith(words)


def test_what_a_body_lacks_or_has_too_much_is_named_in_our_words_only(
    dwp: Machine,
) -> None:
    wrong: dict[str, tuple[Any, str, str]] = {
        "no field": ({}, "grant_ids", "It has to be there"),
        "a field too many": (
            {"grant_ids": ["x"], "a secret": 1},
            "",
            "The fields are grant_ids, no others",
        ),
        "no object": ([1], "", "The body is one JSON object"),
        "too little": ({"grant_ids": []}, "grant_ids", "Its value is not one that the"),
    }
    for what, (sent, field, words) in wrong.items():
        answer = dwp.call("POST", "/v1/grants/status", json=sent)
        said = json.loads(problem(answer, 400, "malformed").text)
        assert (said.get("field", ""), said["detail"].startswith(words)) == (field, True), what
        assert "secret" not in answer.text
    for query, words in {"a_secret=1": "The address may carry after", "limit=0": "A whole"}.items():
        answer = dwp.call("GET", "/v1/plans", query_string=query)
        said = json.loads(problem(answer, 400, "malformed").text)
        assert said["detail"].startswith(words)
        assert "secret" not in answer.text


def test_a_key_that_was_published_since_is_asked_for_once(desk: DoorDesk, dwp: Machine) -> None:
    """SEC-47: a new key works at once, with the old one beside it."""
    fresh = a_key("ES256", "dwp-new")
    desk.clients.newer["dwp"] = key_set(fresh, dwp.key)
    dwp.key = fresh
    assert dwp.ask_for_token().status_code == 200
    assert desk.clients.fetched == 2


def test_what_a_client_needs_to_know_is_announced(desk: DoorDesk) -> None:
    answer = bare(desk.client.get("/.well-known/oauth-authorization-server", base_url=ISSUER))
    said = json.loads(answer.text)
    assert said["issuer"] == ISSUER
    assert said["token_endpoint"] == f"{ISSUER}/oauth/token"
    assert said["token_endpoint_auth_methods_supported"] == ["private_key_jwt"]
    assert said["dpop_signing_alg_values_supported"] == ["ES256", "EdDSA", "PS256"]


def test_x13_the_last_calls_are_remembered_by_the_described_address_alone(
    desk: DoorDesk, dwp: Machine, store: Store, tamsin: Person
) -> None:
    (grant_id,) = allow(store, desk, tamsin, "dwp")
    assert dwp.status(grant_id).status_code == 200
    assert dwp.status(UNKNOWN).status_code == 404
    desk.client.get(f"/v1/grants/{grant_id}/status", base_url=ISSUER)
    assert desk.door.recent.of("dvla") == {}
    ((what, calls),) = desk.door.recent.of("dwp").items()
    assert what == "GET /v1/grants/<grant_id>/status"
    assert [(one.status, one.code) for one in calls] == [(404, "not-found"), (200, "")]
