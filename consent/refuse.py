"""T3: a person says no to cards. Nothing is asked, and the no is kept for 30 days and no longer."""

from __future__ import annotations

from collections.abc import Collection

from consent.ask import note
from consent.clock import Chance, Clock
from consent.events import Kind
from consent.ids import DepartmentCode
from consent.lifecycle import State, transition
from consent.people import Person
from consent.store import Store, requests
from consent.store.requests import Request


def refuse(
    store: Store,
    clock: Clock,
    chance: Chance,
    *,
    actor: Person,
    post_hash: str,
    departments: Collection[DepartmentCode] | None = None,
) -> list[Request]:
    """Say no to what one form asked, for the departments named or for all of it.

    Which were refused by this; repeating it, or what was decided before, changes nothing.
    """
    refused = []
    with store.transaction(actor) as tx:
        now = clock.now()
        for request in requests.of_post(tx, actor.subject, post_hash):
            if departments is not None and request.department not in departments:
                continue
            if transition(request.state, State.REFUSED, "person") is None:
                continue
            requests.move(tx, request.grant_id, State.REFUSED, by="person", at=now)
            note(tx, chance, request, Kind.REFUSED, by="person", at=now)
            refused.append(request)
    return refused
