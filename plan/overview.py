"""What waits for a department today, in counts and days (X01): of its own rows, and no others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from consent.clock import Clock, london_date
from consent.people import Department
from consent.store import Store, closures, hold_answers
from consent.store.closures import Closure
from plan.store import demand, own_plans, receipts, remittances
from plan.store.remittances import RemittanceRow

LATELY: Final = timedelta(hours=1)
"""How far back the health of a connection looks."""


@dataclass(frozen=True, slots=True)
class Connection:
    """How the department's system answered in the last hour; `closed` is a window that is open."""

    asked: int
    unanswered: int
    closed: Closure | None

    @property
    def failing(self) -> bool:
        """More went unanswered than were answered."""
        return self.unanswered * 2 > self.asked > 0


@dataclass(frozen=True, slots=True)
class Overview:
    """`soonest` is the first day by which no answer counts as accepted; `to_sort_out` counts lines
    of money that the department has not put in their place; `holds` open questions."""

    waiting: int
    soonest: date | None
    remittance: RemittanceRow | None
    to_sort_out: int
    holds: int
    connection: Connection


def overview(store: Store, clock: Clock, *, actor: Department) -> Overview:
    """One look, in one transaction."""
    now = clock.now()
    with store.transaction(actor) as tx:
        waiting, soonest = own_plans.waiting(tx)
        ended = demand.outcomes(tx, now - LATELY, now)
        unanswered = sum(count for (kind, _), count in ended.items() if kind == "not_answered")
        open_now = [one for one in closures.of(tx, actor.code, after=now) if one.from_at <= now]
        return Overview(
            waiting=waiting,
            soonest=soonest,
            remittance=remittances.of_day(tx, actor.code, london_date(now)),
            to_sort_out=receipts.not_final(tx),
            holds=hold_answers.undecided(tx),
            connection=Connection(
                asked=sum(ended.values()),
                unanswered=unanswered,
                closed=open_now[0] if open_now else None,
            ),
        )
