"""A department reads its part of plans over its own door and answers it (X02 to X04, D68)."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import psycopg
import pytest

from consent.clock import SetClock
from consent.errors import NotFound
from consent.ids import DepartmentCode
from consent.people import Department, Person
from consent.store import WORKER, Store, open_store
from plan.answer import count_silence
from plan.answers import PlanSaid, answer_plan, follow_answers, words_to_show
from plan.events import Kind
from plan.lifecycle import PlanState, ShareState
from plan.retention import drop_words
from plan.settle_terms import keep_mine
from plan.stop import stop
from plan.store import events as plan_events
from plan.terms import Said
from tests.builders import a_clock, a_person, set_chance
from tests.database import Database
from tests.department_desk import ISSUER, DoorDesk, Machine, a_door
from tests.plan_builders import DAYS, THREE, a_line, agreed, known_as, plan_of

WORDS = "A court has set how you pay this. Call us on 0300 123 4567."
YES = {"answer": "agreed"}
REFUSED = {"answer": "refused", "reason": "court_order", "words": WORDS}
CHANGE = {"answer": "change_asked", "reason": "below_legal_minimum", "share_pence": 5100}


@dataclass
class Street:
    """People with plans, the departments' door, and the worker that follows."""

    store: Store
    worker: Store
    clock: SetClock
    desk: DoorDesk
    database: Database
    dwp: Machine
    count: int = 0

    def a_plan(self, money: Mapping[str, int] = THREE, **more: Any) -> tuple[Person, str]:
        self.count += 1
        name = f"person {self.count}"
        person = a_person(self.store, self.clock, set_chance(name), name)
        self.clock.move(timedelta(seconds=1))
        agreed(self.store, self.clock, person, money, seed=name, **more)
        return person, known_as(self.store, person)

    def follow(self) -> int:
        done = 0
        while now := follow_answers(self.worker, self.clock, os.urandom, working_days=DAYS):
            done += now
        return done

    def says(
        self, reference: str, said: Mapping[str, object], machine: Machine | None = None
    ) -> tuple[int, str]:
        path = f"/v1/plans/{quote(reference)}/answer"
        machine = machine or self.dwp
        headers = machine.headers("PUT", path)
        answer = machine.door.client.put(path, json=dict(said), headers=headers, base_url=ISSUER)
        body = answer.get_json(silent=True) or {}
        return answer.status_code, body.get("type", "").removeprefix("urn:svd:problem:")

    def reads(self, machine: Machine | None = None, query: str = "") -> Any:
        machine = machine or self.dwp
        headers = machine.headers("GET", "/v1/plans")
        answer = machine.door.client.get(f"/v1/plans?{query}", headers=headers, base_url=ISSUER)
        return answer.get_json() if answer.status_code == 200 else answer.status_code

    def line(self, reference: str, machine: Machine | None = None) -> dict[str, Any]:
        (found,) = (one for one in self.everything(machine) if one["plan_reference"] == reference)
        line: dict[str, Any] = found["lines"][0]
        return line

    def everything(self, machine: Machine | None = None, query: str = "") -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = []
        while True:
            after = f"&after={quote(items[-1]['plan_reference'])}" if items else ""
            page = self.reads(machine, f"limit=3{after}{query}")
            items += page["items"]
            if not page["more"]:
                return items

    def state(self, person: Person, code: str = "dwp") -> ShareState:
        return plan_of(self.store, person).departments()[DepartmentCode(code)][0].state

    def kinds(self, person: Person) -> list[Kind]:
        with self.store.transaction(person) as tx:
            return [one.kind for one in plan_events.history(tx, person.subject, limit=50)]


@pytest.fixture(scope="module")
def street(shared_database: Database) -> Iterator[Street]:
    store = open_store(shared_database.portal_url)
    worker = open_store(shared_database.worker_url, role=WORKER)
    clock = a_clock()
    with a_door(shared_database, clock) as desk:
        yield Street(store, worker, clock, desk, shared_database, desk.machine("dwp"))
    store.close()
    worker.close()


@pytest.fixture(autouse=True)
def fresh_token(street: Street) -> None:
    street.dwp.token = ""


