"""A real PostgreSQL in a folder, for the demonstration and the tests.

It listens on a socket in a private folder only, asks for passwords (SCRAM), and logs no values
(SEC-67).
Each process gets a role of its own that cannot bypass row-level security.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import LiteralString
from urllib.parse import quote

import psycopg
from psycopg import sql

from app.local.pgbin import Programs, RunAs, find_identity, find_programs
from consent.store import AUDITOR as AUDITOR
from consent.store import DEPARTMENT as DEPARTMENT
from consent.store import HELPDESK as HELPDESK
from consent.store import PORTAL as PORTAL
from consent.store import SIGNER as SIGNER
from consent.store import WORKER as WORKER

SUPERUSER, OWNER = "svd_admin", "svd_owner"
USERS = (PORTAL, WORKER, SIGNER, DEPARTMENT, AUDITOR, HELPDESK)
"""A role for each process; each sees and changes what its errands need and no more (SEC-65)."""
DATABASE = "svd"
_LONGEST_SOCKET = 107 - len("/.s.PGSQL.5432") - 1  # bytes the kernel allows for the folder
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
    "logging_collector": "off",
    "max_connections": "150",
}
_THROWAWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class StartFailed(Exception):
    """PostgreSQL did not start. The message ends with what it said."""


@dataclass(slots=True)
class Cluster:
    """A running server. `stop()` ends it; a throw-away one leaves nothing behind."""

    data_dir: Path
    log_path: Path
    socket_dir: Path
    throwaway: bool
    _home: Path = field(repr=False)
    _passwords: dict[str, str] = field(repr=False)
    _process: subprocess.Popen[bytes] = field(repr=False)

    def url(self, role: str = OWNER, database: str = DATABASE) -> str:
        """An SQLAlchemy address for one of the roles above, through the socket."""
        return "postgresql+psycopg://{}:{}@/{}?host={}".format(
            role, self._passwords[role], database, quote(str(self.socket_dir), safe="")
        )

    def alive(self) -> bool:
        return self._process.poll() is None

    def stop(self) -> None:
        """End all connections and stop, keeping what was committed. May be called twice."""
        _end(self._process, signal.SIGINT)
        if self.socket_dir != self._home / "socket":
            shutil.rmtree(self.socket_dir, ignore_errors=True)
        if self.throwaway:
            shutil.rmtree(self._home, ignore_errors=True)
            shutil.rmtree(self.data_dir, ignore_errors=True)


def url_of_running(data_dir: Path, role: str) -> str | None:
    """The address of the server that another process runs on `data_dir`; None where none does."""
    data_dir = data_dir.resolve()
    if not (data_dir / "ready").exists():
        return None
    pid_file = _reachable_home(data_dir, find_identity()) / "pgdata" / "postmaster.pid"
    try:
        socket_dir = pid_file.read_text().splitlines()[4]
        password = _passwords(data_dir)[role]
    except (OSError, IndexError):
        return None
    return f"postgresql+psycopg://{role}:{password}@/{DATABASE}?host={quote(socket_dir, safe='')}"


def start(data_dir: Path, *, throwaway: bool = False) -> Cluster:
    """Start the server of `data_dir`, creating it and its roles the first time.

    A server left running by a crash is stopped first, so two never share a folder.
    Raises NoPostgres or StartFailed.
    """
    data_dir = data_dir.resolve()
    run_as = find_identity()
    home = _reachable_home(data_dir, run_as)
    programs = find_programs()
    if not run_as.can_reach(programs.bin / "postgres"):
        programs = programs.copied_to(home)
    passwords = _passwords(data_dir)
    pgdata = home / "pgdata"
    stop_left_over(pgdata)
    if not (data_dir / "ready").exists():
        _initdb(programs, run_as, home, pgdata, passwords[SUPERUSER])
    _check_version(programs, pgdata)
    _hand_over(pgdata, run_as)
    socket_dir = _socket_dir(home, run_as)
    settings = _SETTINGS | {"unix_socket_directories": str(socket_dir)}
    settings |= _THROWAWAY if throwaway else {}
    log_path = data_dir / "postgres.log"
    process = _launch(programs, run_as, pgdata, settings, log_path)
    cluster = Cluster(data_dir, log_path, socket_dir, throwaway, home, passwords, process)
    try:
        _wait_until_answering(cluster)
        _make_roles(cluster)
        (data_dir / "ready").touch()
    except BaseException:
        cluster.stop()
        raise
    return cluster


def _reachable_home(data_dir: Path, run_as: RunAs) -> Path:
    """The folder for the server's files: `data_dir`, or another if `nobody` cannot get there."""
    data_dir.mkdir(parents=True, exist_ok=True)
    data_dir.chmod(0o700 if run_as.uid is None else 0o711)
    home = data_dir
    if not run_as.can_reach(data_dir.parent):
        name = hashlib.sha256(str(data_dir.resolve()).encode()).hexdigest()[:16]
        home = Path("/var/lib/see-and-pay") / name
        home.mkdir(mode=0o711, parents=True, exist_ok=True)
    return home


