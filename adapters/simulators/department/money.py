"""The department's own gateway at work: it fetches its money, and its debts grow smaller.

It runs where `SVD_DEPARTMENT_BOOKS` names a folder; there the book outlives the process, as a real
department's would. `GET /_book` shows it.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
import sys
import threading
from collections.abc import AsyncIterator, Mapping

from aiohttp import web

from adapters.gateway import (
    Before,
    Bell,
    Book,
    Door,
    Doorbell,
    Entry,
    Gateway,
    Identity,
    Reply,
    answer_by_balance,
)
from adapters.gateway.doorbell import KEYS_REST
from adapters.gateway.identity import read_key
from adapters.gateway.keep_going import keep_going
from adapters.gateway.plans import Line, answer_plans
from adapters.gateway.round import Done
from adapters.simulators.cast import CastDebt
from adapters.simulators.department.state import Department
from adapters.simulators.serve import SimulatorSettings


class Accounts:
    """What this department says to an entry: by what the cast owes, and whether a hold runs."""

    def __init__(self, debts: Mapping[str, CastDebt]) -> None:
        self._debts = debts

    def post(self, tx: sqlite3.Connection, entry: Entry, before: Before) -> Reply:
        debt = self._debts.get(entry.debt_handle)
        if debt is None:
            return Reply("in_suspense", "open", reason="handle_unknown")
        if debt.state == "breathing_space" and entry.kind == "paid":
            return Reply("held", "open", reason="moratorium")
        return answer_by_balance(entry, debt.balance, before)


class Money:
    """Rounds on a thread of their own, every few seconds, and at once when the portal's word
    comes, which `doorbell` takes. While it `rests`, its money and its plans are left to whoever
    works for the department: its staff at the console, or a client of somebody's own."""

    def __init__(self, here: Department, book: Book, settings: SimulatorSettings) -> None:
        self.book = book
        self.rests = False
        self._every = settings.money_every
        self._bell = Bell()
        keys_file = settings.keys_dir / "portal.jwks.json"
        identity = Identity(
            here.name, read_key(here.keys.first("sig").as_dict(private=True)), here.clock.now
        )
        self._door = Door(
            identity,
            settings.portal_url,
            reached_at=settings.portal_reached_at,
            scope="allocations plans",
            portal_keys=keys_file if keys_file.exists() else None,
            now=here.clock.now,
        )
        self.doorbell = Doorbell(self._door.heads(KEYS_REST), book, self._bell.ring)
        self._debts = debts_of(here)
        self._gateway = Gateway(self._door, book, Accounts(self._debts))
        self._thread = threading.Thread(target=self._run, name="money", daemon=True)

    def as_at_the_start(self) -> None:
        self.rests = False

    async def run(self, app: web.Application) -> AsyncIterator[None]:
        self._thread.start()
        yield
        self._bell.stop()
        await asyncio.to_thread(self._thread.join, 5)
        self._door.close()

    def _run(self) -> None:
        keep_going(
            self.one_round,
            every=self._every,
            wait=self._bell.wait,
            say=lambda text: print(f"money: {text}", file=sys.stderr, flush=True),
            dice=random.Random(),
        )

    def one_round(self) -> Done:
        """Money first; then a plan for a debt that we know is agreed to, and others are left for
        the days of silence."""
        if self.rests:
            return Done(0, 0, ())
        done = self._gateway.round()
        answer_plans(self._door, self._agrees, self._waits)
        return done

    def _agrees(self, line: Line) -> dict[str, str] | None:
        return {"answer": "agreed"} if line.debt_handle in self._debts else None

    def _waits(self, line: Line) -> dict[str, bool] | None:
        """While a plan is kept, nobody is sent and no court is asked."""
        return {"waits": True} if line.debt_handle in self._debts else None


def debts_of(here: Department) -> dict[str, CastDebt]:
    """Every debt of the cast here, by the handle that the portal knows it by."""
    return {
        here.debt_handle(debt.id): debt
        for person in here.cast
        for debt in person.debts_at(here.code)
    }


def book_of(here: Department, settings: SimulatorSettings) -> Book | None:
    """The file of this department's book, made at the first start."""
    if settings.books is None:
        return None
    settings.books.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Book(settings.books / f"{here.code}.sqlite3", here.clock.now)
