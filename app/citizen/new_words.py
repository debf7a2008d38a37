"""What is new on a card since a person last saw it: row by row and field by field (CD12)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from consent.notices import Field, Named, Notice, Notices, Row
from consent.parties import load as parties
from consent.register import DepartmentEntry

LANGUAGES: Final = ("en", "cy")
BACK: Final = "back"
"""The row under which the fields stand: a new one below is news in it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One of the nine rows of a card, or one field that comes back."""

    key: str
    heading: str
    words: str
    new: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """What one department's card says. `gone` are fields that it does not send any more."""

    entry: DepartmentEntry
    rows: tuple[Line, ...]
    fields: tuple[Line, ...]
    gone: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        return bool(self.gone) or any(line.new for line in (*self.rows, *self.fields))


@dataclass(frozen=True, slots=True)
class Seen:
    """The words that a person saw, and when: `view_debts/1` in their language."""

    notice: str
    language: str
    at: datetime


def card_of(
    notices: Notices,
    notice: Notice,
    entry: DepartmentEntry,
    *,
    until: str,
    seen: Seen | None = None,
) -> Card:
    """The card of today; with `seen`, what differs from the card of that day is marked.

    The last day of the permission is always another one and is no news.
    """
    rows, fields = notice.card(entry, until=until), notice.fields
    before = notices.find(seen.notice, seen.language) if seen else None
    if seen is None or before is None:
        return Card(entry, _unmarked(rows), _fields(fields))
    old, new = _in_one_language(notices, before, notice)
    old_rows = _by_key(old.card(_as_it_was(entry, seen.at), until=until))
    new_rows = _by_key(new.card(entry, until=until))
    changed = {key for key, row in new_rows.items() if old_rows.get(key) != row}
    known = {field.code: field.words for field in old.fields}
    said = {field.code: field.words for field in new.fields}
    fresh = {code for code in said if known.get(code) != said[code]}
    gone = tuple(field.words for field in before.fields if field.code not in said)
    if fresh or gone:
        changed.add(BACK)
    return Card(
        entry,
        tuple(Line(row.key, row.heading, row.words, row.key in changed) for row in rows),
        _fields(fields, fresh),
        gone,
    )


def _unmarked(rows: tuple[Row, ...]) -> tuple[Line, ...]:
    return tuple(Line(row.key, row.heading, row.words) for row in rows)


def _fields(fields: tuple[Field, ...], new: set[str] | None = None) -> tuple[Line, ...]:
    marked = new or set()
    return tuple(Line(one.code, "", one.words, one.code in marked) for one in fields)


def _by_key(rows: tuple[Row, ...]) -> Mapping[str, tuple[str, str]]:
    return {row.key: (row.heading, row.words) for row in rows}


def _in_one_language(notices: Notices, old: Notice, new: Notice) -> tuple[Notice, Notice]:
    """Both in the language of the new one, or in one that both have: another language alone is
    no new wording."""
    for language in (new.language, *LANGUAGES):
        try:
            return notices.find(old.id, language), notices.find(new.id, language)
        except LookupError:
            continue
    return old, new


def _as_it_was(entry: DepartmentEntry, at: datetime) -> Named:
    """The department as it was named, and what it was sent, on that day."""
    try:
        return parties().department(entry.code, at)
    except LookupError:
        return entry
