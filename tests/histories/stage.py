"""Where histories are played: a parent that has imported everything, and the processes it forks.

The parent holds no connection while it forks and starts no thread, so a process that was killed is
replaced within a few hundredths of a second.
"""

from __future__ import annotations

import json
import os
import random
import select
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import psycopg

import app.sign
import app.wiring
from consent.keys import Keys, load_keys
from tests.all_simulators import end_with_parent
from tests.histories.application import Application, Errands, Somebody, application
from tests.histories.database import Killable
from tests.histories.judge import judge
from tests.histories.kept import Kept, kept, quiet
from tests.histories.steps import Book, Step, read

PLAYERS: Final = 3
STEPS: Final = 9
WORKER: Final = PLAYERS
SIGNER: Final = PLAYERS + 1
NAMES: Final = {WORKER: "worker", SIGNER: "signer"}
SHARES: Final = {"calm": 34, "process": 50, "immediate": 9, "all_at_once": 7}
"""How many histories of a hundred see which kill."""
LONGEST: Final = 60.0

Plant = Callable[[Application], None]


@dataclass(slots=True)
class Child:
    """A forked process and the two pipes to it."""

    pid: int
    orders: int
    word: int

    def send(self, order: dict[str, object]) -> None:
        os.write(self.orders, json.dumps(order).encode() + b"\n")

    def close(self) -> None:
        os.close(self.orders)
        os.close(self.word)


@dataclass(slots=True)
class Tally:
    histories: int = 0
    operations: int = 0
    open_operations: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    kills: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    convicted: int = 0
    """Histories with at least one fault."""
    first: int | None = None
    """The number of the first of them."""


