"""Keeping a permission for longer (D19, F12): the nine rows, what is new, one question."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.citizen import renew
from consent.purposes import Purpose
from tests.permission_desk import permits, person_of
from tests.portal import Client, Portal
from tests.time_passes import given_days_ago, sign_in_grows_old

DWP = "Department for Work and Pensions"
RENEW = f"Renew permission for asking {DWP}"


def renew_link(client: Client) -> str:
    return client.get("/permissions").links()[RENEW]


def seated(portal: Portal, *, days: int = 345, notice: str = "view_debts/2") -> Client:
    """Somebody whose permission for DWP ends in some weeks."""
    client = portal.client()
    client.get_in("testwell")
    given_days_ago(portal, person_of(portal), days, "dwp", notice=notice)
    return client


def test_it_can_be_renewed_from_sixty_days_before_its_end(portal: Portal) -> None:
    client = seated(portal, days=365 - 61)
    assert RENEW not in client.get("/permissions").links()
    given_days_ago(portal, person_of(portal), 365 - 59, "hmrc")
    page = client.get("/permissions")
    assert "Renew permission for asking HM Revenue and Customs" in page.links()
    assert page.main.all("strong", "govuk-tag") == []
    given_days_ago(portal, person_of(portal), 365 - 29, "dvla")
    tags = client.get("/permissions").main.all("strong", "govuk-tag")
    assert [tag.text[:5] for tag in tags] == ["Ends "]


def test_a_yes_is_the_next_version_with_a_new_end_and_a_receipt_of_its_own(portal: Portal) -> None:
    client = seated(portal)
    [(reference,)] = portal.rows("select receipt from consent_grant")
    first = f"/permissions/{reference.replace(' ', '')}"
    page = client.get(renew_link(client))
    assert page.heading == f"Keep asking {DWP}?"
    assert len(page.main.all("dt")) == 9
    assert page.ticked() == []
    assert page.says("The words are the same as when you said yes.")
    message = f"Select yes if you want us to keep asking {DWP}"
    assert client.send(page).errors() == {"renew": message}

    receipt = client.send(page, renew="yes")
    assert receipt.heading == "Permission given"
    assert receipt.path != first
    [(state, version, days)] = portal.rows(
        "select state, version, expires_at - given_at from consent_grant"
    )
    assert (state, version, days) == ("renewed", 2, timedelta(days=365))
    assert portal.rows("select count(*) from consent_version") == [(1,)]
    assert len(permits(portal, "dwp")) == 1
    old = client.get(first)
    assert old.says("Renewed See the newer receipt")
    assert client.send(page, renew="yes").path == receipt.path, "the same post again"
    assert portal.rows("select version from consent_grant") == [(2,)]


def test_a_no_changes_nothing(portal: Portal) -> None:
    client = seated(portal)
    rows = "select * from consent_grant"
    before = portal.rows(rows)
    page = client.get(renew_link(client))
    assert client.send(page, renew="no").path == "/permissions"
    assert portal.rows(rows) == before


def test_rows_with_other_words_than_last_time_are_marked_new(portal: Portal) -> None:
    """CD12."""
    client = seated(portal, notice="view_debts/1")
    page = client.get(renew_link(client))
    new = [row.text for row in page.main.all("dt") if row.all("strong")]
    assert new == ["How often New", "What we keep New"]
    assert page.says("Some words have changed since you said yes. They are marked ‘New’.")
    assert page.ticked() == []
    client.send(page, renew="yes")
    newest = portal.services.notices.newest(Purpose.VIEW_DEBTS, "en")
    assert portal.rows("select notice, version from consent_grant") == [(newest.id, 2)]


def test_words_that_ask_for_more_are_no_renewal(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SEC-11."""
    client = seated(portal)
    address = renew_link(client)
    monkeypatch.setattr(renew, "_wider", lambda _: True)
    page = client.get(address)
    assert page.says("ask for more than you said yes to")
    assert page.main.all("form") == []
    assert page.links()[f"Stop asking {DWP}"] == address.replace("renew", "stop")


def test_renewing_needs_a_fresh_sign_in(portal: Portal) -> None:
    client = seated(portal)
    address = renew_link(client)
    sign_in_grows_old(portal)
    assert client.get(address).path == "/sign-in"
    back = client.sign_in("testwell", start=f"/sign-in/start?next={address}")
    assert back.heading == f"Keep asking {DWP}?"


def test_one_that_has_ended_is_asked_for_as_a_new_one(portal: Portal) -> None:
    client = seated(portal, days=366)
    [(grant_id,)] = portal.rows("select grant_id from consent_grant")
    address = f"/permissions/{grant_id}/renew"
    page = client.get("/permissions")
    assert page.says("This ended by itself on")
    again = client.get(page.links()[f"Ask again {DWP}"])
    assert again.heading == client.get(address).heading == "Check what you are agreeing to"
    client.send(client.get("/permissions/check"), agree="yes")
    found = portal.rows("select version, count(distinct lineage_id) from consent_grant group by 1")
    assert found == [(1, 2)]


def test_another_persons_permission_can_be_neither_renewed_nor_paused(portal: Portal) -> None:
    client, other = seated(portal), portal.client()
    address = renew_link(client)
    other.get_in("placeholder", "dvla")
    token = other.get("/permissions/stop-all").value("csrf_token")
    for verb in ("renew", "pause", "resume", "stop"):
        there = address.replace("renew", verb)
        assert other.get(there).status == 404
        sent = {"csrf_token": token, verb: "yes", "post_key": "x"}
        assert other.post(there, sent).status == 404
        assert client.post(there, {verb: "yes"}).status == 403, "no token"
    states = portal.rows("select distinct state, version from consent_grant")
    assert states == [("given", 1)]
