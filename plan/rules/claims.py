"""From a department's answer to a claim: only the facts that decide are taken over."""

from __future__ import annotations

from datetime import date

from debts.debt import Debt, Flag, Hold
from debts.money import NOTHING, Pence
from plan.rules.claim import Claim, Nation
from plan.rules.frequencies import Frequency, monthly


def claim_from_debt(
    debt: Debt,
    department: str,
    *,
    on: date,
    nation: Nation | None = None,
    disputed: bool = False,
    no_permission: bool = False,
    in_breathing_space: bool = False,
    duplicate: bool = False,
    pay_anyway: bool | None = None,
    charges_stop: bool = False,
) -> Claim:
    """The claim that a department's debt makes on a plan, on this day.

    What the department says is joined by what we know ourselves: the person's own query
    (`disputed`), their choice about this department (`no_permission`), a moratorium that another
    source told us of, that the debt was already shown by another department, and whether they want
    a debt in the plan that may be too old to collect (`pay_anyway`, None when not asked). The
    register says whether interest and fees stop while a plan is kept (`charges_stop`).
    """
    flags, outside_moratorium = debt.flags, Flag.OUTSIDE_BREATHING_SPACE in debt.flags
    return Claim(
        id=debt.token,
        department=department,
        type=debt.type_code,
        balance_pence=debt.balance,
        minimum_pence=debt.minimum,
        arrangement_pence=_monthly_arrangement(debt),
        deducted_at_source_pence=debt.taken_at_source or NOTHING,
        adds_interest=bool(debt.interest_rate),
        charges_stop=charges_stop,
        nation=nation,
        reference_tail=debt.reference_tail,
        time_bar_from=debt.time_bar_from,
        appeal_by=debt.appeal_by,
        pay_anyway=pay_anyway,
        fraud=Flag.FRAUD in flags,
        disputed=disputed or debt.hold in (Hold.DISPUTE, Hold.APPEAL),
        in_breathing_space=not outside_moratorium
        and (in_breathing_space or debt.hold is Hold.BREATHING_SPACE),
        on_hold=debt.hold is Hold.OTHER,
        in_insolvency=Flag.INSOLVENCY in flags,
        warrant=Flag.WARRANT in flags,
        not_yet_due=Flag.NOT_YET_DUE in flags or (debt.due is not None and debt.due > on),
        no_permission=no_permission,
        joint_unconfirmed=Flag.JOINT_UNCONFIRMED in flags,
        current_year=Flag.CURRENT_YEAR in flags,
        coded_out=Flag.CODED_OUT in flags,
        written_off=Flag.WRITTEN_OFF in flags,
        consolidated=Flag.CONSOLIDATED in flags,
        elsewhere=Flag.TRANSFERRED in flags,
        in_department_plan=Flag.IN_DEPARTMENT_PLAN in flags or debt.arrangement is not None,
        duplicate=duplicate,
    )


def _monthly_arrangement(debt: Debt) -> Pence:
    """What an existing agreement takes in a month; a frequency we do not know counts as monthly."""
    if debt.arrangement is None:
        return NOTHING
    every = debt.arrangement.every
    known = Frequency(every) if every in set(Frequency) else Frequency.MONTH
    return monthly(debt.arrangement.pence, known)
