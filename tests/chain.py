"""A department's series of allocations, checked as an outsider would: rows and SHA-256 alone."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

QUERY = (
    "select a.department, a.sequence, a.allocation_id, a.kind, a.pence, a.most_next_pence,"
    " a.value_date, s.debt_token, a.chain_hash from allocation a join plan_share s using (share_id)"
    " where a.sequence is not null order by a.department, a.sequence"
)
BOOKS = "select department, last_sequence, head from department_book"


def broken(rows: Sequence[tuple[Any, ...]], books: Sequence[tuple[Any, ...]]) -> list[str]:
    """What is wrong with the series of each department, in words."""
    faults: list[str] = []
    heads: dict[str, tuple[int, bytes]] = {}
    for department, number, *said, found in rows:
        last, before = heads.get(department, (0, bytes(32)))
        if number != last + 1:
            faults.append(f"{department}: {number} follows {last}")
        item = "|".join(str(one) for one in (number, *said)).encode()
        head = hashlib.sha256(before + item).digest()
        if head.hex() != found:
            faults.append(f"{department}: {number} is not what was hashed")
        heads[department] = (number, head)
    for department, last, head in books:
        number, found = heads.get(department, (0, bytes(32)))
        if (number, found.hex()) != (last, head):
            faults.append(f"{department}: the book says {last}")
    return faults
