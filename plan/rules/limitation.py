"""Debts that may be too old to collect: asked about before anything is paid (LIM-01 to LIM-04).

The service flags and never decides. A payment can start time again, so the person says first
whether an old debt shall be in the plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from plan.rules.claim import Claim


@dataclass(frozen=True, slots=True)
class Limits:
    """Years after which a debt may be too old, by kind of debt; `usual` for those not named.
    None is a kind that never gets too old."""

    usual: int
    by_type: Mapping[str, int | None]

    def years(self, type_code: str) -> int | None:
        return self.by_type.get(type_code, self.usual)


def read_limits(body: Mapping[str, Any]) -> Limits:
    """Limits from one dated entry of limitation.toml; 0 there is `never`."""
    by_type: dict[str, int | None] = {}
    for row in body["years"]:
        by_type |= dict.fromkeys(row["types"], row["after"] or None)
    return Limits(body["usual"], by_type)


def may_be_too_old(claim: Claim, limits: Limits, on: date) -> bool:
    """Whether time has passed since the day from which the department counts it."""
    years = limits.years(claim.type)
    if claim.time_bar_from is None or years is None:
        return False
    return _years_after(claim.time_bar_from, years) <= on


def ask_first(claim: Claim, limits: Limits, on: date) -> bool:
    """Whether the person still has to say if this debt shall be in the plan (LIM-04)."""
    return claim.pay_anyway is None and may_be_too_old(claim, limits, on)


def _years_after(day: date, years: int) -> date:
    leap = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year + years, day=28 if leap else day.day)