def test_a_department_sees_its_own_part_of_each_plan_and_nothing_else(street: Street) -> None:
    made = [street.a_plan() for _ in range(4)]
    other, _ = street.a_plan({"dvla": 1500})
    mine = street.everything()
    assert [one["plan_reference"] for one in mine] == [known for _, known in made]
    (line,) = mine[0]["lines"]
    assert set(line) == {
        "debt_handle",
        "grant_id",
        "share_pence",
        "state",
        "charges_stop",
        "enforcement",
        "answer_by",
    }
    assert (line["share_pence"], line["state"]) == (THREE["dwp"], "pending")
    assert not [word for word in ("council", "dvla", "10000", "3000") if word in str(mine)]
    dvla = street.desk.machine("dvla")
    theirs = [known_as(street.store, person, "dvla") for person, _ in (*made, (other, ""))]
    assert [one["plan_reference"] for one in street.everything(dvla)] == theirs
    assert not set(theirs) & {known for _, known in made}, "no two know a plan by one name"
    alone = theirs[-1]
    assert street.says(theirs[0], REFUSED) == (404, "not-found")
    assert street.says(alone, REFUSED) == (404, "not-found")
    assert street.says("PL00 0000 0000", REFUSED) == (404, "not-found")
    assert street.reads(query=f"after={quote(alone)}") == 404


def test_a_yes_starts_the_plan_and_the_same_yes_is_one(street: Street) -> None:
    person, plan = street.a_plan()
    assert street.says(plan, YES) == (204, "")
    assert street.line(plan)["last_answer_is"] == "waiting"
    assert street.says(plan, YES) == (204, "")
    assert street.says(plan, CHANGE) == (409, "sequence-conflict")
    assert street.follow() == 1
    assert plan_of(street.store, person).state is PlanState.ACTIVE
    assert street.says(plan, YES) == (204, "")
    assert street.says(plan, REFUSED) == (409, "sequence-conflict")
    assert street.follow() == 0
    assert street.kinds(person).count(Kind.LINE_AGREED) == 1
    assert street.line(plan)["last_answer_is"] == "taken"
    waiting = street.everything(query="&waiting=true")
    assert plan not in [one["plan_reference"] for one in waiting]


def test_f47_a_yes_may_say_whether_interest_and_fees_stop(street: Street) -> None:
    """Without a word the register's promise stands; a word with the yes goes before it."""
    for promised, said, kept in (
        (True, {}, True),
        (True, {"charges_stop": False}, False),
        (False, {"charges_stop": True}, True),
        (False, {}, False),
    ):
        line = replace(a_line("dwp", 5000), charges_stop=promised)
        person, plan = street.a_plan({"dwp": 5000}, lines=[line])
        assert street.line(plan)["charges_stop"] is promised
        assert street.says(plan, {**YES, **said}) == (204, "")
        street.follow()
        assert street.line(plan)["charges_stop"] is kept
        (seen,) = plan_of(street.store, person).departments()[DepartmentCode("dwp")]
        assert seen.charges_stop is kept
    _, waits = street.a_plan()
    assert street.says(waits, {**CHANGE, "charges_stop": True}) == (400, "malformed")
    assert street.says(waits, {**YES, "charges_stop": "yes"}) == (400, "malformed")


def test_the_person_reads_the_exact_words_for_ninety_days(street: Street) -> None:
    person, plan = street.a_plan()
    assert street.says(plan, REFUSED) == (204, "")
    line = plan_of(street.store, person).departments()[DepartmentCode("dwp")][0].share_id

    def shown() -> dict[Any, str]:
        return words_to_show(street.store, actor=person, states={line: street.state(person)})

    assert shown() == {}, "before the plan follows it, nothing is said"
    street.follow()
    assert street.state(person) is ShareState.REFUSED
    assert shown() == {line: WORDS}
    other, _ = street.a_plan()
    stranger = words_to_show(street.store, actor=other, states={line: ShareState.REFUSED})
    assert stranger == {}
    street.clock.move(timedelta(days=90) - timedelta(seconds=1))
    assert drop_words(street.worker, street.clock) == 0
    street.clock.move(timedelta(seconds=1))
    street.dwp.token = ""
    assert drop_words(street.worker, street.clock) == 1
    assert shown() == {}
    assert street.says(plan, REFUSED) == (204, ""), "the same answer, though its words are gone"
    assert street.follow() == 0


