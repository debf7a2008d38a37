"""A department's own series over its door: pages, a proof that it is whole, answers (SEC-81)."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from consent.clock import SetClock, SystemClock
from consent.ids import DepartmentCode
from consent.jose import verify
from consent.people import Department
from consent.signer import SERIES_TYPE
from consent.store import SIGNER, WORKER, open_store
from plan.number import number_settled
from plan.remit import remit
from tests.database import Database
from tests.department_desk import ISSUER, DoorDesk, Machine, a_door
from tests.plan_builders import DAYS
from tests.settled import settled_payments
from tests.unit.protocol.test_document import faults

COUNT = 25


@pytest.fixture(scope="module")
def desk(shared_database: Database) -> Iterator[DoorDesk]:
    """Payments of 25 plans that came, a part of each for four departments."""
    url = shared_database.superuser_url.replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        settled_payments(connection, shared_database, COUNT)
        with a_door(shared_database, SystemClock()) as opened:
            yield opened


@pytest.fixture(scope="module")
def dwp(desk: DoorDesk) -> Machine:
    return desk.machine("dwp")


def page(machine: Machine, after: int, limit: int = 10) -> dict[str, Any]:
    headers = machine.headers("GET", "/v1/allocations")
    answer = machine.door.client.get(
        f"/v1/allocations?after={after}&limit={limit}",
        headers=headers,
        base_url="https://portal.example",
    )
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: dict[str, Any] = answer.get_json()
    return found


def everything(machine: Machine) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = []
    while True:
        found = page(machine, len(items))
        items += found["items"]
        if not found["more"]:
            return items


def says(machine: Machine, allocation_id: str, **said: object) -> int:
    path = f"/v1/allocations/{allocation_id}/receipt"
    return machine.call("PUT", path, json=said).status_code


def test_a_department_reads_its_series_and_proves_it_whole(dwp: Machine) -> None:
    items = everything(dwp)
    assert [one["sequence"] for one in items] == list(range(1, COUNT + 1))
    assert sum(one["amount_pence"] for one in items) == COUNT * 2_500
    head = bytes(32)
    for one in items:
        assert one["prev_hash"] == head.hex()
        said = "|".join(
            str(one[name])
            for name in (
                *("sequence", "allocation_id", "kind", "amount_pence", "next_most_pence"),
                *("value_date", "debt_handle"),
            )
        )
        head = hashlib.sha256(head + said.encode()).digest()
        assert one["chain_hash"] == head.hex()


def test_nothing_of_another_department_and_no_id_that_others_share(
    desk: DoorDesk, dwp: Machine
) -> None:
    mine, theirs = everything(dwp), everything(desk.machine("council"))
    ids = {one["allocation_id"] for one in mine} & {one["allocation_id"] for one in theirs}
    assert ids == set()
    stranger = theirs[0]["allocation_id"]
    answers = [
        dwp.call(
            "PUT", f"/v1/allocations/{one}/receipt", json={"outcome": "posted", "line": "open"}
        )
        for one in (stranger, str(uuid4()), "no-id")
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.get_data() for answer in answers}) == 1


def test_an_answer_is_taken_again_and_another_after_it_is_a_conflict(dwp: Machine) -> None:
    one, two, *_ = (item["allocation_id"] for item in everything(dwp))
    assert says(dwp, one, outcome="in_suspense", line="open") == 204
    assert says(dwp, one, outcome="posted", line="closing", needed_pence=900) == 204
    assert says(dwp, one, outcome="posted", line="closing", needed_pence=900) == 204
    assert says(dwp, one, outcome="rejected", line="open") == 409
    assert says(dwp, two, outcome="posted", line="closing") == 400, "closing says what is needed"
    assert says(dwp, two, outcome="posted", line="open", words="secret") == 400
    assert says(dwp, two, outcome="posted", line="open", reason="") == 400


@pytest.mark.parametrize("query", ["", "after=x", "after=-1", "after=1&after=2", "after=0&limit=0"])
def test_a_question_that_is_off_is_refused(dwp: Machine, query: str) -> None:
    headers = dwp.headers("GET", "/v1/allocations")
    answer = dwp.door.client.get(
        f"/v1/allocations?{query}", headers=headers, base_url="https://portal.example"
    )
    assert answer.status_code == 400


def test_a_token_for_something_else_reads_no_money(desk: DoorDesk) -> None:
    machine = desk.machine("slc")
    got = machine.ask_for_token(scope="grant-status").get_json()
    assert got["scope"] == "grant-status"
    machine.token = got["access_token"]
    assert machine.call("GET", "/v1/allocations").status_code in (400, 403)
    headers = machine.headers("GET", "/v1/allocations")
    answer = machine.door.client.get(
        "/v1/allocations?after=0", headers=headers, base_url="https://portal.example"
    )
    assert answer.status_code == 403


def test_a_day_is_one_remittance_and_the_days_leave_nothing_out(
    desk: DoorDesk, dwp: Machine, shared_database: Database
) -> None:
    """A working day after the cut-off; the same again makes none; what came after it is the next
    working day's."""
    worker = open_store(shared_database.worker_url, role=WORKER)
    friday = SetClock(datetime(2026, 12, 4, 15, 59, tzinfo=UTC))

    def day() -> int:
        return remit(worker, friday, secrets.token_bytes, working_days=DAYS)

    assert day() == 0
    friday.move(timedelta(minutes=1))
    assert day() == 4
    assert day() == 0
    friday.move(timedelta(days=1))
    assert day() == 0, "no bank pays on a Saturday"
    url = shared_database.superuser_url.replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute(
            "insert into allocation select gen_random_uuid(), payment_id, plan_id, subject_id,"
            " share_id, department, kind, 'settled', 1, 0, now(), current_date"
            " from allocation where department = 'dwp' limit 1"
        )
    number_settled(worker)
    friday.move(timedelta(days=2))
    assert day() == 1
    worker.close()
    answer = dwp.call("GET", "/v1/remittances")
    monday, last_friday = answer.get_json()["items"]
    assert (last_friday["first_sequence"], last_friday["last_sequence"]) == (1, COUNT)
    assert last_friday["total_pence"] == COUNT * 2_500
    assert (monday["first_sequence"], monday["total_pence"]) == (COUNT + 1, 1)
    assert monday["value_date"] == "2026-12-07"


