"""Staff of a department read their part of plans and answer it; the person reads the words."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from consent.clock import SetClock
from consent.ids import DepartmentCode
from consent.people import Person
from consent.store import WORKER, Store, open_store
from plan.answer import count_silence
from plan.answers import follow_answers
from plan.stop import stop
from plan.tokens import MARK
from tests.builders import a_person, set_chance
from tests.console import sign_in
from tests.pages import Page
from tests.plan_builders import DAYS, THREE, a_line, agreed, known_as, plan_of
from tests.plan_desk import agreed as agree_on_pages
from tests.plan_desk import at_the_plan
from tests.portal import Client, Portal

WORDS = "A court has set how you pay this.\nCall us on 0300 123 4567 and we will help."
OBJECT: dict[str, Any] = {
    "answer": "refused",
    "refuse_reason": "court_order",
    "refuse_words": WORDS,
}


@dataclass
class Office:
    """The console of one portal, people with plans, and the worker that has plans follow."""

    portal: Portal
    worker: Store
    count: int = 0

    def a_plan(self, **more: Any) -> tuple[Person, str]:
        part = self.portal.services
        self.count += 1
        name = f"person {self.count}"
        clock = SetClock(part.clock.now())
        person = a_person(part.store, clock, set_chance(name), name)
        agreed(part.store, clock, person, THREE, seed=name, **more)
        return person, known_as(part.store, person)

    def staff(self, person: str = "tobias", department: str = "dwp") -> Client:
        client = self.portal.client()
        sign_in(client, department, person)
        return client

    def follow(self) -> int:
        clock = self.portal.services.clock
        return follow_answers(self.worker, clock, os.urandom, working_days=DAYS)

    def state(self, person: Person) -> str:
        lines = plan_of(self.portal.services.store, person).departments()
        return lines[DepartmentCode("dwp")][0].state.value


@pytest.fixture(scope="module")
def office(shared_portal: Portal) -> Iterator[Office]:
    worker = open_store(shared_portal.database.worker_url, role=WORKER)
    yield Office(shared_portal, worker)
    worker.close()


def at(reference: str) -> str:
    return f"/department/plans/{reference.replace(' ', '-')}"


def send(client: Client, page: Page, **typed: Any) -> Page:
    """Fill the form, look at what the person will read, and send it."""
    page = client.send(page, do="check", **typed)
    assert page.heading == "What the person will read", page.errors()
    return client.send(page, do="send")


def test_an_objection_goes_all_the_way_to_the_person(portal: Portal) -> None:
    person = at_the_plan(portal, "testwell", "dwp", "council", "dvla")
    assert agree_on_pages(person).path == "/plan/agreed"
    client = portal.client()
    assert sign_in(client, "dwp", "tobias").says("1 plan needs an answer")
    page = client.get("/department/plans")
    (reference,) = (text for text in page.links() if text.startswith("PL"))
    page = client.get(page.links()[reference])
    assert page.heading == f"Plan {reference}"
    page = client.get(page.links()["Answer this plan"])
    page = client.send(page, do="check", **OBJECT)
    assert page.says("A court has set how this is paid.")
    assert WORDS in page.html, "the exact words, with their lines"
    page = client.send(page, do="send")
    assert page.path == at(reference)
    assert page.says("By tobias.answerley@dwp.example")
    assert not person.get("/plan/answers").says("0300 123 4567"), "the plan follows it first"
    worker = open_store(portal.database.worker_url, role=WORKER)
    try:
        assert follow_answers(worker, portal.services.clock, os.urandom, working_days=DAYS)
    finally:
        worker.close()
    page = person.get("/plan/answers")
    assert page.says("It said no on")
    assert page.says("A court has set how this is paid.")
    assert WORDS in page.html
    assert portal.rows("select by_kind from share_answer") == [("console",)]
    kinds = "select kind from staff_event where kind like '%%plan' order by at"
    assert portal.rows(kinds) == [("read_plan",), ("answered_plan",), ("read_plan",)]


def test_the_list_has_ones_own_part_and_says_nothing_of_others(office: Office) -> None:
    _, reference = office.a_plan()
    page = office.staff("rhoswen").get("/department/plans")
    (row,) = (tr for tr in page.main.all("tr") if reference in tr.text)
    assert "£50 every month" in row.text
    assert "in 21 days" in row.text
    for word in ("£100", "£30", "£20", "Council", "council", "DVLA"):
        assert word not in page.text, word
    page = office.staff("rhoswen").get(at(reference))
    assert page.says("Your role does not cover answering plans.")
    for word in ("£100", "£30", "£20", "ouncil", "DVLA"):
        assert word not in page.text, word
    assert page.says("Not shared with you, and not kept here")


def test_a_department_without_handles_and_without_a_last_day_reads_what_is_so(
    office: Office,
) -> None:
    """Its debts are those of a list, and nobody's silence counts for it."""
    line = a_line("hmrc", 4000, f"{MARK}seal", silence_days=0)
    part = office.portal.services
    clock = SetClock(part.clock.now())
    person = a_person(part.store, clock, set_chance("hmrc"), "hmrc")
    agreed(part.store, clock, person, {"hmrc": 4000}, seed="hmrc", lines=[line])
    reference = known_as(part.store, person, "hmrc")
    leopold = office.staff("leopold", "hmrc")
    page = leopold.get("/department/plans")
    assert page.says("Your part of each waits until you answer.")
    assert not page.says("counts as accepted")
    page = leopold.get(at(reference))
    assert page.says("Your debt: a debt in the list we send you")
    assert page.says("Your answer is needed. Your part waits until you give one.")
    page = leopold.get(f"{at(reference)}/answer")
    assert page.says("Your part for a debt in the list we send you: £40 of each payment.")


