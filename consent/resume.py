"""T12: a pause is over, by the person's own word. The permission ends on the same day as before."""

from __future__ import annotations

from consent.change import change_in
from consent.clock import Chance, Clock
from consent.errors import ConsentEnded, NotFound, SignInTooOld
from consent.ids import GrantId
from consent.lifecycle import State
from consent.people import Person
from consent.permit import SignInEvidence
from consent.sessions import RECENT
from consent.store import Store, grants
from consent.store.grants import Grant


def resume(
    store: Store,
    clock: Clock,
    chance: Chance,
    *,
    actor: Person,
    grant_id: GrantId,
    sign_in: SignInEvidence,
) -> Grant:
    """Start a paused permission again; one that runs stays as it is.

    Raises SignInTooOld (15 minutes), NotFound, also for another's, and ConsentEnded, also where
    the end passed during the pause (SEC-10).
    """
    now = clock.now()
    if now - sign_in.at > RECENT:
        raise SignInTooOld("sign in again to start a permission again")
    with store.transaction(actor) as tx:
        grant = grants.one(tx, actor.subject, grant_id, lock=True)
        if grant is None:
            raise NotFound("no such permission")
        if grant.live(now):
            return grant
        if grant.state is not State.SUSPENDED or grant.expires_at <= now:
            raise ConsentEnded("the permission has ended")
        return change_in(tx, chance, grant, State.GIVEN, by="person", at=now)
