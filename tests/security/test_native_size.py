"""What lies on the wire tells nobody whether a person has debts (trust, section 3.3 and T22)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import requests
from aiohttp import web

from adapters.departments.native.answer import ANSWER_TYPE
from adapters.departments.native.schema import DATATYPES
from adapters.simulators.cast import Person
from adapters.simulators.department import make_app
from adapters.simulators.department.answer import STEP
from adapters.simulators.serve import SimulatorSettings
from adapters.wire import Wire
from consent.jose import compact_json, seal, unseal, verify
from consent.keys import accept_key, accept_keys, new_key, public_jwk
from debts.debt import Debts
from tests.native_lab import CAST, PORTAL, Lab, Server, a_lab, a_permit, facts_of
from tests.unit.protocol.test_document import faults

TAMSIN = CAST.person("testwell")
pytestmark = pytest.mark.security


def a_sealed_answer(lab: Lab, person: Person) -> tuple[bytes, bytes]:
    """What lies on the wire, and the signed token in it."""
    published = requests.get(f"{lab.url}/.well-known/jwks.json", timeout=60).json()
    sealing = next(key for key in published["keys"] if key["use"] == "enc")
    details = {"family_name": person.family_name, "nino": person.nino}
    private = new_key("enc", "one-time")
    minted = lab.signer.mint_assertion(
        a_permit(),
        audience="urn:svd:org:dwp",
        htu=f"{lab.url}/v1/debt-queries",
        fields=list(DATATYPES),
        match_jwe=seal(compact_json(details), accept_key(sealing)),  # type: ignore[arg-type]
        response_jwk=public_jwk(private),
    )
    headers = {
        "Content-Type": "application/jwt",
        "x-svd-interaction-id": "7d1c6a52-3f0e-4f0c-9c26-3a8a3f5c9d10",
    }
    reply = requests.post(
        f"{lab.url}/v1/debt-queries", data=minted.token, headers=headers, timeout=60
    )
    assert reply.status_code == 200
    assert reply.headers["Cache-Control"] == "no-store"
    return reply.content, unseal(reply.text, private)


def test_debts_no_debts_and_no_match_look_alike_on_the_wire(tmp_path: Path) -> None:
    with a_lab(tmp_path) as lab:
        sizes: dict[str, int] = {}
        for answer in ("0.0", "none:0.0", "mismatch:0.0", "partial:0.0", "needs:vrm"):
            lab.behave(TAMSIN, answer)
            sizes[answer] = len(a_sealed_answer(lab, TAMSIN)[0])
        assert len(set(sizes.values())) == 1, sizes


def test_an_answer_is_padded_in_steps_and_is_as_published(tmp_path: Path) -> None:
    with a_lab(tmp_path) as lab:
        for person in CAST:
            lab.behave(person, "0.0")
            token = a_sealed_answer(lab, person)[1].decode()
            body = token.split(".")[1]
            assert len(body) * 3 // 4 % STEP == 0
            keys = requests.get(f"{lab.url}/.well-known/jwks.json", timeout=60).json()["keys"]
            claims: dict[str, Any] = verify(token, accept_keys(keys), typ=ANSWER_TYPE)
            assert faults("DebtViewClaims", claims) == []


def test_problems_say_nothing_of_the_person_and_are_as_published(tmp_path: Path) -> None:
    with a_lab(tmp_path) as lab:
        reply = requests.post(f"{lab.url}/v1/debt-queries", data="x", timeout=60)
        assert reply.headers["Content-Type"].startswith("application/problem+json")
        assert faults("Problem", reply.json()) == []


def test_a_department_with_no_key_file_reads_the_portals_published_keys(tmp_path: Path) -> None:
    with a_lab(tmp_path) as lab:

        async def jwks(request: web.Request) -> web.Response:
            return web.json_response(lab.portal_keys.public())

        def portal(url: str) -> web.Application:
            app = web.Application()
            app.router.add_get("/.well-known/jwks.json", jwks)
            return app

        empty = tmp_path / "empty"
        empty.mkdir()
        with Server(portal) as published:

            def department(url: str) -> web.Application:
                settings = SimulatorSettings("dwp", url, published.url, empty)
                return make_app(CAST, settings)

            with Server(department) as server:
                wire = Wire([server.url], demonstration=True)
                other = Lab("dwp", server.url, lab.wire_loop, wire, lab.portal_keys, published.url)
                other.behave(TAMSIN, "0.0")
                assert isinstance(other.ask(facts_of(TAMSIN)), Debts)
                lab.wire_loop.call(wire.close(), seconds=60)
    assert published.url != PORTAL
