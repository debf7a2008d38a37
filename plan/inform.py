"""From what happened to the messages that a person gets about it (M01 to M05, M07, M08, M10).

Each is made once, whichever worker finds it first. Nobody is written to who said no, and nobody is
reminded during a break or breathing space (MOR-06). Those who get theirs by letter, or not at all,
find the same words on their messages page (D81).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from consent.clock import Chance, Clock, london_date
from consent.ids import new_uuid
from consent.people import Worker
from consent.store import Store, Tx, people
from plan.rules.missed import GRACE
from plan.store import messages, to_tell
from plan.store.to_tell import ToTell

LOOK_BACK: Final = timedelta(days=2)
"""How long after a thing happened a message about it is still news."""
AHEAD_DAYS: Final = 5
LATE_DAYS: Final = 2
ENDS_WITHIN: Final = timedelta(days=30)
LASTING: Final = timedelta(days=60)
"""A permission for a shorter time is not announced to end."""
BY_US: Final = ("email", "text")
"""Letters are made one by one, for staff to post (`plan.posted`)."""


def set_up(store: Store, clock: Clock, chance: Chance, *, batch: int = 200) -> int:
    """One batch of messages, to be sent as soon as they may go. How many."""
    made = 0
    with store.transaction(Worker()) as tx:
        now = clock.now()
        for what in _wanted(tx, clock, batch):
            contact = people.contact_of(tx, what.subject)
            channel = contact.channel if contact and contact.channel in BY_US else "none"
            language = contact.language if contact else "en"
            made += messages.add(
                tx, new_uuid(chance), what, channel=channel, language=language, now=now
            )
    return made


def _wanted(tx: Tx, clock: Clock, batch: int) -> Iterator[ToTell]:
    now = clock.now()
    since, today = now - LOOK_BACK, london_date(now)
    for happened in (
        to_tell.plan_saved,
        to_tell.money_came,
        to_tell.answers,
        to_tell.permissions,
    ):
        yield from happened(tx, since, limit=batch)
    yield from to_tell.payments_ahead(tx, today, days=AHEAD_DAYS, limit=batch)
    yield from to_tell.payments_late(tx, today, after=LATE_DAYS, until=GRACE.days, limit=batch)
    yield from to_tell.yearly(tx, today, limit=batch)
    yield from to_tell.ending(tx, now, within=ENDS_WITHIN, lasting=LASTING, limit=batch)
