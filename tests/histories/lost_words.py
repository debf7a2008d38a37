"""`python -m tests.histories.lost_words --kills 1000`: is any department ever not told? (SEC-9)

People stop permissions while the worker is killed again and again, between the commit and the
sending and between the sending and the note that it was taken, and PostgreSQL now and then. The
worker and the signer are the real ones, each a process; the department is an HTTP server that
verifies each word and writes it down before it says 202. Prints JSON; exit 1 when a word was lost.

Before that, without kills, the time from a commit to the department's acknowledgement is measured.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Final

import psycopg
from sqlalchemy.exc import DBAPIError

import app.sign
import app.wiring
import app.worker
import consent.clock
from consent.clock import SystemClock
from consent.ids import DepartmentCode, GrantId, SubjectId, new_uuid
from consent.jose import verify
from consent.keys import Keys, load_keys
from consent.people import Person
from consent.signer import EVENT_TYPE
from consent.store import Store, open_store
from consent.withdraw import withdraw
from tests.all_simulators import end_with_parent
from tests.builders import given
from tests.histories.database import Killable

DWP: Final = DepartmentCode("dwp")
LEASE_IS_OVER: Final = timedelta(minutes=2)
EVERY: Final = 40
"""Of so many kills of the worker, PostgreSQL is killed once besides."""
LONGEST_DRAIN: Final = 240.0


@dataclass(frozen=True, slots=True)
class Word:
    """One word that the department took, `at` CLOCK_MONOTONIC seconds."""

    grant_id: str
    jti: str
    at: float


@dataclass(slots=True)
class Department:
    """The receiving server's process and the file it writes."""

    file: Path
    url: str
    pid: int

    @classmethod
    def start(cls, folder: Path, portal: Keys) -> Department:
        file = folder / "heard"
        file.touch()
        listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        pid = forked(lambda: serve(listener, file, portal))
        listener.close()
        return cls(file, url, pid)

    def heard(self) -> list[Word]:
        return [Word(**json.loads(line)) for line in self.file.read_text().splitlines()]


def serve(listener: socket.socket, file: Path, portal: Keys) -> None:
    out = os.open(file, os.O_WRONLY | os.O_APPEND)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            token = self.rfile.read(int(self.headers["Content-Length"])).decode()
            claims = verify(token, portal, typ=EVENT_TYPE)
            (event,) = claims["events"].values()
            word = {"grant_id": event["grant_id"], "jti": claims["jti"], "at": time.monotonic()}
            os.write(out, json.dumps(word).encode() + b"\n")
            self.send_response(202)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler, bind_and_activate=False)
    server.socket.close()
    server.socket = listener
    server.server_address = listener.getsockname()
    server.serve_forever()


def forked(errand: Callable[[], object]) -> int:
    """A process that does this and ends, whatever happens."""
    pid = os.fork()
    if pid:
        return pid
    try:
        end_with_parent()
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what a service says of itself
        errand()
    finally:
        os._exit(0)


def worker(*, ahead: bool = False) -> None:
    """The real worker. `ahead`: on a clock by which every lease is over."""

    class Ahead(SystemClock):
        def now(self) -> datetime:
            return super().now() + LEASE_IS_OVER

    if ahead:
        consent.clock.SystemClock = Ahead  # type: ignore[misc]  # in this process only
    app.worker.main()


def kill(pid: int, how: signal.Signals = signal.SIGKILL) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, how)
    os.waitpid(pid, 0)


@dataclass(slots=True)
class Run:
    """The people, the permissions they will stop, and when they were told "stopped"."""

    database: Killable
    department: Department
    store: Store
    waiting: list[tuple[Person, GrantId]] = field(default_factory=list)
    stopped: dict[str, float] = field(default_factory=dict)

    def give(self, many: int) -> None:
        clock = SystemClock()
        for number in range(many):
            person = Person(SubjectId(new_uuid(os.urandom)))
            made = given(self.store, clock, os.urandom, person, ("dwp",), post_key=f"{number}")
            self.waiting.append((person, made.grants[0].grant_id))

    def stop_one(self) -> None:
        """Until it is acknowledged: a person whose page fails tries again."""
        person, grant_id = self.waiting.pop()
        while True:
            try:
                withdraw(self.store, SystemClock(), os.urandom, actor=person, grant_id=grant_id)
            except (DBAPIError, psycopg.OperationalError):
                time.sleep(0.05)
            else:
                self.stopped[grant_id] = time.monotonic()
                return

    def not_told(self) -> int:
        with self.database.connect() as connection:
            row = connection.execute(
                "select count(*) from outbox where delivered_at is null"
            ).fetchone()
        return row[0] if row else 0

    def drain(self) -> float:
        began = time.monotonic()
        while self.not_told():
            if time.monotonic() - began > LONGEST_DRAIN:
                break
            time.sleep(0.1)
        return time.monotonic() - began

    def times(self, since: float) -> dict[str, float]:
        """Seconds from "stopped" to the department's first hearing of it."""
        first: dict[str, float] = {}
        for word in self.department.heard():
            first.setdefault(word.grant_id, word.at)
        taken = sorted(
            max(0.0, first[one] - at)
            for one, at in self.stopped.items()
            if one in first and at >= since
        )
        if len(taken) < 2:
            return {}
        return {
            "words": len(taken),
            "p50_s": round(median(taken), 3),
            "p99_s": round(quantiles(taken, n=100)[-1], 3),
            "most_s": round(taken[-1], 3),
        }


