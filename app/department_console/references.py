"""References of plans in addresses and as somebody types them."""

from __future__ import annotations

import re
from typing import Final

from consent.errors import NotFound

_PLAN: Final = re.compile(r"PL[2-9A-Z]{10}")


def in_address(reference: str) -> str:
    """`PL7K 3XQ2 9TVA` as a part of an address: `PL7K-3XQ2-9TVA`."""
    return reference.replace(" ", "-")


def typed(text: str) -> str | None:
    """A plan's reference, however it is spaced; nothing for what cannot be one."""
    letters = re.sub(r"[\s-]", "", text).upper()
    if not _PLAN.fullmatch(letters):
        return None
    return " ".join(letters[at : at + 4] for at in range(0, len(letters), 4))


def of_address(text: str) -> str:
    """The reference in an address. Raises NotFound for what is none."""
    found = typed(text)
    if found is None:
        raise NotFound("no such plan")
    return found
