"""A house in which people have lived goes down and up through every migration.

What the older and the newer shape can both hold is the same before and after each of them.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from contextlib import closing
from typing import Any

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from app.local import migrate
from consent.clock import london_date
from consent.store import WORKER, open_store
from plan.inform import set_up
from plan.number import number_settled
from plan.pay import start_payment
from plan.paying import RefundReason
from plan.reverse import reverse
from plan.settle import settle
from plan.stop import stop
from tests.database import Database
from tests.plan_life import Life

Rows = dict[str, list[dict[str, Any]]]
"""By table, each row by column."""
LIVED_IN = {
    *("person", "consent_grant", "consent_event", "outbox", "plan", "plan_share", "plan_event"),
    *("instalment", "payment", "allocation", "refund", "department_book"),
    "message",
}
"""Tables that have rows when the way down begins."""


@pytest.fixture
def lived_in(database: Database) -> Database:
    """Tamsin pays, gets some of it back, misses one and pauses; Sam's plan is stopped."""
    with (
        closing(open_store(database.portal_url)) as store,
        closing(open_store(database.worker_url, role=WORKER)) as worker,
    ):
        tamsin = Life(store, worker)
        tamsin.until_due()
        _pays(tamsin)
        tamsin.until_due()
        tamsin.pass_days(30)
        tamsin.pauses(2)
        while number_settled(worker):
            pass
        sam = Life(store, worker, name="sam", days=90)
        sam.until_due()
        stop(store, sam.clock, os.urandom, actor=sam.person, plan_id=sam.plan.plan_id)
        assert set_up(worker, sam.clock, os.urandom)
    return database


def _pays(life: Life) -> None:
    """What is due, and the provider sends a part of it back."""
    payment_id = start_payment(
        life.store,
        life.clock,
        os.urandom,
        actor=life.person,
        plan_id=life.plan.plan_id,
        pence=10_000,
        post_key="form",
    ).payment.payment_id
    day = london_date(life.clock.now())
    settle(life.worker, life.clock, os.urandom, payment_id=payment_id, value_date=day)
    taken = reverse(
        life.worker,
        life.clock,
        os.urandom,
        payment_id=payment_id,
        pence_in_all=1_234,
        reason=RefundReason.CHARGED_BACK,
    )
    assert taken == 1_234


def kept(database: Database) -> Rows:
    """Every row of every table, as the superuser sees it."""
    with psycopg.connect(database.superuser_url.replace("+psycopg", "")) as connection:
        tables = connection.execute(
            "select tablename from pg_tables where schemaname = 'public'"
            " and tablename <> 'alembic_version'"
        ).fetchall()
        return {
            table: [row for (row,) in connection.execute(f"select to_jsonb(t) from {table} t")]
            for (table,) in tables
        }


def differences(one: Rows, other: Rows) -> list[str]:
    """Tables in which rows are not the same in the columns that both have."""
    found = []
    for table in sorted(one.keys() & other.keys()):
        if len(one[table]) != len(other[table]):
            found.append(f"{table}: {len(one[table])} rows, then {len(other[table])}")
        elif one[table]:
            both = one[table][0].keys() & other[table][0].keys()
            if _held(one[table], both) != _held(other[table], both):
                found.append(f"{table}: other values")
    return found


def _held(rows: list[dict[str, Any]], columns: Iterable[str]) -> list[str]:
    return sorted(json.dumps({name: row[name] for name in columns}, sort_keys=True) for row in rows)


def revisions(config: Config) -> list[str]:
    """From the newest to the oldest."""
    return [one.revision for one in ScriptDirectory.from_config(config).walk_revisions()]


def test_what_people_left_outlives_each_migration_down_and_up(lived_in: Database) -> None:
    """One step down, up, and down again, from the newest shape to the first; then all the way up.
    Migration 0021 once refused a house that has plans."""
    here = kept(lived_in)
    assert {table for table in LIVED_IN if not here[table]} == set()
    faults: list[str] = []

    def walk(config: Config) -> None:
        now = here
        newest, *older = revisions(config)
        for above, below in zip([newest, *older], older, strict=False):
            for act, to in (
                (command.downgrade, below),
                (command.upgrade, above),
                (command.downgrade, below),
            ):
                act(config, to)
                before, now = now, kept(lived_in)
                faults.extend(f"at {to}: {fault}" for fault in differences(before, now))
        command.upgrade(config, "head")
        faults.extend(f"at head: {fault}" for fault in differences(now, kept(lived_in)))

    migrate.run(lived_in.owner_url, walk)
    assert faults == []
    assert migrate.drift(lived_in.owner_url) is None


def test_a_row_or_a_value_that_is_lost_is_seen() -> None:
    whole: Rows = {"plan": [{"id": 1, "pence": 5, "new": 0}, {"id": 2, "pence": 6, "new": 0}]}
    older: Rows = {"plan": [{"id": 2, "pence": 6}, {"id": 1, "pence": 5}], "gone": [{"id": 1}]}
    assert differences(whole, older) == []
    assert differences(whole, {"plan": whole["plan"][:1]}) == ["plan: 2 rows, then 1"]
    changed: Rows = {"plan": [{"id": 1, "pence": 5}, {"id": 2, "pence": 0}]}
    assert differences(whole, changed) == ["plan: other values"]
