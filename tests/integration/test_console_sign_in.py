"""Staff of departments sign in at their own organisation; what they then see, and do not (X01)."""

from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest
import requests

from app.department_console.guard import SESSION_COOKIE, TRIP_COOKIE
from tests.console import sign_in
from tests.pages import Page
from tests.portal import Portal

pytestmark = pytest.mark.security


def switch(portal: Portal, *names: str) -> None:
    address = portal.simulators.addresses["staff_login"]
    reply = requests.post(f"{address}/config", json={"on": names}, timeout=60)
    assert reply.status_code == 200, reply.text
    portal.simulators._changed.add("staff_login")  # back to right answers when the test ends


def token_of(page: Page) -> str:
    form = page.document.all("form", action="/department/sign-out")[0]
    return form.all("input", name="csrf_token")[0]["value"]


def test_staff_come_in_and_see_their_own_department(portal: Portal) -> None:
    client = portal.client()
    page = sign_in(client, "dwp", "rhoswen")
    assert (page.status, page.path, page.heading) == (200, "/department", "DWP overview")
    assert page.says("Nothing waits for you.")
    assert page.response.headers["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in page.response.headers["Content-Security-Policy"]
    done = portal.rows(
        "select e.kind, e.department, a.email, e.staff_id = a.staff_id"
        " from staff_event e join staff_account a using (staff_id)"
    )
    assert done == [("signed_in", "dwp", "rhoswen.lookerby@dwp.example", True)]


def test_who_signs_out_is_out_and_it_is_written_down(portal: Portal) -> None:
    client = portal.client()
    page = sign_in(client, "dwp", "rhoswen")
    token = client.cookie(SESSION_COOKIE)
    page = client.post("/department/sign-out", {"csrf_token": token_of(page)})
    assert page.says("You have signed out.")
    client.cookies[client.base_url.removeprefix("http://")][SESSION_COOKIE] = token
    page = client.get("/department")
    assert (page.path, page.says("Your session has ended.")) == ("/department/sign-in", True)
    kinds = portal.rows("select kind from staff_event order by at")
    assert kinds == [("signed_in",), ("signed_out",)]


def test_a_session_of_staff_opens_no_page_of_a_person_and_the_other_way_round(
    portal: Portal,
) -> None:
    staff = portal.client()
    sign_in(staff, "dwp", "tobias")
    assert staff.get("/home").path == "/sign-in"
    person = portal.client()
    person.sign_in("testwell")
    assert person.get("/department").path == "/department/sign-in"
    # nor does the value of one cookie under the name of the other
    here = staff.base_url.removeprefix("http://")
    person.cookies[here][SESSION_COOKIE] = person.cookies[here]["__Host-svd"]
    staff.cookies[here]["__Host-svd"] = staff.cookies[here][SESSION_COOKIE]
    assert person.get("/department").path == "/department/sign-in"
    assert staff.get("/home").path == "/timed-out"


def test_who_was_not_invited_has_no_account(portal: Portal) -> None:
    page = sign_in(portal.client(), "dwp", "newcomer")
    assert (page.status, page.heading) == (403, "You do not have an account here yet")
    assert portal.rows("select count(*) from staff_account") == [(0,)]


def test_back_at_the_sign_in_signs_nobody_in(portal: Portal) -> None:
    page = sign_in(portal.client(), "dwp", "tobias", how="cancel")
    assert page.says("You came back without signing in.")


@pytest.mark.parametrize(
    "fault",
    [
        "NO_SECOND_FACTOR",
        "OTHER_ISSUER_IN_ANSWER",
        "INVALID_ISS",
        "INVALID_AUD",
        "NONCE_NOT_MATCHING",
        "TOKEN_EXPIRED",
        "WRONG_AT_HASH",
        "INVALID_SIGNATURE",
    ],
)
def test_an_answer_that_is_not_right_in_every_part_lets_nobody_in(
    shared_portal: Portal, fault: str
) -> None:
    switch(shared_portal, fault)
    client = shared_portal.client()
    page = sign_in(client, "dwp", "tobias")
    assert page.heading == "We could not sign you in", fault
    assert not client.cookie(SESSION_COOKIE)
    switch(shared_portal)


def test_a_sign_in_that_does_not_answer_has_its_own_page(shared_portal: Portal) -> None:
    switch(shared_portal, "TOKEN_DOWN")
    page = sign_in(shared_portal.client(), "dwp", "tobias")
    assert (page.status, page.path) == (503, "/department/sign-in/unavailable")
    switch(shared_portal)


def test_what_came_back_counts_once_and_in_its_own_browser(shared_portal: Portal) -> None:
    client = shared_portal.client()
    page = client.send(client.get("/department/sign-in"), department="dwp")
    asked = page.form().all("input", name="asked")[0]["value"]
    sent = {"asked": asked, "person": "tobias", "how": "continue"}
    page = client.post(page.response.request.url, sent, follow=False)
    address = page.response.headers["Location"]
    other = shared_portal.client()
    assert other.get(address).heading == "We could not sign you in"
    assert client.get(address).heading == "DWP overview"
    assert not client.cookie(TRIP_COOKIE)
    again = shared_portal.client()
    assert again.get(address).heading == "We could not sign you in"


def test_a_session_ends_when_nothing_is_done_and_in_any_case(portal: Portal) -> None:
    client = portal.client()
    sign_in(client, "dwp", "tobias")
    url = portal.database.superuser_url.replace("+psycopg", "")
    with psycopg.connect(url) as connection:
        connection.execute("update staff_session set idle_until = now() - interval '1 second'")
    assert client.get("/department").path == "/department/sign-in"
    sign_in(client, "dwp", "tobias")
    with psycopg.connect(url) as connection:
        connection.execute("update staff_session set ends_at = now() - interval '1 second'")
    assert client.get("/department").path == "/department/sign-in"
    assert portal.services.console.sessions is not None
    assert portal.rows(
        "select max(ends_at - started_at) < %s from staff_session", timedelta(hours=5)
    )


def test_nothing_is_changed_by_a_form_of_another_site(portal: Portal) -> None:
    client = portal.client()
    page = sign_in(client, "dwp", "tobias")
    sent = {"csrf_token": token_of(page)}
    cross = {"Sec-Fetch-Site": "cross-site"}
    assert client.post("/department/sign-out", sent, headers=cross).status == 403
    assert client.post("/department/sign-out", {}).status == 403
    assert client.get("/department").heading == "DWP overview"
