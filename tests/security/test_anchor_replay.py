"""Only this person's sign-in, asked about this screen, confirms it (SEC-18, SEC-24); whatever comes
back, the permission stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from adapters.identity.refusal import SignInRefused
from app.citizen.slots import ANCHOR, AnchorTrip
from app.http.session import VISIT_COOKIE
from consent.anchor import Proof, attach
from debts.visit import Visit
from tests.pages import Page
from tests.permission_desk import person_of
from tests.portal import Client, Portal

pytestmark = pytest.mark.security
WRONG: dict[str, dict[str, Any]] = {
    "dwp": {"idTokenErrors": ["NONCE_NOT_MATCHING"]},
    "dvla": {"idTokenErrors": ["INVALID_SIGNATURE"]},
    "slc": {"idTokenErrors": ["INVALID_AUD"]},
    "nhsbsa": {"idTokenErrors": ["TOKEN_EXPIRED"]},
    "hmrc": {"authoriseErrors": ["TEMPORARILY_UNAVAILABLE"]},
    "hmcts": {"furtherErrors": ["TOKEN_DOWN"]},
}
"""What the sign-in service does wrongly, and the department that is asked for meanwhile."""


@pytest.fixture
def switches(portal: Portal) -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        yield session
        switch(portal, session)


def switch(
    portal: Portal, session: requests.Session, errors: dict[str, Any] | None = None, sub: str = ""
) -> None:
    body = {"errorConfiguration": errors or {}, "responseConfiguration": {"sub": sub}}
    url = f"{portal.simulators.addresses['one_login']}/config"
    assert session.post(url, json=body, timeout=60).status_code == 200


def form_for(client: Client, department: str) -> Page:
    return client.send(client.get("/permissions/choose"), departments=[department])


def visit_of(portal: Portal, client: Client) -> Visit:
    return portal.services.visits.open(client.cookie(VISIT_COOKIE))


def trip_of(portal: Portal, client: Client, where: str) -> AnchorTrip:
    """The trip that an address at the sign-in service belongs to; the newest one."""
    visit = visit_of(portal, client)
    trips = [visit.get(slot, AnchorTrip) for slot in visit.slots(f"{ANCHOR}.")]
    return next(trip for trip in trips if trip is not None and trip.start.url == where)


def anchored(portal: Portal) -> list[tuple[Any, ...]]:
    return portal.rows(
        "select department from consent_grant where id_token_sha256 is not null order by 1"
    )


def test_a_sign_in_that_is_wrong_in_any_part_confirms_nothing_and_costs_nothing(
    portal: Portal, switches: requests.Session
) -> None:
    client = portal.client()
    client.get_in("testwell")
    for department, errors in WRONG.items():
        form = form_for(client, department)
        switch(portal, switches, errors)
        page = client.send(form, agree="yes")
        assert page.heading == "Permission given", (department, page.text)
        assert page.says("Your sign-in could not confirm this screen."), department
    switch(portal, switches, sub="urn:fdc:somebody-else")
    form = form_for(client, "council")
    form = client.send(form) if form.path == "/permissions/your-council" else form
    assert client.send(form, agree="yes").heading == "Permission given"

    assert portal.rows("select count(*) from consent_grant where state = 'given'") == [(7,)]
    assert anchored(portal) == []
    assert portal.rows("select count(*) from sign_in_evidence") == [(0,)]
    assert portal.rows("select count(*) from consent_event where kind = 'anchored'") == [(0,)]
    assert portal.rows("select count(*) from person") == [(1,)]


def test_the_token_of_one_screen_does_not_confirm_another(portal: Portal) -> None:
    """Two tabs, two screens; the answers are swapped on the way back (SEC-18)."""
    client = portal.client()
    client.get_in("testwell")
    away = []
    for department in ("dwp", "dvla"):
        sent = client.send(form_for(client, department), agree="yes", follow=False)
        away.append(sent.response.headers["Location"])
    trips = [trip_of(portal, client, where) for where in away]
    back = [client.get(where, follow=False).response.headers["Location"] for where in away]
    said = [dict(parse_qsl(urlsplit(where).query)) for where in back]

    page = client.get(f"/sign-in/return?state={said[0]['state']}&code={said[1]['code']}")
    assert page.heading == "Permission given"
    assert page.says("Your sign-in could not confirm this screen.")
    assert anchored(portal) == []

    # without state and PKCE in the way: the nonce alone refuses the other screen's token
    part = portal.services
    again = client.send(form_for(client, "slc"), agree="yes", follow=False)
    where = again.response.headers["Location"]
    other = trip_of(portal, client, where)
    back_again = client.get(where, follow=False).response.headers["Location"]
    brought = dict(parse_qsl(urlsplit(back_again).query))
    with pytest.raises(SignInRefused) as refused:
        part.one_login.confirm(
            start=replace(other.start, nonce=trips[0].start.nonce),
            callback_params=brought,
            now=part.clock.now(),
        )
    assert refused.value.kind == "token_invalid"

    # and a caller that mixes them up finds nothing to confirm
    assert not attach(
        part.store,
        part.clock,
        part.chance,
        part.evidence,
        actor=person_of(portal),
        receipt=trips[0].receipt,
        committed=trips[1].committed,
        opening=bytes.fromhex(trips[1].opening),
        proof=Proof("a.b.c", {}),
    )
    assert client.get(back[1]).says("Your sign-in could not confirm this screen.")
    assert anchored(portal) == []


def test_the_answer_in_another_browser_has_no_effect(portal: Portal) -> None:
    client, thief = portal.client(), portal.client()
    thief.get_in("testwell", "dwp")
    client.sign_in("testwell")
    sent = client.send(form_for(client, "dvla"), agree="yes", follow=False)
    back = client.get(sent.response.headers["Location"], follow=False).response.headers["Location"]
    assert thief.get(back).path == "/home"
    assert portal.client().get(back).path == "/sign-in/not-signed-in"
    assert anchored(portal) == [("dwp",)]
    assert client.get(back).says("Your sign-in confirms this screen.")
    assert anchored(portal) == [("dvla",), ("dwp",)]


def test_who_signed_out_on_the_way_is_not_let_in_again(portal: Portal) -> None:
    client = portal.client()
    client.get_in("testwell")
    sent = client.send(form_for(client, "dvla"), agree="yes", follow=False)
    away = sent.response.headers["Location"]
    back = client.get(away, follow=False).response.headers["Location"]
    token = client.get("/home").document.all("input", name="csrf_token")[0]["value"]
    client.post("/sign-out", {"csrf_token": token}, follow=False)
    assert client.get(back).path in {"/sign-in/not-signed-in", "/signed-out"}
    assert anchored(portal) == []
