"""A plan as far as the person has come with it: their choices, and what was last shown to them.

It lives in the visit, sealed like debts, and is gone with it. Money is pence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from app.citizen.plan_dates import Rhythm
from debts.ephemeral import Ephemeral
from debts.money import Pence
from plan.terms import Every


@dataclass(frozen=True, slots=True, repr=False)
class PlanDraft(Ephemeral):
    """None, or an empty text, stands for a question that has no answer yet.

    `payment` is the amount of each payment that the person looks at; None is the suggested one, and
    `settled` that they went on with it. `every` is how often they pay (a word of
    `plan.terms.Every`), `pay_day` and `first_on` are those of `plan.terms.Terms`. `strategy` is the
    way to share that they chose. `share` and `totals` are yes or no by department code. `post_key`
    is that of the form that agrees, made once for each draft (SEC-80). `old` is in or out, by the
    tag of a debt that may be too old.
    """

    payment: Pence | None = None
    settled: bool = False
    strategy: str = ""
    every: str = Every.MONTH.value
    pay_day: int | None = None
    first_on: date | None = None
    method: str = ""
    old: Mapping[str, str] = field(default_factory=dict)
    share: Mapping[str, str] = field(default_factory=dict)
    totals: Mapping[str, str] = field(default_factory=dict)
    share_shown_at: datetime | None = None
    post_key: str = ""

    @property
    def rhythm(self) -> Rhythm:
        return Rhythm(Every(self.every), self.pay_day, self.first_on)

    @property
    def pay_anyway(self) -> dict[str, bool]:
        """What the person said of debts that may be too old, by tag (LIM-04)."""
        return {tag: said == "in" for tag, said in self.old.items()}

    @property
    def declined(self) -> frozenset[str]:
        """Departments that the person leaves out of the plan."""
        return frozenset(code for code, said in self.share.items() if said == "no")


@dataclass(frozen=True, slots=True, repr=False)
class ShownLine(Ephemeral):
    """One row of a page: a debt by its name, and its part of the first payment."""

    department: str
    label: str
    pence: Pence


@dataclass(frozen=True, slots=True, repr=False)
class ShownPlan(Ephemeral):
    """What the check page showed, under its fingerprint: laid beside new figures (SEC-82)."""

    fingerprint: str
    payment: Pence
    payments: int
    lines: tuple[ShownLine, ...]
    every: str = Every.MONTH.value


@dataclass(frozen=True, slots=True, repr=False)
class LetterLine(Ephemeral):
    """One debt in the letter, with the month of its last payment in words."""

    department: str
    label: str
    pence: Pence
    paid_off_by: date


@dataclass(frozen=True, slots=True, repr=False)
class LetterRun(Ephemeral):
    """Payments that are all the same: from the first day to the last one."""

    first: date
    last: date
    payments: int
    total: Pence
    shares: tuple[Pence, ...]


@dataclass(frozen=True, slots=True, repr=False)
class PlanLetter(Ephemeral):
    """The letter as it was at agreement, with every payment (decision 1). Never stored.

    `totals_sent` and `totals_not_sent` are departments that were told the budget totals, or could
    not be reached.
    """

    reference: str
    payments: int
    finish: date
    last_payment: Pence
    lines: tuple[LetterLine, ...]
    runs: tuple[LetterRun, ...]
    days: tuple[date, ...] = ()
    left_out: tuple[str, ...] = ()
    totals_sent: tuple[str, ...] = ()
    totals_not_sent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class OtherTerms(Ephemeral):
    """Another amount (pence of each payment), day and frequency for a running plan, not yet agreed
    to (D77), and the version of the plan that was on the page."""

    pence: int
    day: int
    version: int
    every: str = Every.MONTH.value
    first_on: date | None = None

    @property
    def rhythm(self) -> Rhythm:
        return Rhythm(Every(self.every), self.day, self.first_on)


@dataclass(frozen=True, slots=True, repr=False)
class PauseAsked(Ephemeral):
    """A request to departments to pause (D60), and what became of it: codes of departments."""

    post_key: str
    shown_at: datetime
    told: tuple[str, ...] = ()
    not_told: tuple[str, ...] = ()
    reference: str = ""
    done: bool = False
