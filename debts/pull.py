"""Asking departments: each alone, on one event loop, with answers sealed as they arrive.

A pull belongs to the server, not to the page (decision 25). What was asked and what came back lie
in the visit's vault, so any process can show them: `ask.<department>` and `answer.<department>`.
An answer that arrives under a grant that is no longer live is dropped unread (SEC-7).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping
from concurrent.futures import Executor, Future
from contextvars import Context
from threading import Condition
from typing import Any, Protocol

from consent.clock import Clock
from consent.ids import DepartmentCode
from consent.permit import Permit
from consent.transactions import refuse_if_open
from debts.asking import FRESH, HARD, LATE, TRIES, Asked, Held
from debts.breaker import Breaker
from debts.debt import (
    Answer,
    Closed,
    Debts,
    NeedsFact,
    NoDebts,
    NotAsked,
    NotMatched,
    Unanswered,
    Unavailable,
)
from debts.facts import Facts
from debts.ports import Department
from debts.visit import Visit


class Book(Protocol):
    """What the pull asks and tells the consent side; each call is one short transaction."""

    def still_live(self, permit: Permit) -> bool: ...

    def dropped(self, permit: Permit) -> None: ...

    def answered(self, permit: Permit, *, late: bool, handle: str) -> None: ...

    def not_answered(self, permit: Permit, why: str) -> None: ...


Spawn = Callable[[Coroutine[Any, Any, None]], "Future[None]"]
"""Runs a coroutine on the loop of the wire, from any thread."""


class Pulls:
    """All pulls of this process."""

    def __init__(
        self,
        departments: Mapping[DepartmentCode, Department],
        clock: Clock,
        *,
        spawn: Spawn,
        threads: Executor,
    ) -> None:
        self._departments = departments
        self._clock = clock
        self._spawn = spawn
        self._threads = threads
        self._breakers = {code: Breaker(clock) for code in departments}
        self._running: dict[tuple[str, DepartmentCode], Future[None]] = {}
        self._news = Condition()

    def ask(self, visit: Visit, permits: Iterable[Permit], facts: Facts, book: Book) -> None:
        """Ask every department that a permit opens, at once. Returns without waiting."""
        refuse_if_open()
        now = self._clock.now()
        for permit in permits:
            before = visit.get(f"ask.{permit.department}", Asked)
            tries = (*(before.tries if before else ()), now)[-TRIES:]
            visit.delete(f"answer.{permit.department}")
            visit.put(f"ask.{permit.department}", Asked(now, tries))
            self._start((visit.id, permit.department), self._one(visit, permit, facts, book))

    def _start(self, key: tuple[str, DepartmentCode], work: Coroutine[Any, Any, None]) -> None:
        """Run in a context of its own: nothing of the request comes along."""
        before = self._running.get(key)
        if before is not None:
            before.cancel()
        running = Context().run(self._spawn, work)
        self._running[key] = running

        def ended(_: Future[None]) -> None:
            if self._running.get(key) is running:
                del self._running[key]

        running.add_done_callback(ended)

    def running(self, visit: Visit, department: DepartmentCode) -> bool:
        return (visit.id, department) in self._running

    def forget(self, visit: Visit, department: DepartmentCode) -> None:
        """A permission ended: stop asking now, and forget what was asked and answered."""
        running = self._running.get((visit.id, department))
        if running is not None:
            running.cancel()
        visit.delete(f"answer.{department}")
        visit.delete(f"ask.{department}")
        self._tell()

    def forget_all(self, visit: Visit) -> None:
        """The visit ends: every coroutine of it stops, and its one-time keys go with it."""
        for (owner, _), running in list(self._running.items()):
            if owner == visit.id:
                running.cancel()

    def wait(self, seconds: float) -> None:
        """Sleep until something arrived in this process, or until the time is up."""
        with self._news:
            self._news.wait(seconds)

    def _tell(self) -> None:
        with self._news:
            self._news.notify_all()

    async def _one(self, visit: Visit, permit: Permit, facts: Facts, book: Book) -> None:
        loop = asyncio.get_running_loop()
        started = loop.time()
        answer = await self._answer(permit, facts)
        late = loop.time() - started > HARD.total_seconds()
        if not await loop.run_in_executor(self._threads, book.still_live, permit):
            del answer
            visit.put(
                f"answer.{permit.department}",
                Held(NotAsked("ended", self._clock.now()), self._clock.now()),
            )
            await loop.run_in_executor(self._threads, book.dropped, permit)
        else:
            visit.put(
                f"answer.{permit.department}", Held(answer, self._clock.now(), late), life=FRESH
            )
            self._tell()
            await loop.run_in_executor(self._threads, note, book, permit, answer, late)
        self._tell()

    async def _answer(self, permit: Permit, facts: Facts) -> Answer:
        breaker = self._breakers[permit.department]
        again_at = breaker.open_until()
        if again_at is not None:
            return Unavailable(self._clock.now(), Unanswered.BREAKER_OPEN, again_at)
        answer: Answer
        try:
            async with asyncio.timeout(LATE.total_seconds()):
                answer = await self._departments[permit.department].debts(permit, facts)
        except TimeoutError:
            answer = Unavailable(self._clock.now(), Unanswered.TIMED_OUT)
        except Exception:  # whatever a wire did, its own card says so, and no other
            answer = Unavailable(self._clock.now(), Unanswered.ERROR)
        breaker.note(failed=isinstance(answer, Unavailable))
        return answer


def note(book: Book, permit: Permit, answer: Answer, late: bool) -> None:
    """Write how the ask ended. An answer with debts and one without are the same word."""
    match answer:
        case Debts() | NoDebts():
            book.answered(permit, late=late, handle=answer.subject_handle)
        case NotMatched() | NeedsFact():
            book.answered(permit, late=late, handle="")
        case Closed():
            book.not_answered(permit, "closed")
        case Unavailable():
            book.not_answered(permit, answer.reason.value)
        case NotAsked():
            book.not_answered(permit, "not_asked")
