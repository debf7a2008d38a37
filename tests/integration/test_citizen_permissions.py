"""Permissions: choosing, agreeing, the receipt, stopping, and the history of use."""

from __future__ import annotations

import csv
import io
import json
from itertools import combinations
from typing import Any

import pytest

from app.citizen.history import harmless
from consent.events import Kind
from consent.ids import DepartmentCode
from consent.people import Person
from consent.permit import Permit, SignInEvidence
from consent.permits import note_outcome, permits_for
from consent.purposes import Purpose
from consent.receipt import record_hash
from tests.pages import Page
from tests.plan_desk import at_the_plan, on
from tests.portal import Client, Portal

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


def test_a_no_is_not_recorded_and_is_not_asked_again(portal: Portal) -> None:
    client = portal.client()
    page = client.send(client.get_in("testwell"), departments=["none"])
    assert page.heading == "We will not ask anyone"
    assert page.links()["get free debt advice"] == "/get-free-debt-advice"
    page = client.send(client.get("/permissions/choose"), departments=["dwp", "dvla"])
    assert client.send(page, agree="no").heading == "We will not ask anyone"
    assert portal.rows("select count(*) from consent_grant") == [(0,)]
    assert portal.rows("select count(*) from consent_event") == [(0,)]
    assert client.get("/permissions/check").heading == "Which departments do you want us to ask?"


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
    assert rows[0][5:] == ("view_debts/1", "Cl.Cm", "P2", "one_login")
    reference = rows[0][3]
    assert page.says(reference)
    assert page.path == f"/permissions/{reference.replace(' ', '')}"
    assert page.form("/debts/get")["method"] == "post"

    file = client.get(page.links()["Download the record (JSON)"])
    assert "attachment" in file.response.headers["Content-Disposition"]
    found = json.loads(file.html)
    assert found["receipt"] == reference
    hashes = [record_hash(one["record"]) for one in found["records"]]
    assert hashes == [one["record_sha256"] for one in found["records"]]
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
            assert sorted(permit.department for permit in _permits(portal)) == list(chosen)
            client.send(client.get("/permissions/stop-all"), stop="yes")
            assert _permits(portal) == []


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


def test_stopping_takes_four_steps_and_giving_five(portal: Portal) -> None:
    """From Home, each link, tick and button counted (CD03, SEC-6)."""
    client = portal.client()
    client.get_in("testwell")
    give = Steps(client)
    give.open("1. Choose which departments we ask").tick(departments="dwp").press()
    give.tick(agree="yes").press()
    assert give.page.heading == "Permission given"

    stop = Steps(client)
    stop.open("See or stop your permissions")
    stop.open("Stop Show me my debts, Department for Work and Pensions")
    stop.tick(stop="yes").press()
    assert stop.page.heading == "We have stopped asking Department for Work and Pensions"
    assert (give.count, stop.count) == (5, 4)
    assert portal.rows("select state, ended_by from consent_grant") == [("withdrawn", "person")]
    assert portal.rows("select topic, department from outbox") == [("consent.ended", "dwp")]


def test_the_stop_page_asks_one_thing_and_no_reason(portal: Portal) -> None:
    client = portal.client()
    client.get_in("testwell", "dwp")
    page = client.get(_stop_link(client))
    assert page.heading == "Stop us asking Department for Work and Pensions?"
    assert len(page.main.all("fieldset")) == 1
    assert page.main.all("div", "govuk-warning-text") == []
    assert page.ticked() == []
    names = {node["name"] for node in page.form().walk() if node["name"]}
    assert names == {"csrf_token", "stop"}
    page = client.send(page)
    message = "Select yes if you want us to stop asking Department for Work and Pensions"
    assert page.errors() == {"stop": message}
    assert client.send(page, stop="no").heading == "Your permissions"
    assert portal.rows("select state from consent_grant") == [("given",)]


def test_after_stopping_nobody_may_ask_and_one_can_say_yes_again(portal: Portal) -> None:
    client = portal.client()
    client.get_in("testwell", "dwp", "dvla")
    link = _stop_link(client)
    page = client.send(client.get(link), stop="yes")
    assert page.says("has not confirmed yet. We are still trying.")
    assert client.get(link).path == page.path
    assert [permit.department for permit in _permits(portal)] == ["dvla"]
    assert client.get("/permissions").says("You stopped this on")

    page = client.get(page.links()["Change your mind"])
    page = client.send(client.send(page, departments=["dwp"]), agree="yes")
    assert page.heading == "Permission given"
    states = portal.rows("select state from consent_grant where department = 'dwp' order by 1")
    assert states == [("given",), ("withdrawn",)]


