"""Rows of plans that have been kept for as long as they serve."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select

from consent.store import Tx
from plan.records import (
    agreement,
    allocation,
    allocation_receipt,
    enforcement_word,
    instalment,
    message,
    payment,
    plan,
    plan_break,
    plan_event,
    plan_share,
    plan_version,
    refund,
    return_check,
    share_answer,
)


def drop_plans(tx: Tx, before: datetime, *, limit: int) -> int:
    """Plans that were over before this moment, and all that hangs on them."""
    due = list(
        tx.connection.execute(
            select(plan.c.plan_id)
            .where(plan.c.ended_at < before)
            .limit(limit)
            .with_for_update(skip_locked=True)
        ).scalars()
    )
    ours = select(allocation.c.allocation_id).where(allocation.c.plan_id.in_(due))
    lines = select(plan_share.c.share_id).where(plan_share.c.plan_id.in_(due))
    receipts, answers = allocation_receipt.c.allocation_id, share_answer.c.share_id
    tx.connection.execute(delete(allocation_receipt).where(receipts.in_(ours)))
    tx.connection.execute(delete(return_check).where(return_check.c.allocation_id.in_(ours)))
    tx.connection.execute(delete(share_answer).where(answers.in_(lines)))
    tx.connection.execute(delete(enforcement_word).where(enforcement_word.c.share_id.in_(lines)))
    for table in (refund, allocation, payment, agreement):
        tx.connection.execute(delete(table).where(table.c.plan_id.in_(due)))
    for table in (plan_event, instalment, plan_share, plan_version, plan_break, plan):
        tx.connection.execute(delete(table).where(table.c.plan_id.in_(due)))
    return len(due)


def drop_messages(tx: Tx, before: datetime) -> int:
    return tx.connection.execute(delete(message).where(message.c.made_at < before)).rowcount
