"""Who has used the permissions (D18): one line for each ask, in parts and as a file."""

from __future__ import annotations

import csv
import io
import random
from datetime import timedelta

import psycopg
import pytest

from app.citizen.history import harmless
from consent.events import Kind, new_event
from consent.permit import Permit
from consent.permits import note_outcome
from consent.store import events
from tests.database import Database
from tests.pages import Page
from tests.permission_desk import permits, person_of
from tests.portal import Portal
from tests.rows_read import rows_read

DWP = "Department for Work and Pensions"


def lines(page: Page) -> list[str]:
    return [node.text for node in page.main.all("li")]


def ended(portal: Portal, permit: Permit, kind: Kind, outcome: str = "") -> None:
    part = portal.services
    note_outcome(
        part.store,
        part.clock,
        part.chance,
        actor=person_of(portal),
        permit=permit,
        kind=kind,
        outcome=outcome,
    )


def test_each_use_is_one_line_and_tells_no_amount(portal: Portal) -> None:
    client = portal.client()
    client.get_in("testwell", "dwp", "dvla")
    assert client.get("/permissions/history").says("No one has used your permissions yet")
    for permit in permits(portal):
        answered = permit.department == "dwp"
        ended(portal, permit, Kind.ANSWERED if answered else Kind.NOT_ANSWERED)
    permits(portal, "dwp")
    page = client.get("/permissions/history")
    found = lines(page)
    assert len(found) == 3
    assert found[0].startswith(f"{DWP} Show me my debts. No answer yet.")
    assert "Started by: You" in found[0]
    assert sum("It answered." in line for line in found) == 1
    assert sum("It did not answer." in line for line in found) == 1
    assert "£" not in page.text

    sheet = client.get("/permissions/history.csv")
    rows = list(csv.reader(io.StringIO(sheet.html)))
    first = ["Date", "Time", "Department", "What for", "Started by", "What happened"]
    assert rows[0] == [*first, "The answer"]
    assert len(rows) == 4


def test_every_ask_has_its_own_line_and_its_own_end_however_they_cross(portal: Portal) -> None:
    """SEC-15: sixty asks of two departments, many at once under one grant, whose ends come in
    any order or not at all."""
    client = portal.client()
    client.get_in("testwell", "dwp", "dvla")
    dice = random.Random(15)
    said = {
        Kind.ANSWERED: "It answered",
        Kind.NOT_ANSWERED: "It did not answer",
        Kind.DROPPED: "It answered after you stopped. We did not read it",
    }
    expected: dict[str, str] = {}
    open_asks: list[Permit] = []
    for _ in range(30):
        made = permits(portal)
        expected |= {permit.interaction_id: "No answer yet" for permit in made}
        open_asks += made
        dice.shuffle(open_asks)
        while len(open_asks) > 8:
            permit, kind = open_asks.pop(), dice.choice(list(said))
            ended(portal, permit, kind)
            expected[permit.interaction_id] = said[kind]
    newest_first = portal.rows(
        "select interaction_id from consent_event where kind = 'asked' order by position desc"
    )
    sheet = csv.reader(io.StringIO(client.get("/permissions/history.csv").html))
    found = [row[5] for row in sheet][1:]
    assert found == [expected[str(row[0])] for row in newest_first]
    assert len(found) == 60


def test_what_goes_as_part_of_a_plan_goes_because_of_the_plan(portal: Portal) -> None:
    client = portal.client()
    client.get_in("testwell", "dwp")
    part, (permit,) = portal.services, permits(portal)
    event = new_event(
        part.chance,
        at=part.clock.now(),
        subject=person_of(portal).subject,
        grant_id=permit.grant_id,
        department=permit.department,
        purpose="run_plan",
        kind=Kind.PLAN_SHARED,
        by="system",
    )
    with part.store.transaction(person_of(portal)) as tx:
        events.append(tx, event)
    line = lines(client.get("/permissions/history"))[0]
    assert "We sent its share of your plan." in line
    assert "Started by: Your plan" in line


