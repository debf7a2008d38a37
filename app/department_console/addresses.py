"""References and ids as they stand in the console's addresses."""

from __future__ import annotations

import re
from typing import Final
from uuid import UUID

from consent.errors import NotFound
from consent.ids import REFERENCE_ALPHABET, spaced

_BARE: Final = re.compile(f"[A-Z]{{2}}[{REFERENCE_ALPHABET}]{{10}}")


def reference(bare: str) -> str:
    """As it is kept. Raises NotFound for what can be none."""
    letters = bare.replace("-", "")
    if not _BARE.fullmatch(letters):
        raise NotFound("no such reference")
    return spaced(letters)


def uuid(text: str) -> UUID:
    """Raises NotFound for what is no id."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound("no such id") from None
