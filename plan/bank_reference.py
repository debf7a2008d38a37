"""What a person writes on a bank transfer: the plan's own reference and two check characters.

`PL8U V4PB JEAX T3` is 17 characters with its spaces; a British payment carries 18. The plan's
reference is random, so it tells a bank nothing of a person, a debt or a department.

The check is over the field of 31 elements, whose numbers are the letters and digits of our
references: the sum of all 14 characters, and the sum of each times its place, are both 0. One or
two wrong characters, and any two that changed places, are always noticed. What does not fit exactly
never pays: `near` only says what may have been meant, for somebody who looks.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

from consent.ids import REFERENCE_ALPHABET

PREFIX: Final = "PL"
LENGTH: Final = 14
"""Characters without spaces: two of the prefix, ten of the plan, two to check."""
MOST: Final = 18
"""What Faster Payments and Bacs carry, spaces among them."""
LONGEST: Final = 200
"""Characters of a text that are looked at for something to keep."""
_SIZE: Final = len(REFERENCE_ALPHABET)
_NUMBER: Final = {letter: number for number, letter in enumerate(REFERENCE_ALPHABET)}
_MISREAD: Final = str.maketrans({"0": "Q", "O": "Q", "1": "L", "I": "L", "S": "5"})
"""Letters and digits that no reference has, and what they are read for."""
_LIKE_ONE: Final = re.compile(f"{PREFIX}[{REFERENCE_ALPHABET}]{{6,{MOST - 2}}}")
_SPACES: Final = re.compile(r"\s")
_OURS: Final = re.compile(f"{PREFIX}[{REFERENCE_ALPHABET}]{{10}}")


def bank_reference(plan_reference: str) -> str:
    """`PL8U V4PB JEAX T3` for the plan `PL8U V4PB JEAX`. Raises ValueError for anything else."""
    letters = _SPACES.sub("", plan_reference)
    if not _OURS.fullmatch(letters):
        raise ValueError("not a plan's reference")
    return _grouped(letters + _check(letters))


def plan_reference(written: str) -> str | None:
    """The plan that is meant by this and nothing else, as its table has it; None where it is not
    exactly a reference."""
    letters = _plain(written)
    return _plan_of(letters) if _fits(letters) else None


def found_in(written: Iterable[str]) -> frozenset[str]:
    """Plans whose whole reference stands anywhere in these texts, however they are spaced."""
    return frozenset(
        _plan_of(window)
        for text in written
        for window in _windows(_plain(text), LENGTH)
        if _fits(window)
    )


def near(written: str) -> frozenset[str]:
    """Plans whose reference is one slip away from what stands here: one character wrong, missing or
    too many, two neighbours swapped, or without its prefix."""
    letters = _plain(written)
    return frozenset(_plan_of(tried) for tried in _tried(letters) if _fits(tried))


def what_to_keep(written: Iterable[str]) -> str:
    """At most 18 letters and digits that look like a reference, for whoever sorts out a payment
    that did not match; "" where nothing does. A payer's name or message is not kept."""
    for text in written:
        typed = _typed(text)[:LONGEST]
        spans = [*_like_one(typed), *_near_spans(typed)]
        if spans:
            start = min(start for start, _ in spans)
            return typed[start : max(end for _, end in spans)][:MOST]
    return ""


def _like_one(typed: str) -> Iterator[tuple[int, int]]:
    """Where the prefix stands, and then letters with a digit among them: a word has none."""
    for found in _LIKE_ONE.finditer(typed.translate(_MISREAD)):
        if any(letter.isdigit() for letter in typed[found.start() : found.end()]):
            yield found.span()


def _near_spans(typed: str) -> Iterator[tuple[int, int]]:
    for size in (LENGTH, LENGTH - 1, LENGTH + 1, LENGTH - len(PREFIX)):
        for at, window in enumerate(_windows(typed, size)):
            if near(window):
                yield at, at + size


def _plain(text: str) -> str:
    return _typed(text).translate(_MISREAD)


def _typed(text: str) -> str:
    """Letters and digits only, in capitals."""
    upper = unicodedata.normalize("NFKC", text).upper()
    return "".join(letter for letter in upper if letter.isascii() and letter.isalnum())


def _windows(letters: str, size: int) -> Iterator[str]:
    return (letters[at : at + size] for at in range(len(letters) - size + 1))


def _tried(letters: str) -> Iterator[str]:
    """What one slip back would make of it. The two sums say which character and where, so nothing
    is guessed letter by letter."""
    for window in _windows(letters, LENGTH):
        yield from _put_right(window)
        for at in range(LENGTH - 1):
            yield window[:at] + window[at + 1] + window[at] + window[at + 2 :]
    for window in _windows(letters, LENGTH - 1):
        missing = REFERENCE_ALPHABET[-_sums(window)[0] % _SIZE]
        for at in range(LENGTH):
            yield window[:at] + missing + window[at:]
    for window in _windows(letters, LENGTH + 1):
        for at in range(LENGTH + 1):
            yield window[:at] + window[at + 1 :]
    for window in _windows(letters, LENGTH - len(PREFIX)):
        yield PREFIX + window


def _put_right(window: str) -> Iterator[str]:
    """The one character that is wrong by `first`, at the place where `second` is that much."""
    first, second = _sums(window)
    if first:
        place = second * pow(first, -1, _SIZE) % _SIZE
        if 1 <= place <= LENGTH:
            right = REFERENCE_ALPHABET[(_NUMBER[window[place - 1]] - first) % _SIZE]
            yield window[: place - 1] + right + window[place:]


def _fits(letters: str) -> bool:
    if len(letters) != LENGTH or not letters.startswith(PREFIX):
        return False
    first, second = _sums(letters)
    return first == second == 0


def _check(letters: str) -> str:
    first, second = _sums(letters)
    last = (len(letters) + 1) * first - second
    return REFERENCE_ALPHABET[(-first - last) % _SIZE] + REFERENCE_ALPHABET[last % _SIZE]


def _sums(letters: str) -> tuple[int, int]:
    numbers = [_NUMBER[letter] for letter in letters]
    return sum(numbers) % _SIZE, sum(at * n for at, n in enumerate(numbers, 1)) % _SIZE


def _plan_of(letters: str) -> str:
    return _grouped(letters[: LENGTH - 2])


def _grouped(letters: str) -> str:
    return " ".join(letters[at : at + 4] for at in range(0, len(letters), 4))
