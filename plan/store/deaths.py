"""Plans whose owner has died, held with the permissions of that person (PLAN-12)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement

from consent.store import Tx, grants
from plan.records import plan
from plan.store import plans, resting
from plan.store.plans import PlanRow


def just_told(tx: Tx, *, limit: int) -> list[PlanRow]:
    """Live plans of which a death was told since they last rested or went on."""
    return _held(tx, resting.just_told(), limit)


def rested_until(tx: Tx, today: date, *, limit: int) -> list[PlanRow]:
    """Plans that rest after a death and whose day has come."""
    return _held(tx, resting.rested(today), limit)


def _held(tx: Tx, condition: ColumnElement[bool], limit: int) -> list[PlanRow]:
    """Permissions are held before the plan, as everywhere: two errands never wait crosswise."""
    found = plans.which(tx, condition, limit=limit)
    for row in found:
        for grant_id in grants.open_ids_of(tx, row.subject_id):
            grants.by_id(tx, grant_id, lock=True)
    ids = [row.plan_id for row in found]
    return plans.claimed(tx, condition & plan.c.plan_id.in_(ids), limit=limit) if ids else []
