"""Rows of standing permissions that people gave the payment service."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, exists, insert, or_, select, update

from consent.ids import PlanId, SubjectId
from consent.store import Tx
from plan.lifecycle import InstalmentState, PlanState
from plan.paying import OPEN_PAYMENT, AgreementState
from plan.records import agreement, instalment, payment, plan


@dataclass(frozen=True, slots=True)
class AgreementRow:
    """One row of `agreement`."""

    agreement_id: UUID
    plan_id: PlanId
    subject_id: SubjectId
    provider_id: str
    state: AgreementState
    made_at: datetime
    changed_at: datetime


_NAMES = tuple(field.name for field in fields(AgreementRow))
_ALL = tuple(agreement.c[name] for name in _NAMES)
_OPEN = [state.value for state in OPEN_PAYMENT]
_LACKING = [InstalmentState.DUE.value, InstalmentState.PART_PAID.value]


def _agreements(tx: Tx, query: Select[Any]) -> list[AgreementRow]:
    found = []
    for row in tx.connection.execute(query):
        values: dict[str, Any] = dict(zip(_NAMES, row, strict=True))
        values["state"] = AgreementState(values["state"])
        found.append(AgreementRow(**values))
    return found


def add(tx: Tx, row: AgreementRow) -> None:
    tx.connection.execute(insert(agreement).values({name: getattr(row, name) for name in _NAMES}))


def one(tx: Tx, agreement_id: UUID) -> AgreementRow | None:
    found = _agreements(tx, select(*_ALL).where(agreement.c.agreement_id == agreement_id))
    return found[0] if found else None


def active(tx: Tx, plan_id: PlanId) -> AgreementRow | None:
    """The one under which this plan's payments are taken; there is never more than one."""
    found = _agreements(
        tx,
        select(*_ALL).where(
            agreement.c.plan_id == plan_id, agreement.c.state == AgreementState.ACTIVE.value
        ),
    )
    return found[0] if found else None


def of_plan(tx: Tx, plan_id: PlanId) -> list[AgreementRow]:
    """Newest first."""
    query = select(*_ALL).where(agreement.c.plan_id == plan_id)
    return _agreements(tx, query.order_by(agreement.c.made_at.desc()))


def set_state(
    tx: Tx, agreement_id: UUID, state: AgreementState, now: datetime, provider_id: str = ""
) -> None:
    """What the payment service says of it; with the number that it has there, once known."""
    values: dict[str, object] = {"state": state.value, "changed_at": now}
    if provider_id:
        values["provider_id"] = provider_id
    tx.connection.execute(
        update(agreement).where(agreement.c.agreement_id == agreement_id).values(**values)
    )


def to_cancel(tx: Tx, *, limit: int) -> list[AgreementRow]:
    """Those that are used no more, by the person's word or because their plan is over, and of which
    the payment service has not been told."""
    return _agreements(
        tx,
        select(*_ALL)
        .join(plan, plan.c.plan_id == agreement.c.plan_id)
        .where(
            or_(
                agreement.c.state == AgreementState.INACTIVE.value,
                and_(
                    agreement.c.state == AgreementState.ACTIVE.value,
                    plan.c.state.in_([PlanState.ENDED.value, PlanState.FINISHED.value]),
                ),
            )
        )
        .limit(limit),
    )


def uncollected(tx: Tx, since: date, *, limit: int) -> list[tuple[PlanId, int]]:
    """Payment days from `since` on, of running plans with an active agreement, that lack money and
    were never collected, while no payment of the plan is on its way."""
    never = ~exists().where(
        payment.c.plan_id == instalment.c.plan_id,
        payment.c.instalment == instalment.c.sequence,
    )
    none_under_way = ~exists().where(
        payment.c.plan_id == instalment.c.plan_id, payment.c.state.in_(_OPEN)
    )
    rows = tx.connection.execute(
        select(instalment.c.plan_id, instalment.c.sequence)
        .join(plan, plan.c.plan_id == instalment.c.plan_id)
        .join(agreement, agreement.c.plan_id == plan.c.plan_id)
        .where(
            instalment.c.state.in_(_LACKING),
            instalment.c.due_on >= since,
            plan.c.state == PlanState.ACTIVE.value,
            agreement.c.state == AgreementState.ACTIVE.value,
            never,
            none_under_way,
        )
        .order_by(instalment.c.due_on)
        .limit(limit)
        .with_for_update(of=plan, skip_locked=True)
    )
    return [(PlanId(row[0]), row[1]) for row in rows]
