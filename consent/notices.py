"""Notices: the exact words of a permission, by purpose, version and language (SEC-3, SEC-20).

A published notice is never edited. `register/notices/SHA256SUMS` lists the hash of each; a test
fails when a file and its line differ, so new words need a new version. `record` in a notice says
which form its consent records have, so that old ones keep their bytes.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol

import rfc8785

from consent.dates import in_words
from consent.purposes import UNTIL_ENDED, Purpose
from consent.register import FOLDER

NOTICES = FOLDER / "notices"
SENDS = {
    "name": "name",
    "birth_date": "date of birth",
    "address": "address",
    "nino": "National Insurance number",
}
"""What a department may be sent, in the words of the card of a version 1."""
FOOT = ("controllers", "rights", "stop", "complain", "automated")
"""What stands once below the cards: who answers for it, rights, stopping, complaints, computers."""


class Named(Protocol):
    """A department as it is today (the register) or was on a day (`consent.parties`)."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def short(self) -> str: ...
    @property
    def sends(self) -> tuple[str, ...]: ...
    @property
    def longest_days(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Row:
    key: str
    heading: str
    words: str


@dataclass(frozen=True, slots=True)
class Field:
    code: str
    words: str
    type: str = "pd:Financial"
    """What kind of personal data it is, as DPV names it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how often, as the words say it. 0 stands for no limit of its own."""

    longest_days: int
    most_a_day: int
    least_apart_seconds: int
    once: bool
    retention: str
    """How long what is sent or answered stays with us, as ISO 8601 writes it."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One published notice. `sha256` is of the file's exact bytes, `exact`."""

    purpose: Purpose
    version: int
    language: str
    sha256: str
    exact: bytes
    question_one: str
    question_many: str
    yes: str
    no: str
    rows: tuple[Row, ...]
    fields: tuple[Field, ...]
    foot: tuple[Row, ...]
    record: int
    """Which form its consent records have."""
    limits: Limits
    sends: Mapping[str, tuple[str, str]]
    """Each item's words, and its words when it is the last of several."""
    length: str

    @property
    def id(self) -> str:
        """Such as `view_debts/1`."""
        return f"{self.purpose}/{self.version}"

    def card(self, entry: Named, *, until: str, length: str = "") -> tuple[Row, ...]:
        """The nine rows for one department; `until` is the last day in words, `length` how long
        that is (by default as long as the words of the notice allow)."""
        names = {
            "name": full_name(entry),
            "short": entry.short,
            "sends": self._list(entry.sends),
            "until": until,
            "length": length or self.length_for(entry.longest_days),
        }
        return tuple(
            Row(row.key, row.heading.format(**names), row.words.format(**names))
            for row in self.rows
        )

    def length_for(self, longest_days: int) -> str:
        """`12 months`, or less where the department allows less."""
        days = self._days(longest_days)
        return self.length.format(months=round(days * 12 / 365))

    def until(self, entry: Named, shown_at: datetime) -> str:
        """The last day of a permission that is given on a card shown at this moment, in words."""
        days = self._days(entry.longest_days)
        ends = shown_at + (timedelta(days=days) if days else UNTIL_ENDED)
        return in_words(ends, self.language)

    def _days(self, longest_days: int) -> int:
        """By its own words, not by what the code allows today; version 1 knew no department's own
        limit. 0 where it lives as long as a plan."""
        own = self.limits.longest_days
        return min(own, longest_days) if own and longest_days and self.record > 1 else own

    def _list(self, items: Sequence[str]) -> str:
        *first, last = items
        if not first:
            return self.sends[last][0]
        return ", ".join(self.sends[item][0] for item in first) + " " + self.sends[last][1]


def full_name(entry: Named) -> str:
    """`Department for Work and Pensions (DWP)`; the name alone where there is no short form."""
    return entry.name if entry.short == entry.name else f"{entry.name} ({entry.short})"


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
        try:
            return self.by_key[(Purpose(purpose), int(version), language)]
        except ValueError:
            raise LookupError(notice_id) from None


_FIRST = {
    "view_debts": Limits(365, 0, 0, once=False, retention="PT30M"),
    "run_plan": Limits(0, 0, 0, once=False, retention="PT30M"),
    "share_budget_totals": Limits(30, 0, 0, once=True, retention="PT30M"),
    "hold_or_query": Limits(365, 0, 0, once=True, retention="PT30M"),
}
"""What the versions 1 meant, which do not say it as figures."""


def load(folder: Path = NOTICES) -> Notices:
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
    form = raw.get("record", 1)
    if form > 1 and tuple(raw["foot"]) != FOOT:
        raise ValueError(f"{path.name}: below the cards stand {', '.join(FOOT)}")
    return Notice(
        purpose=Purpose(raw["purpose"]),
        version=raw["version"],
        language=raw["language"],
        sha256=hashlib.sha256(exact).hexdigest(),
        exact=exact,
        question_one=raw["question_one"],
        question_many=raw["question_many"],
        yes=raw["yes"],
        no=raw["no"],
        rows=tuple(Row(**row) for row in raw["row"]),
        fields=tuple(Field(**row) for row in raw["field"]),
        foot=tuple(Row(key, "", words) for key, words in raw.get("foot", {}).items()),
        record=form,
        limits=_limits(raw) if form > 1 else _FIRST[raw["purpose"]],
        sends=MappingProxyType(_sends(raw)),
        length=raw.get("length", "{months} months"),
    )


def _limits(raw: Mapping[str, Any]) -> Limits:
    return Limits(**{name: raw[name] for name in Limits.__slots__})


def _sends(raw: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    if "sends" in raw:
        return {item: (words[0], words[1]) for item, words in raw["sends"].items()}
    return {item: (words, f"and {words}") for item, words in SENDS.items()}


def parameters(notice: Notice, entry: Named, *, until: str) -> dict[str, Any]:
    """What was filled into the notice for one department. None of it is about the person."""
    if notice.record == 1:
        return {"department": entry.code, "until": until}
    return {
        "department": entry.code,
        "name": entry.name,
        "short": entry.short,
        "sends": list(entry.sends),
        "until": until,
        "length": notice.length_for(entry.longest_days),
    }


def presented_sha256(
    notice: Notice, entry: Named, *, until: str, choices: Mapping[str, str]
) -> str:
    """Hash of what was on the screen: JCS of notice, language, parameters and choices.

    The parameters name the department and a date, never the person (decision 32).
    """
    shown: dict[str, Any] = {
        "notice_sha256": notice.sha256,
        "language": notice.language,
        "parameters": parameters(notice, entry, until=until),
        "choices": dict(choices),
    }
    return hashlib.sha256(rfc8785.dumps(shown)).hexdigest()
