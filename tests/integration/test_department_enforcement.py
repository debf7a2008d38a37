"""A department is asked to hold off other ways to collect, says if it does, and the person reads it
(F61)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import psycopg
import pytest

from consent.clock import london_date
from consent.ids import DepartmentCode
from consent.people import Department, Person
from plan.enforcement import LONGEST, EnforcementSaid, asked, say_enforcement
from plan.lifecycle import LIVE_SHARE, PlanState, ShareState
from plan.pause import go_on_now, pause
from plan.stop import stop
from plan.terms import NotWaiting
from tests.department_desk import ISSUER
from tests.integration.test_department_plans import YES, Street, fresh_token, street
from tests.plan_builders import DAYS, THREE, plan_of

__all__ = ["fresh_token", "street"]
WAITS: dict[str, Any] = {"waits": True}
NOT: dict[str, Any] = {"waits": False, "reason": "with_agent"}


def says(street: Street, reference: str, said: Mapping[str, object]) -> tuple[int, str, str]:
    """Status, problem and the field at fault."""
    path = f"/v1/plans/{quote(reference)}/enforcement"
    headers = street.dwp.headers("PUT", path)
    answer = street.dwp.door.client.put(path, json=dict(said), headers=headers, base_url=ISSUER)
    body = answer.get_json(silent=True) or {}
    kind = body.get("type", "").removeprefix("urn:svd:problem:")
    return answer.status_code, kind, body.get("field", "")


def read_by(street: Street, person: Person, code: str = "dwp") -> list[tuple[Any, ...]]:
    lines = plan_of(street.store, person).departments()[DepartmentCode(code)]
    words = [one.enforcement for one in lines if one.enforcement]
    return [(one.waits, one.until, one.reason_code, one.by_kind) for one in words]


def test_a_department_says_that_it_waits_and_the_newest_word_counts(street: Street) -> None:
    person, plan = street.a_plan()
    assert street.line(plan)["enforcement"] == "wait", "from the day it is put to it"
    assert "enforcement_said" not in street.line(plan)
    assert read_by(street, person) == []
    assert says(street, plan, WAITS) == (204, "", "")
    assert street.line(plan)["enforcement_said"] == WAITS
    assert read_by(street, person) == [(True, None, "", "api")]
    day = london_date(street.clock.now()) + timedelta(days=40)
    street.clock.move(timedelta(minutes=1))
    for said in (NOT, {**WAITS, "until": day.isoformat()}):
        street.clock.move(timedelta(minutes=1))
        assert says(street, plan, said)[0] == 204
        assert street.line(plan)["enforcement_said"] == said
    assert read_by(street, person) == [(True, day, "", "api")]


def test_the_same_word_twice_is_one(street: Street) -> None:
    person, plan = street.a_plan()
    for _ in range(3):
        assert says(street, plan, WAITS)[0] == 204
        street.clock.move(timedelta(minutes=1))
    (line,) = plan_of(street.store, person).departments()[DepartmentCode("dwp")]
    with psycopg.connect(street.database.superuser_url.replace("+psycopg", "")) as connection:
        count = "select count(*) from enforcement_word where share_id = %s"
        assert connection.execute(count, (line.share_id,)).fetchone() == (1,)


def test_it_can_be_said_after_an_answer_and_after_silence_until_the_plan_is_over(
    street: Street,
) -> None:
    person, plan = street.a_plan()
    assert street.says(plan, YES)[0] == 204
    street.follow()
    assert says(street, plan, WAITS)[0] == 204
    found = plan_of(street.store, person)
    pause(
        street.store,
        street.clock,
        os.urandom,
        actor=person,
        plan_id=found.plan_id,
        payments=1,
        working_days=DAYS,
    )
    (item,) = (one for one in street.everything() if one["plan_reference"] == plan)
    paused = plan_of(street.store, person).look_again_on
    assert paused is not None
    assert (item["state"], item["look_again_on"]) == ("paused", paused.isoformat())
    assert item["lines"][0]["enforcement"] == "wait", "a break is no reason to send somebody"
    assert says(street, plan, NOT)[0] == 204
    go_on_now(street.store, street.clock, os.urandom, actor=person, plan_id=found.plan_id)
    stop(street.store, street.clock, os.urandom, actor=person, plan_id=found.plan_id)
    assert street.line(plan)["enforcement"] == "may_go_on"
    assert says(street, plan, WAITS) == (409, "plan-not-running", "")


def test_only_lines_of_a_running_plan_are_asked_to_wait() -> None:
    wait = {
        (plan, line)
        for plan in PlanState
        for line in ShareState
        if asked(plan, line).value == "wait"
    }
    running = {PlanState.PROPOSED, PlanState.ACTIVE, PlanState.PAUSED}
    assert wait == {(plan, line) for plan in running for line in LIVE_SHARE}


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({}, "waits"),
        ({"waits": "yes"}, "waits"),
        ({"waits": False}, "reason"),
        ({"waits": True, "reason": "law"}, "reason"),
        ({"waits": False, "reason": ""}, "reason"),
        ({"waits": False, "reason": "because"}, "reason"),
        ({"waits": False, "reason": "law", "until": "2027-01-15"}, "until"),
        ({"waits": True, "until": "soon"}, "until"),
        ({"waits": True, "balance_pence": 1}, "balance_pence"),
    ],
)
def test_what_does_not_go_together_is_refused_and_nothing_is_kept(
    street: Street, said: dict[str, object], field: str
) -> None:
    person, plan = street.a_plan()
    status, problem, named = says(street, plan, said)
    assert (status, problem) == (400, "malformed")
    assert named in (field, ""), named
    assert read_by(street, person) == []


@pytest.mark.parametrize("day", ["2020-01-15", "2040-01-15"])
def test_a_day_that_has_passed_or_is_too_far_ahead_is_another_thing_than_no_day(
    street: Street, day: str
) -> None:
    person, plan = street.a_plan()
    said = {"waits": True, "until": day}
    assert says(street, plan, said) == (409, "day-not-possible", "until")
    assert read_by(street, person) == []


def test_another_departments_plan_is_not_found(street: Street) -> None:
    _, plan = street.a_plan({"dvla": 1500})
    assert says(street, plan or "PL22 2222 2222", WAITS)[:2] == (404, "not-found")
    _, mine = street.a_plan()
    assert says(street, mine, {**WAITS, "debt_handle": "d_9"})[:2] == (404, "not-found")
    assert says(street, "nonsense", WAITS)[:2] == (404, "not-found")


def test_the_verb_refuses_what_no_door_should_send(street: Street) -> None:
    today = london_date(street.clock.now())
    assert EnforcementSaid(True, today + LONGEST).faults(today) == ()
    with pytest.raises(ValueError, match="reason"):
        say_enforcement(
            street.desk.door.receipts.store,
            street.clock,
            os.urandom,
            actor=Department(DepartmentCode("dwp")),
            reference="PL00 0000 0000",
            said=EnforcementSaid(True, reason=NotWaiting.LAW),
        )


def test_the_departments_role_adds_words_about_its_own_lines_and_changes_none(
    street: Street,
) -> None:
    """Straight at the database, as svd_department: what the code does not do, the rows refuse."""
    person, plan = street.a_plan(THREE)
    assert says(street, plan, WAITS)[0] == 204
    lines = plan_of(street.store, person).departments()
    url = street.database.department_url.replace("+psycopg", "")
    insert = (
        "insert into enforcement_word (word_id, share_id, department, waits, by_kind, said_at)"
        " values (%s, %s, %s, true, 'api', now())"
    )

    def may(statement: str, *values: object, code: str = "dwp") -> bool:
        with psycopg.connect(url) as connection:
            connection.execute("select set_config('svd.department', %s, true)", (code,))
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
    assert may("select from enforcement_word")
    assert not may("select from enforcement_word", code="council")
    assert not may("update enforcement_word set waits = false")
    assert not may("delete from enforcement_word")
