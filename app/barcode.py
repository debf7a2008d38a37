"""The barcode of a plan's reference, for a counter that takes cash."""

from __future__ import annotations

import re

from barcode import Code128

from plan.bank_reference import bank_reference

QUIET = "0" * 10
"""Light modules on both sides, by which a reader finds the beginning and the end."""


def modules(prefix: str, plan_reference: str) -> str:
    """Code 128 of the digits by which the network knows us and the reference: 1 is dark."""
    text = prefix + bank_reference(plan_reference).replace(" ", "")
    return f"{QUIET}{Code128(text).build()[0]}{QUIET}"


def runs(dark_and_light: str) -> list[tuple[int, int]]:
    """Where each bar begins and how wide it is, in modules."""
    return [(bar.start(), len(bar[0])) for bar in re.finditer("1+", dark_and_light)]


def drawing(dark_and_light: str) -> tuple[int, str]:
    """How many modules wide, and the bars as the path of a drawing that is one high."""
    path = "".join(f"M{at} 0h{width}v1h-{width}z" for at, width in runs(dark_and_light))
    return len(dark_and_light), path
