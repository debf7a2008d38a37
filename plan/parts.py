"""What the lines of a plan take of a payment, and the allocations that come of it.

Only lines that departments agreed to take anything (decision 35). A line never gets more than its
department said that it needs, and never more than twice its usual part unless more payment
days are open or its amount was pulled in the same visit: that is the most each allocation announces
for the next payment (decision 30).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from consent.clock import Chance
from consent.ids import new_uuid
from plan.paying import AllocationKind, AllocationState
from plan.rules.split import Split, Taking, split, split_beyond, usual_total
from plan.rules.strategies import StrategyName
from plan.store.payments import AllocationRow
from plan.store.plans import PlanRow
from plan.store.shares import ShareRow
from plan.vary import kept

TIMES: Final = 2
"""A line gets at most so many times its usual part of one payment."""


def takings(
    lines: Sequence[ShareRow],
    fresh: Mapping[UUID, int] | None = None,
    *,
    times: int = TIMES,
) -> list[Taking]:
    """What each line takes. `fresh` is pence left by line, from answers of the same visit: it is
    used here and kept nowhere."""
    return [
        Taking(
            usual=line.current_pence,
            kept=kept(line, line.current_pence),
            most=most_of(line, times) if fresh is None else fresh.get(line.share_id, 0),
        )
        for line in lines
    ]


def most_of(line: ShareRow, times: int = TIMES) -> int:
    """The most that one payment brings this line."""
    most = max(times, TIMES) * line.current_pence
    return most if line.closing_pence is None else min(most, line.closing_pence)


def due_amount(row: PlanRow, lines: Sequence[ShareRow]) -> int:
    """What a payment day comes to: the agreed lines, less what lines near their end no longer
    need and no other can take."""
    usual = sum(line.current_pence for line in lines)
    return usual_total(takings(lines), usual, StrategyName(row.strategy))


def split_among(
    pence: int,
    row: PlanRow,
    lines: Sequence[ShareRow],
    *,
    to: UUID | None = None,
    due: int = 0,
    fresh: Mapping[UUID, int] | None = None,
    times: int = TIMES,
) -> Split:
    """How this payment is split; `to` names the line to which the person gives what is beyond the
    pence that are `due` (PLAN-20), `times` how many payment days it may be for."""
    if not lines:
        return Split((), pence)
    taking = takings(lines, fresh, times=times)
    strategy = StrategyName(row.strategy)
    if to is None:
        return split(pence, taking, strategy)
    place = [line.share_id for line in lines].index(to)
    return split_beyond(pence, due, taking, place, strategy)


def allocations(
    chance: Chance,
    now: datetime,
    row: PlanRow,
    payment_id: UUID,
    lines: Sequence[ShareRow],
    parts: Sequence[int],
) -> list[AllocationRow]:
    """One row for each line that gets something, not yet settled."""
    return [
        AllocationRow(
            allocation_id=new_uuid(chance),
            payment_id=payment_id,
            plan_id=row.plan_id,
            subject_id=row.subject_id,
            share_id=line.share_id,
            department=line.department,
            kind=AllocationKind.PAID,
            state=AllocationState.PLANNED,
            pence=pence,
            most_next_pence=_most_next(line, pence),
            made_at=now,
        )
        for line, pence in zip(lines, parts, strict=True)
        if pence
    ]


def _most_next(line: ShareRow, pence: int) -> int:
    if line.closing_pence is None:
        return most_of(line)
    return min(most_of(line), max(line.closing_pence - pence, 0))