def test_stop_all_ends_every_permission_at_once(portal: Portal) -> None:
    client = portal.client()
    client.get_in("testwell", "dwp", "dvla", "hmrc")
    page = client.get(client.get("/permissions").links()["Stop all"])
    assert page.heading == "Stop all your permissions?"
    wrong = client.send(page)
    assert wrong.errors() == {"stop": "Select yes if you want to stop all your permissions"}
    page = client.send(page, stop="yes")
    assert page.heading == "We have stopped all your permissions"
    assert _permits(portal) == []
    assert client.get("/permissions/stop-all").path == "/permissions"
    assert client.get("/home").says("Nobody is asked about you")


def test_another_persons_permission_looks_like_none(portal: Portal) -> None:
    client, other = portal.client(), portal.client()
    receipt = client.get_in("testwell", "dwp").path
    link = _stop_link(client)
    other.get_in("placeholder", "dvla")
    for address in (receipt, receipt + ".json", link, link.replace("stop", "stopped")):
        assert other.get(address).status == 404
    token = other.get("/permissions/stop-all").value("csrf_token")
    assert other.post(link, {"csrf_token": token, "stop": "yes"}).status == 404
    states = portal.rows("select distinct state from consent_grant")
    assert states == [("given",)]


def test_each_use_is_one_line_and_tells_no_amount(portal: Portal) -> None:
    client = portal.client()
    client.get_in("testwell", "dwp", "dvla")
    assert client.get("/permissions/history").says("No one has used your permissions yet")
    for permit in _permits(portal):
        note_outcome(
            portal.services.store,
            portal.services.clock,
            portal.services.chance,
            actor=_person(portal),
            permit=permit,
            kind=Kind.ANSWERED if permit.department == "dwp" else Kind.NOT_ANSWERED,
            outcome="" if permit.department == "dwp" else "timed_out",
        )
    _permits(portal, "dwp")
    page = client.get("/permissions/history")
    lines = [node.text for node in page.main.all("li")]
    assert len(lines) == 3
    assert lines[0].startswith("Department for Work and Pensions Show me my debts. No answer yet.")
    assert "Started by: You" in lines[0]
    assert sum("It answered." in line for line in lines) == 1
    assert sum("It did not answer." in line for line in lines) == 1
    assert "£" not in page.text
    assert client.get("/permissions").says("Last used")

    sheet = client.get("/permissions/history.csv")
    rows = list(csv.reader(io.StringIO(sheet.html)))
    assert rows[0] == ["Date", "Time", "Department", "What for", "Started by", "What happened"]
    assert len(rows) == 4


def test_the_history_is_shown_in_parts(portal: Portal) -> None:
    client = portal.client()
    client.get_in("testwell", "dwp")
    for _ in range(27):
        _permits(portal)
    page = client.get("/permissions/history")
    assert len(page.main.all("li")) == 25
    page = client.get(page.links()["Older"])
    assert len(page.main.all("li")) == 2
    assert page.links()["Newer"] == "/permissions/history?page=1"
    assert client.get("/permissions/history?page=99").says("There is nothing older.")
    assert client.get("/permissions/history?page=-4").status == 200
    sheet = client.get("/permissions/history.csv")
    assert len(sheet.html.splitlines()) == 28


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_nothing_in_the_file_runs_in_a_spreadsheet(start: str) -> None:
    assert harmless(f"{start}cmd") == f"'{start}cmd"
    assert harmless("DWP") == "DWP"


def test_everything_we_hold_is_shown_and_holds_no_debt(portal: Portal) -> None:
    client = portal.client()
    client.get_in("testwell", "dwp", contact="none")
    page = client.get("/account")
    assert page.heading == "Your details and settings"
    assert page.says("Do not contact me")
    page = client.get("/account/your-data")
    assert page.heading == "See and download everything we hold"
    assert page.says("There are no debts in them")
    assert page.says("Keyed hash of the sign-in account")
    found = json.loads(client.get("/account/your-data.json").html)
    counts = {name: len(rows) for name, rows in found["tables"].items() if rows}
    assert counts == {
        "person": 1,
        "session": 1,
        "contact": 1,
        "consent_grant": 1,
        "consent_event": 1,
    }