def test_a_viewer_answers_nothing_and_another_department_finds_nothing(office: Office) -> None:
    _, reference = office.a_plan()
    viewer = office.staff("rhoswen")
    assert viewer.get(f"{at(reference)}/answer").status == 403
    slc = office.staff("piers", "slc")
    for path in (at(reference), f"{at(reference)}/answer"):
        assert slc.get(path).status == 404
    assert slc.get(at("PL22 2222 2222")).status == 404


def test_the_file_has_a_line_for_each_debt_and_runs_nothing(office: Office) -> None:
    lines = [a_line("dwp", 3000, "-1"), a_line("dwp", 2000, "d_2")]
    _, reference = office.a_plan(lines=lines)
    client = office.staff()
    text = client.get("/department/plans.csv?show=waiting").html
    mine = [line.split(",") for line in text.splitlines() if line.startswith(reference)]
    assert [line[1:3] for line in mine] == [["'-1", "3000"], ["d_2", "2000"]]
    taken = office.portal.rows("select about from staff_event where kind = 'took_list'")
    assert taken == [("plans",)]


def test_a_reference_is_found_however_it_is_typed(office: Office) -> None:
    _, reference = office.a_plan()
    client = office.staff()
    typed = reference.replace(" ", "").lower()
    assert client.get(f"/department/plans?find={typed}").heading == f"Plan {reference}"
    page = client.get("/department/plans?find=PM22")
    assert list(page.errors()) == ["find"]


