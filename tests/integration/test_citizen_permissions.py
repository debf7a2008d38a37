"""Permissions: choosing, agreeing, and the receipt."""

from __future__ import annotations

import json
from datetime import timedelta
from itertools import combinations

from consent.purposes import Purpose
from consent.record import record_hash
from tests.debts_desk import get_debts, seat
from tests.permission_desk import permits
from tests.portal import Portal
from tests.time_passes import sql

NOBODY = "I do not want to ask any of them"


def test_choosing_asks_for_at_least_one_answer_and_not_for_both(portal: Portal) -> None:
    client = portal.client()
    page = client.get_in("testwell")
    assert page.heading == "Which departments do you want us to ask?"
    assert page.ticked() == []
    boxes = [node["value"] for node in page.main.all("input", type="checkbox")]
    names = [entry.code for entry in portal.services.register.connected()]
    assert boxes == [*names, "none"]
    assert page.says("Child Maintenance Service")

    none = f"Select which departments you want us to ask, or select ‘{NOBODY}’"
    assert client.send(page).errors() == {"departments": none}
    both = client.send(page, departments=["dwp", "none"])
    assert both.errors() == {"departments": f"Select departments or select ‘{NOBODY}’"}
    assert both.status == 422
    assert len(both.ticked()) == 2
    assert portal.rows("select count(*) from consent_grant") == [(0,)]


def test_choosing_nobody_is_not_recorded(portal: Portal) -> None:
    client = portal.client()
    page = client.send(client.get_in("testwell"), departments=["none"])
    assert page.heading == "We will not ask anyone"
    assert page.says("We have not recorded anything.")
    assert page.links()["get free debt advice"] == "/get-free-debt-advice"
    assert portal.rows("select count(*) from consent_event") == [(0,)]


def test_what_is_shown_is_noted_before_anybody_decides(portal: Portal) -> None:
    client = portal.client()
    page = client.send(client.get_in("testwell"), departments=["dwp", "dvla"])
    notice = portal.services.notices.newest(Purpose.VIEW_DEBTS, "en")
    noted = "select department, state, notice_sha256 from consent_request order by department"
    shown = [("dvla", "requested", notice.sha256), ("dwp", "requested", notice.sha256)]
    assert portal.rows(noted) == shown
    client.get("/permissions/check")
    assert portal.rows(noted) == shown
    ids = portal.rows("select grant_id from consent_request order by department")
    client.send(page, agree="yes")
    assert portal.rows(noted) == []
    assert portal.rows("select grant_id from consent_grant order by department") == ids
    steps = "select kind, by_kind from consent_event where department = 'dwp' order by position"
    assert portal.rows(steps)[:2] == [("requested", "system"), ("given", "person")]


def test_a_no_to_the_cards_is_kept_for_thirty_days_and_asks_nothing_again(portal: Portal) -> None:
    """CD07, T3."""
    client = portal.client()
    page = client.send(client.get_in("testwell"), departments=["dwp", "dvla"])
    page = client.send(page, agree="no")
    assert page.heading == "We will not ask anyone"
    assert page.says("We keep for 30 days that we asked and that you said no")
    assert page.links()["get free debt advice"] == "/get-free-debt-advice"
    assert portal.rows("select distinct state from consent_request") == [("refused",)]
    assert portal.rows("select count(*) from consent_grant") == [(0,)]
    assert permits(portal) == []
    assert client.get("/permissions/check").heading == "Which departments do you want us to ask?"


def test_deciding_later_asks_nobody_and_the_question_waits(portal: Portal) -> None:
    """T4, T5: put off, it stands in the list for 30 days; the words of that day are marked."""
    client = portal.client()
    page = client.send(client.get_in("testwell"), departments=["dwp", "dvla"])
    page = client.send(page, agree="later")
    assert page.heading == "You can decide later"
    assert page.says("We will not remind you.")
    assert permits(portal) == []
    put_off = "select department, state, decide_by - changed_at from consent_request order by 1"
    days = timedelta(days=30)
    assert portal.rows(put_off) == [("dvla", "deferred", days), ("dwp", "deferred", days)]
    for quiet in ("/home", "/debts", "/account"):
        assert not client.get(quiet).says("decide")

    old = portal.services.notices.find("view_debts/1", "en")
    sql(portal, f"update consent_request set notice='view_debts/1', notice_sha256='{old.sha256}'")
    page = client.get("/permissions")
    page = client.get(page.links()["Decide now for Department for Work and Pensions"])
    assert page.heading == "Check what you are agreeing to"
    assert page.says("Some words have changed since you last saw this.")
    assert [row.text for row in page.main.all("dt") if row.all("strong")] == [
        "How often New",
        "What we keep New",
    ]
    again = client.get("/permissions/check")
    assert again.says("Some words have changed since you last saw this.")
    client.send(again, agree="yes")
    given = portal.rows("select department, notice, state from consent_grant")
    newest = portal.services.notices.newest(Purpose.VIEW_DEBTS, "en")
    assert given == [("dwp", newest.id, "given")]
    assert [row[:2] for row in portal.rows(put_off)] == [("dvla", "deferred")]


