"""A debt as the rules see it: the facts that decide, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import IntEnum, StrEnum

from debts.ephemeral import Ephemeral
from debts.money import NOTHING, Pence


class Nation(StrEnum):
    """Whose rules apply (rules, section 7)."""

    ENGLAND = "ENG"
    WALES = "WLS"
    SCOTLAND = "SCT"
    NORTHERN_IRELAND = "NIR"


class PriorityClass(IntEnum):
    """What can happen when a debt is not paid (PRI-01 to PRI-04). Lower comes first in a tie."""

    PRIORITY = 1
    """Home, liberty or an essential service is at stake."""
    DEDUCTION_POWER = 2
    """The creditor can take it from pay or benefit by itself, which alone is no priority."""
    NON_PRIORITY = 3


@dataclass(frozen=True, slots=True, repr=False)
class Claim(Ephemeral):
    """One debt that may enter a plan. Money is pence, and pence a month where it says so.

    `id` is unique within its department. `priority` overrides the class of the type (PRI-04):
    True makes it a priority debt, False makes it none, None leaves the type's own class.
    `nation` is where the debt arose; None means the nation of the person's case.
    """

    id: str
    department: str
    type: str
    balance_pence: Pence
    minimum_pence: Pence | None = None
    """Least a month, where the department or the law sets one."""
    arrangement_pence: Pence = NOTHING
    """Already paid to the department each month, outside any plan of ours."""
    deducted_at_source_pence: Pence = NOTHING
    """Already taken from a benefit or from pay each month (ELIG-05)."""
    contractual_pence: Pence = NOTHING
    """The regular payment of its own contract, for sharing by contracts (ALLOC-02)."""
    fixed_pence: Pence = NOTHING
    """A fixed payment a month, taken off the top and not shared by weight (ALLOC-24)."""
    priority: bool | None = None
    rate: Decimal | None = None
    """Interest in per cent a year, for a forecast only (INT-04); None when there is no number."""
    adds_interest: bool = False
    """The department says that it adds interest, whether or not it says how much."""
    charges_stop: bool = False
    """It adds no interest and no fee while a plan with it is kept, as the register says (F47)."""
    nation: Nation | None = None
    reference_tail: str = ""
    """The end of its reference, by which another department's answer is recognised (F95)."""
    time_bar_from: date | None = None
    """The day from which the department counts how old it is (LIM-04)."""
    appeal_by: date | None = None
    """The last day to appeal, where the department says one (F35)."""
    pay_anyway: bool | None = None
    """What the person said when asked if a debt that may be too old shall be in the plan; None
    when nobody asked yet. The service never decides it (LIM-04)."""

    fraud: bool = False
    disputed: bool = False
    in_breathing_space: bool = False
    """A moratorium of any kind; the kind is not known here (MOR-06)."""
    on_hold: bool = False
    """The department has paused it. Told in the same words as a moratorium (decision 36)."""
    in_insolvency: bool = False
    warrant: bool = False
    not_yet_due: bool = False
    department_refused: bool = False
    no_permission: bool = False
    """The person did not allow this department to run a plan, or has stopped it."""
    joint_unconfirmed: bool = False
    current_year: bool = False
    coded_out: bool = False
    written_off: bool = False
    consolidated: bool = False
    elsewhere: bool = False
    """It was handed to another office, which is not necessarily one that answers here."""
    in_department_plan: bool = False
    time_barred: bool = False
    duplicate: bool = False
    """The same debt is also in another department's answer."""
