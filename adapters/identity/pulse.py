"""Whether the sign-in service is there at all, asked before a browser is sent to it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import requests

REMEMBERED: Final = timedelta(seconds=60)


class Pulse:
    """One address, looked at by one thread at a time; the outcome is good for a minute."""

    def __init__(self, look: Callable[[str], requests.Response]) -> None:
        self._look = look
        self._lock = threading.Lock()
        self._until: datetime | None = None
        self._beats = False

    def beats(self, url: str, now: datetime) -> bool:
        with self._lock:
            if self._until is None or not self._until - REMEMBERED <= now < self._until:
                self._beats = self._answered(url)
                self._until = now + REMEMBERED
            return self._beats

    def _answered(self, url: str) -> bool:
        try:
            return bool(self._look(url).ok)
        except requests.RequestException:
            return False
