"""A breaker: after five failures within a minute a department is left alone for a while."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from threading import Lock

from consent.clock import Clock

FAILURES, WITHIN, REST = 5, timedelta(seconds=60), timedelta(seconds=30)


class Breaker:
    """Counts one department's failures, for all visits of this process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failed: deque[datetime] = deque(maxlen=FAILURES)
        self._open_until: datetime | None = None
        self._lock = Lock()

    def open_until(self) -> datetime | None:
        """The moment from which it may be asked again, or nothing when it may be asked now."""
        with self._lock:
            if self._open_until is not None and self._open_until <= self._clock.now():
                self._open_until = None
            return self._open_until

    def note(self, *, failed: bool) -> None:
        with self._lock:
            now = self._clock.now()
            if not failed:
                self._failed.clear()
                return
            self._failed.append(now)
            if len(self._failed) == FAILURES and now - self._failed[0] <= WITHIN:
                self._open_until = now + REST
                self._failed.clear()
