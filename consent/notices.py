"""Notices: the exact words of a permission, by purpose, version and language (SEC-3, SEC-20).

A published notice is never edited. `register/notices/SHA256SUMS` lists the hash of each; a test
fails when a file and its line differ, so new words need a new version.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import rfc8785

from consent.purposes import Purpose
from consent.register import FOLDER, DepartmentEntry

SENDS = {
    "name": "name",
    "birth_date": "date of birth",
    "address": "address",
    "nino": "National Insurance number",
}
"""What a department may be sent, in the words of the card (English notices)."""


@dataclass(frozen=True, slots=True)
class Row:
    key: str
    heading: str
    words: str


@dataclass(frozen=True, slots=True)
class Field:
    code: str
    words: str


@dataclass(frozen=True, slots=True)
class Notice:
    """One published notice. `sha256` is of the file's exact bytes."""

    purpose: Purpose
    version: int
    language: str
    sha256: str
    question_one: str
    question_many: str
    yes: str
    no: str
    rows: tuple[Row, ...]
    fields: tuple[Field, ...]

    @property
    def id(self) -> str:
        """Such as `view_debts/1`."""
        return f"{self.purpose}/{self.version}"

    def card(self, entry: DepartmentEntry, *, until: str) -> tuple[Row, ...]:
        """The nine rows for one department; `until` is the last day in words."""
        names = {
            "name": full_name(entry),
            "short": entry.short,
            "sends": _list(tuple(SENDS[item] for item in entry.sends)),
            "until": until,
        }
        return tuple(
            Row(row.key, row.heading.format(**names), row.words.format(**names))
            for row in self.rows
        )


def full_name(entry: DepartmentEntry) -> str:
    """`Department for Work and Pensions (DWP)`; the name alone where there is no short form."""
    return entry.name if entry.short == entry.name else f"{entry.name} ({entry.short})"


def _list(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]


@dataclass(frozen=True, slots=True)
class Notices:
    """All published notices; the newest version of each purpose is the one that is shown."""

    by_key: Mapping[tuple[Purpose, int, str], Notice]

    def newest(self, purpose: Purpose, language: str) -> Notice:
        """The words of today; English where this language has none yet."""
        for wanted in (language, "en"):
            versions = [
                notice
                for (of, _, spoken), notice in self.by_key.items()
                if of == purpose and spoken == wanted
            ]
            if versions:
                return max(versions, key=lambda notice: notice.version)
        raise LookupError(f"no notice for {purpose}")

    def find(self, notice_id: str, language: str) -> Notice:
        """The notice with this id, such as `view_debts/1`. Raises LookupError."""
        purpose, _, version = notice_id.partition("/")
        return self.by_key[(Purpose(purpose), int(version), language)]


def load(folder: Path = FOLDER / "notices") -> Notices:
    """Read all notices of the register. Raises ValueError that names a faulty file."""
    found: dict[tuple[Purpose, int, str], Notice] = {}
    for path in sorted(folder.glob("*.toml")):
        notice = _read(path)
        found[(notice.purpose, notice.version, notice.language)] = notice
    return Notices(MappingProxyType(found))


def _read(path: Path) -> Notice:
    exact = path.read_bytes()
    raw = tomllib.loads(exact.decode("utf-8"))
    if path.name != "{purpose}-{version}.{language}.toml".format_map(raw):
        raise ValueError(f"{path.name}: the name and the content differ")
    return Notice(
        purpose=Purpose(raw["purpose"]),
        version=raw["version"],
        language=raw["language"],
        sha256=hashlib.sha256(exact).hexdigest(),
        question_one=raw["question_one"],
        question_many=raw["question_many"],
        yes=raw["yes"],
        no=raw["no"],
        rows=tuple(Row(**row) for row in raw["row"]),
        fields=tuple(Field(**row) for row in raw["field"]),
    )


def presented_sha256(
    notice: Notice, *, department: str, until: str, choices: Mapping[str, str]
) -> str:
    """Hash of what was on the screen: JCS of notice, language, parameters and choices.

    The parameters name the department and a date, never the person (decision 32).
    """
    shown: dict[str, Any] = {
        "notice_sha256": notice.sha256,
        "language": notice.language,
        "parameters": {"department": department, "until": until},
        "choices": dict(choices),
    }
    return hashlib.sha256(rfc8785.dumps(shown)).hexdigest()
