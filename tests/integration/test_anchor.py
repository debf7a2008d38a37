"""A yes is confirmed by the sign-in itself: one silent trip, and what is kept of it."""

from __future__ import annotations

import hashlib
import json
import socket
from base64 import urlsafe_b64decode
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from adapters.identity.pulse import Pulse
from consent.anchor import commitment, nonce_of
from consent.clock import SetClock
from consent.dispute import open_evidence
from tests.builders import NOON
from tests.debts_desk import seat
from tests.permission_desk import person_of
from tests.portal import Portal
from tests.until import LONG

CONFIRMED = "Your sign-in confirms this screen."
NOT_CONFIRMED = "Your sign-in could not confirm this screen. Your permission counts all the same."


def test_a_commitment_changes_with_each_part_and_not_with_the_order_of_cards() -> None:
    form, cards, opening = "1" * 64, ["2" * 64, "3" * 64], b"o" * 32
    committed = commitment(form, cards, opening)
    assert committed == commitment(form, reversed(cards), opening)
    others = {
        commitment("4" * 64, cards, opening),
        commitment(form, cards[:1], opening),
        commitment(form, [*cards, "4" * 64], opening),
        commitment(form, cards, b"p" * 32),
    }
    assert len(others | {committed}) == 5
    by_hand = b"svd-consent-v1" + b"\x11" * 32 + b"\x22" * 32 + b"\x33" * 32 + opening
    assert committed == hashlib.sha256(by_hand).hexdigest()
    assert urlsafe_b64decode(nonce_of(committed) + "=").hex() == committed
    with pytest.raises(ValueError, match="32 bytes"):
        commitment(form, cards, b"short")


def test_the_sign_in_confirms_the_screen_and_an_auditor_can_check_it_later(
    portal: Portal,
) -> None:
    client = portal.client()
    page = client.get_in("testwell", "dwp", "dvla")
    assert page.heading == "Permission given"
    assert page.says(CONFIRMED)

    rows = portal.rows(
        "select nonce_commitment, id_token_sha256, presented_sha256, record_hash, grant_id, receipt"
        " from consent_grant"
    )
    assert len(rows) == 2
    assert len({row[:2] for row in rows}) == 1
    committed, token_hash = rows[0][:2]
    events = portal.rows(
        "select grant_id, digest, by_kind from consent_event where kind='anchored'"
    )
    assert sorted(events) == sorted((row[4], token_hash, "system") for row in rows)

    (opened,) = open_evidence(
        portal.services.store,
        portal.services.evidence,
        actor=person_of(portal),
        receipt=rows[0][5],
    )
    assert opened.claims["nonce"] == nonce_of(committed)
    assert sorted(opened.permissions) == sorted(row[4] for row in rows)
    assert hashlib.sha256(opened.id_token.encode()).hexdigest() == token_hash
    file = json.loads(client.get(page.links()["Download the record (JSON)"]).html)
    said = [one["evidence"]["nonce_commitment"] for one in file["records"]]
    assert {text.removeprefix("sha256:") for text in said} == {committed}
    assert opened.id_token not in json.dumps(file)


def test_the_trip_is_silent_single_use_and_asks_for_nothing_but_the_sign_in(
    portal: Portal,
) -> None:
    client = portal.client()
    page = client.send(client.get_in("testwell"), departments=["dwp"])
    answer = client.send(page, agree="yes", follow=False)
    where = answer.response.headers["Location"]
    assert where.startswith(portal.simulators.addresses["one_login"] + "/authorize?")
    assert portal.rows("select state, id_token_sha256 from consent_grant") == [("given", None)]
    inside = json.loads(_part(parse_qs(urlsplit(where).query)["request"][0], 1))
    assert inside["prompt"] == "none"
    assert inside["vtr"] == ["Cl.Cm"]
    assert "claims" not in inside
    ((committed,),) = portal.rows("select nonce_commitment from consent_grant")
    assert inside["nonce"] == nonce_of(committed)

    back = client.get(where, follow=False).response.headers["Location"]
    page = client.get(back)
    assert page.says(CONFIRMED)
    assert client.get(back).path == page.path
    assert portal.rows("select count(*) from sign_in_evidence") == [(1,)]
    assert portal.rows("select count(*) from consent_event where kind = 'anchored'") == [(1,)]


def test_posting_the_same_form_again_takes_up_the_trip_that_was_left(portal: Portal) -> None:
    client = portal.client()
    form = client.send(client.get_in("testwell"), departments=["dwp"])
    client.send(form, agree="yes", follow=False)  # and the browser is closed on the way
    page = client.send(form, agree="yes")
    assert page.says(CONFIRMED)
    assert client.send(form, agree="yes").says(CONFIRMED)
    assert portal.rows("select count(*) from sign_in_evidence") == [(1,)]


def test_somebody_who_is_signed_out_there_keeps_the_permission_unconfirmed(
    portal: Portal,
) -> None:
    client = portal.client()
    page = client.send(client.get_in("testwell"), departments=["dwp"])
    client.cookies.pop(urlsplit(portal.simulators.addresses["one_login"]).netloc)
    page = client.send(page, agree="yes")
    assert page.heading == "Permission given"
    assert page.says(NOT_CONFIRMED)
    assert portal.rows("select state, id_token_sha256 from consent_grant") == [("given", None)]


def test_nobody_is_sent_to_a_service_that_does_not_answer(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = seat(portal, "testwell")
    one_login = portal.services.one_login
    portal.services.one_login.begin(chance=portal.services.chance)  # discovery is known
    dead = f"http://127.0.0.1:{_closed_port()}/"
    monkeypatch.setattr(one_login, "_pulse", Pulse(lambda _: requests.get(dead, timeout=LONG)))
    client.send(client.get("/permissions/choose"), departments=["dwp"])
    answer = client.send(client.get("/permissions/check"), agree="yes", follow=False)
    assert answer.response.headers["Location"].startswith("/permissions/PM")
    assert client.get(answer.response.headers["Location"]).says(NOT_CONFIRMED)


def test_whether_it_answers_is_looked_at_once_a_minute() -> None:
    looks: list[str] = []
    clock = SetClock(NOON)

    def look(url: str) -> requests.Response:
        looks.append(url)
        reply = requests.Response()
        reply.status_code = 200 if len(looks) > 1 else 503
        return reply

    pulse = Pulse(look)
    assert [pulse.beats("u", clock.now()) for _ in range(3)] == [False] * 3
    clock.move(timedelta(minutes=1))
    assert [pulse.beats("u", clock.now()) for _ in range(3)] == [True] * 3
    assert len(looks) == 2


def _part(token: str, index: int) -> bytes:
    text = token.split(".")[index]
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
