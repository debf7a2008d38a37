"""Rows of plans and of instalments."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, exists, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from consent.ids import PlanId, SubjectId
from consent.store import Tx
from plan.events import PlanEvent
from plan.lifecycle import LIVE_PLAN, OPEN_INSTALMENT, InstalmentState, PlanState
from plan.records import instalment, plan
from plan.store import resting
from plan.store.events import append
from plan.terms import FINISHED, EndedReason, Every, Method, Terms


@dataclass(frozen=True, slots=True)
class PlanRow:
    """One row of `plan`. `payment_pence` is pence each time, `review_month` a first of a month."""

    plan_id: PlanId
    subject_id: SubjectId
    reference: str
    state: PlanState
    payment_pence: int
    frequency: Every
    pay_day: int
    method: Method
    strategy: str
    policy_version: str
    wording_version: str
    starts_on: date
    review_month: date
    agreed_at: datetime
    ended_at: datetime | None
    ended_reason: EndedReason | None
    version: int
    look_again_on: date | None
    review_by: date | None
    post_hash: str


@dataclass(frozen=True, slots=True)
class Ahead:
    """The instalment that lies ahead of a plan."""

    plan_id: PlanId
    sequence: int
    due_on: date


@dataclass(frozen=True, slots=True)
class Review:
    """Whose plan it is, and until when its review waits for the person; nothing when none does."""

    plan_id: PlanId
    subject_id: SubjectId
    reference: str
    state: PlanState
    review_by: date | None


_NAMES = tuple(field.name for field in fields(PlanRow))
_ALL = tuple(plan.c[name] for name in _NAMES)
_LIVE = [state.value for state in LIVE_PLAN]
_OPEN = [state.value for state in OPEN_INSTALMENT]
_PLANNED = InstalmentState.PLANNED.value


def _plans(tx: Tx, query: Select[Any]) -> list[PlanRow]:
    found = []
    for row in tx.connection.execute(query):
        values: dict[str, Any] = dict(zip(_NAMES, row, strict=True))
        values["state"] = PlanState(values["state"])
        values["frequency"] = Every(values["frequency"])
        values["method"] = Method(values["method"])
        reason = values["ended_reason"]
        values["ended_reason"] = EndedReason(reason) if reason else None
        found.append(PlanRow(**values))
    return found


def add(tx: Tx, row: PlanRow, event: PlanEvent) -> bool:
    """Add a plan; False where this post was recorded already, or another plan is live.

    A post that is being recorded by somebody else at this moment is waited for.
    """
    values = {name: getattr(row, name) for name in _NAMES}
    added = tx.connection.execute(
        upsert(plan).values(values).on_conflict_do_nothing().returning(plan.c.plan_id)
    )
    if added.one_or_none() is None:
        return False
    append(tx, event)
    return True


def of_post(tx: Tx, subject: SubjectId, post_hash: str) -> PlanRow | None:
    found = _plans(
        tx, select(*_ALL).where(plan.c.subject_id == subject, plan.c.post_hash == post_hash)
    )
    return found[0] if found else None


def live_of(tx: Tx, subject: SubjectId) -> PlanRow | None:
    """This person's running plan; there is never more than one."""
    query = select(*_ALL).where(plan.c.subject_id == subject, plan.c.state.in_(_LIVE))
    found = _plans(tx, query)
    return found[0] if found else None


def newest_of(tx: Tx, subject: SubjectId) -> PlanRow | None:
    """The running plan, else the one agreed last."""
    query = (
        select(*_ALL)
        .where(plan.c.subject_id == subject)
        .order_by(case((plan.c.state.in_(_LIVE), 0), else_=1), plan.c.agreed_at.desc())
        .limit(1)
    )
    found = _plans(tx, query)
    return found[0] if found else None


def one(tx: Tx, plan_id: PlanId) -> PlanRow | None:
    found = _plans(tx, select(*_ALL).where(plan.c.plan_id == plan_id))
    return found[0] if found else None


def with_references(tx: Tx, references: Collection[str]) -> list[PlanRow]:
    """The plans, live or over, that have these references."""
    if not references:
        return []
    return _plans(tx, select(*_ALL).where(plan.c.reference.in_(sorted(references))))


