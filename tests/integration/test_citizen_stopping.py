"""Permissions: stopping, and everything we hold."""

from __future__ import annotations

import json
from typing import Any

import psycopg

from plan.store.kept import BY_OTHERS
from tests.database import Database
from tests.pages import Page
from tests.permission_desk import permits, person_of, plan_rows, stop_link
from tests.plan_desk import at_the_plan, on
from tests.portal import Client, Portal
from tests.rows_read import rows_read


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
    stop.open("Stop asking Department for Work and Pensions")
    stop.tick(stop="yes").press()
    assert stop.page.heading == "We have stopped asking Department for Work and Pensions"
    assert (give.count, stop.count) == (5, 4)
    assert portal.rows("select state, ended_by from consent_grant") == [("withdrawn", "person")]
    assert portal.rows("select topic, department from outbox") == [("consent.ended", "dwp")]


def test_the_stop_page_asks_one_thing_and_no_reason(portal: Portal) -> None:
    client = portal.client()
    client.get_in("testwell", "dwp")
    page = client.get(stop_link(client))
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
    link = stop_link(client)
    page = client.send(client.get(link), stop="yes")
    assert page.says("has not confirmed yet. We are still trying.")
    assert client.get(link).path == page.path
    assert [permit.department for permit in permits(portal)] == ["dvla"]
    assert client.get("/permissions").says("You stopped this on")

    page = client.get(page.links()["Change your mind"])
    assert page.heading == "Check what you are agreeing to"
    page = client.send(page, agree="yes")
    assert page.heading == "Permission given"
    states = portal.rows("select state from consent_grant where department = 'dwp' order by 1")
    assert states == [("given",), ("withdrawn",)]


def test_the_stopped_page_says_when_the_department_confirmed_and_signed(
    portal: Portal, database: Database
) -> None:
    client = portal.client()
    client.get_in("testwell", "dwp", "hmrc")
    page = client.send(client.get(stop_link(client)), stop="yes")
    with psycopg.connect(database.superuser_url.replace("+psycopg", "")) as connection:
        connection.execute("update consent_grant set told_at = ended_at - interval '1 second'")
        connection.commit()
        assert client.get(page.path).says("has not confirmed yet"), "it was told of a pause"
        connection.execute("update consent_grant set told_at = ended_at")
        connection.commit()
        assert client.get(page.path).says("It confirmed at")
        assert not client.get(page.path).says("signed")
        connection.execute("update consent_grant set stop_proof = 'eyJ.eyJ.sig'")
        connection.commit()
    page = client.get(page.path)
    assert page.says("and signed for it.")
    assert page.main.one("details").text.endswith("eyJ.eyJ.sig")
    link = stop_link(client, "HM Revenue and Customs")
    page = client.send(client.get(link), stop="yes")
    assert page.says("We have stopped. It sees this on its own list.")


def test_stopping_by_phone_is_explained_with_the_number_to_read_out(portal: Portal) -> None:
    """SEC-6, F14."""
    client = portal.client()
    receipt = client.get_in("testwell", "dwp")
    [(reference,)] = portal.rows("select receipt from consent_grant")
    words = f"Call 0161 496 0000 and give the number {reference}."
    assert receipt.says(words)
    assert client.get(stop_link(client)).says(words)
    assert client.get("/permissions").says("Call 0161 496 0000 and give the number on the receipt")
    assert client.get("/contact").says("0161 496 0000. Monday to Friday")
    assert client.get("/contact").says("give the number on your receipt. It starts with PM.")


def test_all_stopped_is_not_said_to_somebody_who_stopped_nothing(portal: Portal) -> None:
    client = portal.client()
    client.get_in("testwell")
    assert client.get("/permissions/all-stopped").path == "/permissions"
    client.send(client.get("/permissions/choose/dwp"), agree="yes")
    assert client.get("/permissions/all-stopped").path == "/permissions"


def test_the_list_costs_the_same_with_hundreds_that_have_ended(
    portal: Portal, database: Database
) -> None:
    client = portal.client()
    client.get_in("testwell", "dwp", "dvla")
    client.send(client.get(stop_link(client)), stop="yes")
    actor = person_of(portal)

    more_that_ended(portal, database, range(1, 41))
    page = client.get("/permissions")
    ended = page.main.all("ul", "govuk-list--spaced")[0]
    assert len(ended.all("li")) == 25
    again = [link.text for link in page.main.all("a") if link.text.startswith("Ask again")]
    assert again == ["Ask again Department for Work and Pensions"]
    few = rows_read(portal, client, "/permissions", actor=actor)
    more_that_ended(portal, database, range(41, 2001))
    assert rows_read(portal, client, "/permissions", actor=actor) <= few


