"""A person pays now (D71), before anybody is asked for the money.

The payment and its parts are written down first, so that a crash leaves a row that says what to do
next; then the payment service is asked, with the payment's id as the key that makes a repeat
harmless. What came of it is the worker's word alone (`plan.settle`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from consent.clock import Chance, Clock
from consent.errors import NotFound, ServiceError, WrongState
from consent.ids import PlanId, new_uuid
from consent.people import Person
from consent.store import Store, Tx
from plan.lifecycle import LIVE_PLAN
from plan.parts import allocations, due_amount, split_among
from plan.paying import PaymentState, Route
from plan.store import instalments, payments, plans, resting, shares
from plan.store.payments import PaymentRow
from plan.store.plans import PlanRow
from plan.store.shares import ShareRow

LEAST: Final = 100
"""Pence: the least that a person pays on their own (D71)."""
FIRST_LOOK: Final = timedelta(seconds=20)
"""Until then the person's own visit asks; after it the worker does."""


class PaymentRuns(WrongState):
    """Another payment of this plan is under way: nobody pays twice by accident."""

    code = "payment_runs"


class AmountRefused(ServiceError):
    """This amount cannot be paid; `why` is too_little, more_than_due, more_than_left or
    not_a_line."""

    code = "amount_refused"

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Started:
    """`new` for the one who wrote it down: that one alone asks the payment service for a page, so
    that there is one page to pay on."""

    payment: PaymentRow
    new: bool


@dataclass(frozen=True, slots=True)
class CanPay:
    """What the page offers, in pence. `due` is what is open now, and the most that may be paid
    without fresh amounts (decision 30); `usual` is what a payment day comes to."""

    due: int
    usual: int
    running: tuple[UUID, ...]


def can_pay(store: Store, *, actor: Person, plan_id: PlanId) -> CanPay:
    """Raises NotFound."""
    with store.transaction(actor) as tx:
        row = plans.one(tx, plan_id)
        if row is None or row.subject_id != actor.subject:
            raise NotFound("no such plan")
        running = payments.open_of_plan(tx, plan_id)
        due = _due(tx, plan_id)
        return CanPay(
            due=due,
            usual=due_amount(row, _agreed(tx, row)),
            running=tuple(found.payment_id for found in running),
        )


def start_payment(
    store: Store,
    clock: Clock,
    chance: Chance,
    *,
    actor: Person,
    plan_id: PlanId,
    pence: int,
    post_key: str,
    to: UUID | None = None,
    fresh: Mapping[UUID, int] | None = None,
    agreement_id: UUID | None = None,
) -> Started:
    """Write down a payment and its parts; the same form twice is one payment. `agreement_id` is of
    the standing permission that the person gives with it.

    Without `fresh` amounts of the same visit it is at most what is due. `to` is the line that gets
    what is more than that. Raises NotFound, WrongState
    (the plan is over), PaymentRuns, AmountRefused.
    """
    post_hash = hashlib.sha256(post_key.encode()).hexdigest()
    with store.transaction(actor) as tx:
        before = payments.of_post(tx, actor.subject, post_hash)
        if before is not None:
            return Started(before, new=False)
        row = plans.locked(tx, plan_id)
        if row is None or row.subject_id != actor.subject:
            raise NotFound("no such plan")
        if row.state not in LIVE_PLAN:
            raise WrongState("this plan is over")
        if resting.owner_died(tx, plan_id):
            raise WrongState("its owner has died, as the helpline was told")
        if payments.open_of_plan(tx, plan_id):
            raise PaymentRuns("a payment is under way")
        lines = _agreed(tx, row)
        due = _due(tx, plan_id)
        _check(lines, pence, due, to, fresh)
        times = _days_open(tx, plan_id)
        found = split_among(pence, row, lines, to=to, due=due, fresh=fresh, times=times)
        if found.over:
            raise AmountRefused("more_than_left")
        now = clock.now()
        payment_id = new_uuid(chance)
        payment = PaymentRow(
            payment_id=payment_id,
            plan_id=plan_id,
            subject_id=row.subject_id,
            state=PaymentState.STARTED,
            route=Route.GOVUK_PAY,
            agreement_id=agreement_id,
            amount_pence=pence,
            made_at=now,
            check_at=now + FIRST_LOOK,
            post_hash=post_hash,
        )
        parts = allocations(chance, now, row, payment_id, lines, found.parts)
        if not payments.add(tx, payment, parts):
            again = payments.of_post(tx, actor.subject, post_hash)
            if again is None:
                raise PaymentRuns("a payment is under way")
            return Started(again, new=False)
        return Started(payment, new=True)


def least(due: int) -> int:
    """The least that can be paid now: what is due may be less than what is asked for otherwise."""
    return min(LEAST, due) if due else LEAST


def _check(
    lines: list[ShareRow],
    pence: int,
    due: int,
    to: UUID | None,
    fresh: Mapping[UUID, int] | None,
) -> None:
    if not lines:
        raise WrongState("no department has agreed so far")
    if pence < least(due):
        raise AmountRefused("too_little")
    if fresh is None and pence > due:
        raise AmountRefused("more_than_due")
    if to is not None and to not in {line.share_id for line in lines}:
        raise AmountRefused("not_a_line")


def _due(tx: Tx, plan_id: PlanId) -> int:
    return sum(found.open_pence for found in instalments.fallen(tx, plan_id))


def _days_open(tx: Tx, plan_id: PlanId) -> int:
    return sum(1 for found in instalments.fallen(tx, plan_id) if found.open_pence)


def _agreed(tx: Tx, row: PlanRow) -> list[ShareRow]:
    return [share for share in shares.of_plan(tx, row.plan_id) if share.agreed]
