"""What a department answers, in our words. Pence are whole numbers; times are aware UTC."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from debts.ephemeral import Ephemeral
from debts.money import Pence


class Hold(StrEnum):
    """Why a department has paused a debt. No kind of moratorium is told apart (MOR-06)."""

    DISPUTE = "dispute"
    APPEAL = "appeal"
    BREATHING_SPACE = "breathing_space"
    OTHER = "other"


class Flag(StrEnum):
    """Facts about a debt that decide whether it can join a plan (ELIG-05, decision 38)."""

    FRAUD = "fraud"
    CODED_OUT = "coded_out"
    WRITTEN_OFF = "written_off"
    CONSOLIDATED = "consolidated"
    IN_DEPARTMENT_PLAN = "in_department_plan"
    WARRANT = "warrant"
    INSOLVENCY = "insolvency"
    CURRENT_YEAR = "current_year"
    NOT_YET_DUE = "not_yet_due"
    ESTIMATED = "estimated"
    CREDIT = "credit"
    TRANSFERRED = "transferred"
    JOINT_UNCONFIRMED = "joint_unconfirmed"
    OUTSIDE_BREATHING_SPACE = "outside_breathing_space"
    WITH_ENFORCEMENT = "with_enforcement"


@dataclass(frozen=True, slots=True, repr=False)
class Arrangement(Ephemeral):
    """What the person already pays the department itself: pence, every `every`."""

    pence: Pence
    every: str


@dataclass(frozen=True, slots=True, repr=False)
class Debt(Ephemeral):
    """One debt as its department states it. We never recompute a department's figures."""

    token: str
    """The department's opaque handle; where it has none, its own reference (decision 27)."""
    type_code: str
    """A code of the debt catalogue, or `OTHER`."""
    label: str
    """What the debt is for, at most 80 characters of letters, digits and plain punctuation."""
    balance: Pence
    """Left to pay."""
    as_at: datetime
    original: Pence | None = None
    arrears: Pence | None = None
    principal: Pence | None = None
    fees: Pence | None = None
    interest: Pence | None = None
    interest_rate: str | None = None
    """The department's yearly rate in words, such as `8.00%`; never used in a sum."""
    minimum: Pence | None = None
    """Least the department or a court takes each month."""
    started: date | None = None
    due: date | None = None
    arrangement: Arrangement | None = None
    taken_at_source: Pence | None = None
    """Already taken each month from a benefit or from wages."""
    hold: Hold | None = None
    hold_look_again: date | None = None
    joint: bool = False
    reference_tail: str = ""
    """The last four characters of the department's reference, for the person to recognise."""
    legal_basis: str = ""
    appeal_by: date | None = None
    time_bar_from: date | None = None
    next_step: str = ""
    next_step_on: date | None = None
    how_worked_out: tuple[str, ...] = ()
    flags: frozenset[Flag] = frozenset()


class Unanswered(StrEnum):
    """Why there is no answer. Each is a gap with its own words, never a zero."""

    TIMED_OUT = "timed_out"
    ERROR = "error"
    BREAKER_OPEN = "breaker_open"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, repr=False)
class Debts(Ephemeral):
    """The department found debts. `partial_for` names kinds it cannot show here yet (S12)."""

    items: tuple[Debt, ...]
    at: datetime
    partial: bool = False
    partial_for: str = ""
    stated_total: Pence | None = None
    """The department's own total where it gives one; shown as it is, never recomputed."""
    subject_handle: str = field(default="")
    """The department's own handle for the person after a match; goes to the grant, not shown."""
    moratorium_look_again: date | None = None
    """The day on which we look again, when a moratorium is running; alike for every kind."""


@dataclass(frozen=True, slots=True, repr=False)
class NoDebts(Ephemeral):
    """The department answered: nothing it can show here (S03)."""

    at: datetime
    subject_handle: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class NotMatched(Ephemeral):
    """The department could not find the person, or found more than one (S08)."""

    at: datetime


@dataclass(frozen=True, slots=True, repr=False)
class NeedsFact(Ephemeral):
    """The department needs one more fact to find the person (S09): a key of `FACTS`."""

    at: datetime
    fact: str


@dataclass(frozen=True, slots=True, repr=False)
class Closed(Ephemeral):
    """A planned closure, with the moment it ends where known (S06)."""

    at: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True, repr=False)
class Unavailable(Ephemeral):
    """No usable answer (S05, S07). This does not mean that nothing is owed."""

    at: datetime
    reason: Unanswered
    ask_again_at: datetime | None = None


@dataclass(frozen=True, slots=True, repr=False)
class NotAsked(Ephemeral):
    """Nobody could answer: no permission (S10), it ended (S11), or not connected (S16)."""

    reason: str
    """`no_permission`, `ended` or `not_connected`."""
    on: datetime | None = None

    @property
    def sent(self) -> bool:
        """Only a department itself can say that it is not connected."""
        return self.reason == "not_connected"


Answer = Debts | NoDebts | NotMatched | NeedsFact | Closed | Unavailable | NotAsked
"""What may stand on a department's card."""

FACTS = ("vrm", "previous_name", "previous_address", "reference", "utr", "nino", "licence")
"""Facts that a department may ask for one at a time (D27)."""
