"""How a department's own system does, by what became of the questions to it (X13).

Counts are of the department's own traffic, which its system sees too; none is of a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from consent.clock import Clock
from consent.people import Department
from consent.store import Store, closures
from consent.store.closures import Closure
from plan.demand import OUTCOMES
from plan.store import demand

HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Health:
    """What became of questions, by the names of `plan.demand.OUTCOMES`; only those that came."""

    hour: Mapping[str, int]
    day: Mapping[str, int]
    closures: tuple[Closure, ...]

    @property
    def answers(self) -> bool | None:
        """Whether most of the last hour's questions were answered; None where there were none."""
        asked = sum(self.hour.values())
        return None if not asked else 2 * self.hour.get("answered", 0) >= asked


def health(store: Store, clock: Clock, *, actor: Department) -> Health:
    """One look, with the closures that are open or lie ahead."""
    now = clock.now()
    with store.transaction(actor) as tx:
        hour = demand.outcomes(tx, now - HOUR, now)
        day = demand.outcomes(tx, now - DAY, now)
        ahead = closures.of(tx, actor.code, after=now)
    return Health(_named(hour), _named(day), tuple(ahead))


def _named(ended: Mapping[tuple[str, str], int]) -> dict[str, int]:
    counts = {name: sum(ended.get(one, 0) for one in ones) for name, ones in OUTCOMES.items()}
    return {name: count for name, count in counts.items() if count}
