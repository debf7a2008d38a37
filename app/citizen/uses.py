"""Each use of a permission as one line: when, who, what for, how it ended, and when the answer was
thrown away. Never an amount."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from app.citizen.permission_words import department_name, purpose_name
from app.http.text import gettext
from app.http.text import lazy_gettext as _l
from app.http.words import day_and_time
from consent.events import Event, Kind
from consent.ids import DepartmentCode
from consent.people import Person
from consent.purposes import Purpose
from consent.store import Store, Tx
from consent.store.uses import Disposed, Placed, departments_of, disposed_of, ends_of, part

AT_ONCE: Final = 500
ENDS: Final = frozenset({Kind.ANSWERED, Kind.NOT_ANSWERED, Kind.DROPPED})
WHO: Final[dict[str, Any]] = {
    "person": _l("You"),
    "adviser": _l("Your adviser"),
    "assisted": _l("Our helpline, for you"),
    "worker": _l("A check that was planned"),
    "system": _l("A check that was planned"),
    "clock": _l("A check that was planned"),
    "department": _l("The department"),
}
YOUR_PLAN: Final = _l("Your plan")
LINES: Final[dict[Kind, Any]] = {
    Kind.ASKED: "",
    Kind.PLAN_SHARED: _l("We sent its share of your plan"),
    Kind.HOLD_ASKED: _l("We sent what you asked for"),
    Kind.TOLD: _l("It confirmed that it knows what you changed"),
    Kind.LOOKED_UP: _l("It checked if you still allow this"),
}
"""Every kind of event that is a line of its own."""
ANSWERED: Final[dict[Kind, Any]] = {
    Kind.ANSWERED: _l("It answered"),
    Kind.NOT_ANSWERED: _l("It did not answer"),
    Kind.DROPPED: _l("It answered after you stopped. We did not read it"),
}
SENT: Final[dict[Kind, Any]] = {
    Kind.ANSWERED: _l("It has what we sent"),
    Kind.NOT_ANSWERED: _l("It did not take what we sent"),
}
"""For a purpose under which nothing comes back."""
CLOSED: Final = _l("It was closed")
WAITING: Final = _l("No answer yet")
NEVER: Final = _l("No answer came")
NOT_KNOWN: Final = _l("How it ended is not on record")
WAIT: Final = timedelta(minutes=5)
"""After this nothing that was asked comes any more."""
THROWN_AWAY: Final[dict[str, Any]] = {
    "signed_out": _l("Answer thrown away at %(moment)s, when you signed out"),
    "withdrawn": _l("Answer thrown away at %(moment)s, when you stopped"),
    "timed_out": _l("Answer thrown away at %(moment)s, when its time was over"),
    "replaced": _l("Answer thrown away at %(moment)s, when a newer one came"),
    "read_once": _l("Answer thrown away at %(moment)s, once it was read"),
}


@dataclass(frozen=True, slots=True)
class Use:
    """One time that a department was asked or told something. `at` is aware UTC."""

    position: int
    at: datetime
    department: str
    purpose: str
    by: str
    outcome: str
    thrown_away: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """Some lines, newest first, and whether there are others on either side."""

    uses: tuple[Use, ...]
    newer: bool = False
    older: bool = False


def newest(
    store: Store,
    actor: Person,
    now: datetime,
    *,
    most: int,
    before: int | None = None,
    after: int | None = None,
    department: str = "",
) -> Part:
    """One part of the history: the newest, what lies before a line, or what came after one.

    Exactly one line for each ask in the log (SEC-15).
    """
    with store.transaction(actor) as tx:
        found = part(
            tx,
            actor.subject,
            LINES,
            limit=most + 1,
            before=before,
            after=after,
            department=department,
        )
        more = len(found) > most
        found = found[-most:] if after is not None else found[:most]
        lines = tuple(_lines(tx, actor, found, now))
    if after is not None:
        return Part(lines, newer=more, older=True)
    return Part(lines, newer=before is not None, older=more)


def every(store: Store, actor: Person, now: datetime) -> Iterator[Use]:
    """All lines, newest first, some hundred at a time."""
    before = None
    while True:
        found = newest(store, actor, now, most=AT_ONCE, before=before)
        yield from found.uses
        if not found.older:
            return
        before = found.uses[-1].position


def used_departments(
    store: Store, actor: Person, among: list[DepartmentCode]
) -> list[DepartmentCode]:
    """Those that a history can be narrowed to, in the order given."""
    with store.transaction(actor) as tx:
        known = set(departments_of(tx, actor.subject, among))
    return [code for code in among if code in known]


def _lines(tx: Tx, actor: Person, found: list[Placed], now: datetime) -> Iterator[Use]:
    asks = [one for one in found if one.event.kind is Kind.ASKED]
    ends = ends_of(tx, actor.subject, asks, ENDS)
    disposed = disposed_of(tx, actor.subject, asks)
    for one in found:
        event = one.event
        key = event.interaction_id
        asked = event.kind is Kind.ASKED
        yield Use(
            one.position,
            event.at,
            department_name(event.department),
            purpose_name(event.purpose),
            _started_by(event),
            _outcome(event, ends.get(key) if key else None, now) if asked else _said(event),
            _thrown_away(disposed.get(key), now) if asked and key else "",
        )


def _started_by(event: Event) -> str:
    """What goes to a department as part of a plan goes because of the plan."""
    if event.kind is Kind.PLAN_SHARED and event.by != "person":
        return str(YOUR_PLAN)
    return str(WHO.get(event.by, event.by))


def _said(event: Event) -> str:
    return str(LINES[event.kind])


def _outcome(event: Event, end: Event | None, now: datetime) -> str:
    if event.interaction_id is None:
        return str(NOT_KNOWN)
    if end is None:
        return str(WAITING if now - event.at < WAIT else NEVER)
    if end.outcome == "closed":
        return str(CLOSED)
    words = ANSWERED if event.purpose == Purpose.VIEW_DEBTS else {**ANSWERED, **SENT}
    return str(words[end.kind])


def _thrown_away(answer: Disposed | None, now: datetime) -> str:
    """Empty when there was no answer to throw away."""
    if answer is None:
        return ""
    if answer.at is not None and answer.how is not None:
        return str(THROWN_AWAY[answer.how]) % {"moment": day_and_time(answer.at)}
    moment = day_and_time(answer.held_until)
    if answer.held_until > now:
        return gettext("Answer kept for this visit, until %(moment)s at the latest", moment=moment)
    return gettext("Answer thrown away by %(moment)s", moment=moment)
