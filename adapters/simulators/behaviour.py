"""How a simulated department answers one person: a small grammar, read into a value.

2.1             debts after 2.1 seconds          none:0.6     answered, no debts
slow:14.0       the same as a number             late:40      debts, long after anyone waits
mismatch:2.2    no match for this person         partial:1.9  some of the debts
needs:vrm       asks for one more fact           closed:06:00 planned closure until that time
timeout:30      hangs, then drops                down         says that it is not available
not_connected   does not know the service        held         nothing until it is told otherwise
error500, rubbish, huge, swap, close, forbidden: faults
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal[
    "debts", "none", "late", "timeout", "down", "closed", "mismatch", "needs", "partial",
    "not_connected", "held", "error500", "rubbish", "huge", "swap", "close", "forbidden",
]  # fmt: skip

DEFAULT_SECONDS: Final = 0.8
DEFAULT_ANSWER: Final = f"none:{DEFAULT_SECONDS}"

_TIMED: Final[dict[str, tuple[Kind, float]]] = {
    "slow": ("debts", DEFAULT_SECONDS),
    "none": ("none", DEFAULT_SECONDS),
    "late": ("late", 40.0),
    "timeout": ("timeout", 30.0),
    "mismatch": ("mismatch", DEFAULT_SECONDS),
    "partial": ("partial", DEFAULT_SECONDS),
}
_PLAIN: Final[dict[str, Kind]] = {
    "down": "down",
    "not_connected": "not_connected",
    "held": "held",
    "error500": "error500",
    "rubbish": "rubbish",
    "huge": "huge",
    "swap": "swap",
    "close": "close",
    "forbidden": "forbidden",
}
_NUMBER: Final = re.compile(r"\d{1,4}(\.\d{1,3})?")
_CLOCK: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_FACT: Final = re.compile(r"[a-z][a-z_]{0,30}")


class BadAnswer(ValueError):
    """The text is not in the grammar above."""


@dataclass(frozen=True, slots=True)
class Behaviour:
    """`seconds` is the delay before the answer; `detail` is the closing time or the fact asked."""

    kind: Kind
    seconds: float = 0.0
    detail: str = ""


def parse(text: str) -> Behaviour:
    """Read one answer of the grammar; raise `BadAnswer` for anything else."""
    word, colon, rest = text.strip().partition(":")
    if not colon and _NUMBER.fullmatch(word):
        return Behaviour("debts", float(word))
    if word in _TIMED and (not colon or _NUMBER.fullmatch(rest)):
        kind, seconds = _TIMED[word]
        return Behaviour(kind, float(rest) if colon else seconds)
    if word in _PLAIN and not colon:
        return Behaviour(_PLAIN[word])
    if word == "closed" and _CLOCK.fullmatch(rest):
        return Behaviour("closed", detail=rest)
    if word == "needs" and _FACT.fullmatch(rest):
        return Behaviour("needs", DEFAULT_SECONDS, rest)
    raise BadAnswer(f"not an answer that a department can give: {text!r}")
