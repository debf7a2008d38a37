"""T4: a person will decide later. The question waits 30 days, and then closes by itself."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Final

from consent.ask import note
from consent.clock import Chance, Clock
from consent.events import Kind
from consent.ids import DepartmentCode
from consent.lifecycle import State, transition
from consent.people import Person
from consent.store import Store, requests
from consent.store.requests import Request

LATER: Final = timedelta(days=30)
"""T7: how long a question that was put off waits."""


def defer(
    store: Store,
    clock: Clock,
    chance: Chance,
    *,
    actor: Person,
    post_hash: str,
    departments: Collection[DepartmentCode] | None = None,
) -> list[Request]:
    """Put off what one form asked, for the departments named or for all of it.

    Which were put off by this; `consent.ask` shows them again with the words of that day (T5).
    """
    later = []
    with store.transaction(actor) as tx:
        now = clock.now()
        for request in requests.of_post(tx, actor.subject, post_hash):
            if departments is not None and request.department not in departments:
                continue
            if transition(request.state, State.DEFERRED, "person") is None:
                continue
            until = now + LATER
            requests.move(
                tx, request.grant_id, State.DEFERRED, by="person", at=now, decide_by=until
            )
            note(tx, chance, request, Kind.DEFERRED, by="person", at=now)
            later.append(request)
    return later