def test_the_head_of_a_page_is_signed_for_its_department_and_its_last_number(
    desk: DoorDesk, dwp: Machine
) -> None:
    """A page without entries has one too: it proves that there is nothing more (SEC-81)."""
    whole = everything(dwp)
    some, end = page(dwp, 0, 10), page(dwp, len(whole), 10)
    for found, number, chain_hash in (
        (some, 10, some["items"][-1]["chain_hash"]),
        (end, len(whole), whole[-1]["chain_hash"]),
    ):
        said = verify(found["head"], desk.portal_keys, typ=SERIES_TYPE)
        assert faults("AllocationHeadClaims", said) == []
        assert said.pop("iat") > 0
        assert said == {
            "iss": ISSUER,
            "aud": "urn:svd:org:dwp",
            "sequence": number,
            "chain_hash": chain_hash,
        }
    assert end["items"] == []
    assert verify(page(desk.machine("slc"), 0)["head"], desk.portal_keys, typ=SERIES_TYPE)["aud"]


def test_a_series_that_was_rewritten_gets_no_signature(
    desk: DoorDesk, dwp: Machine, shared_database: Database
) -> None:
    """The signer remembers the last head that it signed. Its own role sees hashes and no pence."""
    last = len(everything(dwp))
    change = "update allocation set chain_hash = %s where department = 'dwp' and sequence = %s"
    url = shared_database.superuser_url.replace("+psycopg", "")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")
        true = connection.execute(
            "select chain_hash from allocation where department = 'dwp' and sequence = %s", (last,)
        ).fetchone()
        assert true is not None
        connection.execute(change, ("0" * 64, last))
        answer = dwp.door.client.get(
            "/v1/allocations?after=0&limit=5",
            headers=dwp.headers("GET", "/v1/allocations"),
            base_url="https://portal.example",
        )
        assert answer.status_code == 500
        connection.execute(change, (true[0], last))
    assert page(dwp, 0, 5)["last_sequence"] == 5
    signer = open_store(shared_database.signer_url, role=SIGNER)
    mine, theirs = (Department(DepartmentCode(code)) for code in ("dwp", "council"))
    with pytest.raises(ProgrammingError), signer.transaction(mine) as tx:
        tx.connection.execute(text("select pence from allocation"))
    with signer.transaction(theirs) as tx:
        seen = tx.connection.execute(text("select distinct department from allocation")).scalars()
        assert list(seen) == ["council"]
    signer.close()
