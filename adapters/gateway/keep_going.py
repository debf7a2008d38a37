"""Rounds for ever, with patience: as often as asked, later when the portal is away or says so."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Final

from adapters.gateway.faults import GatewayFault, NotNow
from adapters.gateway.round import Done

LONGEST: Final = 300.0
"""Seconds between two rounds, however often the portal was away."""


def next_wait(every: float, failed: int, asked: float = 0.0, *, dice: random.Random) -> float:
    """Seconds until the next round after `failed` failures in a row: twice as long each time, a
    little earlier or later than everybody else's, and never sooner than the portal `asked`."""
    wait = min(every * 2.0 ** min(failed, 10), max(LONGEST, every))
    return max(asked, wait * dice.uniform(0.75, 1.25) if failed else wait)


def keep_going(
    one_round: Callable[[], Done],
    *,
    every: float,
    wait: Callable[[float], bool],
    say: Callable[[str], None],
    dice: random.Random,
) -> None:
    """Until `wait(seconds)` says that it is over. A fault is said once, and again when it changes;
    a broken series stays broken until the portal mends it, and nothing is posted meanwhile."""
    failed, last = 0, ""
    while True:
        asked, fault = 0.0, ""
        try:
            one_round()
            failed = 0
        except GatewayFault as stopped:
            failed, fault = failed + 1, str(stopped)
            asked = stopped.seconds if isinstance(stopped, NotNow) else 0.0
        if fault != last:
            say(fault or "all is well again")
            last = fault
        if wait(next_wait(every, failed, asked, dice=dice)):
            return