class Stage:
    """Plays histories one after the other; `plant` puts a bug into each application process."""

    def __init__(self, database: Killable, folder: Path, *, plant: Plant | None = None) -> None:
        self._database = database
        self._folder = folder
        self._plant = plant
        self._keys = load_keys(database.folder / "keys" / "portal.jwks.json")
        self._children: dict[int, Child] = {}
        self._looking: psycopg.Connection[Any] | None = None
        self.tally = Tally()

    def play(self, seed: int) -> list[str]:
        """One history and its judgement."""
        chance = random.Random(seed)  # a history is repeated by its seed
        people = self._people(chance)
        folder = self._folder / f"history-{seed}"
        folder.mkdir()
        for number in range(PLAYERS + 2):
            if number not in self._children:
                self._children[number] = self._fork(number)
        self._act(seed, folder, people, chance)
        steps = read(sorted(folder.iterdir()))
        found = self._found([one.subject for one in people])
        faults = judge(steps, found)
        self._count(seed, steps, faults)
        if faults:
            folder.with_suffix(".kept").write_text(repr(found))
        else:
            for path in folder.iterdir():
                path.unlink()
            folder.rmdir()
        return faults

    def stop(self) -> None:
        for child in self._children.values():
            os.kill(child.pid, signal.SIGKILL)
            os.waitpid(child.pid, 0)
            child.close()
        self._children.clear()
        if self._looking is not None:
            self._looking.close()

    def _act(self, seed: int, folder: Path, people: list[Somebody], chance: random.Random) -> None:
        """Everybody acts, the blow falls when it is due, and all come to their end."""
        known = [(one.name, one.session_hash) for one in people]

        def order(number: int, life: int = 0) -> None:
            said = {"folder": str(folder), "people": known, "worker": number == WORKER}
            seeds = {"name": f"{number}-{life}", "seed": f"{seed} {number} {life}"}
            self._children[number].send({**said, **seeds})

        for number in range(PLAYERS + 1):
            order(number)
        fate, blows = _fate(chance)
        began, busy, lives = time.monotonic(), set(range(PLAYERS)), 0
        while busy:
            now = time.monotonic() - began
            if now > LONGEST:
                raise TimeoutError(f"history {seed} does not end")
            if blows and now >= blows[0]:
                blows.pop(0)
                lives += 1
                struck = self._strike(fate, chance)
                if struck is not None and struck != SIGNER:
                    order(struck, lives)
                    busy |= {struck} - {WORKER}
            wait = min(0.02, max(0.0, blows[0] - now)) if blows else 0.02
            busy -= self._done(busy, wait)
        (folder / "over").touch()
        self._done_wait({WORKER})

    def _strike(self, fate: str, chance: random.Random) -> int | None:
        """Kill what this history's fate says. Of a process that was replaced, its number."""
        if fate != "process":
            self._kill_database(all_at_once=fate == "all_at_once")
            return None
        victim = chance.randrange(PLAYERS + 2)
        self._kill(victim)
        self._children[victim] = self._fork(victim)
        self.tally.kills[NAMES.get(victim, "application")] += 1
        return victim

    def _kill(self, number: int) -> None:
        child = self._children.pop(number)
        os.kill(child.pid, signal.SIGKILL)
        os.waitpid(child.pid, 0)
        child.close()

    def _kill_database(self, *, all_at_once: bool) -> None:
        if self._looking is not None:
            self._looking.close()
            self._looking = None
        self._database.kill(all_at_once=all_at_once)
        self._database.start_again()
        self.tally.kills["postgres -9" if all_at_once else "postgres immediate"] += 1

    def _done(self, numbers: set[int], wait: float) -> set[int]:
        by_pipe = {self._children[number].word: number for number in numbers | {SIGNER}}
        ready, _, _ = select.select(list(by_pipe), [], [], wait)
        done = set()
        for pipe in ready:
            said = os.read(pipe, 4096)
            if b"!" in said or not said:
                raise RuntimeError(f"process {by_pipe[pipe]} failed: see its output")
            done.add(by_pipe[pipe])
        return done

    def _done_wait(self, numbers: set[int]) -> None:
        end = time.monotonic() + LONGEST
        while numbers:
            numbers = numbers - self._done(numbers, 0.05)
            if time.monotonic() > end:
                raise TimeoutError("a process does not end")

    def _people(self, chance: random.Random) -> list[Somebody]:
        """Two or three people who are signed in."""
        people = []
        for _ in range(chance.choice((2, 3))):
            raw = chance.randbytes(48)
            one = Somebody(UUID(bytes=raw[:16], version=4), raw[16:].hex())
            self._connection().execute(
                "insert into person (subject_id, person_key, pepper_version, first_seen)"
                " values (%s, %s, 1, now())",
                (one.subject, one.session_hash[::-1]),
            )
            self._connection().execute(
                "insert into session (session_hash, subject_id, door, started_at, signed_in_at,"
                " idle_until, ends_at) values (%s, %s, 'citizen', now(), now(),"
                " now() + interval '1 hour', now() + interval '1 hour')",
                (one.session_hash, one.subject),
            )
            people.append(one)
        return people

    def _connection(self) -> psycopg.Connection[Any]:
        if self._looking is None:
            self._looking = self._database.connect()
        return self._looking

    def _found(self, people: list[UUID]) -> Kept:
        """What the database holds of them when nothing is under way any more."""
        quiet(self._connection())
        return kept(self._connection(), people)

    def _count(self, seed: int, steps: list[Step], faults: list[str]) -> None:
        tally = self.tally
        tally.histories += 1
        tally.operations += len(steps)
        tally.open_operations += sum(step.open for step in steps)
        tally.kinds.update(step.does for step in steps)
        tally.faults += [f"history {seed}: {fault}" for fault in faults]
        if faults:
            tally.convicted += 1
            tally.first = tally.first or tally.histories

    def _fork(self, number: int) -> Child:
        orders_out, orders_in = os.pipe()
        word_out, word_in = os.pipe()
        pid = os.fork()
        if pid:
            os.close(orders_out)
            os.close(word_in)
            return Child(pid, orders_in, word_out)
        status = 1
        try:
            end_with_parent()
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what the signer says of itself
            os.close(orders_in)
            os.close(word_out)
            if number == SIGNER:
                app.sign.main()
            else:
                _live(self._database, self._keys, self._plant, orders_out, word_in)
            status = 0
        except BaseException:
            traceback.print_exc()
            sys.stderr.flush()
            os.write(word_in, b"!")
        finally:
            os._exit(status)


def _fate(chance: random.Random) -> tuple[str, list[float]]:
    """Which kill a history sees, and when: seconds from its beginning."""
    fate = chance.choices(list(SHARES), list(SHARES.values()))[0]
    most = {"calm": 0, "process": chance.choice((1, 2, 3))}.get(fate, 1)
    return fate, sorted(chance.uniform(0.01, 0.25) for _ in range(most))


def _live(database: Killable, keys: Keys, plant: Plant | None, orders: int, word: int) -> None:
    """A forked process's whole life: histories as they are ordered, until the pipe closes."""
    app = application(database.addresses, keys)
    if plant:
        plant(app)
    with os.fdopen(orders) as lines:
        for line in lines:
            order = json.loads(line)
            folder = Path(order["folder"])
            book = Book(folder / order["name"], app.clock)
            people = [Somebody(UUID(name), session) for name, session in order["people"]]
            chance = random.Random(order["seed"])
            errands = Errands(app, book, chance, people)
            if order["worker"]:
                errands.sweep((folder / "over").exists)
            else:
                errands.run(STEPS)
            book.close()
            os.write(word, b".")
