"""Words that a department writes to one person: plain text, short, and leading nowhere (X04).

Whether they speak of somebody else, or say what is owed, no program can see: the department answers
for that, and the words go after 90 days.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

LONGEST: Final = 500
"""Characters."""
_LEADS_AWAY: Final = re.compile(
    r"://|\bwww\.|[a-z0-9]\.(uk|com|org|net|gov|eu|info|io|co|scot|wales|cymru|me|ly|app|link|site)\b",
    re.IGNORECASE,
)
PLAIN: Final = re.compile(
    "[A-Za-z0-9\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u017f\u1e80-\u1e85\u1ef2\u1ef3"
    " \n.,;:'\"\u2018\u2019\u201c\u201d!?()%&+/\u00a3\u20ac\u2013-]*"
)
"""Letters of the languages of these islands, digits, plain punctuation and new lines."""


class WordsFault(StrEnum):
    """Why words are not taken."""

    EMPTY = "empty"
    LONG = "long"
    CHARACTERS = "characters"
    """Others than plain ones: signs of markup, or what could hide or turn words around."""
    LINK = "link"
    """An address of a page: people are told never to trust those in messages."""


def fault_of(words: str) -> WordsFault | None:
    """What is wrong with these words, or nothing."""
    if not words.strip():
        return WordsFault.EMPTY
    if len(words) > LONGEST:
        return WordsFault.LONG
    if not PLAIN.fullmatch(words):
        return WordsFault.CHARACTERS
    return WordsFault.LINK if _LEADS_AWAY.search(words) else None
