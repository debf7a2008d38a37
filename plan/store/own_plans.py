"""Plans as the role `svd_department` sees them: its own lines, and nothing of others (SEC-62)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, distinct, func, select, tuple_

from consent.ids import GrantId, PlanId
from consent.store import Tx
from plan.lifecycle import LIVE_PLAN, PlanState, ShareState
from plan.records import plan, plan_share
from plan.store import enforcement, share_answers
from plan.store.enforcement import EnforcementWord
from plan.store.share_answers import ShareAnswer
from plan.terms import Every, Method


@dataclass(frozen=True, slots=True, repr=False)
class OwnLine:
    """One debt of this department in a plan. `pence` is its part of each payment; `last` the last
    answer to it. `debt_token` is the department's own handle, `charges_stop` that it adds no
    interest and no fee while the plan is kept, `enforcement` its last word on other ways to
    collect."""

    share_id: UUID
    debt_token: str
    grant_id: GrantId
    pence: int
    state: ShareState
    answer_by: date | None
    answered_at: datetime | None
    charges_stop: bool
    last: ShareAnswer | None
    enforcement: EnforcementWord | None = None


@dataclass(frozen=True, slots=True, repr=False)
class OwnPlan:
    """A plan in which this department has a part. Not what is paid in all, nor who else is in, nor
    the plan's own reference: `reference` is this department's (SEC-59). `look_again_on` is the day
    until which a plan is paused."""

    plan_id: PlanId
    reference: str
    state: PlanState
    frequency: Every
    pay_day: int
    method: Method
    policy_version: str
    starts_on: date
    look_again_on: date | None
    agreed_at: datetime
    ended_at: datetime | None
    lines: tuple[OwnLine, ...]

    @property
    def seen(self) -> str:
        """Another text as soon as anything changed that an answer could be about."""
        parts = [self.state.value]
        for line in self.lines:
            last = (line.last.answer_id, line.last.applied.value) if line.last else ()
            parts += map(str, (line.share_id, line.state.value, line.pence, *last))
        return sha256("|".join(parts).encode()).hexdigest()[:16]


_PART = (
    select(plan_share.c.part_reference)
    .where(plan_share.c.plan_id == plan.c.plan_id)
    .limit(1)
    .scalar_subquery()
    .label("reference")
)
"""The role sees its own lines only, and they all have the same."""
_PLAN = (
    *(plan.c.plan_id, _PART, plan.c.state, plan.c.frequency, plan.c.pay_day),
    *(plan.c.method, plan.c.policy_version, plan.c.starts_on, plan.c.agreed_at, plan.c.ended_at),
    plan.c.look_again_on,
)
_LIVE = [state.value for state in LIVE_PLAN]


def one(tx: Tx, reference: str) -> OwnPlan | None:
    """The plan of this reference; nothing where this department has no part in it."""
    found = _plans(tx, select(*_PLAN).where(_known_as(reference)))
    return found[0] if found else None


def page(
    tx: Tx, *, after: str, waiting: bool, limit: int, newest: bool = False
) -> list[OwnPlan] | None:
    """Plans that follow the one of this reference ("" for the first), in the order in which people
    agreed to them, or the other way round; `waiting`: only those with a line that waits for an
    answer. Nothing where there is no plan of that reference."""
    by = (plan.c.agreed_at, plan.c.plan_id)
    order = [column.desc() for column in by] if newest else by
    query = select(*_PLAN).order_by(*order).limit(limit)
    mine: ColumnElement[bool] = plan_share.c.plan_id == plan.c.plan_id
    if waiting:
        mine &= (plan_share.c.state == ShareState.PENDING.value) & plan.c.state.in_(_LIVE)
    query = query.where(select(plan_share.c.share_id).where(mine).exists())
    if after:
        place = tx.connection.execute(select(*by).where(_known_as(after))).one_or_none()
        if place is None:
            return None
        here, there = tuple_(*by), tuple_(*place)
        query = query.where(here < there if newest else here > there)
    return _plans(tx, query)


def waiting(tx: Tx) -> tuple[int, date | None]:
    """How many plans wait for this department's answer, and the first day on which one is due."""
    row = tx.connection.execute(
        select(func.count(distinct(plan.c.plan_id)), func.min(plan_share.c.answer_by))
        .join(plan_share, plan_share.c.plan_id == plan.c.plan_id)
        .where(plan_share.c.state == ShareState.PENDING.value, plan.c.state.in_(_LIVE))
    ).one()
    return row[0], row[1]


def _known_as(reference: str) -> ColumnElement[bool]:
    return plan.c.plan_id.in_(
        select(plan_share.c.plan_id).where(plan_share.c.part_reference == reference)
    )


def _plans(tx: Tx, query: Select[Any]) -> list[OwnPlan]:
    rows = list(tx.connection.execute(query))
    lines = _lines(tx, [row.plan_id for row in rows])
    return [
        OwnPlan(
            plan_id=row.plan_id,
            reference=row.reference,
            state=PlanState(row.state),
            frequency=Every(row.frequency),
            pay_day=row.pay_day,
            method=Method(row.method),
            policy_version=row.policy_version,
            starts_on=row.starts_on,
            look_again_on=row.look_again_on,
            agreed_at=row.agreed_at,
            ended_at=row.ended_at,
            lines=tuple(lines.get(row.plan_id, ())),
        )
        for row in rows
    ]


def _lines(tx: Tx, plan_ids: Sequence[PlanId]) -> dict[PlanId, list[OwnLine]]:
    rows = list(
        tx.connection.execute(
            select(
                plan_share.c.plan_id,
                plan_share.c.share_id,
                plan_share.c.debt_token,
                plan_share.c.grant_id,
                plan_share.c.current_pence,
                plan_share.c.state,
                plan_share.c.answer_by,
                plan_share.c.answered_at,
                plan_share.c.charges_stop,
            )
            .where(plan_share.c.plan_id.in_(plan_ids))
            .order_by(plan_share.c.debt_token, plan_share.c.share_id)
        )
    )
    ids = [row[1] for row in rows]
    last = {each.share_id: each for each in share_answers.newest(tx, ids)}
    said = enforcement.newest(tx, ids)
    found: dict[PlanId, list[OwnLine]] = {}
    for row in rows:
        line = OwnLine(
            *row[1:5],
            ShareState(row[5]),
            *row[6:9],
            last=last.get(row[1]),
            enforcement=said.get(row[1]),
        )
        found.setdefault(row[0], []).append(line)
    return found
