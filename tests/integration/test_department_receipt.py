"""A department gets the signed receipt of its own permissions, and of nobody else's (SEC-13)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from consent.record import record_hash
from consent.store import Store
from tests.builders import a_person, given, set_chance
from tests.database import Database
from tests.department_desk import DoorDesk, a_door

RECEIPT = "consent-receipt+jwt"


@pytest.fixture
def desk(database: Database) -> Iterator[DoorDesk]:
    with a_door(database) as opened:
        yield opened


def test_its_own_record_and_no_word_of_another_department(desk: DoorDesk, store: Store) -> None:
    person = a_person(store, desk.clock, set_chance())
    made = given(store, desk.clock, set_chance("g"), person, ["dwp", "hmrc"])
    mine, other = sorted(made.grants, key=lambda grant: grant.department)
    dwp = desk.machine("dwp")
    said = desk.read(dwp.receipt(mine.grant_id), RECEIPT)
    (record,) = said["records"]
    assert said["aud"] == "urn:svd:org:dwp"
    assert said["record_hashes"] == [mine.record_hash], "the whole record, which the person has"
    assert record_hash(record) != mine.record_hash, "told by the day, it cannot be worked out"
    assert str(person.subject) not in str(said)
    assert "hmrc" not in str(said).lower()
    foreign, unknown = dwp.receipt(other.grant_id), dwp.receipt("g_" + "A" * 22)
    assert foreign.status_code == unknown.status_code == 404
    assert foreign.data == unknown.data


def test_sec_59_it_is_told_by_the_day_and_without_what_one_screen_gives_to_all(
    desk: DoorDesk, store: Store
) -> None:
    person = a_person(store, desk.clock, set_chance())
    made = given(store, desk.clock, set_chance("g"), person, ["dwp", "dvla"], opening=b"o" * 32)
    said = {
        grant.department: desk.read(desk.machine(grant.department).receipt(grant.grant_id), RECEIPT)
        for grant in made.grants
    }
    day = made.grants[0].given_at.date().isoformat()
    for one in said.values():
        (record,), (stands,) = one["records"], one["standing"]
        assert [event["event_time"] for event in record["events"]] == [day, day]
        assert stands["since"] == day
        assert "salt_b64u" not in record
        assert not {"auth_time", "nonce_commitment", "dwell_ms"} & set(record["evidence"])
    assert made.grants[0].nonce_commitment
    assert made.grants[0].nonce_commitment not in str(said)
