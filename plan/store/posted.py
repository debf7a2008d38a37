"""Plans whose owner gets letters by post, and has not had one about the plan as it stands."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from consent.records import contact
from consent.store import Tx
from plan.events import SAVED, Kind
from plan.lifecycle import LIVE_PLAN
from plan.records import plan, plan_event


def due(tx: Tx, channel: str, *, limit: int) -> Sequence[str]:
    """References, in the order in which the plans were agreed or changed."""
    saved = func.max(plan_event.c.position).filter(
        plan_event.c.kind.in_([kind.value for kind in SAVED])
    )
    made = func.max(plan_event.c.position).filter(plan_event.c.kind == Kind.LETTER_MADE.value)
    rows = tx.connection.execute(
        select(plan.c.reference)
        .join(contact, contact.c.subject_id == plan.c.subject_id)
        .join(
            plan_event,
            (plan_event.c.subject_id == plan.c.subject_id)
            & (plan_event.c.plan_id == plan.c.plan_id),
        )
        .where(
            contact.c.channel == channel,
            plan.c.state.in_([state.value for state in LIVE_PLAN]),
        )
        .group_by(plan.c.plan_id, plan.c.reference)
        .having(saved > func.coalesce(made, 0))
        .order_by(saved)
        .limit(limit)
    )
    return [str(row[0]) for row in rows]
