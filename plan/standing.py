"""How a plan stands with its payments: what came, what is late, what was paid early (D69, D74).

Nothing of what is owed is here: only instalments, which are what the person agreed to pay.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from consent.clock import Clock, london_date
from consent.ids import PlanId
from consent.people import Person
from consent.store import Store
from plan.lifecycle import InstalmentState
from plan.rules.missed import GRACE, told_from
from plan.store import instalments
from plan.store.instalments import Instalment

_FALLEN = frozenset(
    {
        InstalmentState.DUE,
        InstalmentState.PART_PAID,
        InstalmentState.PAID,
        InstalmentState.MISSED,
    }
)


@dataclass(frozen=True, slots=True)
class Standing:
    """Amounts are pence. `late` are instalments whose day has passed and that are not whole, the
    oldest first; `in_a_row` how many of the last ones these are; `ahead` instalments that were paid
    before their day."""

    paid: int
    late: tuple[Instalment, ...]
    in_a_row: int
    ahead: int
    due_today: Instalment | None

    @property
    def open_pence(self) -> int:
        return sum(each.open_pence for each in self.late)

    @property
    def movable(self) -> Instalment | None:
        """The late one that may still move to another day: its days of grace are not over."""
        last = self.late[-1] if self.late else None
        return None if last is None or last.state is InstalmentState.MISSED else last

    @property
    def grace_until(self) -> date | None:
        """The last day on which nothing is counted as missed."""
        return self.late[0].due_on + GRACE if self.late else None

    @property
    def told_from(self) -> date | None:
        """The first day on which a department may hear that something has not come (D74)."""
        return told_from(self.late[0].due_on) if self.late else None


def standing(store: Store, clock: Clock, *, actor: Person, plan_id: PlanId) -> Standing:
    """How this person's plan stands today; nothing came and nothing is late where there is none."""
    with store.transaction(actor) as tx:
        found = instalments.of_plan(tx, plan_id)
    return standing_of(found[::-1], london_date(clock.now()))


def standing_of(found: Sequence[Instalment], today: date) -> Standing:
    """From every instalment of a plan, the oldest first."""
    fallen = [each for each in found if each.state in _FALLEN and each.due_on <= today]
    over = [each for each in fallen if each.due_on < today]
    row = 0
    for each in reversed(over):
        if not each.open_pence:
            break
        row += 1
    return Standing(
        paid=sum(each.paid_pence for each in found),
        late=tuple(each for each in over if each.open_pence),
        in_a_row=row,
        ahead=sum(each.state is InstalmentState.PAID and each.due_on > today for each in found),
        due_today=next((each for each in fallen if each.due_on == today and each.open_pence), None),
    )
