"""How a permission stands at a moment, as the department that it names is told (SEC-10)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from consent.lifecycle import ENDED, State

STATUS_TYPE: Final = "grant-status+jwt"
STATUSES_TYPE: Final = "grant-status-list+jwt"
STATUS_LIFE: Final = timedelta(seconds=60)
UNKNOWN: Final = "unknown"
"""For an id that there is not, and for one of another department: the two look the same."""
_NOBODYS: Final = "g_" + "-" * 22


@dataclass(frozen=True, slots=True)
class Standing:
    """One permission as its row is, without the person."""

    grant_id: str
    state: State
    expires_at: datetime
    changed_at: datetime
    purpose: str
    pairwise_id: str
    version: int
    record_hash: str

    def state_at(self, now: datetime) -> State:
        """The state in force: what has passed its end has ended, whether or not anybody swept."""
        if self.state not in ENDED and self.expires_at <= now:
            return State.EXPIRED
        return self.state

    def claims(self, now: datetime) -> dict[str, Any]:
        """What the signed answer says of it, besides whom it is for and how long it holds."""
        return {
            "sub": self.pairwise_id,
            "grant_id": self.grant_id,
            "state": self.state_at(now).value,
            "purpose": self.purpose,
            "version": self.version,
            "record_hash": self.record_hash,
            "ends": end_to_tell(self.expires_at, now),
            "changed": self._changed(),
        }

    def _changed(self) -> int:
        """The day of it; the moment only where a permission was used up, which its one question
        needs."""
        at = self.changed_at if self.state is State.CONSUMED else _day_of(self.changed_at)
        return int(at.timestamp())


def end_to_tell(expires_at: datetime, now: datetime) -> int:
    """When a permission ends, in seconds since 1970, as departments are told: the beginning of its
    last day, and the moment itself only on that day. Several that were given at one moment end at
    one moment too, by which two departments could tell that it was one person's (SEC-59)."""
    day = _day_of(expires_at)
    return int((day if day > now else expires_at).timestamp())


def _day_of(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def addressed(audience: str, now: datetime) -> Mapping[str, Any]:
    """Whom a statement about standing is for, and for how long it may be believed."""
    return {"aud": audience, "exp": int((now + STATUS_LIFE).timestamp())}


def id_to_look_for(text: str) -> str:
    """What the database is asked for: the id, or for text that is none an id that nobody has, so
    that a bad id takes the same way as an unknown one (SEC-88)."""
    fits = len(text) == len(_NOBODYS) and text.startswith("g_") and text.isascii()
    return text if fits and text.isprintable() else _NOBODYS
