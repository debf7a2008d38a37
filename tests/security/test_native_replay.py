"""An assertion works once, at one department, for one call (SEC-49, SEC-50, SEC-58)."""

from __future__ import annotations

import asyncio
import os
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import requests

from adapters.simulators.department import make_app
from adapters.simulators.serve import SimulatorSettings
from consent.clock import SetClock
from consent.ids import random_text
from consent.jose import compact_json, seal, sign, verify
from consent.keys import Keys, new_key, public_jwk, read_keys
from consent.signer import ASSERTION_TYPE
from tests.native_lab import CAST, PORTAL, Lab, Server, a_lab, a_permit
from tests.paper_signer import PaperSigner

TAMSIN = CAST.person("testwell")
HEADERS = {
    "Content-Type": "application/jwt",
    "x-svd-interaction-id": "7d1c6a52-3f0e-4f0c-9c26-3a8a3f5c9d10",
}
pytestmark = pytest.mark.security


@pytest.fixture
def dwp(tmp_path: Path) -> Iterator[Lab]:
    with a_lab(tmp_path) as lab:
        lab.behave(TAMSIN, "0.0")
        yield lab


def published(lab: Lab) -> Keys:
    return read_keys(requests.get(f"{lab.url}/.well-known/jwks.json", timeout=60).content)


def an_assertion(lab: Lab, *, signer: PaperSigner | None = None, **changes: Any) -> str:
    """A good question about Tamsin, unless something is changed."""
    details = {"family_name": "Testwell", "birth_date": "1991-04-17", "nino": TAMSIN.nino}
    asked: dict[str, Any] = {
        "audience": "urn:svd:org:dwp",
        "htu": f"{lab.url}/v1/debt-queries",
        "fields": ["balance_pence", "type_code", "label"],
        "match_jwe": seal(compact_json(details), published(lab).first("enc")),  # type: ignore[arg-type]
        "response_jwk": public_jwk(new_key("enc", "one-time")),
        **changes,
    }
    return (signer or lab.signer).mint_assertion(a_permit(), **asked).token


def resigned(lab: Lab, token: str, **changes: Any) -> str:
    """The same question, rightly signed by the portal, with claims that are changed."""
    claims = verify(token, lab.portal_keys, typ=ASSERTION_TYPE)
    claims = {name: value for name, value in {**claims, **changes}.items() if value is not ...}
    return sign(claims, lab.portal_keys.first("sig"), typ=ASSERTION_TYPE)


def post(lab: Lab, token: str, path: str = "/v1/debt-queries") -> tuple[int, str]:
    reply = requests.post(lab.url + path, data=token, headers=HEADERS, timeout=60)
    kind = "" if reply.status_code == 200 else reply.json()["type"].rpartition(":")[2]
    return reply.status_code, kind


def test_a_good_assertion_is_answered(dwp: Lab) -> None:
    assert post(dwp, an_assertion(dwp)) == (200, "")


def test_sec_49_of_a_thousand_replays_and_a_hundred_races_none_is_accepted(dwp: Lab) -> None:
    """Each of 100 assertions is sent twice at the same moment and nine times more: in 1,100
    requests exactly 100 are answered."""
    tokens = [an_assertion(dwp) for _ in range(100)]
    counted = asyncio.run(_race(dwp.url, tokens))
    assert counted == Counter({200: 100, 409: 1000})
    assert dwp.log()["asked"] == {"testwell": 100}


async def _race(url: str, tokens: list[str]) -> Counter[int]:
    async with aiohttp.ClientSession(headers=HEADERS) as session:

        async def once(token: str) -> int:
            async with session.post(f"{url}/v1/debt-queries", data=token) as reply:
                await reply.read()
                return reply.status

        counted: Counter[int] = Counter()
        for token in tokens:
            counted.update(await asyncio.gather(once(token), once(token)))
            counted.update(await asyncio.gather(*(once(token) for _ in range(9))))
        return counted


def test_sec_49_a_replay_after_a_restart_is_refused(dwp: Lab, tmp_path: Path) -> None:
    token = an_assertion(dwp)
    assert post(dwp, token)[0] == 200
    time.sleep(1.01)
    settings = SimulatorSettings("dwp", dwp.url, PORTAL, tmp_path)
    with Server(lambda _: make_app(CAST, settings)) as restarted:
        reply = requests.post(
            f"{restarted.url}/v1/debt-queries", data=token, headers=HEADERS, timeout=60
        )
        assert reply.status_code == 401


def test_sec_50_a_stolen_assertion_is_no_use_at_another_department(
    dwp: Lab, tmp_path: Path
) -> None:  # fmt: skip
    stolen = an_assertion(dwp)
    settings = SimulatorSettings("council", dwp.url, PORTAL, tmp_path)
    with Server(lambda _: make_app(CAST, settings)) as council:
        reply = requests.post(
            f"{council.url}/v1/debt-queries", data=stolen, headers=HEADERS, timeout=60
        )
        assert reply.status_code == 401
        assert reply.json()["type"] == "urn:svd:problem:assertion-invalid"


def test_sec_50_a_stolen_assertion_is_no_use_at_another_address_or_by_another_method(
    dwp: Lab,
) -> None:
    assert post(dwp, an_assertion(dwp), "/v1/hold-requests")[0] == 401
    assert post(dwp, an_assertion(dwp, htm="GET")) == (401, "assertion-invalid")
    assert post(dwp, an_assertion(dwp, htu="https://dwp.example/v1/debt-queries"))[0] == 401
    got = requests.get(f"{dwp.url}/v1/debt-queries", headers=HEADERS, timeout=60)
    assert got.status_code == 405


