"""A person says stop. Pulls end with this commit; the department is told through the outbox."""

from __future__ import annotations

from consent.change import TOPIC as TOPIC
from consent.change import change_in
from consent.clock import Chance, Clock
from consent.errors import NotFound
from consent.ids import GrantId
from consent.lifecycle import ENDED, State
from consent.people import Person
from consent.store import Store, Tx, grants
from consent.store.grants import Grant


def withdraw(
    store: Store, clock: Clock, chance: Chance, *, actor: Person, grant_id: GrantId
) -> Grant:
    """End one grant now; repeating it changes nothing. Raises NotFound, also for another's."""
    with store.transaction(actor) as tx:
        return end_in(tx, clock, chance, actor=actor, grant_id=grant_id)


def withdraw_all(store: Store, clock: Clock, chance: Chance, *, actor: Person) -> list[Grant]:
    """End every grant of this person that has not ended, also a paused one, in one transaction."""
    with store.transaction(actor) as tx:
        return [
            end_in(tx, clock, chance, actor=actor, grant_id=grant_id)
            for grant_id in grants.open_ids_of(tx, actor.subject)
        ]


def end_in(tx: Tx, clock: Clock, chance: Chance, *, actor: Person, grant_id: GrantId) -> Grant:
    """As `withdraw`, inside an open transaction, for errands that change more than the grant."""
    grant = grants.one(tx, actor.subject, grant_id, lock=True)
    if grant is None:
        raise NotFound("no such permission")
    if grant.state in ENDED:
        return grant
    return change_in(tx, chance, grant, State.WITHDRAWN, by="person", at=clock.now())
