"""Consent events: append-only, one leaf each, and never a word of a debt."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

import rfc8785

from consent.clock import Chance
from consent.ids import DepartmentCode, GrantId, SubjectId, new_uuid, random_text


class Kind(StrEnum):
    """What happened to a permission (the state it entered), or was done under it."""

    REQUESTED = "requested"
    DEFERRED = "deferred"
    REFUSED = "refused"
    LAPSED = "lapsed"
    GIVEN = "given"
    RENEWED = "renewed"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    CONSUMED = "consumed"
    REVOKED = "revoked"
    INVALIDATED = "invalidated"
    ASKED = "asked"
    ANSWERED = "answered"
    NOT_ANSWERED = "not_answered"
    DROPPED = "dropped"
    PLAN_SHARED = "plan_shared"
    HOLD_ASKED = "hold_asked"
    DISPOSED = "disposed"
    TOLD = "told"
    ANCHORED = "anchored"
    LOOKED_UP = "looked_up"


WHO_MAY_ASK: Final = frozenset(
    {Kind.GIVEN, Kind.RENEWED, Kind.SUSPENDED, Kind.RESUMED, Kind.WITHDRAWN}
)
"""Changes of what somebody allowed, about which they get a message when they made them."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event. `by` is the kind of actor; `outcome` a short code that tells no debt:
    an answer with debts and an answer without look the same here. `interaction_id` joins what
    belongs to one ask; `digest` is the hash (hex) of what the event commits to: the record of a
    grant that is given or renewed, a disposal receipt, a department's word."""

    event_id: UUID
    at: datetime
    subject: SubjectId
    grant_id: GrantId
    department: DepartmentCode
    purpose: str
    kind: Kind
    by: str
    outcome: str
    salt: str
    interaction_id: UUID | None = None
    digest: str | None = None

    @property
    def body(self) -> dict[str, str | None]:
        """What the leaf is made of, with the salt."""
        return {
            "event_id": str(self.event_id),
            "at": self.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "subject": str(self.subject),
            "grant_id": self.grant_id,
            "department": self.department,
            "purpose": self.purpose,
            "kind": str(self.kind),
            "by": self.by,
            "outcome": self.outcome,
            "interaction_id": str(self.interaction_id) if self.interaction_id else None,
            "digest": self.digest,
        }

    @property
    def leaf_hash(self) -> str:
        """SHA-256(0x00, salt, JCS of the event): the leaf means nothing without the salt."""
        salt = urlsafe_b64decode(self.salt + "==")
        return hashlib.sha256(b"\x00" + salt + rfc8785.dumps(self.body)).hexdigest()


def new_event(
    chance: Chance,
    *,
    at: datetime,
    subject: SubjectId,
    grant_id: GrantId,
    department: DepartmentCode,
    purpose: str,
    kind: Kind,
    by: str,
    outcome: str = "",
    interaction_id: UUID | None = None,
    digest: str | None = None,
) -> Event:
    """An event with its own random id and salt."""
    return Event(
        new_uuid(chance),
        at,
        subject,
        grant_id,
        department,
        purpose,
        kind,
        by,
        outcome,
        random_text(chance, 16),
        interaction_id,
        digest,
    )
