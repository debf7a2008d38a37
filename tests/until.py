"""Waiting for what has to come, on a machine that may be busy: for the event, never for a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

LONG: Final = 60.0
"""Seconds after which something does not come any more. Nobody waits for it that long otherwise."""


def until(true: Callable[[], object], what: str = "it", seconds: float = LONG) -> None:
    """Look again and again until it is so; fail when it has not come to pass after `seconds`."""
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends, f"{what} did not come to pass"
        time.sleep(0.01)
