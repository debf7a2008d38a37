"""What must be paid on debts outside the plan, so that the budget stays true (ELIG-06)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from debts.ephemeral import Ephemeral
from debts.money import NOTHING, Pence
from plan.rules.claim import Claim
from plan.rules.eligibility import Excluded
from plan.rules.reasons import Reason
from plan.rules.statement import Line, Statement

STILL_PAID: Final = frozenset(
    {
        Reason.FRAUD,
        Reason.COURT_FINE_ORDER,
        Reason.CONFISCATION,
        Reason.SUBJECT_TO_WARRANT,
        Reason.DEPARTMENT_REFUSED,
        Reason.NO_CONSENT,
        Reason.NATION_NOT_COVERED,
        Reason.ELSEWHERE,
        Reason.IN_DEPARTMENT_PLAN,
        Reason.TYPE_NOT_COVERED,
    }
)
"""Outside the plan, and payments go on: court terms, or the department's own (ALLOC-24).

Not here: what is disputed or paused is not paid for now; what a department takes from a benefit
or from pay has left the income already (example C12); this year's bills have their own line.
"""


@dataclass(frozen=True, slots=True, repr=False)
class OutsidePayment(Ephemeral):
    """Pence a month that the person pays on this debt, whatever the plan is."""

    claim: Claim
    pence: Pence


def outside_payments(excluded: Iterable[Excluded]) -> tuple[OutsidePayment, ...]:
    """For each debt that is still paid outside: what is paid already, or the least there is."""
    return tuple(
        OutsidePayment(out.claim, pence)
        for out in excluded
        if out.reason in STILL_PAID
        and (pence := out.claim.arrangement_pence or out.claim.minimum_pence or NOTHING)
    )


def with_outside_payments(statement: Statement, outside: Iterable[OutsidePayment]) -> Statement:
    """The statement with those payments among the essential costs."""
    lines = tuple(Line("other-essential-costs", payment.pence) for payment in outside)
    return replace(statement, outgoings=(*statement.outgoings, *lines))
