"""How long each thing is kept, and what is left of a person afterwards: nothing that leads to them,
and a log that still proves everything (decisions 20 and 31, SEC-16, SEC-73, SEC-75)."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from app.inventory import load as inventory
from app.log_verify import disposal_digests, rebuilder
from app.rounds import Rounds
from consent.clock import SetClock
from consent.close import close
from consent.erase import erase
from consent.evidence import Contents, EvidenceKeeper, EvidenceRefused
from consent.ids import new_uuid
from consent.lifecycle import State
from consent.log.verify import Tally, Terms, verify
from consent.people import Anyone, Person
from consent.retention import drop_permissions, drop_requests
from consent.store import Store, Tx, evidence, people
from consent.store.evidence import EvidenceRow
from consent.store.people import ContactRow
from plan import working_days
from plan.ports import Told
from plan.store.needed import with_a_plan
from tests.builders import ORIGIN, set_chance
from tests.database import Database, clone
from tests.lifecycle_lab import Lab, lab_of
from tests.log_history import History, full
from tests.log_lab import portal_of, signer_of, worker_of

pytestmark = pytest.mark.security
YEAR = timedelta(days=365)
OF_PEOPLE = (
    *("person", "session", "contact", "consent_request", "consent_grant", "consent_version"),
    *("disposal", "sign_in_evidence", "hold_request"),
)


@pytest.fixture
def lab(database: Database) -> Iterator[Lab]:
    with lab_of(database) as made:
        yield made


def nightly(worker: Store, clock: SetClock) -> dict[str, int]:
    """Every round of the worker that ends or drops something, by its own timetable: the report."""
    rounds = Rounds(
        worker,
        clock,
        set_chance("rounds"),
        deliver=lambda *_: Told.TAKEN,
        working_days=working_days.load(),
    )
    wanted = ("expire", "lapse", "disposals", "sessions")
    jobs = [one for one in rounds.timetable() if one.name in wanted or one.every >= timedelta(1)]
    done = {job.name: rounds.tick(job) for job in jobs}
    rounds.stop()
    return done


def a_life(lab: Lab) -> tuple[Person, EvidenceRow, EvidenceKeeper]:
    """Somebody with a permission that they stopped, a safe contact, evidence of their sign-in."""
    made = lab.made(State.RENEWED)
    lab.use(made)
    lab.withdraw(made)
    keeper = EvidenceKeeper(b"k" * 32, secrets.token_bytes)
    subject, now = made.actor.subject, lab.clock.now()
    with lab.portal.transaction(made.actor) as tx:
        key = evidence.key_of(tx, subject, fresh=keeper.new_key(subject))
        row = EvidenceRow(new_uuid(secrets.token_bytes), subject, made.receipt, "3" * 64, "", now)
        row = keeper.seal(Contents("token", {}, "1" * 64, ("2" * 64,), b"o" * 32), key, row)
        evidence.add(tx, row)
        people.keep_contact(tx, subject, ContactRow("email", "sealed", "en", now))
    return made.actor, row, keeper


def rows_of(lab: Lab, person: Person) -> dict[str, int]:
    counts = {
        table: lab.rows(
            f"select count(*) from {table} where subject_id = %(who)s", who=person.subject
        )[0][0]
        for table in (*OF_PEOPLE, "consent_event")
    }
    return {table: count for table, count in counts.items() if count}


def test_what_is_not_agreed_to_goes_after_thirty_days(lab: Lab) -> None:
    lab.made(State.REFUSED)
    lab.made(State.LAPSED)
    lab.made(State.DEFERRED)
    lab.later(days=29)
    assert drop_requests(lab.worker, lab.clock) == 0
    lab.later(days=2)
    assert drop_requests(lab.worker, lab.clock) == 2
    assert lab.rows("select state from consent_request") == [("deferred",)]


def test_evidence_stays_six_years_after_the_end_and_then_leads_to_nobody_sec_16(
    lab: Lab,
) -> None:
    person, row, keeper = a_life(lab)
    at_first = rows_of(lab, person)
    lab.clock.move(6 * YEAR)
    report = nightly(lab.worker, lab.clock)
    assert rows_of(lab, person) == at_first
    assert not any(report.values())

    with lab.portal.transaction(person) as tx:
        key = evidence.key_of(tx, person.subject)
    assert keeper.open(row, key).id_token == "token"
    lab.later(days=3)
    report = nightly(lab.worker, lab.clock)
    assert rows_of(lab, person) == {"consent_event": at_first["consent_event"]}
    assert {name for name, count in report.items() if count} == {
        *("drop_permissions", "drop_evidence", "erase"),
    }
    with lab.portal.transaction(person) as tx:
        assert evidence.key_of(tx, person.subject) == ""
    with pytest.raises(EvidenceRefused, match="gone"):
        keeper.open(row, "")


def test_a_permission_that_runs_keeps_its_person_and_not_what_ended_long_ago(lab: Lab) -> None:
    person, _, _ = a_life(lab)
    lab.clock.move(6 * YEAR)
    lab.say_yes(person, "hmrc")
    lab.later(days=3)
    nightly(lab.worker, lab.clock)
    found = rows_of(lab, person)
    assert (found["person"], found["contact"], found["consent_grant"]) == (1, 1, 1)
    assert "sign_in_evidence" not in found


def test_never_valid_said_late_starts_the_six_years_again(lab: Lab) -> None:
    made = lab.made(State.WITHDRAWN)
    lab.clock.move(5 * YEAR)
    lab.invalidate(made)
    lab.clock.move(2 * YEAR)
    assert drop_permissions(lab.worker, lab.clock) == 0


def test_a_plan_keeps_its_person_decision_44(lab: Lab) -> None:
    person, _, _ = a_life(lab)
    lab.rows(
        "insert into plan (plan_id, subject_id, reference, state, payment_pence, frequency,"
        " pay_day, method, strategy, policy_version, wording_version, starts_on, review_month,"
        " agreed_at, ended_at, ended_reason, post_hash) values (gen_random_uuid(), %(who)s,"
        " 'PL22 2222 2222', 'ended', 100, 'month', 1, 'standing_order', 'pro_rata', '2025-04', 'x',"
        " '2026-04-01', '2027-04-01', %(at)s, %(end)s, 'stopped', repeat('0', 64)) returning 1",
        who=person.subject,
        at=lab.clock.now(),
        end=lab.clock.now() + 2 * YEAR,
    )
    other, _, _ = a_life(lab)
    lab.clock.move(7 * YEAR)
    assert nightly(lab.worker, lab.clock)["erase"] == 1
    assert "person" in rows_of(lab, person)
    assert "person" not in rows_of(lab, other)
    lab.clock.move(2 * YEAR)
    assert nightly(lab.worker, lab.clock)["erase"] == 1


def test_who_closes_an_account_that_never_held_anything_is_forgotten_that_night(lab: Lab) -> None:
    person = lab.person()
    neighbour = lab.person()
    close(lab.portal, lab.clock, lab.chance, actor=person)
    assert nightly(lab.worker, lab.clock)["erase"] == 1
    assert rows_of(lab, person) == {}
    assert rows_of(lab, neighbour) == {"person": 1}


def test_closing_forgets_the_contact_at_once_and_the_evidence_when_its_time_has_come(
    lab: Lab,
) -> None:
    person, _, _ = a_life(lab)
    close(lab.portal, lab.clock, lab.chance, actor=person)
    assert nightly(lab.worker, lab.clock)["erase"] == 0
    assert "contact" not in rows_of(lab, person)
    assert "sign_in_evidence" in rows_of(lab, person)


def test_a_restored_backup_is_cleaned_by_the_next_round_sec_73(
    database: Database,
) -> None:
    """The backup was taken the day before the person was forgotten."""
    with lab_of(database) as lab:
        person, _, _ = a_life(lab)
        lab.clock.move(7 * YEAR)
        today = lab.clock.now()
    copies = clone(database.cluster, database.name)
    restored = next(copies)
    for one in (database, restored):
        with lab_of(one) as lab:
            assert "person" in rows_of(lab, person)
            lab.clock = SetClock(today)
            nightly(lab.worker, lab.clock)
            assert set(rows_of(lab, person)) == {"consent_event"}
            assert erase(lab.worker, lab.clock, needed=with_a_plan) == 0
    copies.close()  # type: ignore[attr-defined]


def test_seven_years_on_only_hashes_and_nameless_events_are_left_sec_75(
    database: Database, tmp_path: Path
) -> None:
    """Everything that a few people did, and the log of it: afterwards no table of people has a row,
    and `svd log verify` finds no fault in the log, nor any proof that does not hold."""
    with (
        portal_of(database) as portal,
        worker_of(database) as worker,
        signer_of(database, tmp_path) as signer,
        lab_of(database) as lab,
    ):
        clock = full(portal, worker, signer, ("tamsin",))
        terms = Terms(
            now=clock.now(),
            public=signer.key.public,
            rebuild=rebuilder(ORIGIN),
            disposal_digest=disposal_digests(),
        )
        clock.move(2 * YEAR)
        nightly(worker, clock)
        leaves = lab.rows("select leaf_index, leaf_hash from consent_event order by event_id")
        clock.move(7 * YEAR)
        report = nightly(worker, clock)
        assert report["erase"] == 2
        assert {t: lab.rows(f"select count(*) from {t}")[0][0] for t in OF_PEOPLE} == dict.fromkeys(
            OF_PEOPLE, 0
        )
        assert leaves == lab.rows(
            "select leaf_index, leaf_hash from consent_event order by event_id"
        )
        History(portal, worker, signer, clock).sign()
        terms = Terms(
            clock.now(), terms.public, terms.rebuild, disposal_digest=terms.disposal_digest
        )
    engine = create_engine(database.superuser_url)
    with engine.connect() as connection:
        assert list(verify(Tx(connection, Anyone()), terms, Tally())) == []
    engine.dispose()


def test_the_inventory_says_six_years_where_the_rounds_say_it() -> None:
    kept = {one.table: {c.name: c.stays for c in one.columns} for one in inventory()}
    for table in ("consent_grant", "consent_version", "disposal", "sign_in_evidence"):
        assert all("6 years" in words for words in kept[table].values()), table
    assert all("30 days" in words for words in kept["consent_request"].values())
    assert all(words.startswith("Stays") for words in kept["consent_event"].values())
