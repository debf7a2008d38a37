"""The log's public addresses, as a witness and as a passer-by meet them (SEC-68, SEC-101)."""

from __future__ import annotations

from base64 import b64decode

import pytest
import requests

from consent.log import proofs
from consent.log.checkpoint import LogSigner, open_checkpoint, take_checkpoint
from consent.log.note import read_key
from consent.log.sequencer import sequence
from consent.log.tree import Span, cover, root
from consent.people import Anyone
from consent.store import audit
from consent.store.log import nodes
from tests.log_lab import happened, log_keys, worker_of
from tests.portal import House, Portal


def fetch(portal: Portal, path: str, **headers: str) -> requests.Response:
    session = requests.Session()
    session.trust_env = False
    return session.get(portal.url + path, headers=headers, timeout=60, allow_redirects=False)


def grow(portal: Portal, house: House, count: int) -> None:
    """So many new lines, appended and signed."""
    happened(portal.services.store, count)
    with worker_of(portal.database) as worker:
        keys = log_keys(house)
        sequence(worker)
        origin = portal.services.log_key.name
        take_checkpoint(worker, portal.services.clock, LogSigner(keys, store=worker, origin=origin))


def test_an_outsider_checks_the_log_from_its_public_addresses_alone(
    portal: Portal, house: House
) -> None:
    grow(portal, house, 5)
    key = read_key(fetch(portal, "/log/key").text)
    before = open_checkpoint(fetch(portal, "/log/checkpoint").content, key)
    grow(portal, house, 8)
    after = open_checkpoint(fetch(portal, "/v1/log/checkpoint").content, key)
    assert (before.size, after.size) == (5, 13)

    said = fetch(portal, "/log/consistency?from=5&to=13").json()
    path = [b64decode(one) for one in said["proof"]]
    assert proofs.verify_consistency(5, 13, before.root, after.root, path)

    said = fetch(portal, "/log/proof?leaf=7&size=13").json()
    path = [b64decode(one) for one in said["proof"]]
    leaf = b64decode(said["leaf_hash"])
    assert proofs.verify_inclusion(leaf, 7, 13, path, after.root)


def test_the_page_says_how_many_lines_there_are_and_nothing_about_a_person(
    portal: Portal, house: House
) -> None:
    assert "Nothing has been signed yet" in portal.client().get("/log").text
    made = happened(portal.services.store, 1)
    grow(portal, house, 2)
    page = portal.client().get("/log")
    assert page.status == 200
    assert "Lines in the log" in page.text
    everything = "".join(
        fetch(portal, path).text
        for path in ("/log", "/log/checkpoint", "/log/proof?leaf=0&size=3", "/log/key")
    )
    for secret in (made[0].event_id, made[0].subject, made[0].grant_id, made[0].salt):
        assert str(secret) not in everything


@pytest.mark.parametrize("path", ["/log/checkpoint", "/log/proof?leaf=0&size=1"])
def test_an_empty_log_has_no_checkpoint(portal: Portal, path: str) -> None:
    reply = fetch(portal, path)
    assert reply.status_code == 404
    assert reply.headers["Content-Type"] == "application/problem+json"


BAD = [
    "/log/proof",
    "/log/proof?leaf=0",
    "/log/proof?leaf=3&size=3",
    "/log/proof?leaf=-1&size=3",
    "/log/proof?leaf=0&size=0",
    "/log/proof?leaf=0&size=4",
    "/log/proof?leaf=00&size=3",
    "/log/proof?leaf=1e0&size=3",
    "/log/proof?leaf=%D9%A1&size=3",
    "/log/proof?leaf=0&size=3&more=1",
    "/log/proof?leaf=0&leaf=1&size=3",
    "/log/proof?leaf=99999999999999999999999&size=99999999999999999999999",
    "/log/consistency?from=0&to=3",
    "/log/consistency?from=3&to=2",
    "/log/consistency?from=1&to=4",
    "/log/consistency?from=1&to=",
    "/log/consistency?to=3",
    "/log/consistency?from=1&to=3%00",
]


def test_what_cannot_be_answered_is_a_problem_of_one_shape(portal: Portal, house: House) -> None:
    grow(portal, house, 3)
    for path in BAD:
        for accept in ("text/html", "application/json", "*/*"):
            reply = fetch(portal, path, Accept=accept)
            assert reply.status_code == 400, path
            assert reply.headers["Content-Type"] == "application/problem+json"
            assert reply.json() == {
                "type": "/problems/bad_request",
                "title": "The address needs whole numbers that fit the log",
                "status": 400,
                "code": "bad_request",
            }


def test_nothing_that_is_not_signed_yet_is_shown(portal: Portal, house: House) -> None:
    grow(portal, house, 3)
    happened(portal.services.store, 2)
    with worker_of(portal.database) as worker:
        sequence(worker)
        with audit.snapshot(worker) as tx:
            assert audit.leaf_count(tx) == 5
    assert fetch(portal, "/log/proof?leaf=0&size=5").status_code == 400
    assert fetch(portal, "/log/proof?leaf=0&size=3").status_code == 200


def test_a_proof_costs_few_rows_however_large_the_log(portal: Portal, house: House) -> None:
    grow(portal, house, 100)
    with portal.services.store.transaction(Anyone()) as tx:
        assert len(nodes(tx, cover(Span(0, 100)))) == 3
        assert root(100, nodes(tx, cover(Span(0, 100))))
    assert len(fetch(portal, "/log/proof?leaf=42&size=100").json()["proof"]) <= 7
