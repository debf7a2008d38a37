"""A person says stop. Pulls end with this commit; the department is told through the outbox."""

from __future__ import annotations

from consent.clock import Chance, Clock
from consent.errors import NotFound
from consent.events import Kind, new_event
from consent.ids import GrantId
from consent.lifecycle import ENDED, State, transition
from consent.people import Person
from consent.store import Store, Tx, events, grants
from consent.store.grants import Grant

TOPIC = "consent.ended"


def withdraw(
    store: Store, clock: Clock, chance: Chance, *, actor: Person, grant_id: GrantId
) -> Grant:
    """End one grant now; repeating it changes nothing. Raises NotFound, also for another's."""
    with store.transaction(actor) as tx:
        return end_in(tx, clock, chance, actor=actor, grant_id=grant_id)


def withdraw_all(store: Store, clock: Clock, chance: Chance, *, actor: Person) -> list[Grant]:
    """End every live grant of this person, in one transaction."""
    with store.transaction(actor) as tx:
        return [
            end_in(tx, clock, chance, actor=actor, grant_id=grant.grant_id)
            for grant in grants.live_of(tx, actor.subject, clock.now())
        ]


def end_in(tx: Tx, clock: Clock, chance: Chance, *, actor: Person, grant_id: GrantId) -> Grant:
    """As `withdraw`, inside an open transaction, for errands that change more than the grant."""
    grant = grants.one(tx, actor.subject, grant_id, lock=True)
    if grant is None:
        raise NotFound("no such permission")
    if grant.state in ENDED:
        return grant
    if transition(grant.state, State.WITHDRAWN, "person") is None:
        raise NotFound("no such permission")
    now = clock.now()
    grants.end(tx, grant_id, State.WITHDRAWN, now=now, by="person")
    events.append(
        tx,
        new_event(
            chance,
            at=now,
            subject=actor.subject,
            grant_id=grant_id,
            department=grant.department,
            purpose=grant.purpose,
            kind=Kind.WITHDRAWN,
            by="person",
        ),
    )
    events.queue(tx, topic=TOPIC, department=grant.department, ref=grant_id, now=now)
    ended = grants.one(tx, actor.subject, grant_id)
    if ended is None:  # pragma: no cover - the row is locked by this very transaction
        raise NotFound("no such permission")
    return ended