def _passwords(data_dir: Path) -> dict[str, str]:
    """One random password a role, made when first needed, readable by the starting user only."""
    path = data_dir / "passwords.json"
    known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    missing = [role for role in (SUPERUSER, OWNER, *USERS) if role not in known]
    if missing:
        known |= {role: secrets.token_urlsafe(24) for role in missing}
        draft = path.with_suffix(".new")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(known, file)
        draft.replace(path)
    return known


def stop_left_over(pgdata: Path) -> None:
    """Stop a server that a crash left behind; a stale pid file of a dead one does no harm."""
    with contextlib.suppress(FileNotFoundError, ValueError, IndexError, ProcessLookupError):
        pid = int((pgdata / "postmaster.pid").read_text().splitlines()[0])
        ending = signal.SIGINT
        for attempt in range(400):
            if str(pgdata).encode() not in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0"):
                return
            if attempt in (0, 200):
                os.kill(pid, ending)
                ending = signal.SIGQUIT
            time.sleep(0.05)


def _initdb(programs: Programs, run_as: RunAs, home: Path, pgdata: Path, password: str) -> None:
    shutil.rmtree(pgdata, ignore_errors=True)
    pgdata.mkdir(mode=0o700)
    run_as.give(pgdata)
    with tempfile.NamedTemporaryFile("w", dir=home, prefix="initdb-") as secret:
        secret.write(password + "\n")
        secret.flush()
        run_as.give(Path(secret.name))
        command = [
            *run_as.prefix,
            str(programs.bin / "initdb"),
            f"--pgdata={pgdata}",
            f"--username={SUPERUSER}",
            f"--pwfile={secret.name}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
            "--no-instructions",
        ]
        done = subprocess.run(
            command, env=_environment(), cwd="/", check=False, capture_output=True, text=True,
            **run_as.options(),
        )  # fmt: skip
    if done.returncode != 0:
        raise StartFailed(f"initdb failed.\n{done.stdout[-800:]}{done.stderr[-800:]}")


def _hand_over(pgdata: Path, run_as: RunAs) -> None:
    """A folder made as another user (a moved disk, another kernel) goes to today's."""
    uid, gid = (os.geteuid(), os.getegid()) if run_as.uid is None else (run_as.uid, run_as.gid)
    if os.geteuid() != 0 or pgdata.stat().st_uid == uid or gid is None:
        return
    for path in (pgdata, *pgdata.rglob("*")):
        os.chown(path, uid, gid, follow_symlinks=False)


