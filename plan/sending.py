"""What the sending of messages needs from outside."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from consent.ids import SubjectId
from plan.message_words import Written


class Sending(StrEnum):
    """What became of one message at the provider that sends it."""

    TAKEN = "taken"
    REFUSED = "refused"
    """It takes this message or this address never."""
    LATER = "later"
    """It took nothing now, and will."""
    UNKNOWN = "unknown"
    """It may have taken it: ask for it by its reference before sending again."""
    CLOSED = "closed"
    """It does not know us, so nothing goes until somebody looks."""


@dataclass(frozen=True, slots=True)
class Sent:
    """`ref` is the provider's own number for what it took."""

    outcome: Sending
    ref: str = ""


class Arrived(StrEnum):
    """Where a message that was taken is."""

    ON_ITS_WAY = "on_its_way"
    DELIVERED = "delivered"
    FAILED = "failed"
    NOT_KNOWN = "not_known"
    """The provider gave no answer, or forgot it."""


@dataclass(frozen=True, slots=True, repr=False)
class Letterbox:
    """Where a message goes. The address stays sealed until it is sent (decision 41)."""

    subject: SubjectId
    channel: str
    sealed_address: str


class Messages(Protocol):
    """The provider. None of these raises for a fault outside; no transaction is open."""

    def send(self, message_id: UUID, to: Letterbox, said: Written) -> Sent: ...

    def find(self, message_id: UUID) -> Sent:
        """What it took under this id before: TAKEN, or REFUSED when it never had it. LATER,
        UNKNOWN and CLOSED say that it did not answer."""
        ...

    def arrived(self, ref: str) -> Arrived: ...