def review_of(tx: Tx, reference: str) -> Review | None:
    """What the helpline may see of the plan with this reference."""
    row = tx.connection.execute(
        select(
            plan.c.plan_id, plan.c.subject_id, plan.c.reference, plan.c.state, plan.c.review_by
        ).where(plan.c.reference == reference)
    ).one_or_none()
    return None if row is None else Review(PlanId(row[0]), *row[1:3], PlanState(row[3]), row[4])


def locked(tx: Tx, plan_id: PlanId) -> PlanRow | None:
    """One plan, held for a change until this transaction ends."""
    found = _plans(tx, select(*_ALL).where(plan.c.plan_id == plan_id).with_for_update())
    return found[0] if found else None


def set_payment(tx: Tx, plan_id: PlanId, pence: int, event: PlanEvent) -> None:
    """What is paid each time from now on, in pence: the live lines must add up to it."""
    _change(tx, plan_id, event, payment_pence=pence)


def change_terms(tx: Tx, row: PlanRow, terms: Terms, event: PlanEvent) -> None:
    """The plan's next version: what the person chose after seeing old and new."""
    _change(
        tx,
        row.plan_id,
        event,
        version=row.version + 1,
        payment_pence=terms.payment_pence,
        frequency=terms.every.value,
        pay_day=terms.pay_day,
        method=terms.method.value,
        strategy=terms.strategy.value,
        policy_version=terms.policy_version,
        review_by=None,
    )


def set_method(tx: Tx, plan_id: PlanId, method: Method, event: PlanEvent) -> None:
    """The way in which it is paid from now on."""
    _change(tx, plan_id, event, method=method.value)


def next_version(tx: Tx, row: PlanRow, payment_pence: int, event: PlanEvent) -> None:
    """The same plan with another payment, because a part of it changed."""
    _change(tx, row.plan_id, event, version=row.version + 1, payment_pence=payment_pence)


def move_ahead(tx: Tx, plan_id: PlanId, due_on: date) -> None:
    """The next payment falls on another day."""
    _move_ahead(tx, plan_id, due_on)


def start(tx: Tx, plan_id: PlanId, starts_on: date, event: PlanEvent) -> None:
    """A department agreed: the plan is active, and its first payment falls on `starts_on`."""
    _change(tx, plan_id, event, state=PlanState.ACTIVE.value, starts_on=starts_on)
    _move_ahead(tx, plan_id, starts_on)


def pause(tx: Tx, plan_id: PlanId, look_again_on: date, event: PlanEvent) -> None:
    """Nothing falls due until this day, and a review that was open is answered."""
    _change(
        tx,
        plan_id,
        event,
        state=PlanState.PAUSED.value,
        look_again_on=look_again_on,
        review_by=None,
    )


def go_on(tx: Tx, plan_id: PlanId, event: PlanEvent) -> None:
    """The break is over."""
    _change(tx, plan_id, event, state=PlanState.ACTIVE.value, look_again_on=None)


def paused_until(tx: Tx, today: date, *, limit: int) -> list[PlanRow]:
    """Paused plans whose day has come, claimed; not those that rest after a death."""
    over = (plan.c.state == PlanState.PAUSED.value) & (plan.c.look_again_on <= today)
    return claimed(tx, over & ~resting.rests(), limit=limit)


def which(tx: Tx, condition: ColumnElement[bool], *, limit: int) -> list[PlanRow]:
    """Plans of which this is true, as they stand; nobody is kept from them."""
    return _plans(tx, select(*_ALL).where(condition).order_by(plan.c.plan_id).limit(limit))


def claimed(tx: Tx, condition: ColumnElement[bool], *, limit: int) -> list[PlanRow]:
    """Plans of which this is true, held until this transaction ends; not those that others hold."""
    return _plans(
        tx,
        select(*_ALL)
        .where(condition)
        .order_by(plan.c.plan_id)
        .limit(limit)
        .with_for_update(skip_locked=True),
    )


def move(tx: Tx, plan_id: PlanId, starts_on: date, event: PlanEvent) -> None:
    """The first payment of a plan that nobody has agreed to falls on a later day."""
    _change(tx, plan_id, event, starts_on=starts_on)
    _move_ahead(tx, plan_id, starts_on)


