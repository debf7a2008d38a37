"""A letter as words in their order, before anybody has set it on pages."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

from debts.ephemeral import Ephemeral

USUAL_PRINT: Final = 11
LARGE_PRINT: Final = (16, 20)
"""Points. Nothing in a large print letter is smaller."""


@dataclass(frozen=True, slots=True, repr=False)
class Part(Ephemeral):
    """A heading and what is under it: sentences, a list, a table with its head, in this order.

    `bars` are where each bar of a barcode begins and how wide it is, in modules; they stand after
    the words, and what they say stands in the words too. `columns`: where print is not large, the
    table may stand in pieces, this many beside each other.
    """

    heading: str
    words: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    columns: int = 1
    bars: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True, repr=False)
class Paper(Ephemeral):
    """Everything on the sheets. `foot` has `{page}` and `{count}` in it; `box` is keys and values.

    `title` is also what the file says of itself, so it names no debt and no amount.
    """

    language: str
    title: str
    day: str
    to: tuple[str, ...]
    lead: str
    box: tuple[tuple[str, str], ...]
    note: str
    parts: tuple[Part, ...]
    foot: str


def as_input(paper: Paper, points: int) -> bytes:
    """What the press reads: names and values only, never a line of its language."""
    plain = {
        name: getattr(paper, name)
        for name in ("language", "title", "day", "to", "lead", "box", "note", "foot")
    }
    names = ("heading", "words", "items", "head", "rows", "columns", "bars")
    parts = [{name: getattr(part, name) for name in names} for part in paper.parts]
    return json.dumps({**plain, "parts": parts, "points": points}).encode()