def more_that_ended(portal: Portal, database: Database, numbers: range) -> None:
    """Copies of the newest stopped permission, each given a minute before the last."""
    columns = portal.rows(
        "select string_agg(column_name, ', ') from information_schema.columns where"
        " table_name = 'consent_grant' and column_name not in ('grant_id', 'post_hash', 'given_at')"
    )[0][0]
    with psycopg.connect(database.superuser_url.replace("+psycopg", "")) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute(
            f"insert into consent_grant (grant_id, post_hash, given_at, {columns})"
            " select left(md5(n::text), 24), md5(n::text) || md5(n::text),"
            f" given_at - n * interval '1 minute', {columns}"
            " from generate_series(%s::int, %s::int) n,"
            " (select * from consent_grant where state = 'withdrawn'"
            " order by given_at desc limit 1) one".encode(),
            (numbers.start, numbers.stop - 1),
        )
        connection.execute("analyze consent_grant")


def test_stop_all_ends_every_permission_at_once(portal: Portal) -> None:
    client = portal.client()
    client.get_in("testwell", "dwp", "dvla", "hmrc")
    page = client.get(client.get("/permissions").links()["Stop all"])
    assert page.heading == "Stop all your permissions?"
    wrong = client.send(page)
    assert wrong.errors() == {"stop": "Select yes if you want to stop all your permissions"}
    page = client.send(page, stop="yes")
    assert page.heading == "We have stopped all your permissions"
    assert permits(portal) == []
    assert client.get("/permissions/stop-all").path == "/permissions"
    assert client.get("/home").says("Nobody is asked about you")


def test_another_persons_permission_looks_like_none(portal: Portal) -> None:
    client, other = portal.client(), portal.client()
    receipt = client.get_in("testwell", "dwp").path
    link = stop_link(client)
    other.get_in("placeholder", "dvla")
    for address in (receipt, receipt + ".json", link, link.replace("stop", "stopped")):
        assert other.get(address).status == 404
    token = other.get("/permissions/stop-all").value("csrf_token")
    assert other.post(link, {"csrf_token": token, "stop": "yes"}).status == 404
    states = portal.rows("select distinct state from consent_grant")
    assert states == [("given",)]


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
        "consent_event": 3,
        "sign_in_evidence": 1,
    }


def test_every_table_with_rows_of_a_person_is_in_what_we_hold(portal: Portal) -> None:
    client = portal.client()
    client.get_in("testwell", "dwp")
    found = json.loads(client.get("/account/your-data.json").html)["tables"]
    personal = portal.rows(
        "select table_name from information_schema.columns where column_name = 'subject_id'"
        " and table_schema = 'public'"
    )
    by_others = {table.name for table, _, _ in BY_OTHERS} | {"hold_answer"}
    assert set(found) == {row[0] for row in personal} | by_others


def test_stopping_a_part_of_the_plan_says_what_becomes_of_it(portal: Portal) -> None:
    """Ending the right to look leaves the plan alone; ending the right to run a line takes the
    line out, and the plan with the last one (decisions 7 and 34)."""
    client = at_the_plan(portal, "testwell", "dwp", "council")
    page = on(client, client.get("/plan"))
    client.send(page, agree="yes")
    assert plan_rows(portal) == [("proposed", 2)]
    assert client.get("/home").says("You agreed to pay")

    page = client.get(stop_link(client))
    assert page.says("Your plan goes on as it is.")
    client.send(page, stop="yes")
    assert plan_rows(portal) == [("proposed", 2)]

    page = client.get(stop_link(client, act="sharing your plan with"))
    assert page.heading == "Stop sharing your plan with Department for Work and Pensions?"
    assert page.says(
        "Your plan goes on with the other departments."
        " Department for Work and Pensions will contact you itself."
    )
    page = client.send(page, stop="yes")
    assert page.says("Your plan goes on with the other departments.")
    assert plan_rows(portal) == [("proposed", 1)]

    page = client.get(stop_link(client, "Sampleshire Council", act="sharing your plan with"))
    assert page.says("Sampleshire Council is the last one in your plan, so your plan ends.")
    page = client.send(page, stop="yes")
    assert page.says("Your plan has ended")
    assert page.links()["Get free debt advice"] == "/get-free-debt-advice"
    assert plan_rows(portal) == [("ended", 0)]
    assert client.get("/home").says("Your plan has ended.")


def test_stopping_clears_what_that_department_answered_in_this_visit(portal: Portal) -> None:
    client = at_the_plan(portal, "testwell", "dwp", "dvla")
    assert client.get("/home").says("Departments that have answered in this visit: 2 of 2.")
    client.send(client.get(stop_link(client)), stop="yes")
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
