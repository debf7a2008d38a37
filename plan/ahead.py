"""One instalment lies ahead of each plan, never more: a schedule would add up to the debt.

`plan.collect` fixes it on its day and plans the next one.
"""

from __future__ import annotations

from datetime import timedelta

from consent.clock import Chance, Clock, london_date
from consent.people import Worker
from consent.store import Store
from plan.events import Kind
from plan.lifecycle import PlanState
from plan.lines import plan_event
from plan.store import plans
from plan.working_days import NOTICE_DAYS, WorkingDays


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
            ahead = plans.ahead_of(tx, row.plan_id)
            first = working_days.first_collection(
                today, row.pay_day, row.frequency, step=ahead.due_on if ahead else None
            )
            plans.move(tx, row.plan_id, first, plan_event(chance, now, row, Kind.MOVED, "clock"))
        return len(rows)
