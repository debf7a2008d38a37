"""SEC-42: an independent client gets in with the standards alone, and nothing of our code."""

from __future__ import annotations

import json
import os

from consent.clock import SetClock
from tests.builders import a_person, given
from tests.portal import House, Portal
from tests.second_opinion import ask_node


def test_a_certified_client_gets_a_token_and_reads_a_status(portal: Portal, house: House) -> None:
    store, clock = portal.services.store, SetClock(portal.services.clock.now())
    made = given(store, clock, os.urandom, a_person(store, clock, os.urandom), ["dwp"])
    grant = made.grants[0]
    said = ask_node(
        "department.mjs",
        {
            "issuer": portal.url,
            "client_id": "urn:svd:org:dwp",
            "jwk": json.loads((house.folder / "keys" / "dwp_sign.jwk.json").read_text()),
            "grant_id": grant.grant_id,
        },
    )
    assert said["methods"] == ["private_key_jwt"]
    assert (said["token_type"], said["expires_in"]) == ("dpop", 600)
    assert said["typ"] == "grant-status+jwt"
    assert said["claims"]["state"] == "given"
    assert said["claims"]["record_hash"] == grant.record_hash
    assert said["unknown"] == 404
    assert [one["amount_pence"] for one in said["page"]["items"]] == []
    assert (said["head"]["sequence"], said["head"]["chain_hash"]) == (0, "0" * 64)
    assert said["days"] == []
    assert said["unproved"] == [401, 401], "a token alone opens nothing"