def test_the_history_is_shown_in_parts(portal: Portal) -> None:
    client = portal.client()
    client.get_in("testwell", "dwp")
    for _ in range(57):
        permits(portal)
    first = client.get("/permissions/history")
    second = client.get(first.links()["Older"])
    third = client.get(second.links()["Older"])
    assert [len(lines(page)) for page in (first, second, third)] == [25, 25, 7]
    assert "Older" not in third.links()
    assert "Newer" not in first.links()
    assert lines(client.get(third.links()["Newer"])) == lines(second)
    assert lines(client.get(second.links()["Newer"])) == lines(first)
    for odd in ("before=0", "after=9999999999999", "before=1&after=2"):
        assert client.get(f"/permissions/history?{odd}").says("There is nothing more in this")
    for odd in ("before=x", "before=-4", "page=3", "after=99999999999999999999"):
        assert lines(client.get(f"/permissions/history?{odd}")) == lines(first)
    sheet = client.get("/permissions/history.csv")
    assert len(sheet.html.splitlines()) == 58


def test_the_history_can_be_narrowed_to_one_department(portal: Portal) -> None:
    client = portal.client()
    client.get_in("testwell", "dwp", "dvla", "hmrc")
    permits(portal, "dwp", "dvla")
    page = client.get("/permissions/history")
    assert len(lines(page)) == 2
    page = client.get(page.links()["DWP"])
    assert [line.startswith(DWP) for line in lines(page)] == [True]
    page = client.get(page.links()["HMRC"])
    assert page.says("No one has used your permissions for HM Revenue and Customs yet")
    assert len(lines(client.get("/permissions/history?department=nobody"))) == 2


def test_what_departments_did_by_themselves_has_lines_too(portal: Portal) -> None:
    client = portal.client()
    client.get_in("testwell", "dwp")
    part, actor = portal.services, person_of(portal)
    [(grant_id,)] = portal.rows("select grant_id from consent_grant")
    for kind, by in ((Kind.LOOKED_UP, "department"), (Kind.TOLD, "department")):
        with part.store.transaction(actor) as tx:
            event = new_event(
                part.chance,
                at=part.clock.now(),
                subject=actor.subject,
                grant_id=grant_id,
                department="dwp",  # type: ignore[arg-type]
                purpose="view_debts",
                kind=kind,
                by=by,
            )
            events.append(tx, event)
    told, looked_up = lines(client.get("/permissions/history"))
    assert "It checked if you still allow this. " in looked_up
    assert "Started by: The department" in looked_up
    assert "It confirmed that it knows what you changed." in told


def test_a_line_says_when_its_answer_was_thrown_away(portal: Portal, database: Database) -> None:
    client = portal.client()
    client.get_in("testwell", "dwp", "dvla", "hmrc")
    now = portal.services.clock.now()
    for permit in permits(portal):
        ended(portal, permit, Kind.ANSWERED)
        gone = {"dwp": "signed_out", "dvla": None, "hmrc": "withdrawn"}[permit.department]
        with psycopg.connect(database.superuser_url.replace("+psycopg", "")) as connection:
            connection.execute(
                "insert into disposal values (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
                (
                    *(permit.interaction_id, permit.grant_id, person_of(portal).subject),
                    *(permit.department, now, "0" * 64, now + timedelta(minutes=30)),
                    *(now if gone else None, gone),
                ),
            )
    said = " ".join(lines(client.get("/permissions/history")))
    assert said.count("It answered. Answer") == 3
    assert ", when you signed out." in said
    assert ", when you stopped." in said
    assert "Answer kept for this visit, until" in said
    rows = list(csv.reader(io.StringIO(client.get("/permissions/history.csv").html)))
    assert all(row[6].startswith("Answer ") for row in rows[1:])


def test_the_newest_part_reads_no_more_rows_after_a_thousand_uses(
    portal: Portal, database: Database
) -> None:
    client = portal.client()
    client.get_in("testwell", "dwp", "dvla")
    for _ in range(15):
        permits(portal)

    actor, part = person_of(portal), portal.services
    few = rows_read(portal, client, "/permissions/history", actor=actor)
    with part.store.transaction(actor) as tx:
        for grant_id, department in portal.rows("select grant_id, department from consent_grant"):
            for _ in range(500):
                event = new_event(
                    part.chance,
                    at=part.clock.now(),
                    subject=actor.subject,
                    grant_id=grant_id,
                    department=department,
                    purpose="view_debts",
                    kind=Kind.ASKED,
                    by="person",
                )
                events.append(tx, event)
    with psycopg.connect(database.superuser_url.replace("+psycopg", "")) as connection:
        connection.execute("analyze")
    assert rows_read(portal, client, "/permissions/history", actor=actor) <= few


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_nothing_in_the_file_runs_in_a_spreadsheet(start: str) -> None:
    assert harmless(f"{start}cmd") == f"'{start}cmd"
    assert harmless("DWP") == "DWP"
