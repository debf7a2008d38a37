"""Dated tables: entries of register/policy, each with its days, its nations and its source.

Two entries for one day, or a day between two entries that has none, are refused when a table is
read: nobody finds out in the middle of a plan.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from plan.rules.claim import Nation

SHIPPED: Final = Path(__file__).resolve().parents[2] / "register" / "policy"


class PolicyFault(ValueError):
    """The policy tables contradict each other, leave a gap, or do not reach a day."""


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


def read_table(folder: Path, table: str, *, nations: Iterable[Nation] = Nation) -> list[Entry]:
    """The entries of `table`.toml, checked for these nations. Raises PolicyFault naming the file
    and the day, or what an entry does not say."""
    raw = tomllib.loads((folder / f"{table}.toml").read_text(encoding="utf-8"))
    entries = [read_entry(table, body) for body in raw["in_force"]]
    for nation in nations:
        refuse_gaps_and_overlaps(
            f"{table}.toml for {nation}", [entry for entry in entries if nation in entry.nations]
        )
    return entries


def read_entry(table: str, body: Mapping[str, Any]) -> Entry:
    """One entry. Raises PolicyFault where it does not say since when, where or by which source."""
    for needed in ("valid_from", "nations", "reference"):
        if not body.get(needed):
            raise PolicyFault(f"{table}.toml: an entry has no {needed}")
    return Entry(
        table=table,
        valid_from=body["valid_from"],
        valid_to=body.get("valid_to"),
        nations=frozenset(Nation(nation) for nation in body["nations"]),
        reference=body["reference"],
        body=body,
    )


def refuse_gaps_and_overlaps(where: str, entries: Iterable[Entry]) -> None:
    """Each entry but the last ends on the day before the next; the last one is open."""
    dated = sorted(entries, key=lambda entry: entry.valid_from)
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
