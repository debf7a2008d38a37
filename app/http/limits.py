"""How fast one department may ask: a bucket that fills steadily, for each of them (SEC-90)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil, floor


@dataclass(slots=True)
class Limits:
    """`rate` a second and `burst` at once, for each name; counted in this process. The clock only
    ever measures a span, so it is the machine's steady one."""

    rate: float = 2000.0
    burst: float = 4000.0
    steady: Callable[[], float] = time.monotonic
    _left: dict[str, tuple[float, float]] = field(default_factory=dict)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def wait(self, name: str, cost: float = 1.0) -> int:
        """0 when it may go on; else the whole seconds after which that would be so."""
        now = self.steady()
        with self._guard:
            left, then = self._left.get(name, (self.burst, now))
            left = min(self.burst, left + (now - then) * self.rate)
            enough = left >= cost
            self._left[name] = (left - cost if enough else left, now)
        return 0 if enough else max(1, ceil((cost - left) / self.rate))

    def standing(self, name: str) -> tuple[int, int]:
        """How much this name may still ask for at once, and in how many seconds that is all of its
        `burst` again. It takes nothing."""
        now = self.steady()
        with self._guard:
            left, then = self._left.get(name, (self.burst, now))
        left = min(self.burst, left + (now - then) * self.rate)
        return floor(left), ceil((self.burst - left) / self.rate)

    @property
    def policy(self) -> str:
        """The quota and the seconds in which it is whole again, as `RateLimit-Policy` has it."""
        return f'"department";q={floor(self.burst)};w={ceil(self.burst / self.rate)}'
