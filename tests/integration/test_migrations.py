"""The schema grows by migrations alone, and ends where the records say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from alembic import command

from app.local import migrate
from app.local.postgres import OWNER, Cluster, start
from consent.store import WORKER, open_store
from tests.database import Database
from tests.plan_life import Life


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Cluster]:
    """A server whose database has nothing in it yet."""
    running = start(tmp_path, throwaway=True)
    yield running
    running.stop()


def tables(url: str) -> set[str]:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        rows = connection.execute("select tablename from pg_tables where schemaname = 'public'")
        return {str(name) for (name,) in rows}


def test_the_tables_are_what_the_records_say(database: Database) -> None:
    assert migrate.drift(database.owner_url) is None


def test_a_missing_column_is_noticed(database: Database) -> None:
    with psycopg.connect(database.owner_url.replace("+psycopg", "")) as connection:
        connection.execute("alter table person drop column pepper_version")
    assert "pepper_version" in (migrate.drift(database.owner_url) or "")


def test_migrating_twice_changes_nothing(database: Database) -> None:
    before = tables(database.owner_url)
    migrate.upgrade(database.owner_url)
    assert tables(database.owner_url) == before


def test_two_that_migrate_at_once_wait_for_each_other(empty: Cluster) -> None:
    """Several portals may start together on an empty database."""
    url = empty.url(OWNER)
    with ThreadPoolExecutor(2) as both:
        list(both.map(migrate.upgrade, [url, url]))
    assert migrate.drift(url) is None


def test_the_way_back_leaves_nothing_and_the_way_up_works_again(empty: Cluster) -> None:
    url = empty.url(OWNER)
    migrate.upgrade(url)
    migrate.downgrade(url)
    assert tables(url) <= {"alembic_version"}
    migrate.upgrade(url)
    assert migrate.drift(url) is None


def test_a_newer_version_starts_on_plans_of_before(database: Database) -> None:
    """A plan that was agreed before departments had references of their own gets them."""
    with (
        closing(open_store(database.portal_url)) as store,
        closing(open_store(database.worker_url, role=WORKER)) as worker,
    ):
        lines = len(Life(store, worker).plan.lines)
    migrate.run(database.owner_url, lambda config: command.downgrade(config, "0018"))
    migrate.upgrade(database.owner_url)
    assert migrate.drift(database.owner_url) is None
    with psycopg.connect(database.superuser_url.replace("+psycopg", "")) as connection:
        made = connection.execute("select part_reference from plan_share").fetchall()
    assert len({reference for (reference,) in made}) == len(made) == lines > 1
    assert all(re.fullmatch("PL[0-9A-Z]{2} [0-9A-Z]{4} [0-9A-Z]{4}", one) for (one,) in made)


def test_without_a_difference_no_migration_is_written() -> None:
    written = migrate.draft("nothing changes")
    if written is not None:
        written.unlink()
    assert written is None