def test_sec_50_nobody_but_the_portal_can_make_an_assertion(dwp: Lab) -> None:
    own = Keys({"portal-1": new_key("sig", "portal-1")})
    forger = PaperSigner(
        own,
        issuer=PORTAL,
        clock=SetClock(datetime.now(UTC)),
    )
    assert post(dwp, an_assertion(dwp, signer=forger)) == (401, "assertion-invalid")


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({"iss": "https://evil.example"}, (401, "client-unknown")),
        ({"aud": ["urn:svd:org:dwp"]}, (401, "assertion-invalid")),
        ({"aud": ...}, (401, "assertion-invalid")),
        ({"jti": ...}, (401, "assertion-invalid")),
        ({"jti": "short"}, (401, "assertion-invalid")),
        ({"exp": ...}, (401, "assertion-invalid")),
        ({"iat": "1"}, (401, "assertion-invalid")),
        ({"nbf": ...}, (401, "clock-skew")),
        ({"authorization_details": []}, (400, "malformed")),
        ({"consent": {"state": "withdrawn", "exp": 4102444800}}, (403, "consent-not-live")),
        ({"consent": {"state": "given", "exp": 1}}, (403, "consent-not-live")),
        ({"consent": ...}, (400, "malformed")),
        ({"citizen_present": False}, (403, "consent-not-live")),
        ({"auth": {"ial": "P1"}}, (403, "consent-not-live")),
        ({"auth": ...}, (403, "consent-not-live")),
        ({"resp_enc": ...}, (400, "malformed")),
        ({"match": "a.b.c.d.e"}, (400, "malformed")),
        ({"match": ...}, (422, "handle-unknown")),
        ({"sub": "short"}, (400, "malformed")),
    ],
)
def test_a_department_checks_every_claim_by_itself(
    dwp: Lab, changes: dict[str, Any], answer: tuple[int, str]
) -> None:
    assert post(dwp, resigned(dwp, an_assertion(dwp), **changes)) == answer


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"purpose": "run_plan"}, "purpose-not-agreed"),
        ({"type": "urn:uk:svd:hold-request:v1"}, "purpose-not-agreed"),
        ({"locations": ["urn:svd:org:dvla"]}, "purpose-not-agreed"),
        ({"datatypes": ["balance_pence", "bank_account"]}, "field-not-agreed"),
        ({"more": 1}, "purpose-not-agreed"),
    ],
)
def test_a_department_keeps_to_its_own_agreement(
    dwp: Lab, changes: dict[str, Any], kind: str
) -> None:
    token = an_assertion(dwp)
    details = verify(token, dwp.portal_keys, typ=ASSERTION_TYPE)["authorization_details"]
    again = resigned(dwp, token, authorization_details=[{**details[0], **changes}])
    assert post(dwp, again)[1] == kind


@pytest.mark.parametrize(
    ("seconds", "answer"),
    [(0, 200), (9, 200), (11, 401), (61, 401), (-50, 401), (-71, 401)],
)
def test_sec_58_clocks_may_differ_by_ten_seconds(
    tmp_path: Path, seconds: int, answer: int
) -> None:  # fmt: skip
    """Negative: made before the department was started, or too long ago."""
    with a_lab(tmp_path) as lab:
        lab.behave(TAMSIN, "0.0")
        token, now = an_assertion(lab), int(time.time())
        made = now + seconds
        moved = resigned(lab, token, iat=made, nbf=made, exp=made + 60)
        assert post(lab, moved)[0] == answer


def test_an_assertion_that_lives_longer_than_a_minute_is_refused(dwp: Lab) -> None:
    now = int(time.time())
    moved = resigned(dwp, an_assertion(dwp), iat=now, exp=now + 61)
    assert post(dwp, moved) == (401, "assertion-invalid")


def test_a_one_time_key_must_be_public_and_of_the_agreed_kind(dwp: Lab) -> None:
    private = new_key("enc", "k")
    for jwk in (
        private.as_dict(private=True),
        public_jwk(new_key("sig", "k")),
        {"kty": "oct", "k": "AAAA", "kid": "k", "use": "enc"},
    ):
        wrapped = {"alg": "ECDH-ES", "enc": "A256GCM", "jwk": jwk}
        assert post(dwp, resigned(dwp, an_assertion(dwp), resp_enc=wrapped))[0] == 400


def test_two_assertions_have_nothing_in_common_that_two_departments_could_join(dwp: Lab) -> None:
    """SEC-59: all that identifies is new for each permission."""
    one, two = (
        verify(an_assertion(dwp), dwp.portal_keys, typ=ASSERTION_TYPE) for _ in range(2)
    )  # fmt: skip
    for name in ("sub", "jti", "grant_id"):
        assert one[name] != two[name]
    assert "urn:fdc" not in str(one)
    assert random_text(os.urandom, 16) not in str(two)


def test_a_message_above_the_cap_is_refused_before_it_is_read(dwp: Lab) -> None:
    assert post(dwp, "A" * 70_000) == (413, "too-large")


def test_a_clock_that_runs_far_behind_is_told_so(dwp: Lab) -> None:
    permit_age = timedelta(seconds=30)
    slow = PaperSigner(
        dwp.portal_keys,
        issuer=PORTAL,
        clock=SetClock(datetime.now(UTC) + permit_age),
    )
    assert post(dwp, an_assertion(dwp, signer=slow)) == (401, "clock-skew")