def end(tx: Tx, plan_id: PlanId, reason: EndedReason, event: PlanEvent) -> None:
    """The plan is over, or finished; what lay ahead of it is cancelled."""
    _change(
        tx,
        plan_id,
        event,
        state=(PlanState.FINISHED if reason in FINISHED else PlanState.ENDED).value,
        ended_at=event.at,
        ended_reason=reason.value,
        look_again_on=None,
        review_by=None,
    )
    tx.connection.execute(
        update(instalment)
        .where(instalment.c.plan_id == plan_id, instalment.c.state.in_(_OPEN))
        .values(state=InstalmentState.CANCELLED.value)
    )


def _change(tx: Tx, plan_id: PlanId, event: PlanEvent, **values: object) -> None:
    tx.connection.execute(update(plan).where(plan.c.plan_id == plan_id).values(**values))
    append(tx, event)


def _move_ahead(tx: Tx, plan_id: PlanId, due_on: date) -> None:
    tx.connection.execute(
        update(instalment)
        .where(instalment.c.plan_id == plan_id, instalment.c.state == _PLANNED)
        .values(due_on=due_on)
    )


def add_ahead(tx: Tx, subject: SubjectId, ahead: Ahead) -> None:
    """Plan one instalment. The database refuses a second one ahead."""
    tx.connection.execute(
        insert(instalment).values(
            plan_id=ahead.plan_id,
            sequence=ahead.sequence,
            subject_id=subject,
            due_on=ahead.due_on,
            state=_PLANNED,
        )
    )


def note(tx: Tx, event: PlanEvent) -> None:
    """Something happened that changes no column of the plan itself."""
    append(tx, event)


def set_review_month(tx: Tx, plan_id: PlanId, month: date, event: PlanEvent) -> None:
    """The first of the month in which the person is asked to look at the plan again."""
    _change(tx, plan_id, event, review_month=month)


def set_review(tx: Tx, plan_id: PlanId, review_by: date | None, event: PlanEvent) -> None:
    """A review is open until this day, or is closed."""
    _change(tx, plan_id, event, review_by=review_by)


def fall_due(
    tx: Tx, ahead: Ahead, amount_pence: int, event: PlanEvent, *, came: int, at: datetime
) -> None:
    """Its day has come, and what it comes to is fixed (decision 30); nothing to pay is skipped,
    and what `came` ahead of it counts."""
    counts = min(came, amount_pence)
    tx.connection.execute(
        update(instalment)
        .where(instalment.c.plan_id == ahead.plan_id, instalment.c.sequence == ahead.sequence)
        .values(
            state=_fallen(amount_pence, counts).value,
            amount_pence=amount_pence,
            paid_pence=counts,
            settled_at=at if amount_pence and counts == amount_pence else None,
        )
    )
    append(tx, event)


def _fallen(amount: int, counts: int) -> InstalmentState:
    if not amount:
        return InstalmentState.SKIPPED
    if not counts:
        return InstalmentState.DUE
    return InstalmentState.PAID if counts == amount else InstalmentState.PART_PAID


def ahead_of(tx: Tx, plan_id: PlanId) -> Ahead | None:
    row = tx.connection.execute(
        select(instalment.c.plan_id, instalment.c.sequence, instalment.c.due_on).where(
            instalment.c.plan_id == plan_id, instalment.c.state == _PLANNED
        )
    ).one_or_none()
    return None if row is None else Ahead(PlanId(row[0]), row[1], row[2])


def paid_times(tx: Tx, plan_id: PlanId) -> int:
    """How many instalments have been paid."""
    paid = (
        select(func.count())
        .select_from(instalment)
        .where(instalment.c.plan_id == plan_id, instalment.c.state == InstalmentState.PAID.value)
    )
    return int(tx.connection.execute(paid).scalar_one())


def due_for(tx: Tx, state: PlanState, until: date, *, limit: int) -> list[PlanRow]:
    """Plans in this state whose planned instalment falls on or before `until`, claimed."""
    near = exists().where(
        instalment.c.plan_id == plan.c.plan_id,
        instalment.c.state == _PLANNED,
        instalment.c.due_on <= until,
    )
    return _plans(
        tx,
        select(*_ALL)
        .where(plan.c.state == state.value, near)
        .limit(limit)
        .with_for_update(skip_locked=True),
    )
