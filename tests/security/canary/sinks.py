"""Every place where bytes can rest: how to read it, and how to plant a leak in it.

Left out by name: the simulators, which are the departments themselves, and their cast file; the
memory of running processes while a visit lasts.
"""

from __future__ import annotations

import gzip
import json
import os
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from app.local.pgbin import find_programs
from app.local.postgres import SUPERUSER
from tests.security.canary.house import SHARED_MEMORY, CanaryHouse

LEAK_TEXT, LEAK_PENCE = "CNRYBIRD-leak of 12,997.09", 1299709
LEAK_FOLDER = f"svd-canary-leak-{os.getpid()}"
Parts = Iterator[tuple[str, bytes]]


@dataclass
class Traces:
    """What the browsers of the journey sent and got, besides the pages themselves."""

    urls: list[str] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    headers: list[str] = field(default_factory=list)
    cookies: list[dict[str, Any]] = field(default_factory=list)
    storage: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)
    third_parties: list[str] = field(default_factory=list)
    downloads: list[bytes] = field(default_factory=list)


@dataclass(frozen=True)
class Sink:
    """One place. `read` gives named bytes; `plant` puts a leak there as the service might."""

    name: str
    read: Callable[[CanaryHouse, Traces], Parts]
    plant: Callable[[CanaryHouse, Traces], None]


def _dump(house: CanaryHouse, _: Traces) -> Parts:
    environment = {**os.environ, "PGPASSWORD": house.cluster._passwords[SUPERUSER]}
    common = ("-h", str(house.cluster.socket_dir), "-U", SUPERUSER)
    programs = find_programs().bin
    for name, extra in {"pg_dump": ("svd",), "pg_dumpall": ("--globals-only",)}.items():
        done = subprocess.run(
            (programs / name, *common, *extra), env=environment, check=True, capture_output=True
        )
        yield name, done.stdout


def _plant_row(house: CanaryHouse, _: Traces) -> None:
    with house.superuser() as connection:
        connection.execute("create table if not exists leak (said text, pence bigint)")
        connection.execute("insert into leak values (%s, %s)", (LEAK_TEXT, LEAK_PENCE))
        connection.execute("checkpoint")


def _database_files(house: CanaryHouse, _: Traces) -> Parts:
    with house.superuser() as connection:
        connection.execute("checkpoint")
    for path in house.changed_database_files():
        yield str(path.relative_to(house.pgdata)), path.read_bytes()


def _database_log(house: CanaryHouse, _: Traces) -> Parts:
    yield "postgres.log", house.cluster.log_path.read_bytes()


def _plant_statement(house: CanaryHouse, _: Traces) -> None:
    with house.superuser() as connection:
        connection.execute("set log_statement = 'all'")
        connection.execute(f"select '{LEAK_TEXT}'".encode())


def _activity(house: CanaryHouse, _: Traces) -> Parts:
    yield "pg_stat_activity", "\n".join(set(house.activity)).encode()


def _plant_activity(house: CanaryHouse, _: Traces) -> None:
    with house.superuser() as connection:
        connection.execute(f"select '{LEAK_TEXT}', pg_sleep(0.3)".encode())


def _folder(name: str) -> Callable[[CanaryHouse, Traces], Parts]:
    def read(house: CanaryHouse, _: Traces) -> Parts:
        root = house.folder / name
        for path in sorted(root.rglob("*")):
            yield f"{path.relative_to(root)} (name)", path.name.encode()
            if path.is_file() and not path.is_symlink():
                yield str(path.relative_to(root)), path.read_bytes()

    return read


def _plant_file(name: str) -> Callable[[CanaryHouse, Traces], None]:
    def plant(house: CanaryHouse, _: Traces) -> None:
        (house.folder / name / "leak.gz").write_bytes(gzip.compress(LEAK_TEXT.encode()))

    return plant


def _log(name: str) -> Callable[[CanaryHouse, Traces], Parts]:
    def read(house: CanaryHouse, _: Traces) -> Parts:
        yield name, (house.folder / "logs" / name).read_bytes()

    return read


