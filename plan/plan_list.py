"""Which of its debts each plan at the console is about, for a department without own handles.

Its references are sealed at rest (decision 27) and no page shows them. The delivery role opens them
for a list, beside the files of a day's payment, that goes to the department alone: without it its
staff could answer no plan.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from consent.ids import DepartmentCode
from consent.people import Worker
from consent.store import Store
from plan.lifecycle import ShareState
from plan.store import shares
from plan.tokens import unseal


@dataclass(frozen=True, slots=True)
class Listed:
    """One live line: by which reference the console knows the plan, and the department's own word
    for the debt."""

    reference: str
    state: ShareState
    pence: int
    handle: str = field(repr=False)


def plan_list(store: Store, *, department: DepartmentCode, token_key: bytes) -> list[Listed]:
    """By reference. Raises NotAToken where the key is another one."""
    with store.transaction(Worker()) as tx:
        found = shares.live_of(tx, department)
    return [
        Listed(
            row.part_reference,
            row.state,
            row.current_pence,
            unseal(token_key, row.debt_token, department=department, share_id=row.share_id),
        )
        for row in found
    ]