def _check_version(programs: Programs, pgdata: Path) -> None:
    """A data folder of one major version does not open in another: say so first."""
    kept = (pgdata / "PG_VERSION").read_text().strip()
    said = subprocess.run(
        [programs.bin / "postgres", "--version"], check=True, capture_output=True, text=True
    ).stdout.split()
    major = next(word for word in said if word[0].isdigit()).split(".")[0]
    if kept != major:
        raise StartFailed(
            f"{pgdata} was made by PostgreSQL {kept}, but this one is {major}. "
            f"Move {pgdata.parent} away to start afresh, or set SVD_PG_BIN to version {kept}."
        )


def _socket_dir(home: Path, run_as: RunAs) -> Path:
    """A private folder for the socket, elsewhere when its name is too long for the kernel."""
    folder = home / "socket"
    if len(os.fsencode(folder.resolve())) > _LONGEST_SOCKET:
        folder = Path(tempfile.mkdtemp(prefix="svd-"))
    folder = folder.resolve()
    folder.mkdir(mode=0o700, exist_ok=True)
    folder.chmod(0o700)
    run_as.give(folder)
    return folder


def _launch(
    programs: Programs, run_as: RunAs, pgdata: Path, settings: dict[str, str], log_path: Path
) -> subprocess.Popen[bytes]:
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    command = [*run_as.prefix, str(programs.bin / "postgres"), "-D", str(pgdata), *options]
    descriptor = os.open(log_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        return subprocess.Popen(
            command, env=_environment(), cwd="/", stdin=subprocess.DEVNULL, stdout=descriptor,
            stderr=descriptor, start_new_session=True, **run_as.options(),
        )  # fmt: skip
    finally:
        os.close(descriptor)


def _wait_until_answering(cluster: Cluster, seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not cluster.alive():
            break
        with contextlib.suppress(psycopg.OperationalError):
            _connect(cluster).close()
            return
        time.sleep(0.03)
    tail = cluster.log_path.read_text(errors="replace")[-1500:]
    raise StartFailed(f"PostgreSQL did not start. Its log ({cluster.log_path}) ends:\n{tail}")


def _connect(cluster: Cluster) -> psycopg.Connection[tuple[object, ...]]:
    url = cluster.url(SUPERUSER, "postgres").replace("postgresql+psycopg:", "postgresql:")
    return psycopg.connect(url, autocommit=True, connect_timeout=5)


def _make_roles(cluster: Cluster) -> None:
    """The owner changes the schema; all others only use it, under row security. What is there
    already stays: a newer release may bring a role of its own."""
    with _connect(cluster) as connection:
        there = {str(name) for (name,) in connection.execute("select rolname from pg_roles")}
        for role in (OWNER, *USERS):
            connection.execute(
                sql.SQL(
                    ("alter" if role in there else "create")
                    + " role {} login password {} nosuperuser nobypassrls nocreaterole nocreatedb"
                ).format(sql.Identifier(role), sql.Literal(cluster._passwords[role]))
            )
        users = sql.SQL(", ").join(map(sql.Identifier, USERS))
        connection.execute(
            sql.SQL("grant {} to {}" + _without_inheriting(connection)).format(
                users, sql.Identifier(OWNER)
            )
        )
        database = sql.Identifier(DATABASE)
        if (
            connection.execute("select from pg_database where datname = %s", (DATABASE,)).fetchone()
            is None
        ):
            connection.execute(
                sql.SQL("create database {} owner {}").format(database, sql.Identifier(OWNER))
            )
        connection.execute(sql.SQL("revoke all on database {} from public").format(database))
        connection.execute(sql.SQL("grant connect on database {} to {}").format(database, users))


def _without_inheriting(connection: psycopg.Connection[tuple[object, ...]]) -> LiteralString:
    """The owner may step down to a role and inherits none of its policies, where that can be."""
    return " with inherit false" if connection.info.server_version >= 160000 else ""


def _environment() -> dict[str, str]:
    """Nothing of ours, and nothing of the user's PG* settings, reaches the server."""
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def _end(process: subprocess.Popen[bytes], gentle: signal.Signals) -> None:
    if process.poll() is not None:
        return
    process.send_signal(gentle)
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGQUIT)
        process.wait(10)
