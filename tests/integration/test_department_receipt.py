"""A department gets the signed receipt of its own permissions, and of nobody else's (SEC-13)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from consent.record import record_hash
from consent.store import Store, open_store
from tests.builders import a_person, given, set_chance
from tests.database import Database
from tests.department_desk import DoorDesk, a_door

RECEIPT = "consent-receipt+jwt"


@pytest.fixture
def desk(database: Database) -> Iterator[DoorDesk]:
    with a_door(database) as opened:
        yield opened


@pytest.fixture
def store(database: Database) -> Iterator[Store]:
    opened = open_store(database.portal_url)
    yield opened
    opened.close()


def test_its_own_record_and_no_word_of_another_department(desk: DoorDesk, store: Store) -> None:
    person = a_person(store, desk.clock, set_chance())
    made = given(store, desk.clock, set_chance("g"), person, ["dwp", "hmrc"])
    mine, other = sorted(made.grants, key=lambda grant: grant.department)
    dwp = desk.machine("dwp")
    said = desk.read(dwp.receipt(mine.grant_id), RECEIPT)
    (record,) = said["records"]
    assert said["aud"] == "urn:svd:org:dwp"
    assert said["record_hashes"] == [record_hash(record)] == [mine.record_hash]
    assert str(person.subject) not in str(said)
    assert "hmrc" not in str(said).lower()
    foreign, unknown = dwp.receipt(other.grant_id), dwp.receipt("g_" + "A" * 22)
    assert foreign.status_code == unknown.status_code == 404
    assert foreign.data == unknown.data
