"""Words of other parties, brought down to a closed set of characters (SEC-54, threat T20).

What is left cannot be markup, cannot turn the direction of writing, cannot hide, and does not
start like a formula in a spreadsheet.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_NOT_ALLOWED: Final = re.compile(r"[^A-Za-zÀ-ÖØ-öø-ÿŴ-ŷ0-9 ,.'’()&/:£%-]")
_NOT_FIRST: Final = " ,.'’&/:%-)"
_SHOWN_AS_SPACE: Final = frozenset({"Cc", "Zl", "Zp", "Zs"})


def plain_text(said: str, *, longest: int = 80) -> str:
    """Letters of English and Welsh, digits, spaces and plain punctuation; at most `longest`."""
    composed = unicodedata.normalize("NFC", said[: 4 * longest])
    spaced = "".join(
        " " if unicodedata.category(letter) in _SHOWN_AS_SPACE else letter for letter in composed
    )
    kept = " ".join(_NOT_ALLOWED.sub("", spaced).split())
    return kept.lstrip(_NOT_FIRST)[:longest].rstrip()
