"""A department reads how much it was asked: its own counts, and none that is small (X12)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from consent.clock import SetClock
from tests.database import Database
from tests.department_desk import ISSUER, DoorDesk, Machine, a_door
from tests.unit.protocol.test_document import faults

MONDAY = datetime(2026, 3, 23, tzinfo=UTC)
"""Of a week on whose Sunday clocks go forward in London."""
EVENT = """
insert into consent_event (event_id, at, subject_id, grant_id, department, purpose, kind, by_kind,
    outcome, salt, leaf_hash)
select gen_random_uuid(), %(at)s, gen_random_uuid(), 'g_' || repeat('A', 22), %(department)s,
    'view_debts', %(kind)s, 'person', %(outcome)s, repeat('a', 22), repeat('0', 64)
from generate_series(1, %(count)s)
"""


@pytest.fixture(scope="module")
def desk(shared_database: Database) -> Iterator[DoorDesk]:
    rows = [
        (MONDAY + timedelta(hours=9), "dwp", "asked", "", 37),
        (MONDAY + timedelta(days=1, hours=9), "dwp", "asked", "", 22),
        (MONDAY + timedelta(days=2, hours=3), "dwp", "asked", "", 9),
        (MONDAY + timedelta(days=6, hours=22, minutes=59), "dwp", "asked", "", 14),
        (MONDAY + timedelta(days=6, hours=23), "dwp", "asked", "", 99),
        (MONDAY + timedelta(hours=9), "council", "asked", "", 1000),
        (MONDAY + timedelta(hours=9), "dwp", "answered", "", 61),
        (MONDAY + timedelta(hours=9), "dwp", "answered", "late", 3),
        (MONDAY + timedelta(hours=9), "dwp", "not_answered", "timed_out", 12),
        (MONDAY + timedelta(hours=9), "dwp", "given", "", 48),
        (MONDAY + timedelta(hours=9), "dwp", "withdrawn", "", 11),
    ]
    url = shared_database.superuser_url.replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")
        for at, department, kind, outcome, count in rows:
            values = {"at": at, "department": department, "kind": kind, "outcome": outcome}
            connection.execute(EVENT, {**values, "count": count})
    with a_door(shared_database, SetClock(MONDAY + timedelta(days=8))) as opened:
        yield opened


@pytest.fixture(scope="module")
def dwp(desk: DoorDesk) -> Machine:
    return desk.machine("dwp")


def reads(machine: Machine, query: str) -> tuple[int, dict[str, Any]]:
    headers = machine.headers("GET", "/v1/demand")
    answer = machine.door.client.get(f"/v1/demand?{query}", headers=headers, base_url=ISSUER)
    return answer.status_code, answer.get_json()


def test_a_week_is_counted_in_london_and_small_counts_are_hidden(dwp: Machine) -> None:
    status, said = reads(dwp, "week=2026-W13")
    assert status == 200
    assert faults("Demand", said) == []
    assert (said["first_day"], said["last_day"]) == ("2026-03-23", "2026-03-29")
    by_day = [one["requests"] for one in said["days"]]
    assert by_day == [35, 20, None, None, None, None, 15], "Sunday ends at 23:00 UTC"
    hours = {one["hour"]: one["requests"] for one in said["hours"] if one["requests"]}
    assert hours == {9: 60, 23: 15}
    shown = {name: count for name, count in said["outcomes"].items() if count}
    assert shown == {"answered": 60, "timed_out": 10}
    assert said["permissions"] == {"given": 50, "stopped": 10}
    assert set(said["plans"].values()) == {None}


def test_another_departments_counts_are_its_own(desk: DoorDesk) -> None:
    _, said = reads(desk.machine("council"), "week=2026-W13")
    assert said["days"][0]["requests"] == 1000


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("week=2026-W14", 404),
        ("week=2027-W01", 404),
        ("week=2026-W00", 404),
        ("week=2026-W54", 404),
        ("week=2026-13", 400),
        ("", 400),
        ("week=2026-W13&day=1", 400),
        ("week=2026-W13&week=2026-W12", 400),
    ],
)
def test_only_whole_weeks_that_are_over(dwp: Machine, query: str, status: int) -> None:
    assert reads(dwp, query)[0] == status


def test_the_departments_role_reads_moments_and_codes_of_its_own_and_no_person(
    shared_database: Database, desk: DoorDesk
) -> None:
    url = shared_database.department_url.replace("+psycopg", "")
    with psycopg.connect(url) as connection:
        connection.execute("select set_config('svd.department', 'dwp', true)")
        found = connection.execute("select distinct department from consent_event").fetchall()
        assert found == [("dwp",)]
        for column in ("subject_id", "grant_id", "event_id", "interaction_id", "leaf_hash"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute(f"select {column} from consent_event".encode())
