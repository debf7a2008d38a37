"""When a department cannot answer: windows that it plans (X13), and a shutter at once (F88).

While one is open the portal does not ask that department: its card says so (S06), the others are
asked as ever, and no permission is used. Rows name a department and moments, nobody else. Three
doors call these verbs: the departments' system, their console, and an operator (`svd shutter`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from consent.clock import Chance, Clock
from consent.errors import WrongState
from consent.ids import DepartmentCode, new_uuid
from consent.people import Actor, Anyone, Department
from consent.staff import Did, note
from consent.store import Store, Tx, closures
from consent.store.closures import Closure, ClosureKind

__all__ = [
    "Closure",
    "ClosureRefused",
    "Why",
    "closed_now",
    "drop_closure",
    "open_again",
    "own_closures",
    "plan_closure",
    "shut",
]
AHEAD: Final = timedelta(days=90)
"""How far ahead a closure may begin."""
LONGEST: Final = timedelta(days=7)
EARLIEST: Final = timedelta(minutes=10)
"""So long ago it may have begun: clocks differ, and somebody had to write it down."""
MOST: Final = 100
"""Closures of one department that lie ahead."""


class Why(StrEnum):
    """What is wrong with a closure."""

    ENDS_FIRST = "ends_first"
    """It does not end after it starts."""
    TOO_LONG = "too_long"
    TOO_EARLY = "too_early"
    TOO_FAR = "too_far"
    OVERLAPS = "overlaps"
    BEGUN = "begun"
    """It has begun or is over, so that its start cannot change any more."""
    TOO_MANY = "too_many"


class ClosureRefused(WrongState):
    """The closure cannot be planned so; `why` says for what reason."""

    def __init__(self, why: Why) -> None:
        super().__init__(why.value)
        self.why = why


def plan_closure(
    store: Store,
    clock: Clock,
    chance: Chance,
    *,
    actor: Department,
    closure_id: UUID,
    from_at: datetime,
    until_at: datetime,
    by: str = "api",
) -> None:
    """Plan a window, or move the one of this id; both moments are aware. The same twice is one.

    Raises ClosureRefused. One that has begun keeps its start; its end may still move.
    """
    now = clock.now()
    _refuse(now, from_at, until_at)
    with store.transaction(actor) as tx:
        closures.hold(tx, actor.code)
        before = closures.one(tx, actor.code, closure_id)
        if before is not None and (before.from_at, before.until_at) == (from_at, until_at):
            return
        begun = before is not None and before.from_at <= now
        if before is not None and begun and (before.over(now) or before.from_at != from_at):
            raise ClosureRefused(Why.BEGUN)
        if not begun and from_at < now - EARLIEST:
            raise ClosureRefused(Why.TOO_EARLY)
        others = [
            one
            for one in closures.of(tx, actor.code, after=now)
            if one.closure_id != closure_id and one.kind is ClosureKind.PLANNED
        ]
        if any(one.from_at < until_at and from_at < (one.until_at or from_at) for one in others):
            raise ClosureRefused(Why.OVERLAPS)
        if len(others) >= MOST:
            raise ClosureRefused(Why.TOO_MANY)
        closures.put(
            tx,
            Closure(actor.code, closure_id, ClosureKind.PLANNED, from_at, until_at, by, now),
        )
        note(tx, chance, Did.PLANNED_CLOSURE, now=now, about=str(closure_id))


def _refuse(now: datetime, from_at: datetime, until_at: datetime) -> None:
    if until_at <= from_at or until_at <= now:
        raise ClosureRefused(Why.ENDS_FIRST)
    if until_at - from_at > LONGEST:
        raise ClosureRefused(Why.TOO_LONG)
    if from_at > now + AHEAD:
        raise ClosureRefused(Why.TOO_FAR)


def own_closures(store: Store, clock: Clock, *, actor: Department) -> list[Closure]:
    """What is open or lies ahead, the soonest first; a shutter that an operator let down too."""
    with store.transaction(actor) as tx:
        return closures.of(tx, actor.code, after=clock.now())


def drop_closure(
    store: Store, clock: Clock, chance: Chance, *, actor: Department, closure_id: UUID
) -> None:
    """Take a closure back: one ahead never was, one that is open ends now. One that is over, a
    shutter, and an id that there is not stay as they are."""
    now = clock.now()
    with store.transaction(actor) as tx:
        closures.hold(tx, actor.code)
        found = closures.one(tx, actor.code, closure_id)
        if found is None or found.kind is not ClosureKind.PLANNED or found.over(now):
            return
        if found.from_at >= now:
            closures.drop(tx, actor.code, closure_id)
        else:
            closures.end(tx, actor.code, closure_id, now)
        note(tx, chance, Did.DROPPED_CLOSURE, now=now, about=str(closure_id))


def shut(
    store: Store,
    clock: Clock,
    chance: Chance,
    *,
    department: DepartmentCode,
    until_at: datetime | None = None,
    actor: Actor | None = None,
    by: str = "operator",
) -> None:
    """Let the shutter down: from this commit on nobody asks this department, until then or until
    it is opened again. A shutter that is down already takes the new end."""
    now = clock.now()
    if until_at is not None and until_at <= now:
        raise ClosureRefused(Why.ENDS_FIRST)
    with store.transaction(actor or Anyone()) as tx:
        closures.hold(tx, department)
        down = _down(tx, department, now)
        if down:
            closures.end(tx, department, down[0].closure_id, until_at)
            return
        row = Closure(department, new_uuid(chance), ClosureKind.SHUT, now, until_at, by, now)
        closures.add(tx, row)


def open_again(
    store: Store, clock: Clock, *, department: DepartmentCode, actor: Actor | None = None
) -> bool:
    """Lift the shutter now. False where it was not down; a planned closure goes on."""
    now = clock.now()
    with store.transaction(actor or Anyone()) as tx:
        closures.hold(tx, department)
        down = _down(tx, department, now)
        for one in down:
            closures.end(tx, department, one.closure_id, now)
        return bool(down)


def _down(tx: Tx, department: DepartmentCode, now: datetime) -> list[Closure]:
    found = closures.of(tx, department, after=now)
    return [one for one in found if one.kind is ClosureKind.SHUT]


def closed_now(
    store: Store, clock: Clock, *, actor: Actor
) -> Mapping[DepartmentCode, datetime | None]:
    """Departments that cannot answer now, and until when; None where nobody can say."""
    now = clock.now()
    with store.transaction(actor) as tx:
        found = closures.open_at(tx, now)
    closed: dict[DepartmentCode, datetime | None] = {}
    for one in found:
        known = closed.get(one.department, now)
        ends = one.until_at
        closed[one.department] = max(known, ends) if known is not None and ends else None
    return closed
