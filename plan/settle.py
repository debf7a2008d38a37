"""A payment came, or did not: the one place where money begins to count (SEC-78, SEC-79).

Exactly once, whoever asks and how often: the plan and the payment are held, and a payment that is
settled already is left as it is. The caller has read the state from whoever took the money; a
webhook is never believed. Every figure is whole pence.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from consent.clock import Chance, Clock
from consent.ids import PlanId, new_uuid
from consent.people import Worker
from consent.store import Store, Tx
from plan.parts import allocations, split_among
from plan.paying import PaymentState, RefundReason, RefundState, Route
from plan.receive import receive_in
from plan.store import instalments, payments, plans, refunds, shares
from plan.store.payments import PaymentRow
from plan.store.refunds import RefundRow


def settle(
    store: Store, clock: Clock, chance: Chance, *, payment_id: UUID, value_date: date
) -> PaymentRow | None:
    """The money of this payment came on `value_date`. The payment as it stands then."""
    with store.transaction(Worker()) as tx:
        row = held(tx, payment_id)
        if row is None or not row.open:
            return row
        _settle_in(tx, clock, chance, row, value_date)
        return payments.one(tx, payment_id)


def give_up(store: Store, *, payment_id: UUID, state: PaymentState) -> PaymentRow | None:
    """It failed or was cancelled: nothing counts, and another payment may begin."""
    if state not in (PaymentState.FAILED, PaymentState.CANCELLED):
        raise ValueError("not a way in which a payment ends without money")
    with store.transaction(Worker()) as tx:
        row = held(tx, payment_id)
        if row is not None and row.open:
            payments.give_up(tx, row, state)
        return payments.one(tx, payment_id)


def money_came_in(
    tx: Tx,
    clock: Clock,
    chance: Chance,
    *,
    plan_id: PlanId,
    route: Route,
    provider_id: str,
    pence: int,
    value_date: date,
) -> PaymentRow | None:
    """Money that nobody asked for came for a plan: a transfer, cash, or from a benefit.

    It pays what is open, and at most one payment day ahead; the rest goes back to the payer. The
    same `provider_id` counts once. None where there is no such plan.
    """
    row = plans.locked(tx, plan_id)
    if row is None:
        return None
    before = payments.by_provider(tx, route, provider_id)
    if before is not None:
        return before
    now = clock.now()
    lines = [share for share in shares.of_plan(tx, plan_id) if share.agreed]
    days = sum(1 for found in instalments.fallen(tx, plan_id) if found.open_pence)
    found = split_among(pence, row, lines, times=days + 1)
    payment = PaymentRow(
        payment_id=new_uuid(chance),
        plan_id=plan_id,
        subject_id=row.subject_id,
        state=PaymentState.STARTED,
        route=route,
        amount_pence=pence,
        over_pence=found.over,
        made_at=now,
        provider_id=provider_id,
    )
    parts = allocations(chance, now, row, payment.payment_id, lines, found.parts)
    if not payments.add(tx, payment, parts):
        return payments.by_provider(tx, route, provider_id)
    _settle_in(tx, clock, chance, payment, value_date)
    return payments.one(tx, payment.payment_id)


def _settle_in(tx: Tx, clock: Clock, chance: Chance, row: PaymentRow, value_date: date) -> None:
    now = clock.now()
    payments.settle(tx, row, settled_at=now, value_date=value_date)
    if row.kept_pence:
        receive_in(tx, clock, chance, plan_id=row.plan_id, pence=row.kept_pence)
    if row.over_pence:
        refunds.add(tx, refund_of(chance, clock, row, row.over_pence, RefundReason.OVER))


def refund_of(
    chance: Chance,
    clock: Clock,
    row: PaymentRow,
    pence: int,
    reason: RefundReason,
    *,
    provider_id: str = "",
) -> RefundRow:
    """What goes back to the payer of this payment; what their bank took back is back already.
    Only what came by card goes back by itself: the rest is an operator's errand at the bank.
    `provider_id` is of a refund that is under way there already."""
    now = clock.now()
    done = reason is RefundReason.CHARGED_BACK
    by_itself = not done and row.route is Route.GOVUK_PAY
    return RefundRow(
        refund_id=new_uuid(chance),
        payment_id=row.payment_id,
        plan_id=row.plan_id,
        subject_id=row.subject_id,
        pence=pence,
        reason=reason,
        state=RefundState.DONE
        if done
        else (RefundState.SENT if provider_id else RefundState.WAITING),
        provider_id=provider_id,
        made_at=now,
        check_at=now if by_itself else None,
        done_at=now if done else None,
    )


def held(tx: Tx, payment_id: UUID) -> PaymentRow | None:
    """The plan first, then the payment, as everywhere, so that no two wait for each other."""
    seen = payments.one(tx, payment_id)
    if seen is None or plans.locked(tx, seen.plan_id) is None:
        return None
    return payments.locked(tx, payment_id)
