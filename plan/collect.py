"""The payment day comes: what is due is fixed, the next day is planned, and where the person has a
standing agreement the payment is written down for the worker to take.

Most plans go through a few statements for thousands of them (`plan.store.run`). A plan in which a
line nears its end, or money came ahead or is on its way, is worked out by itself. A crash leaves
either all of a batch or nothing; any number of workers may run at once.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from consent.clock import Chance, Clock, london_date
from consent.ids import PlanId, new_uuid
from consent.people import Worker
from consent.store import Store, Tx
from plan.events import Kind
from plan.lines import plan_event
from plan.parts import allocations, due_amount, split_among
from plan.paying import PaymentState, Route
from plan.store import agreements, instalments, payments, plans, run, shares
from plan.store.payments import PaymentRow
from plan.store.plans import Ahead, PlanRow
from plan.working_days import WorkingDays

BATCH: Final = 1000
COLLECT_WITHIN: Final = timedelta(days=5)
"""An instalment that could not be taken by then waits for the person."""


def fall_due(
    store: Store, clock: Clock, chance: Chance, *, working_days: WorkingDays, batch: int = BATCH
) -> int:
    """Instalments whose day has come are due, and the next one is planned. How many.

    Only lines that departments agreed to are collected, each at its own share (decision 35); what
    it comes to is fixed on this day (decision 30).
    """
    with store.transaction(Worker()) as tx:
        now = clock.now()
        today = london_date(now)
        due = run.claim(tx, today, most=batch)
        following = {
            (one.due_on, one.pay_day, one.frequency.value): working_days.next_collection(
                one.due_on, one.pay_day, one.frequency
            )
            for one in due
        }
        plain = [one.plan_id for one in due if not one.special]
        salt = chance(16).hex()
        run.fall_due(tx, plain, following=following, today=today, now=now, salt=salt)
        for one in due:
            if one.special:
                _by_itself(tx, clock, chance, one.plan_id, working_days)
        return len(due)


def collect_late(store: Store, clock: Clock, chance: Chance, *, batch: int = 200) -> int:
    """Payment days that were not collected because another payment was on its way, and whose
    money still lacks: written down now, once. How many."""
    with store.transaction(Worker()) as tx:
        since = london_date(clock.now()) - COLLECT_WITHIN
        found = agreements.uncollected(tx, since, limit=batch)
        for plan_id, sequence in found:
            row = plans.locked(tx, plan_id)
            if row is not None:
                _collect(tx, clock, chance, row, sequence)
        return len(found)


def _by_itself(
    tx: Tx, clock: Clock, chance: Chance, plan_id: PlanId, working_days: WorkingDays
) -> None:
    row = plans.locked(tx, plan_id)
    ahead = plans.ahead_of(tx, plan_id)
    if row is None or ahead is None:
        return
    now = clock.now()
    lines = [share for share in shares.of_plan(tx, plan_id) if share.agreed]
    amount = due_amount(row, lines) if lines else 0
    before = instalments.one(tx, plan_id, ahead.sequence)
    came = before.paid_pence if before is not None else 0
    plans.fall_due(
        tx, ahead, amount, plan_event(chance, now, row, Kind.FELL_DUE, "clock"), came=came, at=now
    )
    due_on = working_days.next_collection(ahead.due_on, row.pay_day, row.frequency)
    plans.add_ahead(tx, row.subject_id, Ahead(plan_id, ahead.sequence + 1, due_on))
    if came > amount:
        instalments.pay_ahead(tx, plan_id, came - amount)
    _collect(tx, clock, chance, row, ahead.sequence)


def _collect(tx: Tx, clock: Clock, chance: Chance, row: PlanRow, sequence: int) -> None:
    """Write down the payment of one day, unless another is on its way or nothing lacks."""
    agreement = agreements.active(tx, row.plan_id)
    found = instalments.one(tx, row.plan_id, sequence)
    if agreement is None or found is None or payments.open_of_plan(tx, row.plan_id):
        return
    if payments.was_collected(tx, row.plan_id, sequence):
        return
    lines = [share for share in shares.of_plan(tx, row.plan_id) if share.agreed]
    if not found.open_pence or not lines:
        return
    now = clock.now()
    payment_id = new_uuid(chance)
    parts = split_among(found.open_pence, row, lines)
    amount = found.open_pence - parts.over
    if not amount:
        return
    payment = PaymentRow(
        payment_id=payment_id,
        plan_id=row.plan_id,
        subject_id=row.subject_id,
        state=PaymentState.STARTED,
        route=Route.GOVUK_PAY,
        agreement_id=agreement.agreement_id,
        instalment=sequence,
        amount_pence=amount,
        made_at=now,
        check_at=now,
    )
    payments.add(tx, payment, allocations(chance, now, row, payment_id, lines, parts.parts))
