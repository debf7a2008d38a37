"""D88: closing an account ends every permission and every way to reach the person, and says so."""

from __future__ import annotations

from tests.debts_desk import seat
from tests.plan_desk import agreed, at_the_plan, quick
from tests.portal import Portal

TAMSIN = ("dwp", "council", "dvla")


def test_who_closes_is_signed_out_and_nobody_may_ask_any_more(portal: Portal) -> None:
    client = portal.client()
    client.get_in("testwell", "dwp", "dvla")
    page = client.get("/contact/safe")
    client.send(page, channel="text", phone="07700 900123")
    page = client.get(client.get("/account").links()["What goes, and what we keep"])
    assert page.heading == "Close your account?"
    page = client.send(page, close="yes")
    assert page.heading == "Your account is closed"
    assert client.get("/permissions").heading != "Your permissions"
    assert portal.rows("select distinct state from consent_grant") == [("withdrawn",)]
    assert portal.rows("select count(*) from contact") == [(0,)]
    assert portal.rows("select count(*) from session") == [(0,)]
    assert portal.rows("select count(*) from person where closed_at is not null") == [(1,)]


def test_nothing_is_chosen_for_the_person_and_no_keeps_all(portal: Portal) -> None:
    client = seat(portal, "testwell", "dwp")
    page = client.get("/account/close")
    assert page.ticked() == []
    page = client.send(page)
    assert page.errors() == {"close": "Select yes if you want to close your account"}
    assert client.send(page, close="no").path == "/account"
    assert portal.rows("select state from consent_grant") == [("given",)]


def test_a_plan_is_stopped_first(portal: Portal) -> None:
    quick(portal, "testwell", *TAMSIN)
    client = at_the_plan(portal, "testwell", *TAMSIN)
    open_page = client.get("/account/close")
    agreed(client)
    page = client.get("/account/close")
    assert page.links()["Stop my plan"] == "/plan/stop"
    assert client.send(open_page, close="yes").says("You have a plan. Stop it first")
    assert portal.rows("select count(*) from person where closed_at is not null") == [(0,)]
    client.send(client.get("/plan/stop"), stop="yes")
    answer = client.send(client.get("/account/close"), close="yes", follow=False)
    assert answer.response.headers["Location"].endswith("account-closed")
    assert portal.rows("select count(*) from person where closed_at is not null") == [(1,)]
