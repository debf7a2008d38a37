"""What has happened, or is about to, that a person has no message about so far.

Each query looks at what is recent only, by an index; each row of an answer makes one message.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy import ColumnElement, Date, and_, cast, exists, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on

from consent.clock import london_date
from consent.events import WHO_MAY_ASK
from consent.events import Kind as PermissionKind
from consent.ids import SubjectId
from consent.lifecycle import State
from consent.purposes import Purpose
from consent.records import consent_event, consent_grant
from consent.store import Tx
from plan.events import ANSWERS, CAME, SAVED, Kind
from plan.lifecycle import InstalmentState, PlanState
from plan.records import instalment, message, plan, plan_event

BY_THE_PERSON: Final = ("person", "assisted")
LIVE: Final = (State.GIVEN, State.RENEWED)


@dataclass(frozen=True, slots=True)
class ToTell:
    """One message to make. `about` is the same each time it is worked out."""

    subject: SubjectId
    kind: str
    about: UUID
    day: date


def plan_saved(tx: Tx, since: datetime, *, limit: int) -> list[ToTell]:
    """M02: each agreement, and each change of it."""
    return _each_event(tx, "M02", SAVED, since, limit)


def money_came(tx: Tx, since: datetime, *, limit: int) -> list[ToTell]:
    """M04: each payment that came."""
    return _each_event(tx, "M04", CAME, since, limit)


def answers(tx: Tx, since: datetime, *, limit: int) -> list[ToTell]:
    """M08: one for all answers of departments since the last one."""
    event = plan_event.c
    return _newest_event(
        tx,
        "M08",
        event,
        and_(event.kind.in_(_texts(ANSWERS)), event.by_kind != "person"),
        since,
        limit,
    )


def permissions(tx: Tx, since: datetime, *, limit: int) -> list[ToTell]:
    """M01: one for all changes since the last one. The yes to run a plan is in M02 already."""
    event = consent_event.c
    with_the_plan = and_(
        event.kind == PermissionKind.GIVEN.value, event.purpose == Purpose.RUN_PLAN.value
    )
    wanted = and_(
        event.kind.in_(_texts(WHO_MAY_ASK)), event.by_kind.in_(BY_THE_PERSON), ~with_the_plan
    )
    return _newest_event(tx, "M01", event, wanted, since, limit)


def payments_ahead(tx: Tx, today: date, *, days: int, limit: int) -> list[ToTell]:
    """M03: the next payment of a plan that runs is at most this many days away."""
    soon = and_(
        instalment.c.state == InstalmentState.PLANNED.value,
        instalment.c.due_on > today,
        instalment.c.due_on <= today + timedelta(days=days),
    )
    return _instalments(tx, "M03", soon, limit)


def payments_late(tx: Tx, today: date, *, after: int, until: int, limit: int) -> list[ToTell]:
    """M05: a payment of a plan that runs was due so many days ago and is not all there."""
    late = and_(
        instalment.c.state.in_((InstalmentState.DUE.value, InstalmentState.PART_PAID.value)),
        instalment.c.due_on <= today - timedelta(days=after),
        instalment.c.due_on >= today - timedelta(days=until),
    )
    return _instalments(tx, "M05", late, limit)


def ending(
    tx: Tx, now: datetime, *, within: timedelta, lasting: timedelta, limit: int
) -> list[ToTell]:
    """M07: permissions that end soon, one message for all that end on one day. Those given for a
    short time only are left out: the person has just said so."""
    grant = consent_grant.c
    day = cast(func.timezone("Europe/London", grant.expires_at), Date)
    rows = tx.connection.execute(
        select(grant.subject_id, day)
        .where(
            grant.state.in_(_texts(LIVE)),
            ~grant.one_time,
            grant.expires_at > now,
            grant.expires_at <= now + within,
            grant.expires_at - grant.given_at > lasting,
            ~exists().where(_same("M07", grant.subject_id), message.c.day == day),
        )
        .distinct()
        .limit(limit)
    )
    return [
        ToTell(SubjectId(subject), "M07", _about("M07", subject, ends), ends)
        for subject, ends in rows
    ]


def yearly(tx: Tx, today: date, *, limit: int) -> list[ToTell]:
    """M10: a year of a running plan is full, once in the month of its anniversary (PLAN-06). A plan
    that is looked at sooner once has had no year yet (D50)."""
    month = today.replace(day=1)
    after = (month + timedelta(days=31)).replace(day=1)
    a_year_before = after.replace(year=after.year - 1)
    rows = tx.connection.execute(
        select(plan.c.subject_id, plan.c.plan_id)
        .where(
            plan.c.state == PlanState.ACTIVE.value,
            plan.c.review_month <= month,
            cast(func.timezone("Europe/London", plan.c.agreed_at), Date) < a_year_before,
            func.extract("month", plan.c.review_month) == month.month,
            ~exists().where(_same("M10", plan.c.subject_id), message.c.day == month),
        )
        .limit(limit)
    )
    return [ToTell(SubjectId(row[0]), "M10", _about("M10", row[1], month), month) for row in rows]


def still_true(tx: Tx, kind: str, subject: SubjectId, day: date, now: datetime) -> bool:
    """Whether a message is right at the moment when it is to go: a payment may have come, a plan
    been paused, a permission been renewed since it was made."""
    if kind in ("M03", "M05"):
        states = ("planned",) if kind == "M03" else ("due", "part_paid")
        found = exists().where(
            plan.c.subject_id == subject,
            plan.c.state == PlanState.ACTIVE.value,
            instalment.c.plan_id == plan.c.plan_id,
            instalment.c.due_on == day,
            instalment.c.state.in_(states),
        )
        ahead = kind == "M05" or london_date(now) < day
        return ahead and bool(tx.connection.execute(select(found)).scalar())
    if kind == "M07":
        grant = consent_grant.c
        found = exists().where(
            grant.subject_id == subject,
            grant.state.in_(_texts(LIVE)),
            grant.expires_at > now,
            cast(func.timezone("Europe/London", grant.expires_at), Date) == day,
        )
        return bool(tx.connection.execute(select(found)).scalar())
    return True


def _each_event(
    tx: Tx, kind: str, kinds: Collection[Kind], since: datetime, limit: int
) -> list[ToTell]:
    event = plan_event.c
    rows = tx.connection.execute(
        select(event.subject_id, event.event_id, event.at)
        .where(
            event.kind.in_(_texts(kinds)),
            event.at > since,
            ~exists().where(message.c.kind == kind, message.c.about == event.event_id),
        )
        .order_by(event.at)
        .limit(limit)
    )
    return [ToTell(SubjectId(row[0]), kind, row[1], london_date(row[2])) for row in rows]


def _newest_event(
    tx: Tx, kind: str, event: Any, wanted: ColumnElement[bool], since: datetime, limit: int
) -> list[ToTell]:
    """The newest event of each person who had no message of this kind after it, and for whom none
    waits to go: its words do not say what happened, so one is enough for all of it."""
    covered = or_(
        message.c.made_at >= event.at, message.c.sent_at >= event.at, message.c.status == "waiting"
    )
    rows = tx.connection.execute(
        select(event.subject_id, event.event_id, event.at)
        .where(
            wanted,
            event.at > since,
            ~exists().where(_same(kind, event.subject_id), covered),
        )
        .ext(distinct_on(event.subject_id))
        .order_by(event.subject_id, event.at.desc(), event.event_id)
        .limit(limit)
    )
    return [ToTell(SubjectId(row[0]), kind, row[1], london_date(row[2])) for row in rows]


def _instalments(tx: Tx, kind: str, wanted: ColumnElement[bool], limit: int) -> list[ToTell]:
    """A payment that was moved to another day is about that day."""
    rows = tx.connection.execute(
        select(instalment.c.subject_id, instalment.c.plan_id, instalment.c.due_on)
        .join(plan, plan.c.plan_id == instalment.c.plan_id)
        .where(
            wanted,
            plan.c.state == PlanState.ACTIVE.value,
            ~exists().where(
                _same(kind, instalment.c.subject_id), message.c.day == instalment.c.due_on
            ),
        )
        .order_by(instalment.c.due_on)
        .limit(limit)
    )
    return [ToTell(SubjectId(row[0]), kind, _about(kind, row[1], row[2]), row[2]) for row in rows]


def _same(kind: str, subject: ColumnElement[UUID]) -> ColumnElement[bool]:
    return and_(message.c.kind == kind, message.c.subject_id == subject)


def _about(kind: str, whose: UUID, day: date) -> UUID:
    return uuid5(NAMESPACE_URL, f"urn:uk:svd:message:{kind}:{whose}:{day}")


def _texts(values: Collection[Any]) -> list[str]:
    return sorted(str(value) for value in values)
