"""The vault in one process: a dictionary of sealed entries, never a file (decision 3)."""

from __future__ import annotations

from datetime import datetime
from threading import Event, Lock, Thread
from weakref import ref

from consent.clock import Clock

LONGEST_ENTRY = 512 * 1024
MOST_ENTRIES = 64
"""Bytes of one entry and entries of one visit; more is refused."""
SWEEP_EVERY = 15.0
"""Seconds that an entry may lie, unreadable, after its time."""


class VaultFull(Exception):
    """A visit tried to hold more than it may."""


class MemoryVault:
    """Keeps entries until their time; forgets them at once when told to.

    While there are any, a thread drops those whose time has passed, whether anybody asks or not.
    """

    def __init__(self, clock: Clock, *, sweep_every: float = SWEEP_EVERY) -> None:
        self._clock = clock
        self._visits: dict[str, dict[str, tuple[bytes, datetime]]] = {}
        self._lock = Lock()
        self._sweep_every = sweep_every
        self._sweeping = False

    def put(self, visit: str, slot: str, sealed: bytes, *, expires_at: datetime) -> None:
        with self._lock:
            entries = self._visits.setdefault(visit, {})
            if len(sealed) > LONGEST_ENTRY or (
                slot not in entries and len(entries) >= MOST_ENTRIES
            ):
                raise VaultFull(slot.partition(".")[0])
            entries[slot] = (sealed, expires_at)
            if not self._sweeping:
                self._sweeping = True
                Thread(
                    target=_keep_sweeping,
                    args=(ref(self), self._sweep_every),
                    name="vault-sweep",
                    daemon=True,
                ).start()

    def get(self, visit: str, slot: str) -> bytes | None:
        with self._lock:
            return self._live(visit, slot)

    def take(self, visit: str, slot: str) -> bytes | None:
        with self._lock:
            sealed = self._live(visit, slot)
            self._visits.get(visit, {}).pop(slot, None)
            return sealed

    def slots(self, visit: str) -> list[str]:
        with self._lock:
            now = self._clock.now()
            entries = self._visits.get(visit, {})
            return [slot for slot, (_, expires_at) in entries.items() if expires_at > now]

    def delete(self, visit: str, slot: str) -> None:
        with self._lock:
            self._visits.get(visit, {}).pop(slot, None)

    def touch(self, visit: str, *, expires_at: datetime) -> None:
        with self._lock:
            now = self._clock.now()
            entries = self._visits.get(visit, {})
            for slot, (sealed, ends) in list(entries.items()):
                if ends > now:
                    entries[slot] = (sealed, max(ends, expires_at))

    def destroy(self, visit: str) -> None:
        with self._lock:
            self._visits.pop(visit, None)

    def sweep(self) -> None:
        """Forget every entry whose time has passed."""
        with self._lock:
            self._sweep()

    def sweep_on(self) -> bool:
        """As `sweep`; False when nothing is left, and the next entry starts the thread again."""
        with self._lock:
            self._sweep()
            self._sweeping = bool(self._visits)
            return self._sweeping

    def _live(self, visit: str, slot: str) -> bytes | None:
        entry = self._visits.get(visit, {}).get(slot)
        if entry is None or entry[1] <= self._clock.now():
            return None
        return entry[0]

    def _sweep(self) -> None:
        now = self._clock.now()
        for visit, entries in list(self._visits.items()):
            for slot in [slot for slot, (_, ends) in entries.items() if ends <= now]:
                del entries[slot]
            if not entries:
                del self._visits[visit]


def _keep_sweeping(vault: ref[MemoryVault], every: float) -> None:
    pause = Event()
    while True:
        pause.wait(every)
        found = vault()
        if found is None or not found.sweep_on():
            return
        del found