def test_one_time_is_one_use_and_then_it_is_over(portal: Portal) -> None:
    """Decision 34."""
    client = portal.client()
    page = client.send(client.get_in("testwell"), departments=["dwp"])
    page = client.send(page, agree="once")
    assert page.heading == "Permission given"
    assert page.says("Once it has been used, or on")
    assert portal.rows("select one_time, state from consent_grant") == [(True, "given")]
    links = client.get("/permissions").links()
    assert "Pause asking Department for Work and Pensions" not in links
    assert len(permits(portal)) == 1
    assert permits(portal) == []
    page = client.get("/permissions")
    assert page.says("This was for one use")
    assert "Ask again Department for Work and Pensions" in page.links()


def test_what_was_asked_for_one_time_is_read_in_this_visit_and_asked_again_after_a_yes(
    portal: Portal,
) -> None:
    client = seat(portal, "testwell")
    client.send(client.get("/permissions/choose"), departments=["dwp"])
    client.send(client.get("/permissions/check"), agree="once")
    get_debts(client)
    page = client.get("/debts")
    assert page.says("Department for Work and Pensions: 2 debts")
    token = client.get("/permissions/choose").value("csrf_token")
    client.post("/debts/ask-again/dwp", {"csrf_token": token})
    again = client.get("/permissions/check")
    assert again.heading == "Check what you are agreeing to"
    assert again.says("Department for Work and Pensions")
    other = seat(portal, "testwell")
    assert not other.get("/debts/get").says("Department for Work and Pensions")


def test_every_answer_has_the_same_control_and_the_cards_name_who_answers_for_it(
    portal: Portal,
) -> None:
    client = portal.client()
    page = client.send(client.get_in("testwell"), departments=["dwp", "dvla"])
    answers = page.main.all("input", name="agree")
    assert [one["value"] for one in answers] == ["yes", "no", "once", "later"]
    assert {one["type"] for one in answers} == {"radio"}
    notice = portal.services.notices.newest(Purpose.VIEW_DEBTS, "en")
    assert notice.foot
    for row in notice.foot:
        assert page.says(row.words)


def test_the_card_has_nine_rows_that_are_all_open_and_nothing_is_selected(portal: Portal) -> None:
    client = portal.client()
    page = client.send(client.get_in("testwell"), departments=["dwp", "dvla"])
    assert page.heading == "Check what you are agreeing to"
    cards = page.main.all("div", "govuk-summary-card")
    assert [len(card.all("dt")) for card in cards] == [9, 9]
    assert page.ticked() == []
    assert page.says("Your name, date of birth, address and National Insurance number, so it can")
    assert page.says("Do you agree to us asking these 2 departments?")
    assert [details.text.split(" from ")[0] for details in page.main.all("summary")] == [
        "See every field",
        "See every field",
    ]
    assert page.links()["Change which departments"] == "/permissions/choose?change=1"
    page = client.send(page)
    message = "Select yes if you agree to us asking these departments"
    assert page.errors() == {"agree": message}


def test_going_back_to_change_keeps_the_ticks(portal: Portal) -> None:
    client = portal.client()
    page = client.send(client.get_in("testwell"), departments=["dwp", "dvla"])
    page = client.get(page.links()["Change which departments"])
    assert sorted(page.filled().getlist("departments")) == ["dvla", "dwp"]
    page = client.send(page, departments=["slc"])
    assert page.says("Do you agree to us asking this department?")


