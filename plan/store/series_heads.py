"""The hashes in a department's series, as the role `svd_signer` may read them: no amount, no debt.

A signature says what stands in the book at that moment, so the signer reads it itself.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from sqlalchemy import select

from consent.ids import DepartmentCode
from consent.people import Department
from consent.store import Store
from plan.records import allocation
from plan.store.numbering import GENESIS


def hashes_at(store: Store) -> Callable[[DepartmentCode, Collection[int]], Mapping[int, str]]:
    """A look at some numbers of one department's series; that of number 0 is the empty series'."""

    def look(department: DepartmentCode, numbers: Collection[int]) -> Mapping[int, str]:
        with store.transaction(Department(department)) as tx:
            rows = tx.connection.execute(
                select(allocation.c.sequence, allocation.c.chain_hash).where(
                    allocation.c.department == department, allocation.c.sequence.in_(numbers)
                )
            )
            found = {int(row[0]): str(row[1]) for row in rows}
        return {0: GENESIS, **found}

    return look