def test_a_change_waits_for_the_person_and_can_be_asked_again(street: Street) -> None:
    person, plan = street.a_plan()
    assert street.says(plan, {**CHANGE, "seen_pence": 4999}) == (409, "plan-changed")
    assert street.says(plan, {**CHANGE, "seen_pence": 5000}) == (204, "")
    street.follow()
    found = plan_of(street.store, person)
    (asked,) = found.departments()[DepartmentCode("dwp")]
    assert (asked.state, asked.asked_pence) == (ShareState.CHANGE_ASKED, 5100)
    assert street.says(plan, {**CHANGE, "share_pence": 5200}) == (409, "sequence-conflict")
    keep_mine(
        street.store,
        street.clock,
        os.urandom,
        actor=person,
        plan_id=found.plan_id,
        share_id=asked.share_id,
    )
    assert street.line(plan)["state"] == "pending"
    street.clock.move(timedelta(seconds=1))
    assert street.says(plan, YES) == (204, "")
    street.follow()
    assert street.state(person) is ShareState.AGREED


def test_after_silence_was_counted_no_answer_changes_it(street: Street) -> None:
    quiet, plan = street.a_plan()
    quick, other = street.a_plan()
    street.clock.move(timedelta(days=21))
    street.dwp.token = ""
    assert street.says(other, REFUSED) == (204, "")
    street.clock.move(timedelta(days=1))
    street.dwp.token = ""
    while count_silence(street.worker, street.clock, os.urandom, working_days=DAYS):
        pass
    assert street.state(quiet) is ShareState.AGREED
    assert street.says(plan, REFUSED) == (409, "counted-as-agreed")
    assert street.says(plan, YES) == (204, "")
    assert street.state(quick) is ShareState.PENDING, "its answer came in time"
    assert street.follow() == 1
    assert street.state(quick) is ShareState.REFUSED


def test_a_plan_that_stopped_takes_no_answer(street: Street) -> None:
    person, plan = street.a_plan()
    late, other = street.a_plan()
    assert street.says(other, YES) == (204, "")
    for each in (person, late):
        plan_id = plan_of(street.store, each).plan_id
        stop(street.store, street.clock, os.urandom, actor=each, plan_id=plan_id)
    assert street.says(plan, YES) == (409, "plan-not-running")
    street.follow()
    line = street.line(other)
    assert (line["state"], line["share_pence"]) == ("left", 0)
    assert line["last_answer_is"] == "too_late"
    assert Kind.LINE_AGREED not in street.kinds(late)


def test_with_several_debts_the_one_is_named(street: Street) -> None:
    lines = [a_line("dwp", 3000, "d_1"), a_line("dwp", 2000, "d_2")]
    person, plan = street.a_plan({"dwp": 5000}, lines=lines)
    assert street.says(plan, CHANGE) == (409, "debt-not-named")
    assert street.says(plan, {**CHANGE, "debt_handle": "d_3"}) == (404, "not-found")
    assert street.says(plan, {**CHANGE, "debt_handle": "d_1"}) == (204, "")
    street.follow()
    assert street.says(plan, YES) == (204, ""), "both, and the first ask is taken back"
    assert street.follow() == 2
    found = plan_of(street.store, person)
    assert [line.state for line in found.lines] == [ShareState.AGREED] * 2


