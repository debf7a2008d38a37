"""What one person's permission for one department may do, as simply as it can be said.

A cell holds every permission ever given for one person, department and purpose. Each step either
fits a state of the cell, and leads to another, or does not. Nothing here knows how it is done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from tests.histories.steps import Step

Cell = tuple[tuple[str, str], ...]
"""Permissions and their states, by id."""
States = Mapping[str, str]
VALID: Final = frozenset({"given", "renewed"})
OPEN: Final = VALID | {"suspended"}


@dataclass(frozen=True, slots=True)
class Move:
    """One step as one cell feels it. `may` be left out: it is open, or nobody said that it did
    anything. `sees` is what it answered."""

    does: str
    grant: str
    sees: str
    began: int
    ended: int
    clock_began: float
    clock_ended: float
    may: bool = False

    @property
    def changes(self) -> bool:
        return self.does in ("give", "withdraw", "expire", "suspend", "resume", "renew")


def move(step: Step, does: str, grant: str, sees: str, *, may: bool = False) -> Move:
    late = step.told.get("late", 0.0)
    clocks = step.clock_began - late, step.clock_ended - late
    return Move(does, grant, sees, step.began, step.ended, *clocks, may)


Ends = Mapping[str, tuple[float, ...]]
"""When each permission ends by itself: one moment for each of its versions, seconds since 1970."""


def after(cell: Cell, one: Move, ends: Ends) -> Cell | None:
    """The cell after this move, or nothing where the move cannot have been made in it."""
    states = dict(cell)
    entered = RULES[one.does](states, one, ends)
    if entered is None or entered == SAME:
        return None if entered is None else cell
    states[one.grant] = entered
    return tuple(sorted(states.items()))


SAME: Final = "same"
"""What a rule answers for a move that fits and changes nothing; None for one that does not fit."""


def _give(states: States, one: Move, ends: Ends) -> str | None:
    """A paused permission is held as well: it is started again, not given a second time."""
    open_ones = [grant for grant, state in states.items() if state in OPEN]
    if one.sees == "held":
        held = any(one.clock_began < _last_end(grant, ends) for grant in open_ones)
        return SAME if held else None
    if any(one.clock_ended < _first_end(grant, ends) for grant in open_ones):
        return None
    return None if one.grant in states else "given"


def _use(states: States, one: Move, ends: Ends) -> str | None:
    fits = _may_live if one.sees == "yes" else _may_not_live
    return SAME if fits(states.get(one.grant, ""), one.grant, one, ends) else None


def _look(states: States, one: Move, ends: Ends) -> str | None:
    return SAME if one.sees in _seen(states.get(one.grant, ""), one, ends) else None


def _withdraw(states: States, one: Move, ends: Ends) -> str | None:
    state = states.get(one.grant, "")
    if state == one.sees:
        return SAME
    return "withdrawn" if state in OPEN and one.sees == "withdrawn" else None


def _expire(states: States, one: Move, ends: Ends) -> str | None:
    due = one.clock_ended >= _first_end(one.grant, ends)
    return "expired" if due and states.get(one.grant) in OPEN else None


def _suspend(states: States, one: Move, ends: Ends) -> str | None:
    state = states.get(one.grant, "")
    if state == "suspended":
        return SAME
    return "suspended" if _may_live(state, one.grant, one, ends) else None


def _resume(states: States, one: Move, ends: Ends) -> str | None:
    state = states.get(one.grant, "")
    if _may_live(state, one.grant, one, ends):
        return SAME
    in_time = one.clock_began < _last_end(one.grant, ends)
    return "given" if state == "suspended" and in_time else None


def _renew(states: States, one: Move, ends: Ends) -> str | None:
    return "renewed" if _may_live(states.get(one.grant, ""), one.grant, one, ends) else None


def _refused(states: States, one: Move, ends: Ends) -> str | None:
    """An errand that was told no, which `sees` names: it must not have been possible."""
    fits = VALID if one.sees == "renew" else OPEN
    late = one.clock_ended >= _first_end(one.grant, ends)
    return SAME if late or states.get(one.grant, "") not in fits else None


def _end(states: States, one: Move, ends: Ends) -> str | None:
    return SAME if states.get(one.grant, "") == one.sees else None


RULES: Final[Mapping[str, Callable[[States, Move, Ends], str | None]]] = {
    "give": _give,
    "use": _use,
    "look": _look,
    "withdraw": _withdraw,
    "expire": _expire,
    "suspend": _suspend,
    "resume": _resume,
    "renew": _renew,
    "refused": _refused,
    "end": _end,
}


def _last_end(grant: str, ends: Ends) -> float:
    return max(ends[grant])


def _first_end(grant: str, ends: Ends) -> float:
    return min(ends[grant])


def _may_live(state: str, grant: str, one: Move, ends: Ends) -> bool:
    """There is a moment within the step at which its process could see the permission live."""
    return state in VALID and one.clock_began < _last_end(grant, ends)


def _may_not_live(state: str, grant: str, one: Move, ends: Ends) -> bool:
    return state not in VALID or one.clock_ended >= _first_end(grant, ends)


def _seen(state: str, one: Move, ends: Ends) -> set[str]:
    """What a look may say: past its end a permission has ended, whether anybody swept or not."""
    if state not in OPEN:
        return {state}
    seen = set()
    if one.clock_began < _last_end(one.grant, ends):
        seen.add(state)
    if one.clock_ended >= _first_end(one.grant, ends):
        seen.add("expired")
    return seen
