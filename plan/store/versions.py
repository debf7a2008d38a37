"""What a plan said before its terms were changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select

from consent.ids import PlanId
from consent.store import Tx
from plan.records import plan_version
from plan.store.plans import PlanRow
from plan.terms import Every, VaryReason


@dataclass(frozen=True, slots=True)
class Before:
    """Old terms, and until when they held."""

    version: int
    payment_pence: int
    frequency: Every
    pay_day: int
    until_at: datetime
    reason: VaryReason


def close(tx: Tx, row: PlanRow, *, until: datetime, reason: VaryReason) -> None:
    """Keep the terms of this row as they were until now."""
    tx.connection.execute(
        insert(plan_version).values(
            plan_id=row.plan_id,
            version=row.version,
            subject_id=row.subject_id,
            payment_pence=row.payment_pence,
            frequency=row.frequency.value,
            pay_day=row.pay_day,
            strategy=row.strategy,
            policy_version=row.policy_version,
            until_at=until,
            reason=reason.value,
        )
    )


def of_plan(tx: Tx, plan_id: PlanId) -> list[Before]:
    """The newest first."""
    rows = tx.connection.execute(
        select(
            plan_version.c.version,
            plan_version.c.payment_pence,
            plan_version.c.frequency,
            plan_version.c.pay_day,
            plan_version.c.until_at,
            plan_version.c.reason,
        )
        .where(plan_version.c.plan_id == plan_id)
        .order_by(plan_version.c.version.desc())
    )
    return [
        Before(version, pence, Every(every), day, until, VaryReason(reason))
        for version, pence, every, day, until, reason in rows
    ]
