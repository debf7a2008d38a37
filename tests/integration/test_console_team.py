"""A department's own people look after their team; nobody does it for themselves (X14)."""

from __future__ import annotations

from threading import Barrier, Thread

import pytest

from consent import team
from consent.errors import NotPermitted
from consent.ids import DepartmentCode, StaffId
from consent.people import Department
from consent.roles import Role
from tests.console import sign_in
from tests.pages import Page
from tests.portal import Client, Portal

pytestmark = pytest.mark.security


def row_of(page: Page, name: str) -> str:
    (row,) = (tr.text for tr in page.main.all("tr") if name in tr.text)
    return row


def links_of(client: Client, name: str) -> dict[str, str]:
    """The links of somebody's row."""
    page = client.get("/department/team")
    (row,) = (tr for tr in page.main.all("tr") if name in tr.text)
    return {a.text.partition(" (")[0]: a["href"] for a in row.all("a")}


def admitted(portal: Portal, *people: str) -> list[Client]:
    clients = []
    for person in people:
        clients.append(portal.client())
        sign_in(clients[-1], "dwp", person)
    return clients


def test_somebody_is_invited_comes_in_gets_a_role_and_is_removed(portal: Portal) -> None:
    (greta,) = admitted(portal, "greta")
    page = greta.get("/department/team/invite")
    page = greta.send(page, email="not an address", roles=[])
    assert page.errors() == {
        "email": "Enter an email address in the correct format",
        "roles": "Select a role",
    }
    page = greta.send(page, email="Nia.Newcomer@dwp.example", roles=["viewer"])
    assert "Invited, not signed in yet" in row_of(page, "nia.newcomer@dwp.example")
    page = greta.send(
        greta.get("/department/team/invite"), email="nia.newcomer@dwp.example", roles=["viewer"]
    )
    assert list(page.errors()) == ["email"]

    (nia,) = admitted(portal, "newcomer")
    assert nia.get("/department").heading == "DWP overview"
    assert nia.get("/department/team").status == 403
    page = greta.send(greta.get(links_of(greta, "nia")["Change role"]), roles=["administers"])
    assert page.says("The role counts from their next page on.")
    assert nia.get("/department/team").status == 200, "at once, in the session that she has"

    page = greta.send(greta.get(links_of(greta, "nia")["Remove"]), sure="yes")
    assert "Removed" in row_of(page, "nia.newcomer@dwp.example")
    assert nia.get("/department/team").path == "/department/sign-in"
    assert sign_in(portal.client(), "dwp", "newcomer").status == 403

    greta.send(
        greta.get("/department/team/invite"), email="nia.newcomer@dwp.example", roles=["answers"]
    )
    (nia,) = admitted(portal, "newcomer")
    assert nia.get("/department").status == 200, "who is invited again may come again"
    history = greta.get("/department/team/history")
    for words in ("Invited somebody", "Changed somebody’s role", "Removed somebody"):
        assert history.says(words)


def test_nobody_changes_their_own_account(portal: Portal) -> None:
    (hassan,) = admitted(portal, "hassan")
    me = portal.rows("select staff_id from staff_account where email like 'hassan%%'")[0][0]
    assert links_of(hassan, "hassan") == {}
    assert hassan.get(f"/department/team/{me}").status == 404
    page = hassan.get("/department/team/invite")
    token = page.value("csrf_token")
    sent = {"csrf_token": token, "roles": "answers"}
    assert hassan.post(f"/department/team/{me}", sent).status == 403
    sent = {"csrf_token": token, "sure": "yes"}
    assert hassan.post(f"/department/team/{me}/remove", sent).status == 403
    assert portal.rows("select state, administers from staff_account") == [("active", True)]


def test_a_team_is_nobody_elses(portal: Portal) -> None:
    (greta,) = admitted(portal, "greta")
    other = portal.client()
    sign_in(other, "council", "casimir")
    theirs = portal.rows("select staff_id from staff_account where department = 'dwp'")[0][0]
    assert "greta" not in other.get("/department/team").text
    for path in (f"/department/team/{theirs}", f"/department/team/{theirs}/remove"):
        assert other.get(path).status == 404
    token = other.get("/department/team/invite").value("csrf_token")
    sent = {"csrf_token": token, "sure": "yes"}
    assert other.post(f"/department/team/{theirs}/remove", sent).status == 404
    assert greta.get("/department/team").status == 200


def test_two_who_remove_each_other_at_one_moment_are_not_both_gone(portal: Portal) -> None:
    admitted(portal, "greta", "hassan")
    ids = [row[0] for row in portal.rows("select staff_id from staff_account order by email")]
    desk, start, refused = portal.services.console, Barrier(2), []

    def removes(mine: StaffId, other: StaffId) -> None:
        start.wait()
        try:
            team.remove(
                desk.store,
                desk.clock,
                desk.chance,
                actor=Department(DepartmentCode("dwp"), mine),
                staff_id=other,
            )
        except NotPermitted:
            refused.append(mine)

    threads = [Thread(target=removes, args=(ids[at], ids[1 - at])) for at in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert sorted(portal.rows("select state from staff_account")) == [("active",), ("removed",)]


def test_the_verbs_ask_for_the_role_themselves(portal: Portal) -> None:
    admitted(portal, "tobias")
    mine = portal.rows("select staff_id, department from staff_account")[0]
    desk = portal.services.console
    with pytest.raises(NotPermitted):
        team.invite(
            desk.store,
            desk.clock,
            desk.chance,
            actor=Department(mine[1], mine[0]),
            email="new@dwp.example",
            roles=[Role.ADMINISTERS],
        )
    with pytest.raises(NotPermitted):
        team.invite(
            desk.store,
            desk.clock,
            desk.chance,
            actor=Department(mine[1]),
            email="new@dwp.example",
            roles=[Role.ADMINISTERS],
        )
