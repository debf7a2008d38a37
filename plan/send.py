"""Messages go out one at a time: claimed, sent outside any transaction, and what came of it noted.

The message's own id is its reference at the provider. Whoever finds that it was tried before asks
there for that reference first, so that a crash between sending and writing down sends nothing
twice. Its words and its address are put together at that moment and kept nowhere.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Final

from consent.clock import LONDON, Clock
from consent.people import Worker
from consent.store import Store, people
from plan import check_code
from plan.inform import BY_US
from plan.message_words import KINDS, written
from plan.quiet_hours import may_go
from plan.sending import Arrived, Letterbox, Messages, Sending, Sent
from plan.store import messages, to_tell
from plan.store.messages import (
    DELIVERED,
    FAILED,
    NOT_SENT,
    REMINDER,
    SENT,
    WAITING,
    MessageRow,
)

NEWS: Final = timedelta(days=3)
"""What could not go for so long does not go; after it nobody asks whether it arrived."""
SOON: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(hours=6)
NEVER_TAKEN: Final = Sent(Sending.REFUSED)

Count = Callable[[str], None]
"""Told why one message did not go, for the log's counts; the reason is kept nowhere."""


def send_next(
    store: Store, clock: Clock, provider: Messages, *, check_code_key: bytes, count: Count
) -> int:
    """Send one message if one may go now. 1 when there may be more, 0 to stop for a while."""
    claimed = _claim(store, clock)
    if claimed is None:
        return 0
    row, to, why_not = claimed
    done = provider.find(row.message_id) if row.tries > 1 else NEVER_TAKEN
    if done.outcome is Sending.REFUSED and why_not:
        with store.transaction(Worker()) as tx:
            messages.settle(tx, row, NOT_SENT)
        count(why_not)
        return 1
    if done.outcome is Sending.REFUSED:
        code = check_code.made(check_code_key, row.kind, row.dated)
        said = written(row.kind, row.language, day=row.day, code=code)
        done = provider.send(row.message_id, to, said)
    return _note(store, clock, row, done, to.channel or row.channel, count)


def look_after_next(store: Store, clock: Clock, provider: Messages) -> int:
    """Ask of one message whether it arrived. 1 when there may be more."""
    with store.transaction(Worker()) as tx:
        row = messages.claim(tx, SENT, kinds=KINDS, now=clock.now())
    if row is None or row.sent_at is None:
        return 0
    where = provider.arrived(row.provider_ref)
    with store.transaction(Worker()) as tx:
        now = clock.now()
        if where in (Arrived.DELIVERED, Arrived.FAILED):
            messages.settle(tx, row, DELIVERED if where is Arrived.DELIVERED else FAILED)
        else:
            waited = now - row.sent_at
            again = now + min(max(waited, SOON), LONGEST_WAIT) if waited < NEWS else None
            messages.try_later(tx, row, again)
    return int(where is not Arrived.NOT_KNOWN)


def _claim(store: Store, clock: Clock) -> tuple[MessageRow, Letterbox, str] | None:
    """The next message that may go at this hour, where to, and why it does not go after all."""
    kinds = may_go(clock.now())
    if not kinds:
        return None
    with store.transaction(Worker()) as tx:
        now = clock.now()
        row = messages.claim(tx, WAITING, kinds=kinds, now=now)
        if row is None:
            return None
        contact = people.contact_of(tx, row.subject)
        why_not = ""
        if contact is None or contact.channel not in BY_US or not contact.sealed_address:
            return row, Letterbox(row.subject, "", ""), "no_safe_contact"
        if now - _news_from(row) > NEWS:
            why_not = "too_late"
        elif row.kind == REMINDER and row.message_id in messages.called_off(tx, row.subject):
            why_not = "called_off"
        elif not to_tell.still_true(tx, row.kind, row.subject, row.day, now):
            why_not = "no_longer_true"
        return row, Letterbox(row.subject, contact.channel, contact.sealed_address), why_not


def _news_from(row: MessageRow) -> datetime:
    """A reminder waits for its day; until then it is not old."""
    start = datetime.combine(row.day, time(), LONDON)
    return max(row.made_at, start) if row.kind == REMINDER else row.made_at


def _note(
    store: Store, clock: Clock, row: MessageRow, done: Sent, channel: str, count: Count
) -> int:
    with store.transaction(Worker()) as tx:
        now = clock.now()
        match done.outcome:
            case Sending.TAKEN:
                messages.note_sent(
                    tx, row.message_id, ref=done.ref, channel=channel, now=now, look_at=now + SOON
                )
                return 1
            case Sending.REFUSED:
                messages.settle(tx, row, FAILED)
            case Sending.LATER | Sending.CLOSED:
                messages.try_later(tx, row, now + SOON, untried=row.tries == 1)
            case Sending.UNKNOWN:
                messages.try_later(tx, row, now + SOON)
    count(done.outcome.value)
    return int(done.outcome is Sending.REFUSED)
