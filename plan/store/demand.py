"""Counts of one department's own events, as its role sees them: moments and codes, no person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, cast, extract, func, select

from consent.events import Kind as ConsentKind
from consent.purposes import Purpose
from consent.records import consent_event
from consent.store import Tx
from plan.events import ANSWERS
from plan.records import plan_event

_LONDON = func.timezone("Europe/London", consent_event.c.at)
_DAY: ColumnElement[date] = cast(_LONDON, Date)
_HOUR: ColumnElement[int] = cast(extract("hour", _LONDON), Integer)


def requests_by_day(tx: Tx, since: datetime, until: datetime) -> dict[date, int]:
    return dict(_requests(tx, _DAY, since, until))


def requests_by_hour(tx: Tx, since: datetime, until: datetime) -> dict[int, int]:
    """By the hour of the day, in London."""
    return dict(_requests(tx, _HOUR, since, until))


def _requests(
    tx: Tx, by: ColumnElement[Any], since: datetime, until: datetime
) -> Sequence[tuple[Any, int]]:
    query = select(by, func.count()).where(*_asks(since, until, ConsentKind.ASKED)).group_by(by)
    return [(row[0], row[1]) for row in tx.connection.execute(query)]


def outcomes(tx: Tx, since: datetime, until: datetime) -> dict[tuple[str, str], int]:
    """How asks ended, by kind of event and its code."""
    ended = (ConsentKind.ANSWERED, ConsentKind.NOT_ANSWERED, ConsentKind.DROPPED)
    by = (consent_event.c.kind, consent_event.c.outcome)
    query = select(*by, func.count()).where(*_asks(since, until, *ended)).group_by(*by)
    return {(row[0], row[1]): row[2] for row in tx.connection.execute(query)}


def _asks(since: datetime, until: datetime, *kinds: ConsentKind) -> tuple[ColumnElement[bool], ...]:
    view = consent_event.c.purpose == Purpose.VIEW_DEBTS.value
    return (*_between(since, until, *kinds), view)


def permissions(tx: Tx, since: datetime, until: datetime) -> dict[str, int]:
    """Permissions given and stopped, and plans put to the department, by kind of event."""
    kinds = (ConsentKind.GIVEN, ConsentKind.WITHDRAWN, ConsentKind.PLAN_SHARED)
    kind = consent_event.c.kind
    query = select(kind, func.count()).where(*_between(since, until, *kinds)).group_by(kind)
    return {row[0]: row[1] for row in tx.connection.execute(query)}


def answers(tx: Tx, since: datetime, until: datetime) -> dict[str, int]:
    """Answers to lines of plans, a counted silence among those that agreed."""
    rows = tx.connection.execute(
        select(plan_event.c.kind, func.count())
        .where(
            plan_event.c.at >= since,
            plan_event.c.at < until,
            plan_event.c.kind.in_([kind.value for kind in ANSWERS]),
        )
        .group_by(plan_event.c.kind)
    )
    return {row[0]: row[1] for row in rows}


def _between(
    since: datetime, until: datetime, *kinds: ConsentKind
) -> tuple[ColumnElement[bool], ...]:
    names = [kind.value for kind in kinds]
    at = consent_event.c.at
    return at >= since, at < until, consent_event.c.kind.in_(names)
