"""Payments on debts outside the plan: shown with the money out, so that it is true (ELIG-06)."""

from __future__ import annotations

from dataclasses import dataclass

from app.citizen.view import claims_for_plan, current_view
from app.http.current import services
from consent.ids import DepartmentCode
from debts.ephemeral import Ephemeral
from debts.view import View
from plan.rules.eligibility import sort_claims
from plan.rules.outside import OutsidePayment, outside_payments
from plan.rules.policy import Policy


@dataclass(frozen=True, slots=True, repr=False)
class Outside(Ephemeral):
    """A payment outside the plan, with what the debt is for and whose it is."""

    label: str
    department: str
    payment: OutsidePayment


def paid_outside(policy: Policy) -> tuple[Outside, ...]:
    """From the answers of this visit; nothing where none has been asked."""
    view = current_view()
    claims = sort_claims(claims_for_plan(view, nation=policy.nation), policy)
    return tuple(_named(view, payment) for payment in outside_payments(claims.excluded))


def _named(view: View, payment: OutsidePayment) -> Outside:
    claim = payment.claim
    label = next(
        numbered.debt.label
        for numbered in view.debts
        if (numbered.department, numbered.debt.token) == (claim.department, claim.id)
    )
    entry = services().register.departments[DepartmentCode(claim.department)]
    return Outside(label, entry.name, payment)