def test_each_yes_is_one_record_and_the_receipt_can_be_kept(portal: Portal) -> None:
    client = portal.client()
    page = client.get_in("testwell", "dwp", "hmrc")
    assert page.heading == "Permission given"
    rows = portal.rows(
        "select department, purpose, state, receipt, record_hash, notice, vot, ial, idp"
        " from consent_grant order by department"
    )
    assert [row[:3] for row in rows] == [
        ("dwp", "view_debts", "given"),
        ("hmrc", "view_debts", "given"),
    ]
    assert rows[0][5:] == ("view_debts/2", "Cl.Cm", "P2", "one_login")
    reference = rows[0][3]
    assert page.says(reference)
    assert page.path == f"/permissions/{reference.replace(' ', '')}"
    assert page.form("/debts/get")["method"] == "post"

    file = client.get(page.links()["Download the record (JSON)"])
    assert "attachment" in file.response.headers["Content-Disposition"]
    found = json.loads(file.html)
    assert found["receipt"] == reference
    hashes = [record_hash(one) for one in found["records"]]
    assert hashes == found["record_hashes"]
    assert sorted(hashes) == sorted(row[4] for row in rows)
    assert "Tamsin" not in file.html


def test_what_was_shown_and_what_was_recorded_are_the_same_notice(portal: Portal) -> None:
    client = portal.client()
    page = client.send(client.get_in("testwell"), departments=["dwp"])
    notice = portal.services.notices.newest(Purpose.VIEW_DEBTS, "en")
    for row in notice.rows:
        assert page.says(row.heading.format(short="DWP", name=""))
    client.send(page, agree="yes")
    recorded = portal.rows("select notice_sha256, requested_at <= given_at from consent_grant")
    assert recorded == [(notice.sha256, True)]


def test_the_same_post_twice_gives_one_record_and_the_same_receipt(portal: Portal) -> None:
    client = portal.client()
    page = client.send(client.get_in("testwell"), departments=["dwp"])
    first = client.send(page, agree="yes")
    again = client.send(page, agree="yes")
    assert first.path == again.path
    assert portal.rows("select count(*) from consent_grant") == [(1,)]


def test_cards_of_another_tab_are_not_agreed_to(portal: Portal) -> None:
    client = portal.client()
    old = client.send(client.get_in("testwell"), departments=["dwp"])
    client.send(client.get("/permissions/choose"), departments=["dvla"])
    page = client.send(old, agree="yes")
    assert page.status == 409
    assert page.heading == "This page has changed"
    assert portal.rows("select count(*) from consent_grant") == [(0,)]


def test_nobody_is_asked_twice_for_the_same_permission(portal: Portal) -> None:
    client = portal.client()
    client.get_in("testwell", "dwp")
    page = client.get("/permissions/choose")
    assert page.says("Department for Work and Pensions: you said yes on")
    assert page.ticked() == []
    values = [node["value"] for node in page.main.all("input", type="checkbox")]
    assert "dwp" not in values
    assert client.get("/permissions/check").path == "/permissions/choose"


def test_every_choice_of_departments_can_be_made_and_stopped(portal: Portal) -> None:
    """No department's permission depends on another's (SEC-5)."""
    client = portal.client()
    client.get_in("testwell")
    for size in (1, 2, 3):
        for chosen in combinations(("dvla", "dwp", "slc"), size):
            page = client.send(client.get("/permissions/choose"), departments=list(chosen))
            client.send(page, agree="yes")
            assert sorted(permit.department for permit in permits(portal)) == list(chosen)
            client.send(client.get("/permissions/stop-all"), stop="yes")
            assert permits(portal) == []


def test_the_council_is_found_by_postcode(portal: Portal) -> None:
    client = portal.client()
    page = client.send(client.get_in("testwell"), departments=["council", "dwp"])
    assert page.heading == "Which council do you pay council tax to?"
    assert page.value("postcode") == "ZZ99 1AA"
    assert client.send(page, postcode="").errors() == {"postcode": "Enter a postcode"}
    wrong = client.send(page, postcode="ZZ99")
    assert wrong.errors() == {"postcode": "Enter a full UK postcode"}
    assert wrong.value("postcode") == "ZZ99"

    elsewhere = client.send(page, postcode="sw1a 1aa")
    assert elsewhere.heading == "Your council is not part of this service yet"
    assert elsewhere.says("We cannot ask the council for SW1A 1AA")
    on = client.send(elsewhere)
    assert on.heading == "Check what you are agreeing to"
    assert not on.says("Sampleshire")

    page = client.send(client.get("/permissions/choose"), departments=["council"])
    alone = client.send(page, postcode="sw1a 1aa")
    assert alone.links()["Choose other departments"] == "/permissions/choose"
    page = client.send(client.get("/permissions/your-council"), postcode="zz991aa")
    assert page.says("Sampleshire Council")
