"""Each use of a permission as one line: when, who, what for, and how it ended. Never an amount."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import count, islice
from typing import Any, Final

from app.citizen.permission_words import department_name, purpose_name
from app.http.text import lazy_gettext as _l
from consent.events import Event, Kind
from consent.people import Person
from consent.store import Store, Tx, events

AT_ONCE: Final = 200
STARTS: Final = frozenset({Kind.ASKED, Kind.PLAN_SHARED, Kind.HOLD_ASKED})
ENDS: Final = frozenset({Kind.ANSWERED, Kind.NOT_ANSWERED, Kind.DROPPED})
WHO: Final[dict[str, Any]] = {
    "person": _l("You"),
    "adviser": _l("Your adviser"),
    "worker": _l("A check that was planned"),
    "system": _l("A check that was planned"),
}
OUTCOMES: Final[dict[Kind, Any]] = {
    Kind.ANSWERED: _l("It answered"),
    Kind.NOT_ANSWERED: _l("It did not answer"),
    Kind.DROPPED: _l("It answered after you stopped. We did not read it"),
    Kind.PLAN_SHARED: _l("We sent its share of your plan"),
    Kind.HOLD_ASKED: _l("We sent what you asked for"),
}
CLOSED: Final = _l("It was closed")
WAITING: Final = _l("No answer yet")


@dataclass(frozen=True, slots=True)
class Use:
    """One time that a department was asked or told something. `at` is aware UTC."""

    at: datetime
    department: str
    purpose: str
    by: str
    outcome: str


def uses(store: Store, actor: Person, *, skip: int = 0, most: int | None = None) -> list[Use]:
    """Newest first. Exactly one for each ask in the log (SEC-15)."""
    with store.transaction(actor) as tx:
        return list(islice(_uses(tx, actor), skip, None if most is None else skip + most))


def _uses(tx: Tx, actor: Person) -> Iterator[Use]:
    """The end of an ask stands after it in the log, so it is met before it here."""
    ended: dict[str, Event] = {}
    for event in _newest_first(tx, actor):
        if event.kind in ENDS:
            ended[event.grant_id] = event
        elif event.kind in STARTS:
            yield _use(event, ended.pop(event.grant_id, None))


def _newest_first(tx: Tx, actor: Person) -> Iterator[Event]:
    for part in count():
        found = events.history(tx, actor.subject, limit=AT_ONCE, offset=part * AT_ONCE)
        yield from found
        if len(found) < AT_ONCE:
            return


def _use(event: Event, end: Event | None) -> Use:
    if event.kind is not Kind.ASKED:
        outcome = OUTCOMES[event.kind]
    elif end is None:
        outcome = WAITING
    elif end.outcome == "closed":
        outcome = CLOSED
    else:
        outcome = OUTCOMES[end.kind]
    return Use(
        event.at,
        department_name(event.department),
        purpose_name(event.purpose),
        str(WHO.get(event.by, event.by)),
        str(outcome),
    )
