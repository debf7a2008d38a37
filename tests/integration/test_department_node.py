"""SEC-42: an independent client gets in with the standards alone, and nothing of our code."""

from __future__ import annotations

import json
import os
from typing import Any

import psycopg

from consent.clock import SetClock
from tests.builders import a_person, given
from tests.portal import House, Portal
from tests.second_opinion import ask_node
from tests.settled import settled_payments

COUNT, EACH = 5, 2_500
"""Payments that came, and what of each is DWP's, in pence."""


def asked(portal: Portal, house: House, grant_id: str) -> Any:
    key = json.loads((house.folder / "keys" / "dwp_sign.jwk.json").read_text())
    return ask_node(
        "department.mjs",
        {"issuer": portal.url, "client_id": "urn:svd:org:dwp", "jwk": key, "grant_id": grant_id},
    )


def test_a_certified_client_gets_a_token_and_reads_a_status_and_its_money(
    portal: Portal, house: House
) -> None:
    store, clock = portal.services.store, SetClock(portal.services.clock.now())
    made = given(store, clock, os.urandom, a_person(store, clock, os.urandom), ["dwp"])
    grant = made.grants[0]
    url = portal.database.superuser_url.replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        settled_payments(connection, portal.database, COUNT)
        said = asked(portal, house, grant.grant_id)
        told = connection.execute("select outcome, line from allocation_receipt").fetchall()
    assert said["methods"] == ["private_key_jwt"]
    assert (said["token_type"], said["expires_in"]) == ("dpop", 600)
    assert said["typ"] == "grant-status+jwt"
    assert said["claims"]["state"] == "given"
    assert said["claims"]["record_hash"] == grant.record_hash
    assert said["unknown"] == 404
    assert [one["amount_pence"] for one in said["entries"]] == [EACH] * COUNT
    assert said["whole"], "the chain of hashes, made anew"
    assert (said["head"]["sequence"], said["head"]["chain_hash"]) == (COUNT, said["hash"])
    assert said["receipts"] == [204, 204, 409]
    assert told == [("posted", "open")]
    assert said["days"] == []
    assert said["unproved"] == [401, 401], "a token alone opens nothing"
