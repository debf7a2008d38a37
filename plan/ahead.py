"""One instalment lies ahead of each plan, never more: a schedule would add up to the debt."""

from __future__ import annotations

from datetime import timedelta

from consent.clock import Chance, Clock, london_date
from consent.people import Worker
from consent.store import Store
from plan.events import Kind
from plan.lifecycle import PlanState
from plan.lines import plan_event
from plan.store import plans, shares
from plan.store.plans import Ahead
from plan.working_days import NOTICE_DAYS, WorkingDays


def fall_due(
    store: Store, clock: Clock, chance: Chance, *, working_days: WorkingDays, batch: int = 200
) -> int:
    """Instalments whose day has come are due, and the next one is planned. How many.

    Only lines that departments agreed to are collected, each at its own share (decision 35).
    """
    with store.transaction(Worker()) as tx:
        now = clock.now()
        rows = plans.due_for(tx, PlanState.ACTIVE, london_date(now), limit=batch)
        for row in rows:
            ahead = plans.ahead_of(tx, row.plan_id)
            if ahead is None:
                continue
            agreed = [share for share in shares.of_plan(tx, row.plan_id) if share.agreed]
            amount = sum(share.current_pence for share in agreed)
            event = plan_event(chance, now, row, Kind.FELL_DUE, "clock")
            plans.fall_due(tx, ahead, amount, event)
            due_on = working_days.next_collection(ahead.due_on, row.pay_day, row.frequency)
            plans.add_ahead(tx, row.subject_id, Ahead(row.plan_id, ahead.sequence + 1, due_on))
        return len(rows)


def wait_for_an_answer(
    store: Store, clock: Clock, chance: Chance, *, working_days: WorkingDays, batch: int = 200
) -> int:
    """While nobody has agreed, the first payment moves on: five working days lie before it.

    How many plans moved.
    """
    with store.transaction(Worker()) as tx:
        now = clock.now()
        today = london_date(now)
        too_soon = working_days.after(today, NOTICE_DAYS) - timedelta(days=1)
        rows = plans.due_for(tx, PlanState.PROPOSED, too_soon, limit=batch)
        for row in rows:
            first = working_days.first_collection(today, row.pay_day, row.frequency)
            plans.move(tx, row.plan_id, first, plan_event(chance, now, row, Kind.MOVED, "clock"))
        return len(rows)