def _plant_log_line(name: str) -> Callable[[CanaryHouse, Traces], None]:
    def plant(house: CanaryHouse, _: Traces) -> None:
        with (house.folder / "logs" / name).open("ab") as log:
            log.write(json.dumps({"event": "fault", "said": LEAK_TEXT}).encode() + b"\n")

    return plant


def _shared_memory(house: CanaryHouse, _: Traces) -> Parts:
    for path in sorted(set(SHARED_MEMORY.iterdir()) - house.shared_memory_before):
        inside = path.rglob("*") if path.name == LEAK_FOLDER else [path]
        for found in inside:
            with suppress(FileNotFoundError):  # another process's, gone meanwhile
                if found.is_file():
                    yield str(found), found.read_bytes()


def _plant_shared_memory(_: CanaryHouse, __: Traces) -> None:
    folder = SHARED_MEMORY / LEAK_FOLDER
    folder.mkdir(exist_ok=True)
    (folder / "leak").write_text(LEAK_TEXT)


def _text(name: str) -> Callable[[CanaryHouse, Traces], Parts]:
    def read(_: CanaryHouse, traces: Traces) -> Parts:
        yield name, json.dumps(getattr(traces, name), ensure_ascii=False).encode()

    return read


def _plant_text(name: str) -> Callable[[CanaryHouse, Traces], None]:
    def plant(_: CanaryHouse, traces: Traces) -> None:
        getattr(traces, name).append(LEAK_TEXT)

    return plant


def _plant_cookie(_: CanaryHouse, traces: Traces) -> None:
    traces.cookies.append({"name": "leak", "value": LEAK_TEXT.encode().hex()})


def _downloads(_: CanaryHouse, traces: Traces) -> Parts:
    for number, body in enumerate(traces.downloads):
        yield f"download {number}", body


def _plant_download(_: CanaryHouse, traces: Traces) -> None:
    traces.downloads.append(LEAK_TEXT.encode("utf-16-le"))


def _plant_profile(house: CanaryHouse, _: Traces) -> None:
    with sqlite3.connect(house.folder / "browser" / "Leak History") as history:
        history.execute("create table urls (url text, title text)")
        history.execute("insert into urls values (?, ?)", ("/", LEAK_TEXT))


KEEPS_WORDS = (
    "database dump",
    "database folder with its log of changes",
    "database log, as loud as it can be",
    "database activity",
)
"""Where words of a department to a person may be for 90 days; the loud log is the test's own."""
SINKS = (
    Sink("database dump", _dump, _plant_row),
    Sink("database folder with its log of changes", _database_files, _plant_row),
    Sink("database log, as loud as it can be", _database_log, _plant_statement),
    Sink("database activity", _activity, _plant_activity),
    Sink("portal log", _log("serve.log"), _plant_log_line("serve.log")),
    Sink("worker log", _log("worker.log"), _plant_log_line("worker.log")),
    Sink("screen of the bank's desk", _log("desk.log"), _plant_log_line("desk.log")),
    Sink("state folder", _folder("state"), _plant_file("state")),
    Sink("temporary folder", _folder("temp"), _plant_file("temp")),
    Sink("home folder", _folder("home"), _plant_file("home")),
    Sink("working folder and core files", _folder("work"), _plant_file("work")),
    Sink("shared memory", _shared_memory, _plant_shared_memory),
    Sink("browser profile", _folder("browser"), _plant_profile),
    Sink("cookies", _text("cookies"), _plant_cookie),
    Sink("browser storage", _text("storage"), _plant_text("storage")),
    Sink("addresses of pages", _text("urls"), _plant_text("urls")),
    Sink("titles of pages", _text("titles"), _plant_text("titles")),
    Sink("headers of answers", _text("headers"), _plant_text("headers")),
    Sink("browser console", _text("console"), _plant_text("console")),
    Sink("requests to third parties", _text("third_parties"), _plant_text("third_parties")),
    Sink("everything we hold, as downloaded", _downloads, _plant_download),
)
