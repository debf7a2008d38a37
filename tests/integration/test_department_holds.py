"""A department answers what people asked it through the service, over its own door (X11, D25)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from consent.answer_hold import Decision, answers_to, own_holds
from consent.clock import SetClock
from consent.holds import HoldState, Reason, ask_for_hold, note_hold
from consent.ids import DepartmentCode, new_uuid
from consent.people import Department, Person
from consent.retention import drop_hold_words
from consent.store import WORKER, Store, open_store
from consent.store.holds import HoldRequest
from tests.builders import a_clock, a_person, set_chance
from tests.database import Database
from tests.department_desk import ISSUER, DoorDesk, a_door

NO = {"decision": "not_upheld", "words": "The amount is right.", "appeal_by": "2026-06-01"}
WAIT = {"decision": "more_time_needed", "words": "We are looking.", "look_again_on": "2026-04-01"}


@dataclass
class Counter:
    """Tamsin's questions to departments, and DWP's machine."""

    store: Store
    database: Database
    clock: SetClock
    desk: DoorDesk
    person: Person

    def __post_init__(self) -> None:
        self.dwp = self.desk.machine("dwp")

    def asks(self, state: HoldState = HoldState.SENT, department: str = "dwp") -> HoldRequest:
        return ask_for_hold(
            self.store,
            self.clock,
            os.urandom,
            actor=self.person,
            hold_id=new_uuid(os.urandom),
            department=DepartmentCode(department),
            debt_token="d_1",
            debt_tag=os.urandom(32).hex(),
            reason=Reason.AMOUNT,
            state=state,
        )

    def says(self, reference: str, said: dict[str, Any]) -> tuple[int, str]:
        path = f"/v1/hold-requests/{quote(reference)}/answer"
        self.dwp.token = ""
        headers = self.dwp.headers("PUT", path)
        answer = self.desk.client.put(path, json=said, headers=headers, base_url=ISSUER)
        body = answer.get_json(silent=True) or {}
        return answer.status_code, body.get("type", "").removeprefix("urn:svd:problem:")

    def shown(self, hold: HoldRequest) -> tuple[Decision, str] | None:
        found = answers_to(self.store, actor=self.person, hold_ids=[hold.hold_id])
        answer = found.get(hold.hold_id)
        return (answer.decision, answer.words) if answer else None


@pytest.fixture(scope="module")
def counter(shared_database: Database) -> Iterator[Counter]:
    store, clock = open_store(shared_database.portal_url), a_clock()
    person = a_person(store, clock, set_chance("asks"))
    with a_door(shared_database, clock) as desk:
        yield Counter(store, shared_database, clock, desk, person)
    store.close()


def test_a_wait_may_be_followed_by_one_decision(counter: Counter) -> None:
    hold = counter.asks()
    assert counter.says(hold.reference, WAIT) == (204, "")
    assert counter.shown(hold) == (Decision.MORE_TIME_NEEDED, "We are looking.")
    assert counter.says(hold.reference.replace(" ", ""), NO) == (204, "")
    assert counter.says(hold.reference, NO) == (204, "")
    assert counter.says(hold.reference, WAIT) == (409, "sequence-conflict")
    assert counter.says(hold.reference, {**NO, "words": "No."}) == (409, "sequence-conflict")
    assert counter.shown(hold) == (Decision.NOT_UPHELD, "The amount is right.")


def test_words_go_after_ninety_days_and_the_decision_stays(counter: Counter) -> None:
    hold = counter.asks()
    assert counter.says(hold.reference, NO) == (204, "")
    counter.clock.move(timedelta(days=90, seconds=1))
    worker = open_store(counter.database.worker_url, role=WORKER)
    assert drop_hold_words(worker, counter.clock) >= 1
    worker.close()
    assert counter.shown(hold) == (Decision.NOT_UPHELD, "")
    assert counter.says(hold.reference, NO) == (204, ""), "the same again, though its words went"


def test_what_was_not_sent_to_it_is_not_there_for_a_department(counter: Counter) -> None:
    states = (HoldState.NOT_SENT, HoldState.LETTER, HoldState.KEPT_BACK)
    hidden = [counter.asks(state) for state in states] + [counter.asks(department="dvla")]
    sent = counter.asks()
    note_hold(
        counter.store,
        counter.clock,
        actor=counter.person,
        hold_id=sent.hold_id,
        state=HoldState.CLOSED,
    )
    for hold in (*hidden, sent):
        assert counter.says(hold.reference, NO) == (404, "not-found")
    assert counter.says("HD00 0000 0000", NO) == (404, "not-found")
    assert counter.says("none", NO) == (404, "not-found")
    listed = own_holds(counter.desk.door.receipts.store, actor=Department(DepartmentCode("dwp")))
    assert not {hold.hold_id for hold in (*hidden, sent)} & {one.hold_id for one in listed}


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"decision": "not_upheld"}, 400),
        ({**NO, "look_again_on": "2026-06-01"}, 400),
        ({**WAIT, "appeal_by": "2026-06-01"}, 400),
        ({**NO, "appeal_by": "soon"}, 400),
        ({**NO, "who": "me"}, 400),
        ({**NO, "words": "See https://x.example"}, 422),
    ],
)
def test_what_is_no_answer_is_refused(counter: Counter, said: dict[str, Any], status: int) -> None:
    assert counter.says(counter.asks().reference, said)[0] == status
