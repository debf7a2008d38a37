"""Dated policy: which figures and which debt types hold on a day, in a nation.

The tables are reviewed files in register/policy. Each entry says from when it holds, where, and
which source it rests on (`dated.py`). A plan records the version it was made with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from debts.money import Pence
from plan.rules.appeal import Appeals, read_appeals
from plan.rules.catalogue import PLACES, DebtType, read_debt_types
from plan.rules.claim import Nation
from plan.rules.dated import SHIPPED, Entry, PolicyFault, read_table
from plan.rules.guidelines import Guidelines, read_guidelines
from plan.rules.limitation import Limits, read_limits
from plan.rules.protected import ProtectedMinimum, read_protected
from plan.rules.universal_credit import Cap, read_cap

TABLES: Final = (
    "affordability",
    "guidelines",
    "debt_types",
    "limitation",
    "appeals",
    "protected_minimum",
    "universal_credit",
)
"""The tables of a policy, in this order in its `references`."""
NOT_EVERYWHERE: Final[Mapping[str, frozenset[Nation]]] = MappingProxyType(
    {"universal_credit": PLACES["GB"]}
)
"""Tables that are not for all nations, and which they are for."""


@dataclass(frozen=True, slots=True)
class Affordability:
    """The figures of decisions 8 and 12. Money is pence a month."""

    savings_percent: int
    savings_cap: Pence
    smallest_payment: Pence
    long_months: int
    most_months: int
    token_payment: Pence
    """What a creditor is offered for a time when nothing can be paid (ALLOC-07)."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything dated that holds in one nation on one day.

    `version` is the month in which the youngest of its tables began, such as `2025-04`.
    """

    on: date
    nation: Nation
    version: str
    affordability: Affordability
    guidelines: Guidelines
    debt_types: Mapping[str, DebtType]
    limits: Limits
    appeals: Appeals
    protected: ProtectedMinimum
    universal_credit: Cap | None
    """None in Northern Ireland, which has deductions of its own."""
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Policies:
    """All dated tables, checked: exactly one entry a table, nation and day."""

    entries: tuple[Entry, ...]

    def on(self, day: date, nation: Nation | str) -> Policy:
        """The policy of a day and a nation. Raises PolicyFault before the first table."""
        return _policy(self, day, Nation(nation))


@lru_cache(maxsize=64)
def _policy(policies: Policies, day: date, nation: Nation) -> Policy:
    found = {entry.table: entry for entry in policies.entries if entry.holds(day, nation)}
    needed = [table for table in TABLES if nation in NOT_EVERYWHERE.get(table, Nation)]
    if any(table not in found for table in needed):
        raise PolicyFault(f"no policy is in force on {day}")
    cap = found.get("universal_credit")
    return Policy(
        on=day,
        nation=nation,
        version=max(entry.valid_from for entry in found.values()).strftime("%Y-%m"),
        affordability=_affordability(found["affordability"].body),
        guidelines=read_guidelines(found["guidelines"].body),
        debt_types=read_debt_types(found["debt_types"].body),
        limits=read_limits(found["limitation"].body),
        appeals=read_appeals(found["appeals"].body),
        protected=read_protected(found["protected_minimum"].body),
        universal_credit=read_cap(cap.body) if cap else None,
        references=tuple(found[table].reference for table in needed),
    )


@lru_cache(maxsize=4)
def load(folder: Path = SHIPPED) -> Policies:
    """Read and check the policy tables. Raises PolicyFault naming the file and the day."""
    entries: list[Entry] = []
    for table in TABLES:
        entries += read_table(folder, table, nations=NOT_EVERYWHERE.get(table, Nation))
    return Policies(tuple(entries))


def _affordability(body: Mapping[str, Any]) -> Affordability:
    return Affordability(
        savings_percent=body["savings_percent"],
        savings_cap=Pence(body["savings_cap"]),
        smallest_payment=Pence(body["smallest_payment"]),
        long_months=body["long_months"],
        most_months=body["most_months"],
        token_payment=Pence(body["token_payment"]),
    )
