"""A department's book after a month of simulated time equals the sum of what people paid (F58)."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.database import Database
from tests.month.judge import judge
from tests.month.stage import CODES, Stage

BOOK = "drop trigger unchanged; drop trigger kept; "
IN_THE_BOOK = {
    "a penny more": "update entry set pence = pence + 1 where sequence = 1",
    "an entry lost": "delete from entry where sequence = (select max(sequence) from entry)",
    "a debt forgotten": "update entry set on_debt = on_debt - 1 where sequence = 1",
    "another answer": "update entry set outcome = 'rejected' where sequence = 2",
}
IN_THE_SERIES = {
    "a penny less": "update allocation set pence = pence - 1 where department = 'dwp'"
    " and sequence = 1",
    "one without a number": "insert into allocation select gen_random_uuid(), payment_id, plan_id,"
    " subject_id, share_id, department, kind, state, pence, most_next_pence, made_at, value_date"
    " from allocation where department = 'dwp' and sequence = 1",
    "a day of another total": "update remittance set total_pence = total_pence + 1"
    " where department = 'dwp'",
}


@pytest.mark.slow
def test_after_a_month_each_book_is_what_people_paid_and_the_judge_would_see_a_penny(
    database: Database, tmp_path: Path
) -> None:
    stage = Stage(database, tmp_path, seed=5)
    found = stage.play()
    assert found.faults == []
    assert set(found.by_department) == set(CODES)
    assert min(found.by_department.values()) > 0
    assert found.payments > 10
    assert min(found.reversed, found.returned, found.cleared) > 0
    assert found.days > 5
    assert sum(found.kills.values()) == stage.kills

    with stage.connect() as connection:

        def convicted() -> bool:
            owed, paid = stage.owed, stage.paid
            return bool(judge(connection, stage.ledger, stage.books, owed, paid))

        for what, statement in IN_THE_BOOK.items():
            kept = stage.books["dwp"].read_bytes()
            with closing(sqlite3.connect(stage.books["dwp"])) as book:
                book.execute("pragma wal_checkpoint(truncate)")
                kept = stage.books["dwp"].read_bytes()
                book.executescript(BOOK + statement)
            assert convicted(), what
            for end in ("-wal", "-shm"):
                stage.books["dwp"].with_name(f"dwp.sqlite3{end}").unlink(missing_ok=True)
            stage.books["dwp"].write_bytes(kept)
        assert not convicted()
        for what, statement in IN_THE_SERIES.items():
            connection.execute("begin")
            connection.execute("set local session_replication_role = replica")
            connection.execute(statement.encode())
            assert convicted(), what
            connection.execute("rollback")
