"""Sessions: the database holds a hash, a subject and times; nothing of the visit (decision 45)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from consent.clock import Chance, Clock
from consent.ids import SubjectId, new_subject_id, random_text
from consent.people import Anyone, Person, person_key
from consent.store import Store, people

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=4)
RECENT = timedelta(minutes=15)
"""How fresh a sign-in must be for granting, agreeing and appointing (decision 21)."""
TOUCH_EVERY = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class LiveSession:
    """A session that has not ended. Times are aware UTC."""

    subject: SubjectId
    signed_in_at: datetime
    idle_until: datetime
    ends_at: datetime

    def recent(self, now: datetime) -> bool:
        return now - self.signed_in_at <= RECENT


def token_hash(token: str) -> str:
    """By which a session's row is found: SHA-256 of the cookie's value, hex."""
    return hashlib.sha256(token.encode()).hexdigest()


class Sessions:
    """Opens, finds and closes sessions for one door."""

    def __init__(
        self, store: Store, clock: Clock, chance: Chance, *, pepper: bytes, door: str = "citizen"
    ) -> None:
        self._store = store
        self._clock = clock
        self._chance = chance
        self._pepper = pepper
        self._door = door

    def subject_for(self, issuer: str, subject: str) -> SubjectId:
        """The subject id of this sign-in; made now for somebody never seen before (SEC-29)."""
        key = person_key(self._pepper, issuer, subject)
        with self._store.transaction(Anyone(), person_key=key) as tx:
            return people.subject_of(
                tx,
                key,
                fresh=new_subject_id(self._chance),
                pepper_version=1,
                now=self._clock.now(),
            )

    def open(self, subject: SubjectId, signed_in_at: datetime) -> str:
        """A new session; the answer is the cookie's value and is kept nowhere (SEC-26)."""
        now = self._clock.now()
        return self._add(subject, signed_in_at, now, now + LONGEST)

    def find(self, token: str) -> LiveSession | None:
        """The live session of this cookie, or nothing when it ended or never was."""
        now = self._clock.now()
        hashed = token_hash(token)
        with self._store.transaction(Anyone(), session_hash=hashed) as tx:
            row = people.find_session(tx, hashed)
            if row is None or row.idle_until <= now or row.ends_at <= now:
                return None
            idle_until = min(now + IDLE, row.ends_at)
            if idle_until - row.idle_until >= TOUCH_EVERY:
                people.touch_session(tx, hashed, idle_until=idle_until)
        return LiveSession(row.subject, row.signed_in_at, idle_until, row.ends_at)

    def touch(self, token: str) -> LiveSession | None:
        """The person is still here: 30 minutes more, within the four hours."""
        return self.find(token)

    def rotate(self, token: str, signed_in_at: datetime) -> str:
        """A step-up: a new session id for the same visit and the same end; the old one is dead.

        Raises LookupError when there is no live session to go on with.
        """
        live = self.find(token)
        if live is None:
            raise LookupError("no live session")
        self.close(token)
        return self._add(live.subject, signed_in_at, self._clock.now(), live.ends_at)

    def close(self, token: str) -> None:
        hashed = token_hash(token)
        with self._store.transaction(Anyone(), session_hash=hashed) as tx:
            people.drop_session(tx, hashed)

    def close_all(self, subject: SubjectId) -> None:
        """Every session of this person, as a back-channel logout asks (SEC-28)."""
        with self._store.transaction(Person(subject)) as tx:
            people.drop_sessions_of(tx, subject)

    def _add(
        self, subject: SubjectId, signed_in_at: datetime, now: datetime, ends_at: datetime
    ) -> str:
        token = random_text(self._chance, 32)
        with self._store.transaction(Person(subject)) as tx:
            people.add_session(
                tx,
                token_hash(token),
                subject,
                door=self._door,
                started_at=now,
                signed_in_at=signed_in_at,
                idle_until=min(now + IDLE, ends_at),
                ends_at=ends_at,
            )
        return token
