"""Money that had come goes back: a refund, a chargeback, or pence that a department returned.

What was allocated never changes. Each pence that goes back is an allocation below 0 in the same
department's series, so books stay whole, and a row in `refund` says how it reaches the payer. The
two are always the same sum.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from consent.clock import Chance, Clock, london_date
from consent.ids import new_uuid
from consent.people import Worker
from consent.store import Store, Tx
from debts.money import spread
from plan.paying import AllocationKind, AllocationState, PaymentState, RefundReason
from plan.settle import held, refund_of
from plan.store import instalments, payments, refunds
from plan.store.payments import AllocationRow, PaymentRow


def reverse(
    store: Store,
    clock: Clock,
    chance: Chance,
    *,
    payment_id: UUID,
    pence_in_all: int,
    reason: RefundReason,
) -> int:
    """As `reverse_in`, in a transaction of its own."""
    with store.transaction(Worker()) as tx:
        row = held(tx, payment_id)
        if row is None:
            return 0
        return reverse_in(tx, clock, chance, row, pence_in_all=pence_in_all, reason=reason)


def reverse_in(
    tx: Tx,
    clock: Clock,
    chance: Chance,
    row: PaymentRow,
    *,
    pence_in_all: int,
    reason: RefundReason,
    provider_id: str = "",
) -> int:
    """Take back until `pence_in_all` of this payment have gone back for this reason, each
    department in proportion to what it still has of it. How much was taken back now: 0 when it was
    told before. The caller holds plan and payment (`plan.settle.held`)."""
    if row.state is not PaymentState.SETTLED:
        return 0
    told = sum(
        one.pence for one in refunds.of_payments(tx, [row.payment_id]) if one.reason is reason
    )
    pence = min(pence_in_all - told, row.kept_pence)
    if pence <= 0:
        return 0
    parts = payments.parts_of(tx, [row.payment_id])
    left = _left(parts)
    lines = list(left)
    taken = spread(pence, [left[line] for line in lines], [left[line] for line in lines]).shares
    back = dict(zip(lines, taken, strict=True))
    _take(tx, clock, chance, row, parts, back, AllocationKind.REVERSED)
    refunds.add(tx, refund_of(chance, clock, row, pence, reason, provider_id=provider_id))
    if reason is RefundReason.CHARGED_BACK:
        _instalments_open_again(tx, row, pence)
    return pence


def follow_refunds(
    store: Store,
    clock: Clock,
    chance: Chance,
    *,
    payment_id: UUID,
    made: Mapping[str, int],
) -> int:
    """Refunds that somebody made at the provider by hand, by its number with their pence, go out of
    the departments' series as any other. How many were not known. One of the same size as one of
    ours that is under way without a number may be ours: it is left for that one to find."""
    done = 0
    with store.transaction(Worker()) as tx:
        row = held(tx, payment_id)
        ours = refunds.of_payments(tx, [payment_id])
        known = {one.provider_id for one in ours}
        under_way = {one.pence for one in ours if one.open and not one.provider_id}
        asked = sum(one.pence for one in ours if one.reason is RefundReason.ASKED)
        for number, pence in made.items():
            if row is None or number in known or pence in under_way:
                continue
            asked += pence
            done += bool(
                reverse_in(
                    tx,
                    clock,
                    chance,
                    row,
                    pence_in_all=asked,
                    reason=RefundReason.ASKED,
                    provider_id=number,
                )
            )
            row = payments.one(tx, payment_id)
    return done


def return_in(
    tx: Tx, clock: Clock, chance: Chance, row: PaymentRow, part: AllocationRow, pence: int
) -> int:
    """A department sends back pence of one allocation: they go to the payer (decision 44). How
    much of it there still was to send back."""
    parts = payments.parts_of(tx, [row.payment_id])
    pence = min(pence, _left(parts).get(part.share_id, 0))
    if pence <= 0:
        return 0
    _take(tx, clock, chance, row, parts, {part.share_id: pence}, AllocationKind.RETURNED)
    refunds.add(tx, refund_of(chance, clock, row, pence, RefundReason.RETURNED))
    return pence


def _left(parts: Sequence[AllocationRow]) -> dict[UUID, int]:
    """What each line still has of a payment."""
    left: dict[UUID, int] = defaultdict(int)
    for part in parts:
        left[part.share_id] += part.pence
    return {line: pence for line, pence in left.items() if pence > 0}


def _take(
    tx: Tx,
    clock: Clock,
    chance: Chance,
    row: PaymentRow,
    parts: Sequence[AllocationRow],
    back: Mapping[UUID, int],
    kind: AllocationKind,
) -> None:
    now = clock.now()
    day: date = london_date(now)
    first = {part.share_id: part for part in reversed(parts)}
    payments.take_back(tx, row, sum(back.values()))
    payments.add_parts(
        tx,
        [
            replace(
                first[line],
                allocation_id=new_uuid(chance),
                kind=kind,
                state=AllocationState.SETTLED,
                pence=-pence,
                most_next_pence=0,
                made_at=now,
                value_date=day,
                sequence=None,
                chain_hash=None,
            )
            for line, pence in back.items()
            if pence
        ],
    )


def _instalments_open_again(tx: Tx, row: PaymentRow, pence: int) -> None:
    """What the payer's bank took back was not paid: the day that lies ahead has nothing of it, and
    the newest payment days stand open again."""
    pence -= instalments.unpay_ahead(tx, row.plan_id, pence)
    for found in reversed(instalments.fallen(tx, row.plan_id)):
        part = min(pence, found.paid_pence)
        if part:
            instalments.unpay(tx, found, pence=part)
            pence -= part
