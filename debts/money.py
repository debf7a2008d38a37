"""Money in whole pence, and sharing it so that no penny is lost or made.

There is no float anywhere: amounts are integers, and a fraction is two integers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, Literal, NamedTuple, NewType

Pence = NewType("Pence", int)
"""A whole number of pence. Never a float, never pounds (AFF-01)."""

NOTHING: Final = Pence(0)

MoneyFault = Literal["empty", "not_money", "negative"]

_LARGEST_POUNDS_DIGITS: Final = 12
_AMOUNT: Final = re.compile(
    r"""(?P<pounds> [0-9]{1,3} (?:[, ][0-9]{3})+ | [0-9]+ )?   # 1234, 1,234 or 1 234
        (?: \. (?P<pence> [0-9]{1,2} ) )?                       # .5 or .50""",
    re.VERBOSE,
)
_MINUS_SIGNS: Final = "-−–"


class NotMoney(ValueError):
    """What was typed is not an amount; `kind` says which of the three messages fits."""

    def __init__(self, kind: MoneyFault) -> None:
        super().__init__(kind)
        self.kind: MoneyFault = kind


def half_up(numerator: int, denominator: int) -> Pence:
    """The nearest penny to a fraction; an exact half goes up. For amounts of 0 or more."""
    return Pence((2 * numerator + denominator) // (2 * denominator))


class Spread(NamedTuple):
    """A total shared among lines, with how long the same answer holds.

    `holds[i]` is the smallest cap of line i for which these shares would still come out, as long
    as each line that receives something stays at or above its own. It lets a schedule jump from
    one ending to the next instead of walking through the months.
    """

    shares: list[int]
    holds: list[int]


def spread(
    total: int, weights: Sequence[int], caps: Sequence[int], order: Sequence[int] | None = None
) -> Spread:
    """Capped largest remainder (ALLOC-21), in pence, for as many lines as there are weights.

    A line whose exact share reaches its cap gets the cap, and the others share what is left, until
    none overflows. The rest get whole pence; odd pence go one each to the largest fractions, and
    where fractions are equal, to the lower `order` (position, when left out).
    """
    if total >= sum(caps):
        return Spread(list(caps), list(caps))
    order = order or range(len(caps))
    shares, holds = [0] * len(caps), [0] * len(caps)
    left = total
    lines = [i for i, cap in enumerate(caps) if cap > 0]
    while True:
        whole = sum([weights[i] for i in lines])
        if not whole:
            weights, whole = [1] * len(caps), len(lines)
        full = [i for i in lines if left * weights[i] >= caps[i] * whole]
        if not full:
            break
        for i in full:
            shares[i] = holds[i] = caps[i]
            left -= caps[i]
        lines = [i for i in lines if not shares[i]]
    odd, fractions = left, []
    for i in lines:  # whole pence first, then the odd ones, to those with room for them
        shares[i], fraction = divmod(left * weights[i], whole)
        holds[i] = shares[i] + 1
        odd -= shares[i]
        fractions.append((-fraction, order[i], i))
    if odd:
        fractions.sort()
        for _, _, i in fractions[:odd]:
            shares[i] += 1
    return Spread(shares, holds)


def share(
    total: int, weights: Sequence[int], caps: Sequence[int], order: Sequence[int] | None = None
) -> list[Pence]:
    """Share `total` pence by weight, none above its cap (ALLOC-21).

    The result adds up to `total`, or to all the caps when they are less.
    """
    return [Pence(pence) for pence in spread(total, weights, caps, order).shares]


def format_pounds(pence: int) -> str:
    """`123456` as `£1,234.56`, and `4500` as `£45`: no .00 (journeys, tone rules).

    Pages say "£88 short" of a negative amount themselves; the minus is for operators' eyes.
    """
    sign = "-" if pence < 0 else ""
    pounds, rest = divmod(abs(pence), 100)
    return f"{sign}£{pounds:,}.{rest:02d}" if rest else f"{sign}£{pounds:,}"


def plain_pounds(pence: int) -> str:
    """`123456` as `1234.56`: a number in a bank's message and in every spreadsheet, below 0 too."""
    sign = "-" if pence < 0 else ""
    pounds, rest = divmod(abs(pence), 100)
    return f"{sign}{pounds}.{rest:02d}"


def parse_pounds(text: str) -> Pence:
    """Read an amount that a person typed: `45`, `45.5`, `£1,234.50`, ` 1 234 `.

    One decimal is tenths of a pound: `45.5` is 4550. Raises NotMoney with kind `empty`,
    `negative`, or `not_money` (which three decimals are too).
    """
    typed = " ".join(text.split())
    if not typed:
        raise NotMoney("empty")
    bare = typed.replace("£", "", 1).strip()
    negative = bare[:1] in _MINUS_SIGNS and bool(bare)
    if negative:
        bare = bare[1:].replace("£", "", 1).strip()
    found = _AMOUNT.fullmatch(bare)
    if not found or not bare:
        raise NotMoney("not_money")
    pounds = re.sub("[, ]", "", found["pounds"] or "0")
    if len(pounds) > _LARGEST_POUNDS_DIGITS:
        raise NotMoney("not_money")
    pence = Pence(int(pounds) * 100 + int((found["pence"] or "0").ljust(2, "0")))
    if negative and pence:
        raise NotMoney("negative")
    return pence
