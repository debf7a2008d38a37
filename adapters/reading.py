"""What several wires have in common: pounds, days and moments, names and numbers.

Everything here refuses rather than guesses: `Unreadable` means that the record at hand is not
used. Its message names the kind of value and never quotes it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

from consent.clock import LONDON
from debts.money import Pence

LARGEST: Final = 100_000_000_000
"""A thousand million pounds in pence: above it something is wrong."""
_MOST_DECIMALS: Final = 20
UNKNOWN_DAYS: Final = frozenset({date(1920, 2, 29), date(1900, 1, 1), date(9999, 12, 31)})
"""Days that systems write when they mean that they do not know."""

_DAY: Final = re.compile(r"(19|20|21|99)\d{2}-\d{2}-\d{2}")
_LOCAL_MOMENT: Final = re.compile(
    r"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(\.\d{1,9})?(Z|[+-]\d\d:\d\d)?"
)


_STRING_OR_LONG: Final = re.compile(rb'"(?:[^"\\]|\\.)*"|(?<![\d.eE+-])(-?\d{19,40})(?![\d.eE])')


class Unreadable(ValueError):
    """A value is not what the wire promises."""


def pounds(value: Any) -> Pence:
    """Decimal pounds as exact pence; negative stays negative.

    More than two decimals are taken only when they are zeros (18.150); a float never is.
    """
    exact = _number(value)
    if exact is None or exact.copy_abs() > LARGEST // 100 or _exponent(exact) < -_MOST_DECIMALS:
        raise Unreadable("pounds")
    numerator, denominator = exact.as_integer_ratio()
    pence, rest = divmod(100 * numerator, denominator)
    if rest:
        raise Unreadable("pounds")
    return Pence(pence)


def pounds_or_none(value: Any) -> Pence | None:
    """As `pounds`; nothing for null, and for figures too large to be meant (wire section 4)."""
    exact = _number(value)
    if exact is not None and exact.copy_abs() >= LARGEST // 100:
        return None
    return None if value is None else pounds(value)


def _number(value: Any) -> Decimal | None:
    """An integer or a finite Decimal, as it is: no rounding by a context."""
    if type(value) is int:
        return Decimal(value)
    return value if isinstance(value, Decimal) and value.is_finite() else None


def _exponent(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


def whole_pence(value: Any) -> Pence:
    """A whole number of pence. `3000.00` is refused: a decimal point would mean pounds."""
    if type(value) is not int or abs(value) > LARGEST:
        raise Unreadable("pence")
    return Pence(value)


def day(value: Any) -> date:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise Unreadable("day")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise Unreadable("day") from None


def day_or_none(value: Any) -> date | None:
    """A day, or nothing when it is left out, empty, or one of UNKNOWN_DAYS."""
    if value is None or value == "":
        return None
    read = day(value)
    return None if read in UNKNOWN_DAYS else read


def london_moment(value: Any) -> datetime:
    """Aware UTC from a date and time; one without a zone is the time in the United Kingdom."""
    found = _LOCAL_MOMENT.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise Unreadable("moment")
    seconds, fraction, zone = found.groups()
    try:
        at = datetime.fromisoformat(seconds + (zone or "").replace("Z", "+00:00"))
    except ValueError:
        raise Unreadable("moment") from None
    at = at.replace(microsecond=int((fraction or ".")[1:7].ljust(6, "0")))
    return (at if at.tzinfo else at.replace(tzinfo=LONDON)).astimezone(UTC)


def text(value: Any, *, longest: int = 200) -> str:
    """Text with the blanks at its ends taken off; an empty text for null."""
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > longest:
        raise Unreadable("text")
    return value.strip()


def identifier(value: Any, *, longest: int = 64) -> str:
    """An id as text, whatever it looks like: numbers above 2^63, spaces inside, check letters."""
    if type(value) is int:
        value = str(value)
    read = text(value, longest=longest)
    if not read:
        raise Unreadable("identifier")
    return read


def long_numbers_as_text(raw: bytes) -> bytes:
    """JSON whose whole numbers of 19 digits and more have become texts: versions that overflow 64
    bits (2^63 is sent) are ids, and nothing is ever reckoned with them."""
    return _STRING_OR_LONG.sub(lambda hit: hit[0] if hit[1] is None else b'"%b"' % hit[1], raw)


def record(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise Unreadable("record")
    return value


def records(value: Any) -> list[Mapping[str, Any]]:
    """A list of records; an empty one for null."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise Unreadable("records")
    return [record(item) for item in value]


def truth(value: Any) -> bool:
    """True for true and for "true" in any case: signals come as either (wire 6.2)."""
    if isinstance(value, str):
        return value.strip().casefold() == "true"
    return value is True


def folded(name: str) -> str:
    """A name without case, accents, blanks or signs, for comparing only: `O'Neil` is `oneil`."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in plain if letter.isalnum())


def same_nino(one: str, other: str) -> bool:
    """National Insurance numbers, where either may lack its suffix letter (wire rule 2)."""
    first, second = folded(one).upper(), folded(other).upper()
    if not (8 <= len(first) <= 9 and 8 <= len(second) <= 9) or first[:8] != second[:8]:
        return False
    return len(first) != len(second) or first == second
