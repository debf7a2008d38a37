"""Asking departments: each alone, on one event loop, with answers sealed as they arrive.

A pull belongs to the server, not to the page (decision 25). What was asked and what came back lie
in the visit's vault, so any process can show them: `ask.<department>` and `answer.<department>`.
An answer that arrives under a grant that is no longer live is dropped unread (SEC-7), and so is
one that belongs to a visit which has ended, or to an ask that a newer one has replaced.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Coroutine, Iterable, Iterator, Mapping
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from contextvars import Context
from dataclasses import replace
from datetime import datetime
from threading import Event, Lock
from typing import Any, Protocol

from consent.clock import Clock
from consent.how import How
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

    def received(self, permit: Permit, *, answer_sha256: str, held_until: datetime) -> bool:
        """May this answer be kept until then? If so it is on record that it is."""
        ...

    def disposed(self, interactions: Collection[str], how: How) -> None:
        """The answers to these asks have left the vault."""
        ...

    def dropped(self, permit: Permit) -> None: ...

    def answered(self, permit: Permit, *, late: bool, handle: str) -> None: ...

    def not_answered(self, permit: Permit, why: str) -> None: ...


Timed = Callable[[DepartmentCode, float], None]
"""Told that a department answered in so many seconds, and nothing of whom it was about."""
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
        timed: Timed | None = None,
    ) -> None:
        self.deadlines = deadlines or Deadlines()
        self._departments = departments
        self._clock = clock
        self._spawn = spawn
        self._threads = threads
        self.timed = timed
        self._breakers = {code: Breaker(clock) for code in departments}
        self._running: dict[Key, Future[None]] = {}
        self._bells: defaultdict[str, set[Event]] = defaultdict(set)
        self._bells_lock = Lock()
        self._asking = [Lock() for _ in range(64)]
        self._slots = [Lock() for _ in range(64)]

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
        replaced = []
        for permit in permits:
            with self._slot(visit, permit.department):
                before = visit.get(f"ask.{permit.department}", Asked)
                tries = (*(before.tries if before else ()), now)[-TRIES:]
                visit.delete(f"answer.{permit.department}")
                visit.put(f"ask.{permit.department}", Asked(now, tries, permit.interaction_id))
            if before is not None and before.interaction:
                replaced.append(before.interaction)
            self._start((visit.id, permit.department), self._one(visit, permit, facts, book, now))
        book.disposed(replaced, How.REPLACED)

    def closed(self, visit: Visit, departments: Mapping[DepartmentCode, datetime | None]) -> None:
        """Nothing is sent to these: each one's card says that it is closed, and until when (S06).
        Debts that one has told of in this visit stay to be seen."""
        now = self._clock.now()
        for code, until in departments.items():
            slot = f"answer.{code}"
            with self._slot(visit, code):
                held, asked = visit.get(slot, Held), visit.get(f"ask.{code}", Asked)
                if held is not None and _is_answer(held.answer):
                    continue
                again = replace(asked, at=now) if asked is not None else Asked(now, ())
                visit.put(f"ask.{code}", again)
                visit.put(slot, Held(Closed(now, until), now), life=FRESH)
        self._tell(visit.id)

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

    def take_late(self, visit: Visit, department: DepartmentCode) -> None:
        """The person wants the answer that came after they went on (S14)."""
        with self._slot(visit, department):
            asked = visit.get(f"ask.{department}", Asked)
            if asked is not None:
                visit.put(f"ask.{department}", replace(asked, late_too=True))

    def forget(self, visit: Visit, department: DepartmentCode, book: Book) -> None:
        """A permission ended: stop asking now, and forget what was asked and answered."""
        running = self._running.get((visit.id, department))
        if running is not None:
            running.cancel()
        book.disposed(self._forget(visit, department), How.WITHDRAWN)
        self._tell(visit.id)

    def forget_all(self, visit: Visit) -> list[str]:
        """The visit ends: every coroutine of it stops, its one-time keys go with it, and its
        answers. The asks that it had, for who writes down that their answers are gone."""
        for (owner, _), running in list(self._running.items()):
            if owner == visit.id:
                running.cancel()
        asked = [
            interaction
            for slot in visit.slots("ask.")
            for interaction in self._forget(visit, DepartmentCode(slot.removeprefix("ask.")))
        ]
        self._tell(visit.id)
        return asked

    def _forget(self, visit: Visit, department: DepartmentCode) -> list[str]:
        """Without its ask no answer is taken in any more; the one that was is gone with it."""
        with self._slot(visit, department):
            asked = visit.take(f"ask.{department}", Asked)
            visit.delete(f"answer.{department}")
        return [asked.interaction] if asked is not None and asked.interaction else []

    def _slot(self, visit: Visit, department: DepartmentCode) -> Lock:
        """Held while an answer is put down, and while it is taken away."""
        return self._slots[hash((visit.id, department)) % len(self._slots)]

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
        seconds = loop.time() - started
        late = seconds > self.deadlines.hard.total_seconds()
        if self.timed is not None and _is_answer(answer):
            self.timed(permit.department, seconds)
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
            kept = self._put_down(visit, permit, held, asked_at, book)
        except Exception:  # whether it may be read cannot be known: then it may not
            if self._wanted(visit, permit, asked_at):
                fault = Unavailable(self._clock.now(), Unanswered.ERROR)
                visit.put(slot, Held(fault, held.arrived_at), life=FRESH)
            self._tell(visit.id)
            raise
        if not kept and self._wanted(visit, permit, asked_at):
            ended = NotAsked("ended", self._clock.now())
            visit.put(slot, Held(ended, self._clock.now()), life=FRESH)
        self._tell(visit.id)
        if kept:
            note(book, permit, held.answer, held.late)
        else:
            book.dropped(permit)

    def _put_down(
        self, visit: Visit, permit: Permit, held: Held, asked_at: datetime, book: Book
    ) -> bool:
        """Put an answer into its slot while its permission lives and nothing has replaced its ask.

        What a department said about a person is on record as held before it lies there (SEC-76).
        """
        slot, until = f"answer.{permit.department}", self._clock.now() + FRESH
        with self._slot(visit, permit.department):
            if not self._wanted(visit, permit, asked_at):
                return False
            sealed = visit.seal(slot, held)
            fingerprint = hashlib.sha256(sealed).hexdigest()
            if not _is_answer(held.answer):
                live = book.still_live(permit)
            else:
                live = book.received(permit, answer_sha256=fingerprint, held_until=until)
            if live:
                visit.put_sealed(slot, sealed, until=until)
        if live and not self._wanted(visit, permit, asked_at):  # another process took it away
            self._take_back(visit, permit, sealed, book)
            return False
        return live

    def _take_back(self, visit: Visit, permit: Permit, sealed: bytes, book: Book) -> None:
        visit.delete_sealed(f"answer.{permit.department}", sealed)
        how = How.REPLACED
        if visit.get(f"ask.{permit.department}", Asked) is None:
            how = How.SIGNED_OUT if book.still_live(permit) else How.WITHDRAWN
        book.disposed([permit.interaction_id], how)

    def _wanted(self, visit: Visit, permit: Permit, asked_at: datetime) -> bool:
        asked = visit.get(f"ask.{permit.department}", Asked)
        return asked is not None and asked.at == asked_at

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


def _is_answer(answer: Answer) -> bool:
    """Whether a department said something about this person, be it that it knows nothing."""
    return isinstance(answer, Debts | NoDebts | NotMatched | NeedsFact)


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
