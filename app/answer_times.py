"""What one process counts of how long departments take, until it is kept (X12).

Counts are handed over together, a minute after the first of them, so that no row tells when
somebody's answer came, and so that answers do not wait for one another at a row. A process that is
killed loses what it has not handed over; these are counts, and no evidence.
"""

from __future__ import annotations

from collections import Counter
from concurrent.futures import Executor
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

import structlog

from consent.clock import Clock
from consent.ids import DepartmentCode
from consent.store import Store
from plan.answer_times import Key, keep, key_of

log = structlog.get_logger()
TOGETHER: Final = timedelta(minutes=1)


class AnswerTimes:
    """`note` may be called from any thread, and waits for nothing."""

    def __init__(self, store: Store, clock: Clock, threads: Executor) -> None:
        self._store = store
        self._clock = clock
        self._threads = threads
        self._counts: Counter[Key] = Counter()
        self._since: datetime | None = None
        self._guard = Lock()

    def note(self, department: DepartmentCode, seconds: float) -> None:
        """A department answered in so many seconds."""
        now = self._clock.now()
        with self._guard:
            self._counts[key_of(department, seconds, now)] += 1
            self._since = self._since or now
            due = now - self._since >= TOGETHER
        if due:
            self._threads.submit(self.hand_over)

    def hand_over(self) -> None:
        """Keep what was counted. What cannot be kept now is counted still."""
        with self._guard:
            counts, self._counts, self._since = self._counts, Counter(), None
        if not counts:
            return
        try:
            keep(self._store, counts)
        except Exception as fault:  # whatever it was: the answers themselves went well
            log.warning("fault", kind=type(fault).__name__)
            with self._guard:
                self._counts.update(counts)
                self._since = self._clock.now()
