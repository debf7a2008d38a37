"""The closed lists of words that a plan is kept in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from plan.rules.strategies import StrategyName


class Every(StrEnum):
    """How often a person pays: words of `plan.rules.frequencies.Frequency` (D63)."""

    WEEK = "week"
    FORTNIGHT = "fortnight"
    FOUR_WEEKS = "four_weeks"
    MONTH = "month"


class Method(StrEnum):
    """How a person pays (D64)."""

    PAY_BY_BANK = "pay_by_bank"
    CARD = "card"
    DIRECT_DEBIT = "direct_debit"
    STANDING_ORDER = "standing_order"
    CASH = "cash"
    FROM_BENEFIT = "from_benefit"


class Tier(StrEnum):
    """Whether a line stands among the priority debts of a `two_tier` plan."""

    PRIORITY = "priority"
    OTHER = "other"


class EndedReason(StrEnum):
    """Why a plan is over: ended, or finished (PLAN-17). None of them carries a penalty."""

    STOPPED = "stopped"
    """The person stopped it."""
    NOTHING_LEFT = "nothing_left"
    """Every line left it or was refused."""
    PAID_IN_FULL = "paid_in_full"
    AMENDED_TO_NIL = "amended_to_nil"
    REMISSION = "remission"
    WITHIN_TOLERANCE = "within_tolerance"
    DEFAULT = "default"
    """Payments stayed out, the review was offered, and nobody answered it (PLAN-11)."""
    INSOLVENCY = "insolvency"
    DECEASED = "deceased"


FINISHED = frozenset(
    {
        EndedReason.PAID_IN_FULL,
        EndedReason.AMENDED_TO_NIL,
        EndedReason.REMISSION,
        EndedReason.WITHIN_TOLERANCE,
    }
)
"""The reasons of a plan that is finished; the others are those of one that ended."""


class VaryReason(StrEnum):
    """Why a plan got new terms; the old ones are kept beside them (D77)."""

    AMOUNT = "amount"
    """The person pays another amount, or on another day."""
    LINES = "lines"
    """A line joined, left, or took another share."""
    BALANCES = "balances"
    """A department corrected a balance, and the shares follow (PLAN-15)."""


class Said(StrEnum):
    """What a department may say to its line."""

    AGREED = "agreed"
    CHANGE_ASKED = "change_asked"
    REFUSED = "refused"


class Reason(StrEnum):
    """Why a department asks for a change or says no (X04)."""

    NONE = ""
    BELOW_LEGAL_MINIMUM = "below_legal_minimum"
    COURT_ORDER = "court_order"
    ALREADY_COLLECTED = "already_collected"
    NOT_OURS = "not_ours"
    TOO_LONG = "too_long"
    UNDER_REVIEW = "under_review"


@dataclass(frozen=True, slots=True)
class Terms:
    """What the person chose. `pay_day` is 1 to 28 of a month, or 1 (Monday) to 7 otherwise.

    `first_on` says in which weeks the payments fall where two or four lie between them: those of
    this day. It is not kept, because the payment that lies ahead says the same. `changes_soon` is
    that they expect a change in the next three months: the plan is looked at then, and of what will
    change nothing is kept (D50).
    """

    payment_pence: int
    pay_day: int
    strategy: StrategyName
    policy_version: str
    wording_version: str
    every: Every = Every.MONTH
    method: Method = Method.PAY_BY_BANK
    changes_soon: bool = False
    first_on: date | None = None

    def __post_init__(self) -> None:
        longest = 28 if self.every is Every.MONTH else 7
        if not 1 <= self.pay_day <= longest:
            raise ValueError(f"pay_day must be between 1 and {longest}")
        if self.payment_pence < 1:
            raise ValueError("payment_pence must be at least 1")


class Asked(StrEnum):
    """What is asked of a department about other ways to collect."""

    WAIT = "wait"
    MAY_GO_ON = "may_go_on"


class NotWaiting(StrEnum):
    """Why a department does not wait."""

    NONE = ""
    COURT_ORDER = "court_order"
    WITH_AGENT = "with_agent"
    """It was with an enforcement agent before."""
    TAKEN_ALREADY = "taken_already"
    """It is taken from pay or benefits already."""
    LAW = "law"
    NOT_AGREED = "not_agreed"
    """It has not agreed to the plan so far."""
