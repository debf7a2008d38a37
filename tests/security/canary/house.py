"""A whole system in a folder of its own, with every place where bytes can rest inside it.

Separate processes as in the default run: PostgreSQL, simulators, portal, worker. The database is
told to log every statement with its values, as no deployment would: what never reaches it cannot
be in its log.
"""

from __future__ import annotations

import hashlib
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import psycopg
import requests

from app.local import keys, migrate
from app.local.postgres import DEPARTMENT, OWNER, PORTAL, SIGNER, SUPERUSER, WORKER, Cluster, start
from tests.portal import Simulators
from tests.security.canary.values import cast_toml

ROOT = Path(__file__).resolve().parents[3]
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - a place to search, not to write
FOLDERS = ("temp", "home", "work", "logs", "state", "browser", "downloads")


@dataclass
class CanaryHouse:
    """Everything runs; `folder` has the places to search."""

    folder: Path
    url: str
    cluster: Cluster
    simulators: Simulators = field(repr=False)
    unchanged: dict[Path, str] = field(default_factory=dict, repr=False)
    activity: list[str] = field(default_factory=list, repr=False)
    environment: dict[str, str] = field(default_factory=dict, repr=False)
    shared_memory_before: set[Path] = field(default_factory=set)

    def superuser(self) -> psycopg.Connection[tuple[object, ...]]:
        url = self.cluster.url(SUPERUSER).replace("postgresql+psycopg:", "postgresql:")
        return psycopg.connect(url, autocommit=True)

    @property
    def pgdata(self) -> Path:
        return self.cluster.data_dir / "pgdata"

    def changed_database_files(self) -> Iterator[Path]:
        """Files of the server that are not as they were before the journey began."""
        for path in sorted(self.pgdata.rglob("*")):
            if path.is_file() and self.unchanged.get(path) != fingerprint(path):
                yield path


def fingerprint(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


@contextmanager
def canary_house(folder: Path) -> Iterator[CanaryHouse]:
    """Start all of it, and stop all of it."""
    for name in FOLDERS:
        (folder / name).mkdir()
    (folder / "cast.toml").write_text(cast_toml(), encoding="utf-8")
    keys.ensure(folder / "state" / "keys")
    keys.ensure_signer(folder / "state" / "signer", publish_to=folder / "state" / "keys")
    cluster = start(folder / "database")
    port = free_port()
    url = f"http://localhost:{port}"
    environment = {
        "SVD_DEMONSTRATION": "1",
        "SVD_STATE_DIR": str(folder / "state"),
        "SVD_PORTAL_URL": url,
        "SVD_PORT": str(port),
    }
    simulators = Simulators({**environment, "SVD_CAST": str(folder / "cast.toml")})
    try:
        simulators.wait()
        migrate.upgrade(cluster.url(OWNER))
        house = CanaryHouse(folder, url, cluster, simulators)
        log_everything(house)
        with house.superuser() as connection:
            connection.execute("checkpoint")
        house.unchanged = {
            path: fingerprint(path) for path in house.pgdata.rglob("*") if path.is_file()
        }
        house.shared_memory_before = set(SHARED_MEMORY.iterdir())
        environment |= {
            "DATABASE_URL": cluster.url(PORTAL),
            "DATABASE_URL_WORKER": cluster.url(WORKER),
            "DATABASE_URL_DEPARTMENT": cluster.url(DEPARTMENT),
            "SVD_SIGNER_SOCKET": str(cluster.socket_dir / "signer.sock"),
            **{f"SVD_ADDRESS_{n.upper()}": at for n, at in simulators.addresses.items()},
        }
        house.environment = environment
        signer = {**environment, "DATABASE_URL_SIGNER": cluster.url(SIGNER)}
        with (
            program(house, "sign", signer),
            program(house, "serve", environment),
            program(house, "worker", environment),
        ):
            wait_for(url)
            with watched(house):
                yield house
    finally:
        simulators.stop()
        cluster.stop()


def log_everything(house: CanaryHouse) -> None:
    """The loudest log that PostgreSQL has, for each role of the service."""
    with house.superuser() as connection:
        for role in (PORTAL, WORKER, SIGNER, DEPARTMENT):
            for setting, value in {
                "log_statement": "all",
                "log_min_duration_statement": "0",
                "log_parameter_max_length": "-1",
                "log_parameter_max_length_on_error": "-1",
                "log_error_verbosity": "verbose",
                "log_duration": "on",
            }.items():
                connection.execute(f"alter role {role} set {setting} = '{value}'".encode())


@contextmanager
def program(house: CanaryHouse, command: str, environment: dict[str, str]) -> Iterator[None]:
    """`svd sign`, `svd serve` or `svd worker` as a process whose every file lies in the house."""
    folder = house.folder
    with (folder / "logs" / f"{command}.log").open("wb") as log:
        process = subprocess.Popen(
            (sys.executable, "-c", f"from app.cli import main; main(['{command}'])"),
            env=surroundings(house, environment),
            cwd=folder / "work",
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            yield
            assert process.poll() is None, f"{command} ended by itself: {tail(log)}"
        finally:
            process.terminate()
            process.wait(60)


def surroundings(house: CanaryHouse, environment: dict[str, str]) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        "HOME": str(house.folder / "home"),
        "TMPDIR": str(house.folder / "temp"),
        **environment,
    }


def at_the_desk(house: CanaryHouse, *words: str) -> int:
    """`svd …` by an operator, whose screen is a log of the house; its exit status."""
    with (house.folder / "logs" / "desk.log").open("ab") as screen:
        done = subprocess.run(
            (sys.executable, "-m", "app.cli", *words),
            env=surroundings(house, house.environment),
            cwd=house.folder / "work",
            stdout=screen,
            stderr=subprocess.STDOUT,
            check=False,
        )
    return done.returncode


def tail(log: IO[bytes]) -> str:
    return Path(str(log.name)).read_text(errors="replace")[-1500:]


@contextmanager
def watched(house: CanaryHouse) -> Iterator[None]:
    """Look at what the database is doing, many times a second, as long as the journey lasts."""
    over = threading.Event()

    def look() -> None:
        with house.superuser() as connection:
            while not over.wait(0.05):
                rows = connection.execute("select query from pg_stat_activity").fetchall()
                house.activity += [str(query) for (query,) in rows if query]

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def wait_for(url: str, seconds: float = 90.0) -> None:
    session = requests.Session()
    session.trust_env = False
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        try:
            if session.get(f"{url}/healthz", timeout=60).ok:
                return
        except requests.RequestException:
            pass
        time.sleep(0.1)
    raise AssertionError(f"{url} does not answer")
