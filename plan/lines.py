"""What follows when a line of a plan changes: what is paid, and whether anything is left.

Pence of a line that goes stay with the person (decision 35): the payment falls by them, and other
lines get them only after the person has seen old and new side by side (D77).
The caller holds the plan (`plans.locked`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from consent.clock import Chance
from consent.ids import new_uuid
from consent.store import Tx, events
from plan.events import Kind, PlanEvent
from plan.lifecycle import ShareState
from plan.store import events as plan_events
from plan.store import plans, shares
from plan.store.plans import PlanRow
from plan.store.shares import ShareRow
from plan.terms import EndedReason

PROPOSED = "plan.proposed"
"""The outbox topic for a department that has lines in a plan just agreed."""
CHANGED = "plan.changed"
"""The outbox topic for one whose part of a plan is another amount from now on."""
PAUSED = "plan.paused"
"""The outbox topic for those that agreed to a plan that makes a break."""
RESUMED = "plan.resumed"
"""The outbox topic for them when it goes on."""
ENDED = "plan.ended"
"""The outbox topic for one that has no more, whatever the reason."""


def line_event(
    chance: Chance, now: datetime, row: PlanRow, share: ShareRow, kind: Kind, by: str
) -> PlanEvent:
    """An event that tells of one line."""
    return PlanEvent(
        new_uuid(chance),
        now,
        row.subject_id,
        row.plan_id,
        kind,
        by,
        share.share_id,
        share.department,
    )


def plan_event(chance: Chance, now: datetime, row: PlanRow, kind: Kind, by: str) -> PlanEvent:
    """An event that tells of the plan as a whole."""
    return PlanEvent(new_uuid(chance), now, row.subject_id, row.plan_id, kind, by)


def take_out(
    tx: Tx, chance: Chance, now: datetime, row: PlanRow, going: Sequence[ShareRow], by: str
) -> None:
    """Lines leave; each department hears "no longer in the plan" and nothing else (PLAN-21)."""
    for share in going:
        event = line_event(chance, now, row, share, Kind.LINE_LEFT, by)
        shares.set_state(tx, share.share_id, ShareState.LEFT, event)
    tell(tx, ENDED, going, now, version=row.version)


def tell(tx: Tx, topic: str, lines: Sequence[ShareRow], now: datetime, *, version: int = 1) -> None:
    """One word to each department, by the id of one of its lines and the version it is about: the
    same word twice is one word, and a later one is another."""
    for department, share in {line.department: line for line in reversed(lines)}.items():
        ref = share_ref(share.share_id, version)
        events.queue(tx, topic=topic, department=department, ref=ref, now=now)


def tell_of_break(tx: Tx, topic: str, row: PlanRow, now: datetime) -> None:
    """The plan pauses or goes on; each department that is in it hears of it, each time anew."""
    going = [share for share in shares.of_plan(tx, row.plan_id) if share.live]
    tell(tx, topic, going, now, version=1 + plan_events.breaks(tx, row.plan_id))


def share_ref(share_id: UUID, version: int) -> str:
    return f"{share_id}.{version}" if version > 1 else str(share_id)


def share_of_ref(ref: str) -> UUID:
    """The line that a word in the outbox is about."""
    return UUID(ref.partition(".")[0])


def follow(tx: Tx, chance: Chance, now: datetime, row: PlanRow, by: str) -> bool:
    """After lines went: the payment is what the others add up to. True when the plan ended."""
    live = [share.current_pence for share in shares.of_plan(tx, row.plan_id) if share.live]
    if live:
        event = plan_event(chance, now, row, Kind.PAYMENT_FELL, by)
        plans.set_payment(tx, row.plan_id, sum(live), event)
        return False
    event = plan_event(chance, now, row, Kind.ENDED, by)
    plans.end(tx, row.plan_id, EndedReason.NOTHING_LEFT, event)
    return True
