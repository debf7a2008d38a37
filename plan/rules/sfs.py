"""The Standard Financial Statement as a file, version 1.1: what of it is taken, and what is not.

Taken are income, outgoings, savings and the household. The part on debts is never read, and names,
births, addresses and notes are read past: none of them is kept or shown. A file has amounts by the
month only. How often money comes (AFF-25) goes into a line's note as `£312.40 every week`, and is
believed on the way back only where it makes the amount of the line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from debts.ephemeral import Ephemeral
from debts.money import NOTHING, Pence
from plan.rules.statement import Statement

MOST_BYTES: Final = 200 * 1024
TENURES: Final = (
    "Owner",
    "Mortgage",
    "Living with parents",
    "Tenant - private sector",
    "Tenant - social",
    "other",
)
CATCH_ALL: Final[Mapping[str, str]] = {
    "earnings": "other-earnings",
    "benefits": "other-benefits",
    "pensions": "other-pensions",
    "other-income": "other-other-income",
    "water": "water-supply",
    "care-health": "other-care-health",
    "transport-travel": "other-transport-travel",
    "school": "other-school",
    "pensions-insurances": "other-pensions-insurances",
    "professional": "other-professional",
    "other-essential": "other-essential-costs",
    "communications-leisure": "other-communications-leisure",
    "food-housekeeping": "other-food-housekeeping",
    "personal": "other-personal",
}
"""The line that takes the total of a group, where a summary file gives no more than that."""


@dataclass(frozen=True, slots=True, repr=False)
class Form(Ephemeral):
    """A statement with what the published form asks beside it.

    `other_debts` are payments that the statement does not hold, a month; None where not said.
    `savings_shown` is what the contribution comes to when it is the suggested one. `born` is
    written because the form cannot do without, and never read. Names are neither.
    """

    statement: Statement
    joint: bool = False
    tenure: str = ""
    other_debts: Pence | None = None
    savings_shown: Pence = NOTHING
    born: date | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Difference(Ephemeral):
    """A total that is not what its lines come to: the lines are used, and the reader is told.

    `place` is the path of the total in the file. Pence, or people for the size of a household.
    """

    place: str
    stated: int
    found: int


@dataclass(frozen=True, slots=True, repr=False)
class Found(Ephemeral):
    """What a file says. `summary`: it gave totals of groups instead of their lines."""

    form: Form
    differences: tuple[Difference, ...] = ()
    summary: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that makes a file unreadable. `place` is a path of element names, never a value.

    Codes: too_big, not_readable (neither JSON nor XML as we take it), not_sfs, unknown_line, twice,
    missing, not_money, not_a_number, not_yes_or_no, not_a_choice.
    """

    code: str
    place: str = ""


class SfsRefused(ValueError):
    """The file was not taken, and nothing of it is kept."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(", ".join(sorted({fault.code for fault in faults})))
        self.faults = faults
