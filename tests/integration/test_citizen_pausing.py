"""Pausing a permission and starting it again (F16)."""

from __future__ import annotations

from tests.permission_desk import permits, person_of, stop_link
from tests.plan_desk import at_the_plan, on
from tests.portal import Client, Portal
from tests.time_passes import given_days_ago, paused_days_ago, sign_in_grows_old

DWP = "Department for Work and Pensions"


def link(client: Client, words: str) -> str:
    return client.get("/permissions").links()[words]


def pause(client: Client) -> None:
    client.send(client.get(link(client, f"Pause asking {DWP}")), pause="yes")


def test_nobody_is_asked_while_it_is_paused_and_the_end_stays(portal: Portal) -> None:
    client = portal.client()
    client.get_in("testwell", "dwp", "dvla")
    ends = "select state, changed_by, expires_at from consent_grant where department = 'dwp'"
    [(_, _, before)] = portal.rows(ends)
    page = client.get(link(client, f"Pause asking {DWP}"))
    assert page.heading == f"Pause asking {DWP}?"
    message = "Select yes if you want to pause this permission"
    assert client.send(page).errors() == {"pause": message}
    assert client.send(page, pause="no").path == "/permissions"
    assert len(permits(portal)) == 2

    page = client.send(page, pause="yes")
    assert page.says("Paused You paused this on")
    assert portal.rows(ends) == [("suspended", "person", before)]
    assert [permit.department for permit in permits(portal)] == ["dvla"]
    told = portal.rows("select topic, department from outbox")
    assert told == [("consent.ended", "dwp")]

    page = client.get(page.links()[f"Start again asking {DWP}"])
    assert page.heading == f"Start asking {DWP} again?"
    assert client.send(page).errors() == {
        "resume": "Select yes if you want to start this permission again"
    }
    client.send(page, resume="no")
    assert portal.rows(ends) == [("suspended", "person", before)]
    client.send(page, resume="yes")
    assert portal.rows(ends) == [("given", "person", before)]
    assert len(permits(portal, "dwp")) == 1
    steps = "select kind from consent_event where department = 'dwp' order by position"
    kinds = [row[0] for row in portal.rows(steps)]
    assert [kind for kind in kinds if kind in ("suspended", "resumed")] == ["suspended", "resumed"]


def test_starting_again_needs_a_fresh_sign_in_and_pausing_does_not(portal: Portal) -> None:
    client = portal.client()
    client.get_in("testwell", "dwp")
    sign_in_grows_old(portal)
    pause(client)
    address = link(client, f"Start again asking {DWP}")
    token = client.get("/permissions/stop-all").value("csrf_token")
    assert client.get(address).path == "/sign-in"
    assert client.post(address, {"csrf_token": token, "resume": "yes"}).path == "/sign-in"
    assert portal.rows("select state from consent_grant") == [("suspended",)]
    back = client.sign_in("testwell", start=f"/sign-in/start?next={address}")
    assert back.heading == f"Start asking {DWP} again?"


def test_pausing_clears_what_that_department_answered(portal: Portal) -> None:
    client = at_the_plan(portal, "testwell", "dwp", "dvla")
    pause(client)
    assert client.visit.slots("answer.") == ["answer.dvla"]
    page = client.get("/debts")
    assert page.says(f"You paused asking {DWP} on")
    assert page.links()[f"See your permissions to start asking {DWP} again"] == "/permissions"


def test_a_paused_permission_can_be_stopped_as_any_other(portal: Portal) -> None:
    client = portal.client()
    client.get_in("testwell", "dwp", "dvla")
    pause(client)
    page = client.send(client.get(stop_link(client)), stop="yes")
    assert page.heading == f"We have stopped asking {DWP}"
    client.send(client.get(link(client, "Pause asking Driver and Vehicle Licensing Agency")))
    client.send(
        client.get(link(client, "Pause asking Driver and Vehicle Licensing Agency")), pause="yes"
    )
    page = client.get("/permissions/stop-all")
    assert page.says("Driver and Vehicle Licensing Agency: Show me my debts (paused)")
    client.send(page, stop="yes")
    states = portal.rows("select distinct state from consent_grant")
    assert states == [("withdrawn",)]


def test_what_is_paused_is_not_asked_for_again(portal: Portal) -> None:
    client = portal.client()
    client.get_in("testwell", "dwp")
    pause(client)
    assert client.get("/permissions/choose").says(f"{DWP}: you said yes on")
    assert client.get("/permissions/choose/dwp").path == "/permissions"


def test_a_pause_ends_with_the_day_on_which_the_permission_ends(portal: Portal) -> None:
    client = portal.client()
    client.get_in("testwell")
    [grant] = given_days_ago(portal, person_of(portal), 366, "dwp")
    paused_days_ago(portal, person_of(portal), 300, grant)
    page = client.get(f"/permissions/{grant.grant_id}/resume")
    assert page.heading == "This permission has ended"
    assert client.get("/permissions").says("This ended by itself on")


def test_a_plan_goes_on_and_its_own_permission_has_no_pause(portal: Portal) -> None:
    client = at_the_plan(portal, "testwell", "dwp", "council")
    client.send(on(client, client.get("/plan")), agree="yes")
    pause(client)
    assert portal.rows("select state from plan") == [("proposed",)]
    found = client.get("/permissions")
    assert f"Pause sharing your plan with {DWP}" not in found.links()
    stop = stop_link(client, act="sharing your plan with")
    page = client.get(stop.replace("/stop", "/pause"))
    assert page.heading == "This permission cannot be paused"
    assert page.links()[f"Stop sharing your plan with {DWP}"] == stop
    token = client.get(stop).value("csrf_token")
    client.post(stop.replace("/stop", "/pause"), {"csrf_token": token, "pause": "yes"})
    assert portal.rows("select count(*) from consent_grant where state = 'suspended'") == [(1,)]
