"""Asking departments: each alone, on one event loop, with answers sealed as they arrive.

A pull belongs to the server, not to the page (decision 25). What was asked and what came back lie
in the visit's vault, so any process can show them: `ask.<department>` and `answer.<department>`.
An answer that arrives under a grant that is no longer live is dropped unread (SEC-7), and so is
one that belongs to a visit which has ended, or to an ask that a newer one has replaced.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Coroutine, Iterable, Iterator, Mapping
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from contextvars import Context
from datetime import datetime
from threading import Event, Lock
from typing import Any, Protocol

from consent.clock import Clock
from consent.ids import DepartmentCode
from consent.permit import Permit
from consent.transactions import refuse_if_open
from debts.asking import FRESH, REPEAT, TRIES, Asked, Deadlines, Held
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

Key = tuple[str, DepartmentCode]
"""The visit's id and the department."""


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
        deadlines: Deadlines | None = None,
    ) -> None:
        self.deadlines = deadlines or Deadlines()
        self._departments = departments
        self._clock = clock
        self._spawn = spawn
        self._threads = threads
        self._breakers = {code: Breaker(clock) for code in departments}
        self._running: dict[Key, Future[None]] = {}
        self._bells: defaultdict[str, set[Event]] = defaultdict(set)
        self._bells_lock = Lock()
        self._asking = [Lock() for _ in range(64)]

    @contextmanager
    def asking(self, who: object) -> Iterator[None]:
        """Hold this while deciding whom to ask and asking them: of one person's two clicks, or
        two browsers, one goes first."""
        with self._asking[hash(who) % len(self._asking)]:
            yield

    def due(
        self, visit: Visit, codes: Collection[DepartmentCode], *, again: bool = False
    ) -> list[DepartmentCode]:
        """Those that may be asked now: not in the last 30 seconds, and not three times in ten
        minutes. `again` is for one whose answer is there and is not good enough (D28)."""
        now = self._clock.now()
        found = []
        for code in codes:
            asked = visit.get(f"ask.{code}", Asked)
            if asked is not None and asked.next_try_at(now) is not None:
                continue
            answered = again and visit.get(f"answer.{code}", Held) is not None
            lately = asked is not None and now - asked.at < REPEAT
            over = again and asked is not None and now - asked.at >= self.deadlines.hard
            if not lately or answered or over:
                found.append(code)
        return found

    def ask(self, visit: Visit, permits: Iterable[Permit], facts: Facts, book: Book) -> None:
        """Ask every department that a permit opens, at once. Returns without waiting."""
        refuse_if_open()
        now = self._clock.now()
        for permit in permits:
            before = visit.get(f"ask.{permit.department}", Asked)
            tries = (*(before.tries if before else ()), now)[-TRIES:]
            visit.delete(f"answer.{permit.department}")
            visit.put(f"ask.{permit.department}", Asked(now, tries))
            self._start((visit.id, permit.department), self._one(visit, permit, facts, book, now))

    def _start(self, key: Key, work: Coroutine[Any, Any, None]) -> None:
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
        """Whether it is this process that waits for the answer."""
        return (visit.id, department) in self._running

    def forget(self, visit: Visit, department: DepartmentCode) -> None:
        """A permission ended: stop asking now, and forget what was asked and answered."""
        running = self._running.get((visit.id, department))
        if running is not None:
            running.cancel()
        visit.delete(f"answer.{department}")
        visit.delete(f"ask.{department}")
        self._tell(visit.id)

    def forget_all(self, visit: Visit) -> None:
        """The visit ends: every coroutine of it stops, and its one-time keys go with it."""
        for (owner, _), running in list(self._running.items()):
            if owner == visit.id:
                running.cancel()
        self._tell(visit.id)

    @contextmanager
    def news(self, visit: Visit) -> Iterator[Event]:
        """A bell that rings when something of this visit arrived in this process. Clear it, look
        into the vault, then wait for it: nothing is missed."""
        bell = Event()
        with self._bells_lock:
            self._bells[visit.id].add(bell)
        try:
            yield bell
        finally:
            with self._bells_lock:
                self._bells[visit.id].discard(bell)
                if not self._bells[visit.id]:
                    del self._bells[visit.id]

    def readers(self, visit: Visit) -> int:
        """How many pages of this process wait for news of this visit."""
        with self._bells_lock:
            return len(self._bells.get(visit.id, ()))

    def _tell(self, visit_id: str) -> None:
        with self._bells_lock:
            for bell in self._bells.get(visit_id, ()):
                bell.set()

    async def _one(
        self, visit: Visit, permit: Permit, facts: Facts, book: Book, asked_at: datetime
    ) -> None:
        loop = asyncio.get_running_loop()
        started = loop.time()
        answer = await self._answer(permit, facts)
        late = loop.time() - started > self.deadlines.hard.total_seconds()
        held = Held(answer, self._clock.now(), late)
        del answer
        await loop.run_in_executor(
            self._threads, self._take_in, visit, permit, held, asked_at, book
        )

    def _take_in(
        self, visit: Visit, permit: Permit, held: Held, asked_at: datetime, book: Book
    ) -> None:
        """Seal what arrived into the vault, if it may still be read. Runs on a thread."""
        slot = f"answer.{permit.department}"
        try:
            live = book.still_live(permit)
        except Exception:  # whether it may be read cannot be known: then it may not
            fault = Unavailable(self._clock.now(), Unanswered.ERROR)
            visit.put(slot, Held(fault, held.arrived_at), life=FRESH)
            self._tell(visit.id)
            raise
        asked = visit.get(f"ask.{permit.department}", Asked)
        wanted = asked is not None and asked.at == asked_at
        if live and wanted:
            visit.put(slot, held, life=FRESH)
            self._tell(visit.id)
            note(book, permit, held.answer, held.late)
            return
        if wanted:
            ended = NotAsked("ended", self._clock.now())
            visit.put(slot, Held(ended, self._clock.now()), life=FRESH)
        self._tell(visit.id)
        book.dropped(permit)

    async def _answer(self, permit: Permit, facts: Facts) -> Answer:
        breaker = self._breakers[permit.department]
        again_at = breaker.open_until()
        if again_at is not None:
            return Unavailable(self._clock.now(), Unanswered.BREAKER_OPEN, again_at)
        answer: Answer
        hangs = asyncio.get_running_loop().call_later(
            self.deadlines.hard.total_seconds(), lambda: breaker.note(failed=True)
        )
        try:
            async with asyncio.timeout(self.deadlines.late.total_seconds()):
                answer = await self._departments[permit.department].debts(permit, facts)
        except TimeoutError:
            return Unavailable(self._clock.now(), Unanswered.TIMED_OUT)
        except Exception:  # whatever a wire did, its own card says so, and no other
            answer = Unavailable(self._clock.now(), Unanswered.ERROR)
        finally:
            hangs.cancel()
        breaker.note(failed=_failed(answer))
        return answer


def _failed(answer: Answer) -> bool:
    """A department that refuses one person is not broken for the others."""
    return isinstance(answer, Unavailable) and answer.reason is not Unanswered.REFUSED


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