def test_two_answers_at_the_same_moment_are_one(street: Street) -> None:
    person, plan = street.a_plan()
    start, heard = Barrier(4), []
    headers = [street.dwp.headers("PUT", f"/v1/plans/{quote(plan)}/answer") for _ in range(4)]

    def answers(each: dict[str, str], said: dict[str, Any]) -> None:
        start.wait()
        client = street.desk.app.test_client()
        path = f"/v1/plans/{quote(plan)}/answer"
        heard.append(client.put(path, json=said, headers=each, base_url=ISSUER).status_code)

    said = [{"answer": "agreed"}, dict(REFUSED), dict(CHANGE), {"answer": "agreed"}]
    threads = [Thread(target=answers, args=pair) for pair in zip(headers, said, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(heard) == {204, 409}
    assert street.follow() == 1
    answers_of = {Kind.LINE_AGREED, Kind.LINE_REFUSED, Kind.LINE_CHANGE_ASKED}
    assert len([kind for kind in street.kinds(person) if kind in answers_of]) == 1


@pytest.mark.parametrize(
    ("said", "status", "problem", "field"),
    [
        ({"answer": "agreed", "reason": "too_long"}, 400, "malformed", "reason"),
        ({"answer": "agreed", "words": "Thank you."}, 400, "malformed", "words"),
        ({"answer": "refused", "reason": "too_long"}, 400, "malformed", "words"),
        ({"answer": "refused", "words": "No."}, 400, "malformed", "reason"),
        ({"answer": "change_asked", "reason": "too_long"}, 400, "malformed", "share_pence"),
        ({**CHANGE, "share_pence": 99}, 400, "malformed", "share_pence"),
        ({**CHANGE, "reason": "not_ours"}, 400, "malformed", "reason"),
        ({**CHANGE, "paid": 1}, 400, "malformed", None),
        ({"answer": "perhaps"}, 400, "malformed", "answer"),
        ({**REFUSED, "words": "x" * 501}, 422, "words-not-plain", "words"),
        ({**REFUSED, "words": "Go to <b>us</b>"}, 422, "words-not-plain", "words"),
        ({**REFUSED, "words": "Read www.example"}, 422, "words-not-plain", "words"),
        ({**REFUSED, "words": "Read dwp.gov.uk"}, 422, "words-not-plain", "words"),
        ({**REFUSED, "words": "Pay \u202e5 pounds"}, 422, "words-not-plain", "words"),
    ],
)
def test_what_is_no_answer_is_refused_and_the_field_is_named(
    street: Street, said: dict[str, Any], status: int, problem: str, field: str | None
) -> None:
    path = "/v1/plans/PL00%200000%200000/answer"
    headers = street.dwp.headers("PUT", path)
    answer = street.desk.client.put(path, json=said, headers=headers, base_url=ISSUER)
    body = answer.get_json()
    assert (answer.status_code, body["type"]) == (status, f"urn:svd:problem:{problem}")
    assert body.get("field") == field
    assert "paid" not in answer.text


def test_a_token_without_the_scope_reads_and_answers_no_plan(street: Street) -> None:
    machine = street.desk.machine("slc")
    machine.token = machine.ask_for_token(scope="allocations grant-status").get_json()[
        "access_token"
    ]
    assert street.reads(machine) == 403
    assert street.says("PL00 0000 0000", YES, machine) == (403, "scope-not-agreed")


def test_the_departments_role_adds_answers_of_its_own_lines_and_changes_none(
    street: Street,
) -> None:
    """Straight at the database, as svd_department: what the code does not do, the rows refuse."""
    person, _ = street.a_plan()
    lines = plan_of(street.store, person).departments()
    url = street.database.department_url.replace("+psycopg", "")
    insert = (
        "insert into share_answer (answer_id, share_id, department, said, by_kind, answered_at,"
        " seen_pence) values (%s, %s, %s, 'agreed', 'api', now(), 1)"
    )

    def may(statement: str, *values: object) -> bool:
        with psycopg.connect(url) as connection:
            connection.execute("select set_config('svd.department', 'dwp', true)")
            try:
                return bool(connection.execute(statement, values).rowcount)
            except psycopg.errors.InsufficientPrivilege:
                return False
            finally:
                connection.rollback()

    own = lines[DepartmentCode("dwp")][0].share_id
    theirs = lines[DepartmentCode("council")][0].share_id
    assert may(insert, uuid4(), own, "dwp")
    assert not may(insert, uuid4(), theirs, "dwp")
    assert not may(insert, uuid4(), own, "council")
    assert not may("update share_answer set said = 'refused'")
    assert not may("delete from share_answer")
    assert not may("update plan_share set state = 'agreed'")
    assert not may("select payment_pence from plan")
    assert not may("select subject_id from plan_share")


def test_the_verb_refuses_what_no_door_should_send(street: Street) -> None:
    actor = Department(DepartmentCode("dwp"))
    store = street.desk.door.receipts.store
    with pytest.raises(ValueError, match="reason"):
        answer_plan(
            store,
            street.clock,
            os.urandom,
            actor=actor,
            reference="PL00 0000 0000",
            said=PlanSaid(Said.REFUSED, words="No."),
        )
    with pytest.raises(NotFound):
        answer_plan(
            store,
            street.clock,
            os.urandom,
            actor=actor,
            reference="PL00 0000 0000",
            said=PlanSaid(Said.AGREED),
        )
