"""Who sees rows of plans, and what is in them."""

from __future__ import annotations

import pytest
from sqlalchemy import String, create_engine, text

from consent.clock import SetClock
from consent.people import Anyone, Person, Worker
from consent.store import Store, open_store
from plan import records
from plan.progress import everything_kept, progress
from plan.store.kept import BY_OTHERS, PERSONAL
from tests.builders import a_person, nobody_known, set_chance
from tests.database import Database
from tests.plan_builders import agreed, plan_of

TABLES = tuple(table.name for table in (*PERSONAL, *(one[0] for one in BY_OTHERS)))
FIRST = {"plan": "plan_id", "plan_share": "share_id", "plan_event": "event_id"}


@pytest.fixture
def tamsin(store: Store, clock: SetClock) -> Person:
    person = a_person(store, clock, set_chance())
    agreed(store, clock, person)
    return person


def counts(store: Store, actor: Anyone | Person | Worker) -> dict[str, int]:
    with store.transaction(actor) as tx:
        return {
            table: tx.connection.execute(text(f"select count(*) from {table}")).scalar_one()
            for table in TABLES
        }


def test_a_person_sees_their_own_rows(store: Store, tamsin: Person) -> None:
    found = {table: rows for table, rows in counts(store, tamsin).items() if rows}
    assert found == {"plan": 1, "plan_share": 3, "instalment": 1, "plan_event": 1}


def test_another_persons_plan_is_not_there_at_all(
    store: Store, clock: SetClock, tamsin: Person
) -> None:
    priya = a_person(store, clock, set_chance("b"), "priya")
    for stranger in (priya, nobody_known()):
        assert set(counts(store, stranger).values()) == {0}
        assert progress(store, actor=stranger) is None
        assert all(table.rows == () for table in everything_kept(store, actor=stranger))


def test_without_an_actor_there_are_no_rows_sec_64(store: Store, tamsin: Person) -> None:
    assert set(counts(store, Anyone()).values()) == {0}


def test_the_worker_sees_plans(database: Database, tamsin: Person) -> None:
    worker = open_store(database.worker_url, role="svd_worker")
    assert counts(worker, Worker())["plan"] == 1
    worker.close()


def test_nobody_can_put_a_row_into_another_persons_plan_sec_66(
    store: Store, clock: SetClock, tamsin: Person
) -> None:
    plan_id = plan_of(store, tamsin).plan_id
    priya = a_person(store, clock, set_chance("b"), "priya")
    add = text(
        "insert into instalment (plan_id, sequence, subject_id, due_on, state)"
        " values (:plan, 2, :subject, '2026-04-01', 'skipped')"
    )
    for subject, refusal in (
        (priya.subject, "violates foreign key"),
        (tamsin.subject, "row-level security"),
    ):
        with pytest.raises(Exception, match=refusal), store.transaction(priya) as tx:
            tx.connection.execute(add, {"plan": plan_id, "subject": subject})


@pytest.mark.parametrize(
    "change",
    [
        "delete from plan",
        "delete from plan_share",
        "update plan_event set kind = 'ended'",
        "delete from plan_event",
        "update plan_share set debt_token = 'x'",
        "update plan set subject_id = gen_random_uuid()",
        "select * from worker_slot",
    ],
)
def test_the_portal_cannot_do_what_no_errand_needs(
    store: Store, tamsin: Person, change: str
) -> None:
    with pytest.raises(Exception, match="permission denied"), store.transaction(tamsin) as tx:
        tx.connection.execute(text(change))


def test_a_second_instalment_ahead_is_refused_by_the_database(store: Store, tamsin: Person) -> None:
    with pytest.raises(Exception, match="uq_instalment_one_ahead"), store.transaction(tamsin) as tx:
        tx.connection.execute(
            text(
                "insert into instalment select plan_id, 2, subject_id, due_on + 31, 'planned'"
                " from instalment"
            )
        )


def test_everything_kept_is_every_column_of_every_row(store: Store, tamsin: Person) -> None:
    kept = {table.name: table for table in everything_kept(store, actor=tamsin)}
    assert tuple(kept) == TABLES
    assert len(kept["plan_share"].rows) == 3
    for table in PERSONAL:
        assert kept[table.name].columns == tuple(table.c.keys())


def test_no_column_can_hold_a_debt_sec_63() -> None:
    forbidden = ("balance", "total", "debt_type", "label", "ends_on", "months", "surplus", "name")
    for table in (*PERSONAL, records.worker_slot):
        for column in table.c:
            assert not any(word in column.name for word in forbidden), column
            kind = type(column.type).__name__
            assert kind not in {"JSON", "JSONB", "LargeBinary", "Text", "ARRAY"}, column
            if isinstance(column.type, String):
                assert column.type.length, column
                assert column.type.length <= 160, column


def test_the_migration_made_every_constraint_of_the_records(database: Database) -> None:
    engine = create_engine(database.superuser_url)
    found = text(
        "select conname from pg_constraint where conrelid = cast(:table as regclass)"
        " and contype in ('c', 'p', 'u', 'f')"
    )
    with engine.connect() as connection:
        for table in (*PERSONAL, records.worker_slot):
            names = set(connection.execute(found, {"table": table.name}).scalars())
            assert names == {str(one.name) for one in table.constraints}, table.name
    engine.dispose()
