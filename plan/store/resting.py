"""Which plans rest because their owner has died, as the helpline was told (PLAN-12).

Going on takes it back: what was told before the person went on counts no more.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, func, select

from consent.ids import PlanId
from consent.store import Tx
from plan.events import Kind
from plan.lifecycle import LIVE_PLAN, PlanState
from plan.records import plan, plan_event

_LIVE = [state.value for state in LIVE_PLAN]


def _last(*kinds: Kind) -> ColumnElement[int]:
    """The place of the last event of these kinds of this plan, 0 where there is none."""
    event = plan_event.alias()
    found = (
        select(func.max(event.c.position))
        .where(
            event.c.subject_id == plan.c.subject_id,  # the index goes by whose plan it is
            event.c.plan_id == plan.c.plan_id,
            event.c.kind.in_([one.value for one in kinds]),
        )
        .correlate(plan)
        .scalar_subquery()
    )
    return func.coalesce(found, 0)


def just_told() -> ColumnElement[bool]:
    """A death was told of this live plan since it last rested or went on."""
    told = select(plan_event.c.plan_id).where(plan_event.c.kind == Kind.DEATH_TOLD.value)
    return (
        plan.c.plan_id.in_(told)
        & plan.c.state.in_(_LIVE)
        & (_last(Kind.DEATH_TOLD) > _last(Kind.RESTS, Kind.RESUMED))
    )


def owner_died(tx: Tx, plan_id: PlanId) -> bool:
    """The helpline was told so of this plan, and nobody took it back."""
    told = _last(Kind.DEATH_TOLD, Kind.RESTS) > _last(Kind.RESUMED)
    query = select(plan.c.plan_id).where(plan.c.plan_id == plan_id, told)
    return tx.connection.execute(query).first() is not None


def rests() -> ColumnElement[bool]:
    """This plan rests, and nobody took that back."""
    return _last(Kind.RESTS) > _last(Kind.RESUMED)


def rested(today: date) -> ColumnElement[bool]:
    """This plan has rested until its day, which has come."""
    return (plan.c.state == PlanState.PAUSED.value) & (plan.c.look_again_on <= today) & rests()
