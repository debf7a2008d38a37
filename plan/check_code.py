"""The check code of a message or letter: eight characters that say what we sent and when (P12).

    code = made(key, "M06", day)           # "4K7P 2MXD"
    read(key, "4k7p-2mxd", today=today)    # Sent("M06", day), or None: not one of ours

Nothing is kept. The kind, the day and a keyed proof (HMAC-SHA256, cut short) stand in the code
itself, so it names no person and no amount. Everybody who gets the same kind of message on one
day has the same code: a code shows that we sent such a message, never that this one is it.

A made-up code is right once in PROOFS = 13,014,084 tries (2^23.6), for whoever has no key.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from consent.ids import REFERENCE_ALPHABET

KINDS: Final = ("M01", "M02", "M03", "M04", "M05", "M06", "M07", "M08", "M09", "M10", "M11")
"""New kinds go at the end: the place of a kind is in the codes that are out already."""
SIZE: Final = 8
FIRST_DAY: Final = date(2026, 1, 1)
_DAYS: Final = 4096
"""From FIRST_DAY to 19 March 2037; a later day is refused, and this scheme needs a second one."""
_ROOM: Final = 16
"""Places for kinds, of which KINDS uses the first."""
_MEANINGS: Final = _ROOM * _DAYS
PROOFS: Final = len(REFERENCE_ALPHABET) ** SIZE // _MEANINGS
_CONTEXT: Final = b"check code 1\n"


@dataclass(frozen=True, slots=True)
class Sent:
    """What a code stands for."""

    kind: str
    day: date


def made(key: bytes, kind: str, day: date) -> str:
    """The code of this kind of message on this day (London's), as it is printed."""
    days = (day - FIRST_DAY).days
    if not 0 <= days < _DAYS:
        raise ValueError(f"no check code for {day}")
    meaning = KINDS.index(kind) * _DAYS + days
    text = _written(_proof(key, meaning) * _MEANINGS + meaning)
    return f"{text[:4]} {text[4:]}"


def typed(text: str) -> str | None:
    """The eight letters and numbers, however they were spaced; None if it is something else."""
    bare = "".join(text.split()).replace("-", "").upper()
    return bare if len(bare) == SIZE and bare.isascii() and bare.isalnum() else None


def read(key: bytes, text: str, *, today: date) -> Sent | None:
    """What was sent under this code, by today; None if we never sent it."""
    bare = typed(text)
    if bare is None or not set(bare) <= set(REFERENCE_ALPHABET):
        return None
    proof, meaning = divmod(_number(bare), _MEANINGS)
    if not hmac.compare_digest(proof.to_bytes(4), _proof(key, meaning).to_bytes(4)):
        return None
    place, days = divmod(meaning, _DAYS)
    day = FIRST_DAY + timedelta(days=days)
    return Sent(KINDS[place], day) if place < len(KINDS) and day <= today else None


def _proof(key: bytes, meaning: int) -> int:
    digest = hmac.digest(key, _CONTEXT + meaning.to_bytes(2), "sha256")
    return int.from_bytes(digest) % PROOFS


def _written(number: int) -> str:
    letters = ""
    for _ in range(SIZE):
        number, place = divmod(number, len(REFERENCE_ALPHABET))
        letters = REFERENCE_ALPHABET[place] + letters
    return letters


def _number(text: str) -> int:
    number = 0
    for letter in text:
        number = number * len(REFERENCE_ALPHABET) + REFERENCE_ALPHABET.index(letter)
    return number
