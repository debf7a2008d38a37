"""A department looks for itself before it answers, and says so when it stops (F15, F92).

The whole house: the portal over HTTP, the simulated departments in their own processes, PostgreSQL.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import uuid4

import psycopg
import pytest
import requests

from app.delivery import Deliveries
from consent.clock import SetClock, SystemClock
from consent.errors import OutsideFailed
from consent.ids import GrantId, random_text
from consent.jose import sign, verify
from consent.keys import load_keys, new_key, public_jwk, read_keys
from consent.people import Person
from consent.signer import ASSERTION_TYPE, Errand
from consent.store import WORKER, grants, open_store
from consent.store.grants import Grant
from consent.withdraw import TOPIC, withdraw
from plan.ports import Told
from tests.builders import a_person, given
from tests.permission_desk import permits, person_of
from tests.portal import House, Portal


class Question:
    """A question to DWP, signed while its permission stood, that has not been put yet."""

    def __init__(self, portal: Portal, house: House, grant: Grant) -> None:
        self.url = portal.simulators.addresses["dwp"] + "/v1/debt-queries"
        (file,) = house.folder.glob("*/portal.jwk.json")
        key = load_keys(file).first("sig")
        now = int(SystemClock().now().timestamp())
        claims: dict[str, Any] = {
            "iss": portal.url,
            "aud": "urn:svd:org:dwp",
            "sub": grant.pairwise_id,
            "iat": now,
            "nbf": now,
            "exp": now + 60,
            "jti": random_text(os.urandom, 16),
            "htm": "POST",
            "htu": self.url,
            "grant_id": grant.grant_id,
            "consent": {"state": "given", "exp": int(grant.expires_at.timestamp())},
            "authorization_details": [
                {
                    "type": Errand.DEBT_QUERY.value,
                    "actions": ["read"],
                    "locations": ["urn:svd:org:dwp"],
                    "purpose": "view_debts",
                    "datatypes": [],
                }
            ],
            "auth": {"ial": "P2"},
            "citizen_present": True,
            "subject_handle": "none",
            "resp_enc": {
                "alg": "ECDH-ES",
                "enc": "A256GCM",
                "jwk": public_jwk(new_key("enc", "once")),
            },
        }
        self.token = sign(claims, key, typ=ASSERTION_TYPE)

    def put(self) -> tuple[int, str]:
        """What DWP says: a status, and the problem's last word."""
        headers = {"Content-Type": "application/jwt", "x-svd-interaction-id": str(uuid4())}
        answer = requests.post(self.url, data=self.token, headers=headers, timeout=60)
        return answer.status_code, str(answer.json()["type"]).rpartition(":")[2]


STANDS = (422, "handle-unknown")
"""Past the look at the permission: the question goes on to whom it is about."""
ENDED = (403, "consent-not-live")


@pytest.fixture
def tamsin(portal: Portal) -> Person:
    """She has given DWP one permission."""
    store, clock = portal.services.store, SetClock(portal.services.clock.now())
    person = a_person(store, clock, os.urandom)
    given(store, clock, os.urandom, person, ["dwp"])
    return person


def grant_of(portal: Portal) -> Grant:
    person = person_of(portal)
    with portal.services.store.transaction(person) as tx:
        (grant,) = grants.all_of(tx, person.subject)
    return grant


def stop(portal: Portal, person: Person) -> None:
    services = portal.services
    withdraw(
        services.store,
        services.clock,
        services.chance,
        actor=person,
        grant_id=grant_of(portal).grant_id,
    )


def switch(portal: Portal, **how: object) -> None:
    address = portal.simulators.addresses["dwp"]
    assert requests.post(f"{address}/_control/status-check", json=how, timeout=60).ok


def seen(portal: Portal) -> dict[str, int]:
    said: dict[str, int] = requests.get(
        f"{portal.simulators.addresses['dwp']}/_log", timeout=60
    ).json()["status"]
    return said


@contextmanager
def delivery(portal: Portal) -> Iterator[Deliveries]:
    """The worker's hand, on the worker's own role."""
    store = open_store(portal.database.worker_url, role=WORKER)
    services = portal.services
    try:
        yield Deliveries(
            store=store,
            clock=services.clock,
            chance=services.chance,
            loop=services.wire_loop,
            messages=services.messages,
            token_key=bytes(32),
            sign_head=services.door.signer.sign_series_head,
        )
    finally:
        store.close()


