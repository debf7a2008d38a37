"""An answer is to its own question, whole, or it is nothing (SEC-51, SEC-52, SEC-53, SEC-54)."""

from __future__ import annotations

import gc
import gzip
import json
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from adapters.departments.native.answer import ANSWER_TYPE, Asked, open_answer
from adapters.departments.native.schema import DATATYPES
from adapters.wire import Wire
from consent.clock import SystemClock
from consent.jose import TokenRefused, compact_json, fingerprint, seal, sign, verify
from consent.keys import Keys, accept_key, key_set, new_key, public_jwk
from consent.signer import ASSERTION_TYPE
from debts.debt import Answer, Debts, NoDebts, Unanswered, Unavailable
from tests.native_lab import CAST, PORTAL, Lab, Server, a_lab, a_permit, facts_of

TAMSIN, ZOFIA = CAST.person("testwell"), CAST.person("demoska")
SIGN, SEAL = new_key("sig", "d-sign"), new_key("enc", "d-seal")
DEPARTMENT_KEYS = key_set(SIGN, SEAL)
NOW = SystemClock().now()
pytestmark = pytest.mark.security

ITEM = {
    "debt_handle": "h_1",
    "as_of": "2026-11-22T12:00:00+00:00",
    "type_code": "DWP_SF",
    "label": "Budgeting loan",
    "balance_pence": 42000,
}


def a_question(**changes: Any) -> Asked:
    asked = Asked(
        department="urn:svd:org:dwp",
        portal=PORTAL,
        pairwise_id="p" * 24,
        jti="j" * 22,
        request_hash=fingerprint("a.b.c"),
        fields=list(DATATYPES),
        private=new_key("enc", "one-time"),
    )
    return replace(asked, **changes)


def claims_for(asked: Asked, **changes: Any) -> dict[str, Any]:
    issued = int(NOW.timestamp())
    claims = {
        "iss": asked.department,
        "aud": asked.portal,
        "sub": asked.pairwise_id,
        "iat": issued,
        "exp": issued + 300,
        "jti": "answer-1",
        "in_response_to": asked.jti,
        "request_hash": asked.request_hash,
        "result": "matched",
        "subject_handle": "s_1",
        "items": [ITEM],
        **changes,
    }
    return {name: value for name, value in claims.items() if value is not ...}


def sealed(asked: Asked, body: dict[str, Any] | bytes, typ: str = ANSWER_TYPE) -> str:
    token = sign(body, SIGN, typ=typ)
    return seal(token.encode(), accept_key(public_jwk(asked.private)))  # type: ignore[arg-type]


def opened(token: str, asked: Asked, keys: Keys = DEPARTMENT_KEYS) -> Answer:
    return open_answer(token, asked, keys, NOW)[0]


def test_a_good_answer_is_read() -> None:
    asked = a_question()
    answer = opened(sealed(asked, claims_for(asked)), asked)
    assert isinstance(answer, Debts)
    assert answer.items[0].balance == 42000


def test_sec_51_an_answer_to_another_question_cannot_be_opened() -> None:
    mine, theirs = a_question(), a_question(pairwise_id="q" * 24, jti="k" * 22)
    with pytest.raises(TokenRefused, match="seal"):
        opened(sealed(theirs, claims_for(theirs)), mine)


@pytest.mark.parametrize("name", ["in_response_to", "request_hash", "sub", "aud", "iss"])
def test_sec_51_an_answer_swapped_before_it_was_sealed_is_refused(name: str) -> None:
    """A proxy inside the department signs and seals to the right key, but for another question."""
    asked = a_question()
    for wrong in ("something else", ..., None, [claims_for(asked)[name]]):
        with pytest.raises(TokenRefused, match="claims"):
            opened(sealed(asked, claims_for(asked, **{name: wrong})), asked)


def test_sec_51_two_pulls_at_once_whose_answers_are_swapped_both_show_a_gap(
    tmp_path: Path,
) -> None:
    with a_lab(tmp_path) as lab:
        for person in (TAMSIN, ZOFIA):
            lab.behave(person, "swap")
        pulls = [
            lab.wire_loop.submit(lab.department.debts(a_permit(), facts_of(person)))
            for person in (TAMSIN, ZOFIA)
        ]
        for pull in pulls:
            answer = pull.result(60)
            assert isinstance(answer, Unavailable)
            assert answer.reason is Unanswered.ERROR


def test_sec_52_of_all_answers_with_one_byte_changed_none_is_accepted() -> None:
    asked = a_question()
    good = sealed(asked, claims_for(asked)).encode()
    accepted = 0
    for place in range(len(good)):
        for flip in (0x01, 0x80):
            bad = bytearray(good)
            bad[place] ^= flip
            try:
                opened(bytes(bad).decode("ascii", "replace"), asked)
                accepted += 1
            except TokenRefused:
                pass
    assert accepted == 0


