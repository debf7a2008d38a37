"""Each answer is thrown away once, the record says when and why, and then nobody can read it
(SEC-76, F70)."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import rfc8785

from consent.clock import SetClock, SystemClock
from consent.disposal import GRACE, digests, disposal_receipts, dispose_due
from consent.how import How
from consent.notices import load
from consent.people import Anyone
from consent.purposes import Purpose
from consent.store import AUDITOR, Store, open_store
from debts.asking import FRESH
from tests.debts_desk import Seated, get_debts, get_debts_but, seat, wait_for
from tests.log_lab import worker_of
from tests.permission_desk import stop_link
from tests.portal import Client, Portal

LATER = FRESH + GRACE + timedelta(seconds=1)


@pytest.fixture
def worker(portal: Portal) -> Iterator[Store]:
    with worker_of(portal.database) as store:
        yield store


def disposals(portal: Portal) -> list[tuple[Any, ...]]:
    return portal.rows("select department, how from disposal order by asked_at, department")


def close_due(worker: Store, after: timedelta) -> int:
    clock = SetClock(SystemClock().now() + after)
    return dispose_due(worker, clock, secrets.token_bytes, load())


def sign_out(client: Client) -> None:
    token = client.get("/home").document.all("input", name="csrf_token")[0]["value"]
    client.post("/sign-out", {"csrf_token": token}, follow=False)


def test_an_answer_is_on_record_while_it_is_held_and_gone_at_sign_out(portal: Portal) -> None:
    client = seat(portal, "testwell", "dwp", "council")
    get_debts(client)
    rows = portal.rows(
        "select department, answer_sha256, disposed_at, held_until - asked_at < interval '31 min'"
        " from disposal order by department"
    )
    assert rows == [
        (code, *held_hash(portal, client, code), None, True) for code in ("council", "dwp")
    ]

    sign_out(client)
    assert sorted(disposals(portal)) == [("council", "signed_out"), ("dwp", "signed_out")]
    assert client.visit.slots("answer.") == []


def test_the_receipt_says_what_was_asked_and_its_event_commits_to_it(portal: Portal) -> None:
    client = seat(portal, "testwell", "dwp")
    get_debts(client)
    part = portal.services
    (held,) = disposal_receipts(part.store, part.notices, actor=client.person)
    assert (held.receipt, held.digest, held.how) == (None, None, None)

    sign_out(client)
    (found,) = disposal_receipts(part.store, part.notices, actor=client.person)
    ((digest, outcome, by, interaction, grant_id),) = portal.rows(
        "select digest, outcome, by_kind, interaction_id, grant_id from consent_event"
        " where kind = 'disposed'"
    )
    assert found.receipt is not None
    assert found.digest == digest == hashlib.sha256(rfc8785.dumps(found.receipt)).hexdigest()
    assert (outcome, by, found.how) == ("signed_out", "person", How.SIGNED_OUT)
    assert set(found.receipt) == {
        *("interaction_id", "grant_id", "department", "asked_at", "fields"),
        *("answer_sha256", "disposed_at", "how"),
    }
    assert found.receipt["interaction_id"] == str(interaction)
    assert found.receipt["grant_id"] == grant_id
    shown = part.notices.newest(Purpose.VIEW_DEBTS, "en")
    assert found.receipt["fields"] == [field.code for field in shown.fields]

    ask = [UUID(str(interaction))]
    those = disposal_receipts(part.store, part.notices, actor=client.person, interactions=ask)
    assert list(those) == [found]
    auditor = open_store(portal.database.auditor_url, role=AUDITOR)
    with auditor.transaction(Anyone()) as tx:
        assert digests(tx, part.notices)(found) == digest
    auditor.close()


def test_stopping_and_asking_again_each_throw_away_what_was_there(portal: Portal) -> None:
    client = seat(portal, "testwell", "dwp", "dvla")
    get_debts(client)
    for department in ("dwp", "dvla"):
        client.post(f"/debts/ask-again/{department}", client.get("/debts/get").filled("/debts/get"))
        client.get("/debts/waiting")  # until it has answered
    client.send(client.get(stop_link(client)), stop="yes")
    sign_out(client)
    said: dict[str, list[str]] = {}
    for department, how in disposals(portal):
        said.setdefault(department, []).append(how)
    assert said == {"dwp": ["replaced", "withdrawn"], "dvla": ["replaced", "signed_out"]}


def test_what_came_late_is_taken_in_as_it_was_sealed(portal: Portal) -> None:
    portal.control("dwp", "testwell", "held")
    client = seat(portal, "testwell", "dwp")
    get_debts_but(portal, client, "dwp")
    portal.control("dwp", "testwell", "0")
    wait_for(client, "dwp")
    assert "£1,620.50" not in client.get("/debts").text
    client.post("/debts/late/dwp", client.get("/debts/get").filled("/debts/get"))
    assert "£1,620.50" in client.get("/debts").text
    assert held_hash(portal, client, "dwp") == portal.rows("select answer_sha256 from disposal")[0]


def test_what_nobody_throws_away_is_closed_by_the_worker_when_its_time_is_over(
    portal: Portal, worker: Store
) -> None:
    portal.control("dvla", "testwell", "error500")
    client = seat(portal, "testwell", "dwp", "council", "dvla")
    get_debts(client)
    assert close_due(worker, FRESH) == 0
    assert close_due(worker, LATER) == 2
    assert close_due(worker, LATER) == 0
    assert sorted(disposals(portal)) == [("council", "timed_out"), ("dwp", "timed_out")]
    assert portal.rows("select distinct by_kind from consent_event where kind = 'disposed'") == [
        ("clock",)
    ]
    sign_out(client)  # what has its end on record keeps it
    assert {how for _, how in disposals(portal)} == {"timed_out"}


def test_several_workers_close_each_once(portal: Portal, worker: Store) -> None:
    get_debts(seat(portal, "testwell", "dwp", "council", "slc"))
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: close_due(worker, LATER), range(4)))
    ((answers,),) = portal.rows("select count(*) from consent_event where kind = 'answered'")
    assert sum(done) == answers > 2
    assert portal.rows(
        "select count(*), count(distinct interaction_id) from consent_event where kind = 'disposed'"
    ) == [(answers, answers)]


def held_hash(portal: Portal, client: Seated, code: str) -> tuple[str]:
    shelf = portal.services.visits._vault
    sealed = shelf.get(f"{client.visit.id}.answers", f"answer.{code}")
    return (hashlib.sha256(sealed or b"").hexdigest(),)
