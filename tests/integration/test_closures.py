"""A department that cannot answer is not asked: planned windows, and a shutter (X13, S06, F88)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from app import shutter
from consent.clock import LONDON, SetClock
from consent.closures import closed_now, open_again, plan_closure, shut
from consent.ids import DepartmentCode, new_uuid
from consent.people import Anyone, Department
from consent.store import DEPARTMENT, HELPDESK, Store, open_store
from tests.builders import NOON
from tests.database import Database
from tests.debts_desk import get_debts, headings, seat
from tests.department_desk import DoorDesk, Machine, a_door
from tests.portal import Portal

DWP = DepartmentCode("dwp")
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def clock() -> SetClock:
    return SetClock(NOON)


@pytest.fixture(scope="module")
def desk(shared_database: Database, clock: SetClock) -> Iterator[DoorDesk]:
    with a_door(shared_database, clock) as opened:
        yield opened


@pytest.fixture(scope="module")
def operator(shared_database: Database) -> Iterator[Store]:
    opened = open_store(shared_database.helpdesk_url, role=HELPDESK)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def people(shared_database: Database) -> Iterator[Store]:
    opened = open_store(shared_database.portal_url)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def dwp(desk: DoorDesk) -> Machine:
    return desk.machine("dwp")


def plans(
    machine: Machine, start: timedelta, length: timedelta, name: str = ""
) -> tuple[int, str, str]:
    """PUT a window that begins `start` from now; status, problem, and its id."""
    machine.token = ""
    name = name or str(uuid4())
    begins = machine.door.clock.now() + start
    said = {"from": begins.isoformat(), "until": (begins + length).isoformat()}
    answer = machine.call("PUT", f"/v1/closures/{name}", json=said)
    body = answer.get_json(silent=True) or {}
    return answer.status_code, body.get("type", "").removeprefix("urn:svd:problem:"), name


def takes_back(machine: Machine, name: str) -> int:
    machine.token = ""
    return machine.call("DELETE", f"/v1/closures/{name}").status_code


def listed(machine: Machine) -> list[dict[str, Any]]:
    machine.token = ""
    items: list[dict[str, Any]] = machine.call("GET", "/v1/closures").get_json()["items"]
    return items


def test_a_department_plans_moves_and_takes_back_its_windows(
    desk: DoorDesk, dwp: Machine, people: Store, clock: SetClock
) -> None:
    status, _, name = plans(dwp, 2 * HOUR, 8 * HOUR)
    assert status == 204
    assert plans(dwp, 2 * HOUR, 8 * HOUR, name)[0] == 204
    assert plans(dwp, 3 * HOUR, 8 * HOUR, name)[0] == 204
    (one,) = listed(dwp)
    assert (one["closure_id"], one["from"], one["until"]) == (
        name,
        "2026-03-02T15:00:00Z",
        "2026-03-02T23:00:00Z",
    )
    assert listed(desk.machine("dvla")) == []
    assert takes_back(desk.machine("dvla"), name) == 204
    assert plans(dwp, 10 * HOUR, 8 * HOUR)[:2] == (409, "closure-overlaps")
    assert plans(desk.machine("slc"), 10 * HOUR, 8 * HOUR)[0] == 204
    assert plans(dwp, 11 * HOUR, 8 * HOUR)[0] == 204, "it begins as the other ends"

    assert closed_now(people, clock, actor=Anyone()) == {}
    clock.move(3 * HOUR)
    assert closed_now(people, clock, actor=Anyone()) == {DWP: clock.now() + 8 * HOUR}
    assert plans(dwp, HOUR, HOUR, name)[:2] == (409, "closure-not-possible"), "it has begun"
    assert plans(dwp, timedelta(0), 2 * HOUR, name)[0] == 204, "its end may move"
    clock.move(HOUR)
    assert takes_back(dwp, name) == 204
    assert closed_now(people, clock, actor=Anyone()) == {}
    (left,) = listed(dwp)
    assert takes_back(dwp, left["closure_id"]) == 204
    assert takes_back(dwp, left["closure_id"]) == 204
    assert listed(dwp) == []


@pytest.mark.parametrize(
    ("start", "length", "field"),
    [
        (HOUR, timedelta(0), "until"),
        (HOUR, -HOUR, "until"),
        (HOUR, timedelta(days=7, seconds=1), "until"),
        (-HOUR, 2 * HOUR, "from"),
        (timedelta(days=90, seconds=1), HOUR, "from"),
    ],
)
def test_a_window_that_makes_no_sense_is_refused_and_the_field_named(
    dwp: Machine, start: timedelta, length: timedelta, field: str
) -> None:
    dwp.token = ""
    begins = dwp.door.clock.now() + start
    said = {"from": begins.isoformat(), "until": (begins + length).isoformat()}
    answer = dwp.call("PUT", f"/v1/closures/{uuid4()}", json=said)
    body = answer.get_json()
    assert (answer.status_code, body["field"]) == (409, field)
    assert body["type"].endswith("closure-not-possible")


def test_a_moment_before_the_calendar_is_one_that_cannot_be(dwp: Machine) -> None:
    """0001-01-01 in Tokyo has no day in UTC."""
    dwp.token = ""
    said = {"from": "2026-03-03T05:00:00Z", "until": "0001-01-01T00:00:01+09:00"}
    body = dwp.call("PUT", f"/v1/closures/{uuid4()}", json=said).get_json()
    assert (body["type"], body["field"]) == ("urn:svd:problem:closure-not-possible", "until")


@pytest.mark.parametrize("until", ["2026-03-03T06:00:00", "tomorrow", 6])
def test_a_moment_without_its_offset_is_no_moment(dwp: Machine, until: object) -> None:
    dwp.token = ""
    said = {"from": "2026-03-03T05:00:00Z", "until": until}
    assert dwp.call("PUT", f"/v1/closures/{uuid4()}", json=said).status_code == 400


def test_an_operators_shutter_is_seen_by_the_department_and_not_lifted_by_it(
    dwp: Machine, operator: Store, people: Store, clock: SetClock
) -> None:
    shut(operator, clock, os.urandom, department=DWP)
    assert closed_now(people, clock, actor=Anyone()) == {DWP: None}
    (one,) = listed(dwp)
    assert (one["kind"], "until" in one) == ("shut", False)
    assert takes_back(dwp, one["closure_id"]) == 204
    assert closed_now(people, clock, actor=Anyone()) == {DWP: None}
    shut(operator, clock, os.urandom, department=DWP, until_at=clock.now() + HOUR)
    assert closed_now(people, clock, actor=Anyone()) == {DWP: clock.now() + HOUR}
    assert plans(dwp, timedelta(0), 4 * HOUR)[0] == 204
    assert closed_now(people, clock, actor=Anyone()) == {DWP: clock.now() + 4 * HOUR}
    clock.move(timedelta(minutes=1))
    assert open_again(operator, clock, department=DWP)
    assert not open_again(operator, clock, department=DWP)
    assert DWP in closed_now(people, clock, actor=Anyone()), "what it planned itself goes on"


def test_the_operators_command_says_what_it_did(
    shared_database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL_HELPDESK", shared_database.helpdesk_url)

    def run(department: str = "", *, down: bool = False, up: bool = False, until: str = "") -> int:
        return shutter.main(department, down=down, up=up, until=until)

    assert run("slc", down=True, until="2099-12-24 06:00") == 0
    assert run() == 0
    assert "slc closed until 2099-12-24 06:00" in capsys.readouterr().out
    assert run("slc", up=True) == 0
    assert run("slc", up=True) == 1
    assert run("nobody", down=True) == 2
    assert "Codes: " in capsys.readouterr().err
    for faulty in ("soon", "2020-01-01 00:00"):
        assert run("slc", down=True, until=faulty) == 2
    assert run("slc") == 2


def test_a_closed_department_is_not_asked_and_the_others_are(portal: Portal) -> None:
    """S06 in the words of London; no permission is used up, and after it everything goes on."""
    night = datetime.now(LONDON).replace(hour=6, minute=0, second=0, microsecond=0)
    night += timedelta(days=1)
    clock = portal.services.clock
    department = open_store(portal.database.department_url, role=DEPARTMENT)
    operator = open_store(portal.database.helpdesk_url, role=HELPDESK)
    plan_closure(
        department,
        clock,
        os.urandom,
        actor=Department(DWP),
        closure_id=new_uuid(os.urandom),
        from_at=clock.now() - timedelta(seconds=1),
        until_at=night.astimezone(UTC),
    )
    tamsin = seat(portal, "testwell", "dwp", "dvla")
    page = get_debts(tamsin)
    day = f"{night.day} {night:%B %Y}"
    assert f"Department for Work and Pensions cannot answer until 6am on {day}" in headings(page)
    assert page.says("Its system is closed overnight")
    assert page.says("Vehicle tax penalty")
    assert portal.asked("dwp") == []
    used = "select count(*) from consent_event where department = %s and kind = 'asked'"
    assert [portal.rows(used, code)[0][0] for code in ("dwp", "dvla")] == [0, 1]

    shut(operator, clock, os.urandom, department=DepartmentCode("council"))
    other = seat(portal, "mockridge", "council")
    page = get_debts(other)
    assert "Sampleshire Council cannot answer now" in headings(page)
    assert open_again(operator, clock, department=DepartmentCode("council"))
    assert portal.asked("council") == []
    other.send(page, "/debts/ask-again/council")
    assert [one["what"] for one in portal.asked("council")] == ["debts"]
    department.close()
    operator.close()
