"""Who the parties of a record are, as they were on the day that its card was shown (SEC-3).

The register of departments says how things stand today; `register/parties/` keeps how they stood.
`SHA256SUMS` lists the hash of each file, and a test fails when one is changed.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from consent.clock import london_date
from consent.ids import DepartmentCode
from consent.register import FOLDER, DepartmentEntry

PARTIES = FOLDER / "parties"


@dataclass(frozen=True, slots=True)
class Party:
    """One organisation as a record names it. `contact` is an address on the web; one that begins
    with a slash is of this service. `sends` and `longest` are a department's (0 days: none)."""

    code: str
    name: str
    address: str
    contact: str
    types: tuple[str, ...]
    short: str = ""
    sends: tuple[str, ...] = ()
    longest_days: int = 0

    @property
    def urn(self) -> str:
        return f"urn:svd:org:{self.code}"

    @property
    def longest(self) -> timedelta | None:
        return timedelta(days=self.longest_days) if self.longest_days else None


@dataclass(frozen=True, slots=True)
class Parties:
    """All parties as they were from `since` on."""

    since: date
    portal: Party
    authority: Party
    impact_assessment: str
    departments: Mapping[DepartmentCode, Party]


@dataclass(frozen=True, slots=True)
class Book:
    """Every published list of parties, the oldest first."""

    lists: tuple[Parties, ...]

    def at(self, moment: datetime) -> Parties:
        """The list of that day; the first for a day before it."""
        day = london_date(moment)
        return next((one for one in reversed(self.lists) if one.since <= day), self.lists[0])

    def department(self, code: str, moment: datetime) -> Party:
        """Raises LookupError for one that was no party then."""
        return self.at(moment).departments[DepartmentCode(code)]


def of_entry(entry: DepartmentEntry) -> tuple[str, str, tuple[str, ...], int]:
    """What a party and the register's entry of today must agree on."""
    return entry.name, entry.short, entry.sends, entry.longest_days


@cache
def load(folder: Path = PARTIES) -> Book:
    """Read all lists, once. Raises ValueError that names a faulty file."""
    found = [_read(path) for path in sorted(folder.glob("*.toml"))]
    if not found:
        raise ValueError(f"{folder}: no list of parties")
    return Book(tuple(sorted(found, key=lambda one: one.since)))


def _read(path: Path) -> Parties:
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    if path.stem != raw["from"].isoformat():
        raise ValueError(f"{path.name}: the name and the day in it differ")
    portal = dict(raw["portal"])
    assessment = portal.pop("impact_assessment")
    exporter = ["dpv:DataController", "dpv:DataExporter"]
    departments = (_party({"types": exporter, **row}) for row in raw["department"])
    return Parties(
        since=raw["from"],
        portal=_party({"code": "portal", **portal}),
        authority=_party(raw["authority"]),
        impact_assessment=assessment,
        departments=MappingProxyType({DepartmentCode(one.code): one for one in departments}),
    )


def _party(row: Mapping[str, Any]) -> Party:
    return Party(**{**row, "types": tuple(row["types"]), "sends": tuple(row.get("sends", ()))})
