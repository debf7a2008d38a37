"""Permissions to run a plan that no plan needs any more."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, select

from consent.ids import GrantId
from consent.lifecycle import State
from consent.purposes import Purpose
from consent.records import consent_grant
from consent.store import Tx
from plan.lifecycle import LIVE_SHARE
from plan.records import plan_share

_LIVE = [state.value for state in LIVE_SHARE]


def without_a_line(tx: Tx, given_before: datetime, *, limit: int) -> list[GrantId]:
    """Given permissions to run a plan under which no line runs, claimed."""
    used = exists().where(
        plan_share.c.grant_id == consent_grant.c.grant_id, plan_share.c.state.in_(_LIVE)
    )
    rows = tx.connection.execute(
        select(consent_grant.c.grant_id)
        .where(
            consent_grant.c.purpose == Purpose.RUN_PLAN.value,
            consent_grant.c.state == State.GIVEN.value,
            consent_grant.c.given_at < given_before,
            ~used,
        )
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [GrantId(row[0]) for row in rows]
