"""What the notes of a Standard Financial Statement say of how often, in words an adviser reads."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from debts.money import Pence
from plan.rules.frequencies import LABELS, Frequency
from plan.rules.statement import Line, total

SUGGESTED: Final = "Savings: the suggested amount"
OTHER_DEBTS: Final = "Payments on other debts"
_EVERY: Final = {words: every for every, words in LABELS.items()}
_PART: Final = re.compile(r"£([0-9]{1,12})\.([0-9]{2}) (every [a-z0-9 ]{4,9})")


def note_of(lines: Sequence[Line]) -> str:
    """`£312.40 every week`; nothing for one amount that comes by the month."""
    if len(lines) == 1 and lines[0].every is Frequency.MONTH and lines[0].pence:
        return ""
    return "; ".join(f"£{pounds(line.pence)} {LABELS[line.every]}" for line in lines)


def lines_of(line: str, pence: Pence, note: str) -> list[Line]:
    """The amounts that the note names if they make `pence` a month, or else one monthly line."""
    found = [_part(line, part) for part in note.split("; ")]
    named = [one for one in found if one is not None]
    if len(named) == len(found) and total(named) == pence:
        return named
    return [Line(line, pence)] if pence else []


def _part(line: str, words: str) -> Line | None:
    found = _PART.fullmatch(words)
    every: Frequency | None = _EVERY.get(found[3]) if found else None
    if found is None or every is None:
        return None
    return Line(line, Pence(int(found[1]) * 100 + int(found[2])), every)


def pounds(pence: int) -> str:
    """`135373` as `1353.73`; a deficit has its minus."""
    sign, whole = ("-" if pence < 0 else ""), abs(pence)
    return f"{sign}{whole // 100}.{whole % 100:02d}"
