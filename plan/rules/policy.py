"""Dated policy: which figures and which debt types hold on a day, in a nation.

The tables are reviewed files in register/policy. Each entry says from when it holds, where, and
which source it rests on. Two entries for one day, or a day without an entry, are refused when the
files are read: nobody finds out in the middle of a plan.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from debts.money import Pence
from plan.rules.catalogue import DebtType, read_debt_types
from plan.rules.claim import Nation
from plan.rules.guidelines import Guidelines, read_guidelines

SHIPPED: Final = Path(__file__).resolve().parents[2] / "register" / "policy"
TABLES: Final = ("affordability", "guidelines", "debt_types")


class PolicyFault(ValueError):
    """The policy tables contradict each other, leave a gap, or do not reach a day."""


@dataclass(frozen=True, slots=True)
class Affordability:
    """The figures of decisions 8 and 12. Money is pence a month."""

    savings_percent: int
    savings_cap: Pence
    smallest_payment: Pence
    long_months: int
    most_months: int


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
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One dated entry of one table, for some nations. `valid_to` is its last day, or None."""

    table: str
    valid_from: date
    valid_to: date | None
    nations: frozenset[Nation]
    reference: str
    body: Mapping[str, Any]

    def holds(self, on: date, nation: Nation) -> bool:
        ends = self.valid_to or date.max
        return nation in self.nations and self.valid_from <= on <= ends


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
    if len(found) < len(TABLES):
        raise PolicyFault(f"no policy is in force on {day}")
    return Policy(
        on=day,
        nation=nation,
        version=max(entry.valid_from for entry in found.values()).strftime("%Y-%m"),
        affordability=_affordability(found["affordability"].body),
        guidelines=read_guidelines(found["guidelines"].body),
        debt_types=read_debt_types(found["debt_types"].body),
        references=tuple(found[table].reference for table in TABLES),
    )


@lru_cache(maxsize=4)
def load(folder: Path = SHIPPED) -> Policies:
    """Read and check the policy tables. Raises PolicyFault naming the file and the day."""
    entries: list[Entry] = []
    for table in TABLES:
        with (folder / f"{table}.toml").open("rb") as file:
            dated = [_entry(table, body) for body in tomllib.load(file)["in_force"]]
        for nation in Nation:
            _refuse_gaps_and_overlaps(table, nation, (e for e in dated if nation in e.nations))
        entries += dated
    return Policies(tuple(entries))


def _entry(table: str, body: Mapping[str, Any]) -> Entry:
    return Entry(
        table=table,
        valid_from=body["valid_from"],
        valid_to=body.get("valid_to"),
        nations=frozenset(Nation(nation) for nation in body["nations"]),
        reference=body["reference"],
        body=body,
    )


def _refuse_gaps_and_overlaps(table: str, nation: Nation, entries: Iterable[Entry]) -> None:
    """Each entry but the last ends on the day before the next; the last one is open."""
    dated = sorted(entries, key=lambda entry: entry.valid_from)
    where = f"{table}.toml for {nation}"
    if not dated:
        raise PolicyFault(f"{where}: has no entry")
    if dated[-1].valid_to is not None:
        raise PolicyFault(f"{where}: nothing holds after {dated[-1].valid_to}")
    for entry, following in pairwise(dated):
        last_day = following.valid_from - timedelta(days=1)
        if entry.valid_to is None or entry.valid_to > last_day:
            raise PolicyFault(f"{where}: two entries hold on {following.valid_from}")
        if entry.valid_to < last_day:
            raise PolicyFault(f"{where}: no entry holds on {last_day}")


def _affordability(body: Mapping[str, Any]) -> Affordability:
    return Affordability(
        savings_percent=body["savings_percent"],
        savings_cap=Pence(body["savings_cap"]),
        smallest_payment=Pence(body["smallest_payment"]),
        long_months=body["long_months"],
        most_months=body["most_months"],
    )