def test_sec_52_of_all_signed_answers_with_one_letter_changed_none_is_accepted() -> None:
    """The same inside the seal, where only the signature stands guard."""
    asked = a_question()
    token = sign(claims_for(asked), SIGN, typ=ANSWER_TYPE)
    public = accept_key(public_jwk(asked.private))
    accepted = 0
    for place in range(len(token)):
        other = "A" if token[place] != "A" else "B"
        bad = token[:place] + other + token[place + 1 :]
        try:
            opened(seal(bad.encode(), public), asked)  # type: ignore[arg-type]
            accepted += 1
        except TokenRefused:
            pass
    assert accepted == 0


def test_sec_52_an_answer_of_another_kind_or_by_another_key_is_refused() -> None:
    asked = a_question()
    with pytest.raises(TokenRefused, match="type"):
        opened(sealed(asked, claims_for(asked), typ=ASSERTION_TYPE), asked)
    stranger = key_set(new_key("sig", "other"), SEAL)
    with pytest.raises(TokenRefused, match="key"):
        opened(sealed(asked, claims_for(asked)), asked, stranger)
    same_name = key_set(new_key("sig", "d-sign"))
    with pytest.raises(TokenRefused, match="signature"):
        opened(sealed(asked, claims_for(asked)), asked, same_name)


@pytest.mark.parametrize(
    "changes",
    [
        {"jti": ...},
        {"iat": ...},
        {"exp": ...},
        {"iat": int(NOW.timestamp()) + 61, "exp": int(NOW.timestamp()) + 120},
        {"iat": int(NOW.timestamp()) - 300, "exp": int(NOW.timestamp()) - 61},
        {"exp": int(NOW.timestamp()) + 301},
        {"result": "perhaps"},
        {"result": ...},
        {"items": ...},
        {"items": {}},
        {"items": [ITEM, ITEM]},
        {"items": [{**ITEM, "debt_handle": str(number)} for number in range(61)]},
        {"items": [{**ITEM, "balance_pence": "42000"}]},
        {"items": ["text"]},
        {"subject_handle": "<b>"},
        {"total_pence": -1},
        {"look_again_on": "soon"},
        {"result": "needs_fact", "needs_fact": "mothers_maiden_name"},
    ],
    ids=lambda changes: ",".join(changes),
)
def test_sec_52_an_answer_that_is_not_whole_is_refused_whole(changes: dict[str, Any]) -> None:
    asked = a_question()
    with pytest.raises(TokenRefused):
        opened(sealed(asked, claims_for(asked, **changes)), asked)


def test_sec_53_twenty_fields_that_nobody_asked_for_reach_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    canary = "CNRY-5ac1f0de5ac1f0de"
    monkeypatch.setenv("SVD_CANARY_TEXT", canary)
    with a_lab(tmp_path) as lab:
        lab.behave(TAMSIN, "0.0")
        answer = lab.ask(TAMSIN)
        assert isinstance(answer, Debts)
        gc.collect()
        assert canary not in _everything_in(answer)
        assert lab.department.fields_dropped == 20 * (1 + len(answer.items))
        lab.behave(TAMSIN, "error500")
        gap = lab.ask(TAMSIN)
        assert isinstance(gap, Unavailable)
        assert canary not in _everything_in(gap)


def _everything_in(value: object) -> str:
    """All texts that can be reached from an answer."""
    found, seen, heap = [], set(), [value]
    while heap:
        one = heap.pop()
        if id(one) in seen or isinstance(one, type):
            continue
        seen.add(id(one))
        if isinstance(one, str):
            found.append(one)
        heap += gc.get_referents(one)
    return "\n".join(found)


CLAIMS = web.RequestKey("claims", dict[str, Any])
HASH = web.RequestKey("hash", str)
Reply = Callable[[web.Request], web.StreamResponse]


@contextmanager
def a_hostile_department(lab: Lab, reply: Reply) -> Iterator[Lab]:
    """Publishes good keys, then answers whatever it likes."""

    async def jwks(request: web.Request) -> web.Response:
        return web.json_response(DEPARTMENT_KEYS.public())

    async def query(request: web.Request) -> web.StreamResponse:
        body = await request.read()
        request[CLAIMS] = verify(body.decode(), lab.portal_keys, typ=ASSERTION_TYPE)
        request[HASH] = fingerprint(body.decode())
        return reply(request)

    def make(url: str) -> web.Application:
        app = web.Application()
        app.router.add_get("/.well-known/jwks.json", jwks)
        app.router.add_post("/v1/debt-queries", query)
        return app

    with Server(make) as server:
        wire = Wire([server.url], demonstration=True)
        yield replace(lab, url=server.url, wire=wire)
        lab.wire_loop.call(wire.close(), seconds=60)


