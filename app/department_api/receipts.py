"""A department's own receipt of one permission: its own record, and nothing else (SEC-13)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from consent.ids import DepartmentCode, GrantId
from consent.people import Department
from consent.receipts import Papers, receipt_for_department
from consent.store import Store
from consent.store.receipts import own_grant


@dataclass(frozen=True, slots=True, repr=False)
class OwnReceipts:
    """Reads as the role `svd_department`, which sees the rows of the department that asks."""

    store: Store
    papers: Papers

    def find(self, department: str, grant_id: str) -> Mapping[str, Any] | None:
        """What the receipt says today. Nothing for an id that is not its own, nor for a record of
        the first form, which names the person by an id that departments do not get."""
        code = DepartmentCode(department)
        with self.store.transaction(Department(code)) as tx:
            own = own_grant(tx, GrantId(grant_id))
        try:
            return receipt_for_department(self.papers, own) if own else None
        except LookupError:
            return None