def test_every_table_with_rows_of_a_person_is_in_what_we_hold(portal: Portal) -> None:
    client = portal.client()
    client.get_in("testwell", "dwp")
    found = json.loads(client.get("/account/your-data.json").html)["tables"]
    personal = portal.rows(
        "select table_name from information_schema.columns where column_name = 'subject_id'"
        " and table_schema = 'public'"
    )
    assert set(found) == {row[0] for row in personal}


def test_stopping_a_part_of_the_plan_says_what_becomes_of_it(portal: Portal) -> None:
    """Ending the right to look leaves the plan alone; ending the right to run a line takes the
    line out, and the plan with the last one (decisions 7 and 34)."""
    client = at_the_plan(portal, "testwell", "dwp", "council")
    page = on(client, client.get("/plan"))
    client.send(page, agree="yes")
    assert _plan(portal) == [("proposed", 2)]
    assert client.get("/home").says("You agreed to pay")

    page = client.get(_stop_link(client))
    assert page.says("Your plan goes on as it is.")
    client.send(page, stop="yes")
    assert _plan(portal) == [("proposed", 2)]

    page = client.get(_stop_link(client, purpose="Run my plan"))
    assert page.heading == "Stop sharing your plan with Department for Work and Pensions?"
    assert page.says(
        "Your plan goes on with the other departments."
        " Department for Work and Pensions will contact you itself."
    )
    page = client.send(page, stop="yes")
    assert page.says("Your plan goes on with the other departments.")
    assert _plan(portal) == [("proposed", 1)]

    page = client.get(_stop_link(client, "Sampleshire Council", purpose="Run my plan"))
    assert page.says("Sampleshire Council is the last one in your plan, so your plan ends.")
    page = client.send(page, stop="yes")
    assert page.says("Your plan has ended")
    assert page.links()["Get free debt advice"] == "/get-free-debt-advice"
    assert _plan(portal) == [("ended", 0)]
    assert client.get("/home").says("Your plan has ended.")


def test_stopping_clears_what_that_department_answered_in_this_visit(portal: Portal) -> None:
    client = at_the_plan(portal, "testwell", "dwp", "dvla")
    assert client.get("/home").says("Departments that have answered in this visit: 2 of 2.")
    client.send(client.get(_stop_link(client)), stop="yes")
    assert client.visit.slots("answer.") == ["answer.dvla"]
    assert client.get("/home").says("Departments that have answered in this visit: 1 of 1.")
    client.send(client.get("/permissions/stop-all"), stop="yes")
    assert client.visit.slots("answer.") == []


class Steps:
    """What a person does, counted: each link opened, choice made and button pressed."""

    def __init__(self, client: Client) -> None:
        self.client, self.count = client, 0
        self.page: Page = client.get("/home")
        self.typed: dict[str, Any] = {}

    def open(self, link: str) -> Steps:
        self.page = self.client.get(self.page.links()[link])
        self.count += 1
        return self

    def tick(self, **typed: str) -> Steps:
        self.typed = typed
        self.count += 1
        return self

    def press(self) -> Steps:
        self.page = self.client.send(self.page, **self.typed)
        self.count += 1
        return self


def _stop_link(
    client: Client,
    department: str = "Department for Work and Pensions",
    purpose: str = "Show me my debts",
) -> str:
    return client.get("/permissions").links()[f"Stop {purpose}, {department}"]


def _plan(portal: Portal) -> list[tuple[str, int]]:
    """Its state and how many lines run."""
    return portal.rows(
        "select p.state, count(s.*) filter (where s.state in ('pending', 'agreed'))"
        " from plan p join plan_share s using (plan_id) group by p.plan_id"
    )


def _person(portal: Portal) -> Person:
    return Person(portal.rows("select subject_id from person order by first_seen")[0][0])


def _permits(portal: Portal, *departments: str) -> list[Permit]:
    part = portal.services
    sign_in = SignInEvidence(at=part.clock.now(), vot="Cl.Cm", ial="P2", idp="one_login")
    return permits_for(
        part.store,
        part.clock,
        part.chance,
        part.notices,
        actor=_person(portal),
        purpose=Purpose.VIEW_DEBTS,
        sign_in=sign_in,
        departments=[DepartmentCode(code) for code in departments] or None,
    )
