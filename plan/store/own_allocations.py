"""A department's own series of allocations, as the role `svd_department` sees it (SEC-62)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select

from consent.store import Tx
from plan.paying import AllocationKind
from plan.records import allocation, department_book, plan_share
from plan.store.numbering import GENESIS


@dataclass(frozen=True, slots=True, repr=False)
class OwnAllocation:
    """One entry of the series. `pence` is below 0 for what went back; `debt_handle` is the
    department's own; `chain_hash` is 64 hex characters over this entry and all before it."""

    sequence: int
    allocation_id: UUID
    kind: AllocationKind
    pence: int
    most_next_pence: int
    value_date: date
    debt_handle: str
    chain_hash: str


def after(tx: Tx, sequence: int, *, limit: int) -> list[OwnAllocation]:
    """Entries that follow this number, in order."""
    rows = tx.connection.execute(
        select(
            allocation.c.sequence,
            allocation.c.allocation_id,
            allocation.c.kind,
            allocation.c.pence,
            allocation.c.most_next_pence,
            allocation.c.value_date,
            plan_share.c.debt_token,
            allocation.c.chain_hash,
        )
        .join(plan_share, plan_share.c.share_id == allocation.c.share_id)
        .where(allocation.c.sequence > sequence)
        .order_by(allocation.c.sequence)
        .limit(limit)
    )
    return [OwnAllocation(row[0], row[1], AllocationKind(row[2]), *row[3:]) for row in rows]


def hash_at(tx: Tx, sequence: int) -> str | None:
    """The chain's hash at this number; that of an empty series for 0, nothing where there is none
    of that number."""
    if sequence == 0:
        return GENESIS
    found = tx.connection.execute(
        select(allocation.c.chain_hash).where(allocation.c.sequence == sequence)
    ).scalar_one_or_none()
    return None if found is None else str(found)


def last(tx: Tx) -> int:
    """The last number of the series."""
    found = tx.connection.execute(select(department_book.c.last_sequence)).scalar_one_or_none()
    return int(found or 0)
