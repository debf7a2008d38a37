"""Fixtures for a real PostgreSQL: one throw-away server a session, one cloned database a test.

`database` gives the addresses of a fresh database with every migration applied; tests commit, open
several connections and run side by side under xdist without seeing each other.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from app.local.migrate import upgrade
from app.local.postgres import (
    DATABASE,
    OWNER,
    SUPERUSER,
    USERS,
    Cluster,
    start,
    stop_left_over,
)
from consent.store import AUDITOR, DEPARTMENT, HELPDESK, PORTAL, SIGNER, WORKER
from tests import every_record

_PREFIX = "svd-test-"
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Database:
    """Addresses of one database, one for each role (`postgresql+psycopg://…`)."""

    cluster: Cluster
    name: str

    @property
    def owner_url(self) -> str:
        return self.cluster.url(OWNER, self.name)

    @property
    def portal_url(self) -> str:
        return self.cluster.url(PORTAL, self.name)

    @property
    def worker_url(self) -> str:
        return self.cluster.url(WORKER, self.name)

    @property
    def signer_url(self) -> str:
        return self.cluster.url(SIGNER, self.name)

    @property
    def department_url(self) -> str:
        return self.cluster.url(DEPARTMENT, self.name)

    @property
    def auditor_url(self) -> str:
        return self.cluster.url(AUDITOR, self.name)

    @property
    def helpdesk_url(self) -> str:
        return self.cluster.url(HELPDESK, self.name)

    @property
    def superuser_url(self) -> str:
        """Sees every row: for looking at what was kept, never for the code under test."""
        return self.cluster.url(SUPERUSER, self.name)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """One server for this test process, in memory where the machine has room for it."""
    place = _fast_folder()
    _sweep(place)
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=place))
    running = start(folder, throwaway=True)
    try:
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="session")
def template(cluster: Cluster) -> str:
    """The name of a database with every migration applied, made by the real migrations once."""
    upgrade(cluster.url(OWNER, DATABASE))
    return DATABASE


@pytest.fixture
def database(cluster: Cluster, template: str, request: pytest.FixtureRequest) -> Iterator[Database]:
    """A migrated, empty database of its own for this test."""
    yield from _looked_at(clone(cluster, template), request)


@pytest.fixture(scope="module")
def shared_database(
    cluster: Cluster, template: str, request: pytest.FixtureRequest
) -> Iterator[Database]:
    """The same, kept for all tests of one file: for journeys that start servers."""
    yield from _looked_at(clone(cluster, template), request)


def _looked_at(made: Iterator[Database], request: pytest.FixtureRequest) -> Iterator[Database]:
    """With a look at every record in it before it goes."""
    found: list[str] = []
    for one in made:
        yield one
        if not every_record.excused(request.node.nodeid):
            found = every_record.faults(one.superuser_url)
    assert found == [], "records of this test's database"


def clone(cluster: Cluster, template: str) -> Iterator[Database]:
    """Copy the template at file level (about 10 ms), hand it over, drop it."""
    made = Database(cluster, f"test_{next(_numbers)}")
    name, source = sql.Identifier(made.name), sql.Identifier(template)
    with _admin(cluster) as connection:
        connection.execute(
            sql.SQL("create database {} template {} strategy file_copy owner {}").format(
                name, source, sql.Identifier(OWNER)
            )
        )
        connection.execute(sql.SQL("revoke all on database {} from public").format(name))
        connection.execute(
            sql.SQL("grant connect on database {} to {}").format(
                name, sql.SQL(", ").join(map(sql.Identifier, USERS))
            )
        )
    try:
        yield made
    finally:
        with _admin(cluster) as connection:
            connection.execute(sql.SQL("drop database {} with (force)").format(name))


def _admin(cluster: Cluster) -> psycopg.Connection[tuple[object, ...]]:
    url = cluster.url(SUPERUSER, "postgres").replace("postgresql+psycopg:", "postgresql:")
    return psycopg.connect(url, autocommit=True)


def _fast_folder() -> str | None:
    """Memory-backed, if half a gigabyte is free there; else the usual temporary folder."""
    memory = Path("/dev/shm")  # noqa: S108 - the fast place, in a folder only we can read
    if memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 2**29:
        return str(memory)
    return None


def _sweep(place: str | None) -> None:
    """Remove what killed test runs left behind: their process number is in the folder's name."""
    for folder in Path(place or tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        pid = folder.name.removeprefix(_PREFIX).split("-")[0]
        if pid.isdigit() and not Path(f"/proc/{pid}").exists() and os.access(folder, os.W_OK):
            stop_left_over(folder / "pgdata")
            shutil.rmtree(folder, ignore_errors=True)
