"""The closed lists of what the rules can answer: outcome, reason, notice."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """Why a debt stays out of the plan (ELIG-05, then decision 38).

    The order is the order of the rule: where several are true, the first is the one given.
    """

    FRAUD = "FRAUD"
    COURT_FINE_ORDER = "COURT_FINE_ORDER"
    CONFISCATION = "CONFISCATION"
    UNDER_DISPUTE_OR_APPEAL = "UNDER_DISPUTE_OR_APPEAL"
    ALREADY_DEDUCTED_AT_SOURCE = "ALREADY_DEDUCTED_AT_SOURCE"
    IN_BREATHING_SPACE = "IN_BREATHING_SPACE"
    IN_INSOLVENCY = "IN_INSOLVENCY"
    SUBJECT_TO_WARRANT = "SUBJECT_TO_WARRANT"
    NOT_YET_DUE = "NOT_YET_DUE"
    BELOW_MINIMUM = "BELOW_MINIMUM"
    DEPARTMENT_REFUSED = "DEPARTMENT_REFUSED"
    NO_CONSENT = "NO_CONSENT"
    NATION_NOT_COVERED = "NATION_NOT_COVERED"
    LIABILITY_JOINT_UNCONFIRMED = "LIABILITY_JOINT_UNCONFIRMED"
    STUDENT_LOAN = "STUDENT_LOAN"
    CURRENT_YEAR = "CURRENT_YEAR"
    CODED_OUT = "CODED_OUT"
    WRITTEN_OFF = "WRITTEN_OFF"
    CONSOLIDATED = "CONSOLIDATED"
    ELSEWHERE = "ELSEWHERE"
    IN_DEPARTMENT_PLAN = "IN_DEPARTMENT_PLAN"
    TIME_BARRED = "TIME_BARRED"
    DUPLICATE = "DUPLICATE"
    TYPE_NOT_COVERED = "TYPE_NOT_COVERED"


class Outcome(StrEnum):
    """What the engine answers to a case."""

    PLAN = "plan"
    REFER = "refer"
    NO_AFFORDABLE_PLAN = "no_affordable_plan"
    NOTHING_TO_PAY = "nothing_to_pay"


class Notice(StrEnum):
    """Something to say beside the outcome. The first three are why a case is referred."""

    TOO_LONG = "TOO_LONG"
    """More than 120 months (decision 12)."""
    TOKEN_PAYMENT = "TOKEN_PAYMENT"  # noqa: S105 - a small payment, not a secret
    """Less than the smallest payment a plan may have (decision 12)."""
    BELOW_MINIMUMS = "BELOW_MINIMUMS"
    """Less than the minimums add up to (ALLOC-23)."""
    LONG_PLAN = "LONG_PLAN"
    """More than 60 months: a yearly review (decision 12, PLAN-02)."""
    INTEREST_ADDED = "INTEREST_ADDED"
    """A department adds interest; the schedule repays today's balances (INT-05)."""
    CHARGES_STOP = "CHARGES_STOP"
    """A department adds no interest and no fee while the plan is kept (F47, INT-07)."""
    DEDUCTIONS_ABOVE_CAP = "DEDUCTIONS_ABOVE_CAP"
    """With this plan, more than usual would go to debts that Universal Credit collects (DED-07)."""
    BELOW_PROTECTED_MINIMUM = "BELOW_PROTECTED_MINIMUM"
    """The payment leaves less to live on than the protected minimum (rules, section 1.6)."""
    MAY_BE_TOO_OLD = "MAY_BE_TOO_OLD"
    """A debt may be too old: the person is asked before it is paid (LIM-04)."""
    CAN_STILL_APPEAL = "CAN_STILL_APPEAL"
    """The day to appeal about a debt of the plan is still to come (F35)."""
    PROBABLE_DUPLICATE = "PROBABLE_DUPLICATE"
    """Two departments probably show one debt; it is counted once (F95)."""
    GUIDELINES_OUT_OF_DATE = "GUIDELINES_OUT_OF_DATE"
    """The spending guidelines should have been renewed by now (AFF-11)."""
