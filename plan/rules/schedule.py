"""Every payment of a plan, as a few runs of equal payments.

Between two endings every payment is alike, so the schedule jumps from one to the next: its cost
grows with the number of debts that end, not with the payments. `tests/property` walks the same plan
payment by payment and must find the same pennies. How far apart they are is not its matter.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from debts.ephemeral import Ephemeral
from debts.money import Pence
from plan.rules.allocation import sharing
from plan.rules.strategies import StrategyName, Weighed


@dataclass(slots=True, repr=False)
class Payment(Ephemeral):
    """One payment of a plan, 1 the first: what it comes to, and each debt's share of it, in pence.

    Not frozen, because a schedule makes hundreds of them and throws them away.
    """

    number: int
    total: Pence
    shares: tuple[Pence, ...]


@dataclass(frozen=True, slots=True, repr=False)
class Run(Ephemeral):
    """`payments` equal ones from payment `first` on; `shares` in the order of the debts."""

    first: int
    payments: int
    total: Pence
    shares: tuple[Pence, ...]

    @property
    def last(self) -> int:
        return self.first + self.payments - 1


@dataclass(frozen=True, slots=True, repr=False)
class Schedule(Ephemeral):
    """A whole plan. Debts that are paid off stay in it with 0 (architecture, `svd quote`)."""

    runs: tuple[Run, ...]

    @property
    def payments(self) -> int:
        return self.runs[-1].last

    @property
    def last_payment(self) -> Pence:
        """What the last one takes: never more than the others (ALLOC-25)."""
        return self.runs[-1].total

    def each_payment(self) -> Iterator[Payment]:
        """One by one, made only as they are asked for."""
        for run in self.runs:
            for number in range(run.first, run.first + run.payments):
                yield Payment(number, run.total, run.shares)

    def paid_off_in(self, place: int) -> int:
        """The number of the last payment to the debt at this place, 0 if it gets none."""
        return next((run.last for run in reversed(self.runs) if run.shares[place]), 0)


def make_schedule(payment: int, debts: Sequence[Weighed], strategy: StrategyName) -> Schedule:
    """The schedule that repays each debt's weight exactly (ALLOC-26). Payment at least 1 penny.

    Raises BelowMinimums when the payment is less than the minimums of the first one.
    """
    runs: list[Run] = []
    left = [debt.weight for debt in debts]
    number, owed_in_all, share_by = 1, sum(left), sharing(debts, strategy)
    while owed_in_all:
        total = min(payment, owed_in_all)
        shares, holds = share_by(total, left)
        steps = [
            (owed - hold) // share
            for owed, share, hold in zip(left, shares, holds, strict=True)
            if share
        ]
        payments = 1 + min(steps)
        _append(runs, Run(number, payments, Pence(total), cast("tuple[Pence, ...]", tuple(shares))))
        left = [owed - payments * share for owed, share in zip(left, shares, strict=True)]
        owed_in_all -= payments * total
        number += payments
    return Schedule(tuple(runs))


def _append(runs: list[Run], run: Run) -> None:
    """Add a run; two neighbours with the same shares are one."""
    if runs and runs[-1].shares == run.shares:
        before = runs.pop()
        run = Run(before.first, before.payments + run.payments, run.total, run.shares)
    runs.append(run)
