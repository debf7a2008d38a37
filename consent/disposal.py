"""Proof that what passed through is gone: one disposal for each answer that was received (SEC-76).

A row is written before a sealed answer goes into the vault, and closed when it has left it: at
sign-out, when its permission was stopped, when a newer ask replaced it, or by the worker once its
time is over. Closing appends an event that commits to the disposal receipt. The receipt says what
was asked and never what was answered: its hash is that of the sealed bytes, under a key which only
the person's browser had, so it cannot be turned back or tried out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol
from uuid import UUID

import rfc8785

from consent.clock import Chance, Clock
from consent.events import Kind, new_event
from consent.how import How
from consent.lifecycle import State
from consent.notices import Notices
from consent.people import Person, Worker
from consent.permit import Permit
from consent.store import Store, Tx, events, grants
from consent.store import disposal as rows
from consent.store.disposal import Kept

GRACE: Final = timedelta(seconds=30)
"""After its time, until the worker says that an answer is gone: longer than a vault's sweep."""
AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class DisposalReceipt:
    """One disposal, open or closed. `receipt` is what its event commits to with `digest` (SHA-256
    of its JCS, hex); both are absent while the answer may still be held, until `held_until`."""

    interaction_id: UUID
    department: str
    asked_at: datetime
    held_until: datetime
    disposed_at: datetime | None
    how: How | None
    receipt: dict[str, Any] | None
    digest: str | None


def receive(
    store: Store,
    clock: Clock,
    *,
    actor: Person,
    permit: Permit,
    answer_sha256: str,
    held_until: datetime,
) -> bool:
    """May this answer be kept until then? If so that is noted, in one transaction with the look at
    the permission: whoever ends it afterwards finds the row (SEC-7)."""
    with store.transaction(actor) as tx:
        grant = grants.one(tx, actor.subject, permit.grant_id, lock=True)
        if grant is None or not (grant.live(clock.now()) or grant.state is State.CONSUMED):
            return False
        rows.add(
            tx,
            interaction_id=UUID(permit.interaction_id),
            grant_id=grant.grant_id,
            subject=actor.subject,
            department=grant.department,
            asked_at=permit.made_at,
            answer_sha256=answer_sha256,
            held_until=held_until,
        )
        return True


def dispose(
    store: Store,
    clock: Clock,
    chance: Chance,
    notices: Notices,
    *,
    actor: Person,
    interactions: Collection[str],
    how: How,
) -> int:
    """The answers to these asks have left the vault; how many there were. Asks without an answer,
    and answers whose end is on record, change nothing."""
    if not interactions:
        return 0
    with store.transaction(actor) as tx:
        open_ones = rows.open_of(tx, actor.subject, [UUID(one) for one in interactions])
        for kept in open_ones:
            now = clock.now()
            over = kept.held_until <= now
            _close(tx, chance, notices, kept, at=now, how=How.TIMED_OUT if over else how)
        return len(open_ones)


def dispose_due(
    store: Store, clock: Clock, chance: Chance, notices: Notices, *, batch: int = AT_ONCE
) -> int:
    """Close one batch of those whose time is over, and say how many: no vault has them any more."""
    with store.transaction(Worker()) as tx:
        due = rows.due(tx, clock.now() - GRACE, limit=batch)
        for kept in due:
            _close(tx, chance, notices, kept, at=clock.now(), how=How.TIMED_OUT)
        return len(due)


def disposal_receipts(
    store: Store,
    notices: Notices,
    *,
    actor: Person,
    interactions: Collection[UUID] | None = None,
) -> Iterator[DisposalReceipt]:
    """All of this person's, newest first, some hundred at a time; or those of some asks."""
    before = None
    while True:
        with store.transaction(actor) as tx:
            found = rows.of_person(
                tx, actor.subject, limit=AT_ONCE, before=before, interactions=interactions
            )
        yield from (_receipt(notices, kept) for kept in found)
        if len(found) < AT_ONCE:
            return
        before = found[-1].asked_at


def digest_of(kept: Kept, notices: Notices) -> str:
    """SHA-256 of the JCS form (RFC 8785) of a closed disposal's receipt, hex."""
    return hashlib.sha256(rfc8785.dumps(body(kept, notices))).hexdigest()


def body(kept: Kept, notices: Notices) -> dict[str, Any]:
    """The disposal receipt: what was asked, what was disposed of by its hash, when, and why then.

    Raises ValueError for an answer that may still be held.
    """
    if kept.disposed_at is None or kept.how is None:
        raise ValueError("not disposed of yet")
    notice = notices.find(kept.notice, kept.language)
    return {
        "interaction_id": str(kept.interaction_id),
        "grant_id": kept.grant_id,
        "department": kept.department,
        "asked_at": _moment(kept.asked_at),
        "fields": [field.code for field in notice.fields],
        "answer_sha256": kept.answer_sha256,
        "disposed_at": _moment(kept.disposed_at),
        "how": kept.how,
    }


class _Row(Protocol):
    @property
    def interaction_id(self) -> UUID: ...


def digests(tx: Tx, notices: Notices) -> Callable[[_Row], str]:
    """For who verifies the log: the hash that the event of a disposal row must commit to."""

    def digest(row: _Row) -> str:
        kept = rows.one(tx, row.interaction_id)
        return digest_of(kept, notices) if kept is not None and kept.disposed_at else ""

    return digest


def _close(tx: Tx, chance: Chance, notices: Notices, kept: Kept, *, at: datetime, how: How) -> None:
    """The row and the event that commits to its receipt, together."""
    closed = replace(kept, disposed_at=at, how=how.value)
    rows.close(tx, kept.interaction_id, at=at, how=how.value)
    events.append(
        tx,
        new_event(
            chance,
            at=at,
            subject=kept.subject_id,
            grant_id=kept.grant_id,
            department=kept.department,
            purpose=kept.purpose,
            kind=Kind.DISPOSED,
            by="clock" if how is How.TIMED_OUT else "person",
            outcome=how.value,
            interaction_id=kept.interaction_id,
            digest=digest_of(closed, notices),
        ),
    )


def _receipt(notices: Notices, kept: Kept) -> DisposalReceipt:
    closed = kept.disposed_at is not None
    return DisposalReceipt(
        kept.interaction_id,
        kept.department,
        kept.asked_at,
        kept.held_until,
        kept.disposed_at,
        How(kept.how) if kept.how else None,
        body(kept, notices) if closed else None,
        digest_of(kept, notices) if closed else None,
    )


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
