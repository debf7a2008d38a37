"""What the worker does at each round. Any number of workers may run at the same time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

from app.http.logs import where
from app.messages import Messaging
from app.taking import Taking
from consent import notices
from consent.clock import Chance, Clock
from consent.disposal import dispose_due
from consent.erase import erase
from consent.errors import OutsideFailed
from consent.expire import expire, lapse
from consent.ids import DepartmentCode
from consent.log.checkpoint import CheckpointSigner, take_checkpoint
from consent.log.sequencer import sequence
from consent.people import Worker
from consent.retention import (
    drop_evidence,
    drop_hold_words,
    drop_permissions,
    drop_questions,
    drop_requests,
    drop_staff_events,
)
from consent.store import Store, outbox, people, proofs, staff
from consent.store.outbox import Parcel
from plan import answer_times
from plan.ahead import wait_for_an_answer
from plan.answer import count_silence
from plan.answers import follow_answers
from plan.collect import collect_late, fall_due
from plan.died import end_after_death, rest_after_death
from plan.leave import follow_permissions
from plan.miss import count_missed, end_after_review
from plan.number import number_settled
from plan.pause import go_on
from plan.ports import Deliver, Told
from plan.push import push_due
from plan.receipts import follow_receipts
from plan.release import release
from plan.remit import remit
from plan.retention import drop_messages, drop_plans, drop_statements, drop_words
from plan.store import slots
from plan.store.needed import with_a_plan
from plan.working_days import WorkingDays

log = structlog.get_logger()
SECOND: Final = timedelta(seconds=1)
MINUTE: Final = timedelta(minutes=1)
NIGHT: Final = timedelta(days=1)
"""From midnight, UTC: a slot of a day."""
MOST_PARCELS: Final = 100
"""Told to one department in one go; the rest follow a second later."""
MOST_BATCHES: Final = 1000
MOST_DEPARTMENTS: Final = 32
_EPOCH: Final = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Round:
    """One job: `act` does a batch and says how many; it is called again until nothing is left."""

    name: str
    every: timedelta
    act: Callable[[], int]


class Rounds:
    """The timetable, and the errands it calls. Each job runs once for all workers in its slot."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        chance: Chance,
        *,
        deliver: Deliver,
        working_days: WorkingDays,
        heads: CheckpointSigner | None = None,
        messaging: Messaging | None = None,
        taking: Taking | None = None,
        pushed: Collection[DepartmentCode] = (),
    ) -> None:
        """`heads` signs what the log says of itself; without it nothing is signed. `messaging`
        writes to people; without it nobody is written to. `taking` asks whoever takes money.
        `pushed` are the departments that want to be told when money is on its way to them."""
        self._pushed = pushed
        self._taking = taking
        self._messaging = messaging
        self._heads = heads
        self._store = store
        self._clock = clock
        self._chance = chance
        self._deliver = deliver
        self._days = working_days
        self._notices = notices.load()
        self._pool = ThreadPoolExecutor(MOST_DEPARTMENTS, thread_name_prefix="deliver")
        self._guard = threading.Lock()
        self._busy: set[str] = set()
        self._failing: set[str] = set()

    def timetable(self) -> tuple[Round, ...]:
        """Every job that runs in a slot of its own; delivery goes on all the time besides."""
        base = self._store, self._clock, self._chance
        return (
            Round("expire", MINUTE, lambda: expire(*base)),
            Round("lapse", MINUTE, lambda: lapse(*base)),
            Round("disposals", MINUTE, lambda: dispose_due(*base, self._notices)),
            Round("follow", MINUTE, lambda: follow_permissions(*base)),
            Round("log", SECOND, lambda: sequence(self._store)),
            Round("checkpoint", MINUTE, self._checkpoint),
            Round("sessions", 5 * MINUTE, self._drop_sessions),
            Round("silence", 15 * MINUTE, lambda: count_silence(*base, working_days=self._days)),
            Round("wait", 15 * MINUTE, lambda: wait_for_an_answer(*base, working_days=self._days)),
            Round("deaths", MINUTE, lambda: rest_after_death(*base)),
            Round("rested", 60 * MINUTE, lambda: end_after_death(*base)),
            Round("go_on", 15 * MINUTE, lambda: go_on(*base)),
            Round("due", 15 * MINUTE, lambda: fall_due(*base, working_days=self._days)),
            Round("collect_late", 15 * MINUTE, lambda: collect_late(*base)),
            Round("number", SECOND, lambda: number_settled(self._store)),
            Round("push", SECOND, lambda: push_due(self._store, self._clock, self._pushed)),
            Round("remit", 15 * MINUTE, lambda: remit(*base, working_days=self._days)),
            Round("answers", SECOND, lambda: follow_answers(*base, working_days=self._days)),
            Round("receipts", SECOND, lambda: follow_receipts(*base)),
            Round("missed", 60 * MINUTE, lambda: count_missed(*base)),
            Round("reviews", 60 * MINUTE, lambda: end_after_review(*base)),
            Round("release", 60 * MINUTE, lambda: release(*base)),
            Round("outbox", 60 * MINUTE, self._drop_delivered),
            Round("proofs", MINUTE, self._drop_proofs),
            *self._messages(),
            *self._money(),
            *self._nightly(),
        )

    def _messages(self) -> tuple[Round, ...]:
        """What people get by email or text; how many each round did is all that is said."""
        if self._messaging is None:
            return ()
        return (
            Round("inform", 10 * SECOND, self._messaging.set_up),
            Round("send", 10 * SECOND, self._messaging.send),
            Round("arrived", MINUTE, self._messaging.look_after),
        )

    def _money(self) -> tuple[Round, ...]:
        """Payments and refunds that whoever takes the money is asked about."""
        if self._taking is None:
            return ()
        return (
            Round("payments", SECOND, self._taking.look),
            Round("refunds", 10 * SECOND, self._taking.give_back),
            Round("agreements", 15 * MINUTE, self._taking.end_agreements),
        )

    def _nightly(self) -> tuple[Round, ...]:
        """What has been kept for as long as it serves goes; the counts are the report (SEC-75)."""
        kept = self._store, self._clock
        return (
            Round("drop_requests", NIGHT, lambda: drop_requests(*kept)),
            Round("drop_permissions", NIGHT, lambda: drop_permissions(*kept)),
            Round("drop_evidence", NIGHT, lambda: drop_evidence(*kept)),
            Round("drop_questions", NIGHT, lambda: drop_questions(*kept)),
            Round("drop_plans", NIGHT, lambda: drop_plans(*kept)),
            Round("drop_hold_words", NIGHT, lambda: drop_hold_words(*kept)),
            Round("drop_words", NIGHT, lambda: drop_words(*kept)),
            Round("drop_messages", NIGHT, lambda: drop_messages(*kept)),
            Round("drop_staff_events", NIGHT, lambda: drop_staff_events(*kept)),
            Round("drop_answer_times", NIGHT, lambda: answer_times.drop_old(*kept)),
            Round("drop_statements", NIGHT, lambda: drop_statements(*kept)),
            Round("erase", NIGHT, lambda: erase(*kept, needed=with_a_plan)),
        )

    def tick(self, job: Round) -> int:
        """Do a job if its slot is free, to the end; how much was done. Never raises."""
        try:
            done = self._run(job) if self._claim(job) else 0
        except Exception as fault:
            self._say_failed(job.name, fault)
            return 0
        self._failing.discard(job.name)
        return done

    def deliver_due(self) -> int:
        """Begin to tell each department what is due for it, each on a thread of its own, so that
        one that hangs delays nobody else. How many were begun. Never raises."""
        try:
            with self._store.transaction(Worker()) as tx:
                due = outbox.departments_due(tx, self._clock.now())
        except Exception as fault:
            self._say_failed("deliver", fault)
            return 0
        self._failing.discard("deliver")
        begun = 0
        for department in due:
            with self._guard:
                if department in self._busy:
                    continue
                self._busy.add(department)
            self._pool.submit(self._tell, department)
            begun += 1
        return begun

    def stop(self) -> None:
        """Begin nothing new and let what is under way come to its end."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _claim(self, job: Round) -> bool:
        now = self._clock.now()
        slot = now - (now - _EPOCH) % job.every
        with self._store.transaction(Worker()) as tx:
            return slots.claim(tx, job.name, slot)

    def _run(self, job: Round) -> int:
        done = 0
        for _ in range(MOST_BATCHES):
            batch = job.act()
            done += batch
            if not batch:
                break
        if done:
            log.info("job_done", job=job.name, count=done)
        return done

    def _tell(self, department: str) -> None:
        try:
            for _ in range(MOST_PARCELS):
                with self._store.transaction(Worker()) as tx:
                    claimed = outbox.claim(tx, department, now=self._clock.now(), limit=1)
                if not claimed or not self._hand_over(claimed[0]):
                    break
        except Exception as fault:
            self._say_failed(f"deliver {department}", fault)
        finally:
            with self._guard:
                self._busy.discard(department)

    def _hand_over(self, parcel: Parcel) -> bool:
        """Tell one thing and write down what came of it. False when the department fails."""
        fault = ""
        try:
            told = self._deliver(parcel.topic, parcel.department, parcel.ref)
        except OutsideFailed as failed:
            told, fault = None, failed.kind
        except Exception as failed:
            told, fault = None, "error"
            self._say_failed(f"deliver {parcel.department}", failed)
        with self._store.transaction(Worker()) as tx:
            now = self._clock.now()
            if told is None:
                outbox.try_later(tx, parcel, now=now, fault=fault)
            else:
                outbox.settle(tx, parcel, now=now, fault="refused" if told is Told.REFUSED else "")
        if told is not Told.TAKEN:
            outcome = told.value if told else fault
            log.warning("not_told", department=parcel.department, outcome=outcome)
        else:
            self._failing.discard(f"deliver {parcel.department}")
        return told is not None

    def _checkpoint(self) -> int:
        return take_checkpoint(self._store, self._clock, self._heads) if self._heads else 0

    def _drop_sessions(self) -> int:
        with self._store.transaction(Worker()) as tx:
            now = self._clock.now()
            return people.drop_ended_sessions(tx, now) + staff.drop_ended_sessions(tx, now)

    def _drop_proofs(self) -> int:
        with self._store.transaction(Worker()) as tx:
            return proofs.drop_outlived(tx, self._clock.now())

    def _drop_delivered(self) -> int:
        with self._store.transaction(Worker()) as tx:
            return outbox.drop_delivered(tx, self._clock.now())

    def _say_failed(self, job: str, fault: Exception) -> None:
        """Once until it works again: which job, what kind of fault and where; never its text."""
        if job in self._failing:
            return
        self._failing.add(job)
        kind = type(fault).__name__
        log.error("job_failed", job=job, kind=kind, where=where(fault.__traceback__))
