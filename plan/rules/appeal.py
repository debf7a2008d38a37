"""Where somebody turns who thinks that a decision behind a debt is wrong, and until when (F35).

Which way there is goes by the kind of debt and the nation. By when is the department's own word,
which comes with the debt: it alone knows when it told the person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from plan.rules.claim import Claim


class AppealWay(StrEnum):
    """Who looks at it first, and who decides after that; `plan.rules.words.APPEALS` says it."""

    TAX = "tax"
    BENEFIT = "benefit"
    BENEFIT_AGAIN = "benefit_again"
    HOUSING_BENEFIT = "housing_benefit"
    TAX_CREDIT = "tax_credit"
    COUNCIL_TAX = "council_tax"
    PENALTY_CHARGE = "penalty_charge"
    COURT = "court"
    ASK = "ask"


@dataclass(frozen=True, slots=True)
class Appeal:
    """A way to appeal, and the public page that says more, or nothing."""

    way: AppealWay
    more: str = ""


@dataclass(frozen=True, slots=True)
class Appeals:
    """The way of each kind of debt; `usual` for those not named."""

    usual: Appeal
    by_type: Mapping[str, Appeal]

    def of(self, type_code: str) -> Appeal:
        return self.by_type.get(type_code, self.usual)


def read_appeals(body: Mapping[str, Any]) -> Appeals:
    """From one dated entry of appeals.toml."""
    by_type: dict[str, Appeal] = {}
    for row in body["way"]:
        by_type |= dict.fromkeys(row["types"], Appeal(AppealWay(row["of"]), row.get("more", "")))
    return Appeals(Appeal(AppealWay(body["usual"])), by_type)


def can_appeal(claim: Claim, on: date) -> bool:
    """Whether the day that the department named is still to come. A yes to a plan changes
    nothing about it."""
    return claim.appeal_by is not None and claim.appeal_by >= on
