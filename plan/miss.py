"""The clock's part when money does not come: grace first, then a review, and only then an end.

For seven days nothing happens that anybody but the person sees (D74). A plan with two instalments
open, or two months' worth of them, gets a review of four weeks, in which paying, pausing or
changing it keeps it (PLAN-11). After that it ends only where somebody has tried to reach the
person, and a week has gone by since.
"""

from __future__ import annotations

from typing import Final

from consent.clock import Chance, Clock, london_date
from consent.people import Worker
from consent.store import Store, Tx
from plan.events import Kind
from plan.lifecycle import InstalmentState
from plan.lines import plan_event, take_out
from plan.rules.frequencies import Frequency
from plan.rules.missed import ANSWER_WITHIN, GRACE, REVIEW_WITHIN, Behind, behind
from plan.store import instalments, plans, shares
from plan.store.plans import PlanRow
from plan.terms import EndedReason

OPEN: Final = (InstalmentState.DUE, InstalmentState.PART_PAID)


def count_missed(store: Store, clock: Clock, chance: Chance, *, batch: int = 200) -> int:
    """Instalments whose days of grace are over are missed. How many plans were looked at."""
    with store.transaction(Worker()) as tx:
        today = london_date(clock.now())
        late = instalments.plans_overdue(tx, today - GRACE, limit=batch)
        for plan_id in late:
            row = plans.locked(tx, plan_id)
            if row is not None:
                _count(tx, clock, chance, row)
        return len(late)


def end_after_review(store: Store, clock: Clock, chance: Chance, *, batch: int = 200) -> int:
    """Plans whose review went by without an answer end, without a penalty: those whose person
    somebody has tried to reach (`plan.reach`). The others wait. How many."""
    with store.transaction(Worker()) as tx:
        now = clock.now()
        over = instalments.reviews_over(
            tx, london_date(now), tried_before=now - ANSWER_WITHIN, limit=batch
        )
        for plan_id in over:
            row = plans.locked(tx, plan_id)
            if row is None:
                continue
            if not behind_of(tx, row).review:
                closed = plan_event(chance, now, row, Kind.REVIEW_CLOSED, "system")
                plans.set_review(tx, plan_id, None, closed)
                continue
            going = [share for share in shares.of_plan(tx, plan_id) if share.live]
            take_out(tx, chance, now, row, going, "system")
            ended = plan_event(chance, now, row, Kind.ENDED, "system")
            plans.end(tx, plan_id, EndedReason.DEFAULT, ended)
        return len(over)


def _count(tx: Tx, clock: Clock, chance: Chance, row: PlanRow) -> None:
    now = clock.now()
    today = london_date(now)
    for found in instalments.fallen(tx, row.plan_id):
        if found.open_pence and found.due_on < today - GRACE and found.state in OPEN:
            instalments.miss(tx, found)
            plans.note(tx, plan_event(chance, now, row, Kind.MISSED, "clock"))
    if row.review_by is None and behind_of(tx, row).review:
        opened = plan_event(chance, now, row, Kind.REVIEW_OPENED, "clock")
        plans.set_review(tx, row.plan_id, today + REVIEW_WITHIN, opened)


def behind_of(tx: Tx, row: PlanRow) -> Behind:
    """Of instalments whose days of grace are over, against what the person pays each time."""
    fallen = instalments.fallen(tx, row.plan_id)
    over = [each for each in fallen if each.state not in OPEN]
    pairs = [(each.amount_pence or 0, each.paid_pence) for each in over]
    usual = fallen[-1].amount_pence if fallen else None
    every = Frequency(row.frequency)
    return behind(pairs, instalment=usual or row.payment_pence, every=every)
