"""The embedded server: private, quiet, restartable, and never a superuser for the application."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from app.local.pgbin import NoPostgres, find_programs
from app.local.postgres import OWNER, PORTAL, SUPERUSER, WORKER, Cluster, StartFailed, start
from tests.database import Database


def ask(url: str, question: str) -> str:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        row = connection.execute(question).fetchone()
        assert row is not None
        return str(row[0])


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Cluster]:
    running = start(tmp_path / "postgres", throwaway=True)
    yield running
    running.stop()


def test_what_was_kept_is_there_after_a_restart(tmp_path: Path) -> None:
    first = start(tmp_path)
    with psycopg.connect(first.url(OWNER).replace("+psycopg", "")) as connection:
        connection.execute("create table kept (word text)")
        connection.execute("insert into kept values ('still here')")
    first.stop()

    second = start(tmp_path)
    try:
        assert ask(second.url(OWNER), "select word from kept") == "still here"
    finally:
        second.stop()


def test_a_server_that_was_killed_starts_again(tmp_path: Path) -> None:
    first = start(tmp_path)
    first._process.send_signal(signal.SIGKILL)
    first._process.wait(60)
    assert (tmp_path / "pgdata" / "postmaster.pid").exists()

    second = start(tmp_path)
    try:
        assert ask(second.url(OWNER), "select 'up'") == "up"
    finally:
        second.stop()


def test_a_server_left_running_is_stopped_before_the_next_start(tmp_path: Path) -> None:
    left_over = start(tmp_path)
    second = start(tmp_path)
    try:
        left_over._process.wait(60)
        assert ask(second.url(OWNER), "select 'up'") == "up"
    finally:
        second.stop()


def test_the_application_cannot_walk_past_row_security(server: Cluster) -> None:
    for role in (OWNER, PORTAL, WORKER):
        powers = "rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication"
        assert ask(server.url(role), f"select {powers} from pg_roles where rolname = '{role}'") == (
            "False"
        )


def test_a_wrong_password_is_refused(server: Cluster) -> None:
    address = server.url(PORTAL).replace("+psycopg", "")
    right = address.split(":")[2].split("@")[0]
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(address.replace(right, "guess"))


def test_nobody_listens_on_the_network(server: Cluster) -> None:
    assert ask(server.url(SUPERUSER), "show listen_addresses") == ""
    assert stat.S_IMODE(server.socket_dir.stat().st_mode) == 0o700


def test_passwords_are_for_the_starting_user_only(server: Cluster) -> None:
    kept = server.data_dir / "passwords.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(server.log_path.stat().st_mode) == 0o600


def test_times_are_utc_and_text_is_utf8(server: Cluster) -> None:
    assert ask(server.url(PORTAL), "show timezone") == "UTC"
    assert ask(server.url(PORTAL), "show server_encoding") == "UTF8"
    assert ask(server.url(PORTAL), "select lower('Ŵ')") == "ŵ"


def test_a_failed_statement_leaves_no_value_in_the_log(server: Cluster) -> None:
    """SEC-67: the log says that something failed, never with which values."""
    with psycopg.connect(server.url(OWNER).replace("+psycopg", "")) as connection:
        connection.execute("create table small (pence integer check (pence < 10))")
        with pytest.raises(psycopg.errors.CheckViolation):
            connection.execute("insert into small values (%s)", [738_291])
    assert "violates check constraint" in server.log_path.read_text()
    assert "738291" not in server.log_path.read_text()


def test_a_folder_whose_name_is_too_long_for_a_socket_still_works(tmp_path: Path) -> None:
    deep = tmp_path / ("long" * 20) / ("er" * 20)
    running = start(deep, throwaway=True)
    try:
        assert ask(running.url(PORTAL), "select 1") == "1"
    finally:
        running.stop()
    assert not running.socket_dir.exists()


def test_a_throw_away_server_leaves_nothing(tmp_path: Path) -> None:
    running = start(tmp_path / "gone", throwaway=True)
    running.stop()
    assert not (tmp_path / "gone").exists()


def test_a_wrong_place_for_the_programs_is_said_plainly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SVD_PG_BIN", str(tmp_path))
    with pytest.raises(NoPostgres, match="no initdb in it"):
        find_programs()


def test_a_folder_of_another_version_is_refused_with_a_way_out(tmp_path: Path) -> None:
    start(tmp_path).stop()
    (tmp_path / "pgdata" / "PG_VERSION").write_text("9\n")
    with pytest.raises(StartFailed, match=r"Move .* away to start afresh"):
        start(tmp_path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become someone else")
def test_root_without_user_namespaces_starts_it_as_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Containers refuse user namespaces: then the files and the server belong to `nobody`."""
    monkeypatch.setenv("SVD_PG_AS", "nobody")
    running = start(tmp_path, throwaway=True)
    try:
        assert ask(running.url(PORTAL), "select current_user") == PORTAL
        owner = Path(f"/proc/{running._process.pid}").stat().st_uid
        assert owner == pwd.getpwnam("nobody").pw_uid
    finally:
        running.stop()


def test_each_test_has_a_database_of_its_own(database: Database) -> None:
    assert ask(database.portal_url, "select current_database()") == database.name
    assert ask(database.worker_url, "select current_user") == WORKER


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become someone else")
def test_nobody_gets_a_home_elsewhere_when_the_folder_is_out_of_reach(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A project below root's own home: and removing the state folder still starts afresh."""
    monkeypatch.setenv("SVD_PG_AS", "nobody")
    (tmp_path / "closed").mkdir(mode=0o700)
    folder = tmp_path / "closed" / "var" / "postgres"
    first = start(folder)
    elsewhere = first.socket_dir.parent
    try:
        assert elsewhere != folder
        first.stop()
        shutil.rmtree(folder)
        second = start(folder)
        assert ask(second.url(PORTAL), "select current_user") == PORTAL
        second.stop()
    finally:
        shutil.rmtree(elsewhere)
