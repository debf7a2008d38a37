"""A department's lines leave the plan when its permission to run it ends (decision 7).

Leaving never carries a penalty, and never ends the plan by itself unless nothing is left.
"""

from __future__ import annotations

from dataclasses import dataclass

from consent.clock import Chance, Clock
from consent.ids import GrantId
from consent.people import Person, Worker
from consent.purposes import Purpose
from consent.store import Store, Tx, grants
from consent.store.grants import Grant
from consent.withdraw import end_in
from plan.lifecycle import LIVE_PLAN
from plan.lines import follow, take_out
from plan.store import plans, shares


@dataclass(frozen=True, slots=True)
class Left:
    """How many lines left with a permission, and whether the plan ended with them."""

    lines: int = 0
    plan_ended: bool = False


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A permission that ended, and what that did to the plan."""

    grant: Grant
    left: Left


def withdraw(
    store: Store, clock: Clock, chance: Chance, *, actor: Person, grant_id: GrantId
) -> Withdrawn:
    """End one permission now, and in the same transaction the lines that ran under it.

    Repeating it changes nothing. Raises NotFound, also for another's.
    """
    with store.transaction(actor) as tx:
        grant = end_in(tx, clock, chance, actor=actor, grant_id=grant_id)
        return _with_its_lines(tx, clock, chance, grant)


def withdraw_all(store: Store, clock: Clock, chance: Chance, *, actor: Person) -> list[Withdrawn]:
    """End every permission of this person that has not ended, paused ones too, and with them the
    plan, in one transaction."""
    with store.transaction(actor) as tx:
        held = grants.open_ids_of(tx, actor.subject)
        # Every permission is held before the plan is: two errands never wait crosswise.
        ended = [end_in(tx, clock, chance, actor=actor, grant_id=grant_id) for grant_id in held]
        return [_with_its_lines(tx, clock, chance, grant) for grant in ended]


def leave_in(tx: Tx, clock: Clock, chance: Chance, *, grant_id: GrantId, by: str) -> Left:
    """Take the lines under this permission out of their plan, inside an open transaction."""
    under = shares.live_under(tx, grant_id)
    row = plans.locked(tx, under[0].plan_id) if under else None
    if row is None or row.state not in LIVE_PLAN:
        return Left()
    now = clock.now()
    under = shares.live_under(tx, grant_id)  # again: the plan is held only since the line above
    take_out(tx, chance, now, row, under, by)
    return Left(len(under), bool(under) and follow(tx, chance, now, row, by))


def follow_permissions(store: Store, clock: Clock, chance: Chance, *, batch: int = 200) -> int:
    """The clock's part: lines whose permission ended in any other way leave too. How many left."""
    gone = 0
    with store.transaction(Worker()) as tx:
        stray = shares.without_permission(tx, clock.now(), limit=batch)
        for _, grant_id in sorted({(share.plan_id, share.grant_id) for share in stray}):
            gone += leave_in(tx, clock, chance, grant_id=grant_id, by="system").lines
    return gone


def _with_its_lines(tx: Tx, clock: Clock, chance: Chance, grant: Grant) -> Withdrawn:
    left = Left()
    if grant.purpose is Purpose.RUN_PLAN:
        left = leave_in(tx, clock, chance, grant_id=grant.grant_id, by="person")
    return Withdrawn(grant, left)