def test_pages_of_fifty_follow_one_another_both_ways(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.department_console.plans.A_PAGE", 2)
    for _ in range(3):
        office.a_plan()
    client, seen = office.staff(), {}
    for order in ("soonest", "newest"):
        page, found = client.get(f"/department/plans?show=all&order={order}"), []
        while True:
            found += [text for text in page.links() if text.startswith("PL")]
            if "Next 50" not in page.links():
                break
            page = client.get(page.links()["Next 50"])
        seen[order] = found
    assert len(seen["soonest"]) == len(set(seen["soonest"])) >= 3
    assert seen["newest"] == seen["soonest"][::-1]


def test_a_yes_starts_the_plan(office: Office) -> None:
    person, reference = office.a_plan()
    client = office.staff()
    page = client.get(f"{at(reference)}/answer")
    look = client.send(page, do="check", answer="agreed")
    assert look.says("It may add interest or fees."), "what the department says for all"
    page = send(client, page, answer="agreed", charges="stop")
    assert page.says("Your answer is written down.")
    assert not page.says("Waits for your answer")
    page = client.get(f"{at(reference)}/answer")
    assert (page.status, page.heading) == (409, "This plan has been answered")
    assert office.follow() == 1
    assert office.state(person) == "agreed"
    assert reference not in client.get("/department/plans").text
    assert client.get(at(reference)).says("The plan followed it.")
    part = office.portal.services
    (line,) = plan_of(part.store, person).departments()[DepartmentCode("dwp")]
    assert line.charges_stop


def test_a_change_names_an_amount(office: Office) -> None:
    person, reference = office.a_plan()
    client = office.staff()
    page = client.get(f"{at(reference)}/answer")
    page = client.send(page, do="check", answer="change_asked", asked="0.50")
    assert page.errors() == {
        "asked": "New amount must be between £1 and £10,000",
        "change_reason": "Select a reason",
    }
    page = send(client, page, asked="51", change_reason="below_legal_minimum")
    office.follow()
    assert office.state(person) == "change_asked"
    assert client.get(at(reference)).says("You asked for a change: £51")


@pytest.mark.parametrize(
    ("typed", "errors"),
    [
        ({}, {"answer": "Select your answer"}),
        (
            {"answer": "refused"},
            {
                "refuse_reason": "Select a reason",
                "refuse_words": "Tell the person why in 500 characters or less",
            },
        ),
        (
            {**OBJECT, "refuse_words": "x" * 501},
            {"refuse_words": "Tell the person why in 500 characters or less"},
        ),
        (
            {**OBJECT, "refuse_words": "See dwp.gov.uk"},
            {
                "refuse_words": "Words must be without a web or email address: people cannot trust"
                " those"
            },
        ),
        (
            {**OBJECT, "refuse_words": "<b>No</b>"},
            {"refuse_words": "Words must be plain letters, numbers and punctuation"},
        ),
    ],
)
def test_what_is_missing_is_said_in_the_given_words(
    office: Office, typed: dict[str, Any], errors: dict[str, str]
) -> None:
    _, reference = office.a_plan()
    client = office.staff()
    page = client.send(client.get(f"{at(reference)}/answer"), do="check", **typed)
    assert (page.status, page.errors()) == (422, errors)


def test_cold_words_are_named_before_they_are_sent(office: Office) -> None:
    _, reference = office.a_plan()
    client = office.staff()
    cold: dict[str, Any] = {**OBJECT, "refuse_words": "This is your final demand. You must pay."}
    page = client.send(client.get(f"{at(reference)}/answer"), do="check", **cold)
    assert page.says("These words can frighten or blame somebody who owes money: final, demand,")
    page = client.send(page, do="change")
    assert page.value("refuse_words") == cold["refuse_words"], "what was typed is kept"
    page = client.send(page, do="check", refuse_words="You can pay us by phone.")
    assert not page.says("frighten")


def test_who_comes_second_is_told_who_answered(office: Office) -> None:
    person, reference = office.a_plan()
    first, second = office.staff(), office.staff("hassan")
    page = second.get(f"{at(reference)}/answer")
    look = second.send(page, do="check", answer="agreed")
    send(first, first.get(f"{at(reference)}/answer"), **OBJECT)
    page = second.send(look, do="send")
    assert (page.status, page.heading) == (409, "This plan has been answered")
    assert page.says("tobias.answerley@dwp.example answered it at")
    assert page.says("Object")
    assert office.follow() == 1
    assert office.state(person) == "refused"


def test_a_part_that_became_another_is_not_answered_unseen(office: Office) -> None:
    _, reference = office.a_plan()
    client = office.staff()
    look = client.send(client.get(f"{at(reference)}/answer"), do="check", answer="agreed")
    url = office.portal.database.superuser_url.replace("+psycopg", "")
    with psycopg.connect(url) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute(
            "update plan_share set current_pence = 4000 where part_reference = %s",
            (reference,),
        )
        connection.execute(
            "update plan set payment_pence = payment_pence - 1000 where plan_id ="
            " (select plan_id from plan_share where part_reference = %s)",
            (reference,),
        )
    page = client.send(look, do="send")
    assert (page.status, page.heading) == (409, "This plan changed while you looked at it")
    assert client.get(at(reference)).says("£40")


def test_a_plan_that_stopped_takes_no_answer_and_closes(office: Office) -> None:
    person, reference = office.a_plan()
    part = office.portal.services
    client = office.staff()
    look = client.send(client.get(f"{at(reference)}/answer"), do="check", answer="agreed")
    stop(
        part.store,
        part.clock,
        os.urandom,
        actor=person,
        plan_id=plan_of(part.store, person).plan_id,
    )
    assert client.send(look, do="send").heading == "This plan needs no answer"
    page = client.get(at(reference))
    assert page.heading == f"Plan {reference} is closed to you"
    assert "£" not in page.text


def test_of_several_debts_the_one_that_is_meant_is_named(office: Office) -> None:
    lines = [a_line("dwp", 3000, "d_1"), a_line("dwp", 2000, "d_2")]
    person, reference = office.a_plan(lines=lines)
    client = office.staff()
    page = client.get(f"{at(reference)}/answer")
    change: dict[str, Any] = {"answer": "change_asked", "asked": "31", "change_reason": "too_long"}
    page = client.send(page, do="check", debt="all", **change)
    assert page.errors() == {"debt": "Select the debt that you ask a change for"}
    send(client, page, debt="d_1")
    assert office.follow() == 1
    found = plan_of(office.portal.services.store, person)
    states = {line.pence: line.state.value for line in found.lines}
    assert states == {3000: "change_asked", 2000: "pending"}


def test_the_same_answer_sent_twice_is_one(office: Office) -> None:
    _, reference = office.a_plan()
    client = office.staff()
    look = client.send(client.get(f"{at(reference)}/answer"), do="check", answer="agreed")
    for _ in range(2):
        assert client.send(look, do="send").path == f"{at(reference)}/enforcement"
    assert office.follow() == 1
    noted = "select count(*) from staff_event where kind = 'answered_plan' and about = %s"
    assert office.portal.rows(noted, reference) == [(1,)]


def test_silence_is_told_from_a_yes(office: Office) -> None:
    _, reference = office.a_plan()
    later = SetClock(office.portal.services.clock.now() + timedelta(days=22))
    assert count_silence(office.worker, later, os.urandom, working_days=DAYS)
    client = office.staff()
    assert client.get(at(reference)).says("Counted as accepted: no answer came in time")
    page = client.get(f"{at(reference)}/answer")
    assert (page.status, page.heading) == (409, "The time to answer has passed")


def test_f61_after_a_yes_staff_say_whether_other_ways_to_collect_wait(office: Office) -> None:
    person, reference = office.a_plan()
    client = office.staff()
    assert client.get(at(reference)).says("You have not said if you do.")
    page = send(client, client.get(f"{at(reference)}/answer"), answer="agreed")
    assert page.path == f"{at(reference)}/enforcement"
    assert page.heading == "Other ways to collect"
    assert page.says("Your answer is written down.")
    assert page.ticked() == []
    assert client.send(page).errors() == {"waits": "Select if you hold off other ways to collect"}
    assert client.send(page, waits="until").errors() == {
        "until": "Enter the last day on which you hold them off"
    }
    wrong = "Last day on which you hold them off must be from today to a year ahead"
    for day in ("1/1/2020", "1/1/2090"):
        assert client.send(page, waits="until", until=day).errors() == {"until": wrong}
    assert client.send(page, waits="no").errors() == {
        "reason": "Select why you do not hold them off"
    }
    page = client.send(page, waits="kept", until="never", reason="law")
    assert (page.path, page.status) == (at(reference), 200)
    assert page.says("While you keep to this plan, it sends nobody to collect")
    page = client.send(client.get(f"{at(reference)}/enforcement"), waits="no", reason="with_agent")
    assert page.says("It was with bailiffs or sheriff officers before your plan.")
    (line,) = plan_of(office.portal.services.store, person).departments()[DepartmentCode("dwp")]
    word = line.enforcement
    assert word is not None
    assert (word.waits, word.reason_code, word.by_kind) == (False, "with_agent", "console")
    done = office.portal.rows("select count(*) from staff_event where kind = 'said_enforcement'")
    assert done == [(2,)]


def test_f61_a_viewer_says_nothing_and_a_plan_that_is_over_asks_nothing(office: Office) -> None:
    person, reference = office.a_plan()
    viewer = office.staff("rhoswen")
    assert "Say if you hold off other ways to collect" not in viewer.get(at(reference)).links()
    assert viewer.get(f"{at(reference)}/enforcement").status == 403
    client = office.staff()
    page = client.get(
        client.get(at(reference)).links()["Say if you hold off other ways to collect"]
    )
    store, clock = office.portal.services.store, SetClock(office.portal.services.clock.now())
    found = plan_of(store, person)
    stop(store, clock, os.urandom, actor=person, plan_id=found.plan_id)
    page = client.send(page, waits="kept")
    assert (page.status, page.heading) == (409, "This plan needs no answer")
