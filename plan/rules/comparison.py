"""One case by each strategy: how long, how many lines, and when each debt ends (F97).

The payment is the same for all, so their number is too; what differs is who is paid when, how many
lines departments get, and what interest is forecast.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from debts.ephemeral import Ephemeral
from debts.money import Pence
from plan.rules.case import Case
from plan.rules.claim import Claim
from plan.rules.policy import Policy
from plan.rules.proposal import Proposal, propose
from plan.rules.schedule import Schedule
from plan.rules.strategies import StrategyName


@dataclass(frozen=True, slots=True, repr=False)
class Ending(Ephemeral):
    """When a debt gets its last payment: its number, counted from 1."""

    claim: Claim
    payment: int


@dataclass(frozen=True, slots=True, repr=False)
class Compared(Ephemeral):
    """What one strategy makes of the case. `lines` counts the payments to single debts over the
    whole plan, `interest` is a forecast in pence, `usual` marks the one we would take."""

    strategy: StrategyName
    payments: int
    payments_with_interest: int
    lines: int
    interest: Pence
    endings: tuple[Ending, ...]
    usual: bool

    @property
    def first_ending(self) -> int:
        return min(ending.payment for ending in self.endings)


def compare(case: Case, policy: Policy) -> tuple[Compared, ...]:
    """Every strategy that this case can be shared by, at the case's own payment.

    Empty where there is no schedule to compare. Sharing by contracts is among them when each debt
    has a contract. Raises PaymentNotPossible.
    """
    usual = propose(replace(case, strategy=None), policy)
    if usual.schedule is None:
        return ()
    found = []
    for name in _possible(usual):
        proposal = usual if name is usual.strategy else propose(_by(case, name, usual), policy)
        if proposal.schedule is not None:
            taken = _compared(name, proposal, proposal.schedule, usual=name is usual.strategy)
            found.append(taken)
    return tuple(found)


def _possible(usual: Proposal) -> Sequence[StrategyName]:
    contracts = all(share.claim.contractual_pence for share in usual.shares)
    return [name for name in StrategyName if contracts or name is not StrategyName.CONTRACTUAL]


def _by(case: Case, name: StrategyName, usual: Proposal) -> Case:
    return replace(case, strategy=name, payment=usual.payment)


def _compared(
    name: StrategyName, proposal: Proposal, schedule: Schedule, *, usual: bool
) -> Compared:
    lines = sum(run.payments * sum(1 for share in run.shares if share) for run in schedule.runs)
    payments_more = proposal.tail.payments_more if proposal.tail else 0
    return Compared(
        strategy=name,
        payments=schedule.payments,
        payments_with_interest=schedule.payments + payments_more,
        lines=lines,
        interest=proposal.interest,
        endings=tuple(Ending(share.claim, share.paid_off_in) for share in proposal.shares),
        usual=usual,
    )
