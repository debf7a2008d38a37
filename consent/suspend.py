"""T10, T11: a pause. Nobody is asked under the permission until the person starts it again."""

from __future__ import annotations

from enum import StrEnum

from consent.change import change_in
from consent.clock import Chance, Clock
from consent.errors import ConsentEnded, NotFound
from consent.ids import GrantId
from consent.lifecycle import State
from consent.people import Person, Worker
from consent.store import Store, Tx, grants
from consent.store.grants import Grant


class Pause(StrEnum):
    """Why the service itself pauses a permission. The person sees it in words."""

    INCIDENT = "incident"
    """Something is wrong at the department or here."""
    NOT_CONFIRMED = "not_confirmed"
    """The person was asked to confirm something and has not."""
    ACCREDITATION = "accreditation"
    """The department's right to take part has lapsed."""


def suspend(
    store: Store, clock: Clock, chance: Chance, *, actor: Person, grant_id: GrantId
) -> Grant:
    """The person pauses one permission; its end stays where it is. A paused one stays as it is.

    Raises NotFound, also for another's, and ConsentEnded.
    """
    with store.transaction(actor) as tx:
        grant = grants.one(tx, actor.subject, grant_id, lock=True)
        return _pause(tx, clock, chance, grant, by="person", reason="")


def suspend_by_system(
    store: Store, clock: Clock, chance: Chance, *, grant_id: GrantId, reason: Pause
) -> Grant:
    """The service pauses one permission, as the worker. Only the person starts it again."""
    with store.transaction(Worker()) as tx:
        grant = grants.by_id(tx, grant_id, lock=True)
        return _pause(tx, clock, chance, grant, by="system", reason=reason.value)


def _pause(
    tx: Tx, clock: Clock, chance: Chance, grant: Grant | None, *, by: str, reason: str
) -> Grant:
    now = clock.now()
    if grant is None:
        raise NotFound("no such permission")
    if grant.state is State.SUSPENDED and now < grant.expires_at:
        return grant
    if not grant.live(now):
        raise ConsentEnded("the permission has ended")
    return change_in(tx, chance, grant, State.SUSPENDED, by=by, at=now, reason=reason)