def without_kills(run: Run, many: int, a_second: float) -> dict[str, float]:
    since, pid = time.monotonic(), forked(worker)
    for number in range(many):
        time.sleep(max(0.0, since + number / a_second - time.monotonic()))
        run.stop_one()
    run.drain()
    kill(pid, signal.SIGTERM)
    return run.times(since)


def under_fire(run: Run, kills: int, chance: random.Random, *, ahead: bool) -> dict[str, Any]:
    """One permission is stopped for each life of the worker, which ends at any moment."""
    since, databases = time.monotonic(), 0
    for number in range(kills):
        run.stop_one()
        pid = forked(worker)
        time.sleep(chance.uniform(0.05, 0.7))
        kill(pid)
        if number % EVERY == EVERY // 2:
            run.database.kill(all_at_once=bool(databases % 2))
            run.database.start_again()
            databases += 1
        if number % 100 == 99:
            print(f"{number + 1} kills", file=sys.stderr, flush=True)
    pid = forked(lambda: worker(ahead=ahead))
    drained = run.drain()
    kill(pid, signal.SIGTERM)
    return {
        "kills_of_the_worker": kills,
        "kills_of_postgres": databases,
        "drained_s": round(drained, 1),
        **run.times(since),
    }


def judged(run: Run) -> dict[str, Any]:
    heard: dict[str, list[str]] = defaultdict(list)
    for word in run.department.heard():
        heard[word.grant_id].append(word.jti)
    with run.database.connect() as connection:
        rows = connection.execute(
            "select g.grant_id, g.told_at is not null, o.attempts, o.delivered_at is not null"
            " from consent_grant g left join outbox o on o.ref = g.grant_id"
            " where g.state = 'withdrawn'"
        ).fetchall()
    told = {row[0]: row for row in rows}
    lost = [one for one in run.stopped if one not in heard or one not in told]
    return {
        "stopped": len(run.stopped),
        "lost": len(lost),
        "not_noted": sum(not (row[1] and row[3]) for row in rows),
        "killed_between_claim_and_note": sum((row[2] or 0) > 1 for row in rows),
        "heard_twice_or_more": sum(len(words) > 1 for words in heard.values()),
        "heard_under_two_numbers": sum(len(set(words)) > 1 for words in heard.values()),
        "heard_and_not_stopped": len(set(heard) - set(told)),
    }


def main() -> int:
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--kills", type=int, default=1000)
    wanted.add_argument("--calm", type=int, default=400, help="words without kills before")
    wanted.add_argument("--rate", type=float, default=20.0, help="of these a second")
    wanted.add_argument("--seed", type=int, default=int(time.time()))
    wanted.add_argument("--ahead", action="store_true", help="do not wait for leases at the end")
    asked = wanted.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="svd-words-", dir="/var/tmp"))
    folder.chmod(0o711)
    pids = []
    database = Killable(folder)
    try:
        department = Department.start(folder, load_keys(folder / "keys" / "portal.jwks.json"))
        os.environ["SVD_ADDRESS_DWP"] = department.url
        sys.stdout.flush()
        pids = [department.pid, forked(app.sign.main)]
        run = Run(database, department, open_store(database.addresses.portal, pool_size=1))
        run.give(asked.kills + asked.calm)
        said: dict[str, Any] = {"seed": asked.seed}
        if asked.calm:
            said["without_kills"] = without_kills(run, asked.calm, asked.rate)
        chance = random.Random(asked.seed)
        said["under_fire"] = under_fire(run, asked.kills, chance, ahead=asked.ahead)
        said |= judged(run)
    finally:
        for pid in pids:
            kill(pid)
        database.stop()
        shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps(said, indent=2))
    bad = ("lost", "not_noted", "heard_under_two_numbers", "heard_and_not_stopped")
    return 1 if any(said[name] for name in bad) else 0


if __name__ == "__main__":
    raise SystemExit(main())