def to_this(request: web.Request, body: bytes | dict[str, Any]) -> web.Response:
    """A body, signed and sealed as it should be."""
    claims = request[CLAIMS]
    if isinstance(body, dict):
        issued = int(time.time())
        body = compact_json(
            {
                "iss": claims["aud"],
                "aud": claims["iss"],
                "sub": claims["sub"],
                "iat": issued,
                "exp": issued + 60,
                "jti": "x",
                "in_response_to": claims["jti"],
                "request_hash": request[HASH],
                "result": "matched",
                **body,
            }
        )
    key = accept_key(claims["resp_enc"]["jwk"])
    token = sign(body, SIGN, typ=ANSWER_TYPE)
    return web.Response(
        text=seal(token.encode(), key),  # type: ignore[arg-type]
        content_type="application/jose",
    )


def raw(body: bytes, content_type: str = "application/jose", **headers: str) -> Reply:
    return lambda _: web.Response(
        body=body, headers={"Content-Type": content_type, **headers}
    )  # fmt: skip


BOMB = gzip.compress(b"A" * 10_000_000)
HOSTILE: dict[str, Reply] = {
    "a page": raw(b"<html>Sign in</html>", "text/html"),
    "nothing": raw(b""),
    "a gzip bomb": raw(BOMB, **{"Content-Encoding": "gzip"}),
    "deflate": raw(b"x", **{"Content-Encoding": "deflate"}),
    "five dots": raw(b"....."),
    "bytes": raw(bytes(range(256))),
    "65 KiB": raw(b"A" * (64 * 1024 + 1)),
    "a redirect": lambda _: web.Response(status=302, headers={"Location": "http://127.0.0.1/"}),
    "201": lambda _: web.Response(status=201),
    "entities": raw(b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "application/xml"),
    "unsigned claims": raw(json.dumps({"result": "matched", "items": []}).encode()),
    "deep claims": lambda r: to_this(r, b"[" * 20_000),
    "deep items": lambda r: to_this(r, {"items": [_nested(40)]}),
    "keys twice": lambda r: to_this(r, b'{"result":"matched","result":"matched","items":[]}'),
    "not a number": lambda r: to_this(r, b'{"result":"matched","items":[],"total_pence":NaN}'),
    "a huge number": lambda r: to_this(r, b'{"total_pence":' + b"9" * 9000 + b"}"),
    "not utf-8": lambda r: to_this(r, b'{"result":"\xff\xfe"}'),
}


def _nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


def test_sec_54_hostile_content_is_a_gap_and_costs_little(tmp_path: Path) -> None:
    """Each takes less than five seconds of work, and all of them together under 50 MB."""
    with a_lab(tmp_path) as lab:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for name, reply in HOSTILE.items():
            with a_hostile_department(lab, reply) as hostile:
                started = time.process_time()
                answer = hostile.ask(TAMSIN, seconds=60)
                assert isinstance(answer, Unavailable), name
                assert time.process_time() - started < 5, name
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        assert grown < 50 * 1024, f"{grown} KiB"


def test_sec_54_the_hostile_department_can_also_answer_well(tmp_path: Path) -> None:
    """So that the gaps above are due to what it said."""
    with a_lab(tmp_path) as lab:
        with a_hostile_department(lab, lambda r: to_this(r, {"items": []})) as good:
            assert isinstance(good.ask(TAMSIN), NoDebts)
        with a_hostile_department(lab, lambda r: to_this(r, {"items": [ITEM]})) as good:
            assert isinstance(good.ask(TAMSIN), Debts)


@pytest.mark.parametrize(
    "label", ["<img src=x onerror=alert(1)>", "‮elbmaert", "=1+1", "{{config}}", "a\u200bb"]
)  # fmt: skip
def test_sec_54_poisoned_words_arrive_as_plain_ones(tmp_path: Path, label: str) -> None:
    item = {**ITEM, "label": label, "next_step": label}
    with (
        a_lab(tmp_path) as lab,
        a_hostile_department(lab, lambda r: to_this(r, {"items": [item]})) as poisoned,
    ):
        answer = poisoned.ask(TAMSIN)
    assert isinstance(answer, Debts)
    for words in (answer.items[0].label, answer.items[0].next_step):
        assert not set(words) & set("<>=+{}\u202e\u200b")
