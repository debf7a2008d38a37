"""PLAN-12: the owner of a plan has died. Contact and collection stop; six weeks are quiet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from app.cli import main
from consent.clock import london_date
from consent.errors import NotFound, WrongState
from consent.store import HELPDESK, WORKER, grants, open_store, people
from consent.store.people import ContactRow
from plan.died import REST, note_death
from plan.events import Kind
from plan.lifecycle import PlanState
from plan.pause import go_on_now
from plan.stop import stop
from plan.terms import EndedReason
from tests.database import Database
from tests.plan_builders import THREE, plan_of, waiting
from tests.plan_life import Life


@pytest.fixture
def life(database: Database) -> Iterator[Life]:
    store = open_store(database.portal_url)
    worker = open_store(database.worker_url, role=WORKER)
    yield Life(store, worker)
    store.close()
    worker.close()


def tell(life: Life, database: Database, reference: str = "") -> str:
    """Somebody reads the reference out to the helpline."""
    helpline = open_store(database.helpdesk_url, role=HELPDESK)
    try:
        spoken = reference or life.plan.reference
        return note_death(helpline, life.clock, life.chance, reference=spoken)
    finally:
        helpline.close()


def reachable(life: Life) -> bool:
    with life.store.transaction(life.person) as tx:
        return people.contact_of(tx, life.person.subject) is not None


def open_permissions(life: Life) -> int:
    with life.store.transaction(life.person) as tx:
        return len(grants.open_ids_of(tx, life.person.subject))


def test_plan_12_after_a_death_contact_and_collection_stop_at_once_and_six_weeks_are_quiet(
    life: Life, database: Database
) -> None:
    life.until_due()
    with life.store.transaction(life.person) as tx:
        people.keep_contact(
            tx, life.person.subject, ContactRow("email", "x", "en", life.clock.now())
        )
    assert tell(life, database) == tell(life, database) == life.plan.reference
    life.rounds()
    assert not reachable(life)
    assert (life.plan.state, life.plan.review_by) == (PlanState.PAUSED, None)
    today = london_date(life.clock.now())
    assert life.plan.look_again_on == today + REST == today + timedelta(days=42)
    life.pass_days(41)
    assert life.plan.state is PlanState.PAUSED
    assert not {Kind.MISSED, Kind.REVIEW_OPENED} & set(life.kinds()), "nothing is counted as late"
    assert waiting(database, "plan.ended") == [], "no department acts because of us"
    life.pass_days(1)
    ended = plan_of(life.store, life.person)
    assert (ended.state, ended.ended_reason) == (PlanState.ENDED, EndedReason.DECEASED)
    assert sorted(code for code, _ in waiting(database, "plan.ended")) == sorted(THREE)
    assert open_permissions(life) == 0
    assert life.kinds().count(Kind.RESTS) == 1


def test_plan_12_who_was_taken_for_somebody_else_goes_on_and_nothing_ends(
    life: Life, database: Database
) -> None:
    life.until_due()
    tell(life, database)
    life.rounds()
    go_on_now(life.store, life.clock, life.chance, actor=life.person, plan_id=life.plan.plan_id)
    life.pass_days(50)
    assert life.plan.state is PlanState.ACTIVE
    assert open_permissions(life) > 0
    tell(life, database)
    life.rounds()
    assert life.plan.look_again_on, "and it can be told again"


def test_plan_12_a_plan_that_nobody_had_agreed_to_is_over_at_once(database: Database) -> None:
    store = open_store(database.portal_url)
    worker = open_store(database.worker_url, role=WORKER)
    life = Life(store, worker, yes=())
    tell(life, database)
    life.rounds()
    assert plan_of(store, life.person).ended_reason is EndedReason.DECEASED
    assert open_permissions(life) == 0
    store.close()
    worker.close()


def test_plan_12_only_a_plan_that_runs_and_only_by_its_reference(
    life: Life, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NotFound):
        tell(life, database, "PL22 2222 2222")
    monkeypatch.delenv("DATABASE_URL_HELPDESK", raising=False)
    assert main(["died", "--reference", life.plan.reference]) == 2
    monkeypatch.setenv("DATABASE_URL_HELPDESK", database.helpdesk_url)
    assert main(["died", "--reference", life.plan.reference]) == 0
    reference = life.plan.reference
    stop(life.store, life.clock, life.chance, actor=life.person, plan_id=life.plan.plan_id)
    assert main(["died", "--reference", reference]) == 1
    with pytest.raises(WrongState):
        tell(life, database, reference)


def test_f61_departments_hear_of_the_rest_as_of_a_break_and_that_they_are_asked_to_wait(
    life: Life, database: Database
) -> None:
    life.until_due()
    tell(life, database)
    life.rounds()
    assert sorted(code for code, _ in waiting(database, "plan.paused")) == sorted(THREE)
    go_on_now(life.store, life.clock, life.chance, actor=life.person, plan_id=life.plan.plan_id)
    assert sorted(code for code, _ in waiting(database, "plan.resumed")) == sorted(THREE)
    tell(life, database)
    life.rounds()
    told = waiting(database, "plan.paused")
    assert len(set(told)) == len(told) == 6, "a second break is another word than the first"
