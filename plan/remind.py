"""A person asks to be reminded when a department that is closed can answer again (S06).

Kept is what is kept of every message: that one goes, and on which day. Not which department, and
nothing of a debt (decision 1). Whoever has no safe way to get a message is not offered one.
"""

from __future__ import annotations

from datetime import datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from consent.clock import Chance, Clock, london_date
from consent.errors import NotFound, WrongState
from consent.ids import SubjectId, new_uuid
from consent.people import Person
from consent.store import Store, Tx, people
from consent.store.people import ContactRow
from plan.inform import BY_US
from plan.quiet_hours import first_from
from plan.store import messages
from plan.store.messages import CALLED_OFF, REMINDER, MessageRow
from plan.store.to_tell import ToTell


def safe_way(tx: Tx, actor: Person) -> ContactRow | None:
    """How a message reaches this person; nothing where no way is safe (D05)."""
    contact = people.contact_of(tx, actor.subject)
    safe = contact is not None and contact.channel in BY_US and contact.sealed_address
    return contact if safe else None


def remind(
    store: Store, clock: Clock, chance: Chance, *, actor: Person, opens_at: datetime
) -> datetime:
    """One neutral message goes as soon as it may after this aware moment; when that is. Asking
    twice is asking once. Raises WrongState where nothing may be sent or the moment is over."""
    goes_at, now = first_from(opens_at), clock.now()
    with store.transaction(actor) as tx:
        contact = safe_way(tx, actor)
        if opens_at <= now or contact is None:
            raise WrongState("nothing can be sent, or there is nothing to wait for")
        if reminder_for(messages.reminders_of(tx, actor.subject, now), opens_at):
            return goes_at
        about = _about(actor.subject, goes_at, len(messages.called_off(tx, actor.subject)))
        messages.add(
            tx,
            new_uuid(chance),
            ToTell(actor.subject, REMINDER, about, london_date(goes_at)),
            channel=contact.channel,
            language=contact.language,
            now=now,
            not_before=goes_at,
        )
    return goes_at


def call_off(
    store: Store, clock: Clock, chance: Chance, *, actor: Person, message_id: UUID
) -> None:
    """This reminder is not sent. Calling it off again changes nothing. Raises NotFound for what
    is no reminder of this person, or went already."""
    now = clock.now()
    with store.transaction(actor) as tx:
        if message_id in messages.called_off(tx, actor.subject):
            return
        ahead = {row.message_id: row for row in messages.reminders_of(tx, actor.subject, now)}
        if message_id not in ahead:
            raise NotFound("no such reminder")
        what = ToTell(actor.subject, CALLED_OFF, message_id, ahead[message_id].day)
        messages.add(tx, new_uuid(chance), what, channel="none", language="en", now=now)


def reminder_for(ahead: list[MessageRow], opens_at: datetime) -> MessageRow | None:
    """The one among these that goes when this moment has come."""
    goes_at = first_from(opens_at)
    return next((row for row in ahead if row.try_at == goes_at), None)


def _about(subject: SubjectId, goes_at: datetime, before: int) -> UUID:
    """The same for two presses at once; another after one was called off."""
    moment = goes_at.isoformat()
    return uuid5(NAMESPACE_URL, f"urn:uk:svd:message:{REMINDER}:{subject}:{moment}:{before}")