def test_a_withdrawal_is_felt_before_its_event_came_and_after_it(
    portal: Portal, house: House, tamsin: Person
) -> None:
    """The event is held back, so only the department's own look can tell it."""
    grant = grant_of(portal)
    before = seen(portal)
    assert Question(portal, house, grant).put() == STANDS
    late = Question(portal, house, grant)
    stop(portal, tamsin)
    assert late.put() == ENDED
    after = seen(portal)
    assert after["given"] - before.get("given", 0) == 1
    assert after["withdrawn"] - before.get("withdrawn", 0) == 1
    switch(portal, status_check=False)
    assert Question(portal, house, grant).put() == STANDS, "without its own look it knows nothing"
    with delivery(portal) as tell:
        assert tell(TOPIC, "dwp", grant.grant_id) is Told.TAKEN
    assert Question(portal, house, grant).put() == ENDED


def test_the_word_that_it_stopped_is_kept_and_the_log_commits_to_it(
    portal: Portal, tamsin: Person
) -> None:
    stop(portal, tamsin)
    with delivery(portal) as tell:
        assert tell(TOPIC, "dwp", grant_of(portal).grant_id) is Told.TAKEN
    grant = grant_of(portal)
    address = portal.simulators.addresses["dwp"]
    keys = read_keys(requests.get(f"{address}/.well-known/jwks.json", timeout=60).content)
    said = verify(grant.stop_proof, keys, typ="stop-receipt+jwt")
    assert (said["grant_id"], said["said"], said["aud"]) == (grant.grant_id, "stopped", portal.url)
    ((kind, digest, at),) = portal.rows(
        "select by_kind, digest, at from consent_event where kind = 'told'"
    )
    assert (kind, digest) == ("department", sha256(grant.stop_proof.encode()).hexdigest())
    assert grant.told_at == at


def test_a_wrong_word_is_not_kept_and_the_department_is_told_again(
    portal: Portal, tamsin: Person
) -> None:
    switch(portal, stop_word="wrong")
    stop(portal, tamsin)
    with delivery(portal) as tell:
        with pytest.raises(OutsideFailed) as failed:
            tell(TOPIC, "dwp", grant_of(portal).grant_id)
        assert failed.value.kind == "bad_word"
        assert (grant_of(portal).told_at, grant_of(portal).stop_proof) == (None, "")
        switch(portal, stop_word="none")
        assert tell(TOPIC, "dwp", grant_of(portal).grant_id) is Told.TAKEN
    assert grant_of(portal).told_at is not None
    assert portal.rows("select digest from consent_event where kind = 'told'") == [(None,)]


def test_no_answer_while_the_portal_does_not_say_how_it_stands(
    portal: Portal, house: House, tamsin: Person
) -> None:
    """Closed, not open: 503, and the reason is counted."""
    grant = grant_of(portal)
    before = seen(portal).get("not read", 0)
    app, house.switch.app = house.switch.app, None
    try:
        assert Question(portal, house, grant).put() == (503, "unavailable")
    finally:
        house.switch.app = app
    assert seen(portal)["not read"] == before + 1
    assert Question(portal, house, grant).put() == STANDS


def test_a_permission_that_is_not_ours_is_not_answered(
    portal: Portal, house: House, tamsin: Person
) -> None:
    foreign = replace(grant_of(portal), grant_id=GrantId("g_" + "A" * 22))
    assert Question(portal, house, foreign).put() == ENDED


def test_a_permission_for_one_use_stands_for_the_question_that_uses_it_up(
    portal: Portal, house: House, tamsin: Person
) -> None:
    grant = grant_of(portal)
    url = portal.database.superuser_url.replace("postgresql+psycopg:", "postgresql:")
    with psycopg.connect(url) as connection:
        connection.execute("alter table consent_grant disable trigger all")
        connection.execute("update consent_grant set one_time = true")
        connection.execute("alter table consent_grant enable trigger all")
    assert len(permits(portal, "dwp")) == 1
    assert grant_of(portal).state.value == "consumed"
    assert Question(portal, house, grant).put() == STANDS
    with psycopg.connect(url) as connection:
        connection.execute("alter table consent_grant disable trigger all")
        connection.execute(
            "update consent_grant set changed_at = changed_at - %s", (timedelta(minutes=3),)
        )
    assert Question(portal, house, grant).put() == ENDED


def test_the_house_knows_the_department_as_a_client(portal: Portal) -> None:
    clients = portal.services.door.clients
    assert clients.find("dwp") is not None
    assert clients.find("hmrc") is None, "a department with a console is no client"
    assert clients.keys("dwp").first("sig").kid
