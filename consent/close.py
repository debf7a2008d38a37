"""A person closes their account: every permission ends, and nobody is contacted any more."""

from __future__ import annotations

from consent.clock import Chance, Clock
from consent.people import Person
from consent.store import Store, grants, people
from consent.store.grants import Grant
from consent.withdraw import end_in


def close(store: Store, clock: Clock, chance: Chance, *, actor: Person) -> list[Grant]:
    """End every permission, forget the safe contact and every session. The person is forgotten
    six years after the last permission ended, or at once where there never was one; signing in
    before that opens the account again."""
    with store.transaction(actor) as tx:
        ended = [
            end_in(tx, clock, chance, actor=actor, grant_id=grant_id)
            for grant_id in grants.open_ids_of(tx, actor.subject)
        ]
        people.close(tx, actor.subject, clock.now())
        return ended
