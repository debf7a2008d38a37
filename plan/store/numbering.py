"""Numbers without gaps for each department's settled allocations, and a hash chain over them.

Set-based: one statement numbers a batch, hashes it and moves the department's book on (SEC-81).
"""

from __future__ import annotations

from sqlalchemy import text

from consent.store import Tx

GENESIS = "0" * 64
"""The head of a book in which nothing stands."""
_WAITING = text(
    "select distinct department from allocation where state = 'settled' and sequence is null"
)
_OPEN_BOOK = text(
    "insert into department_book (department, head) values (:department, :head)"
    " on conflict do nothing"
)
_HOLD = text(
    "select last_sequence, head from department_book where department = :department"
    " for update skip locked"
)
_NUMBER = text(
    """
    with batch as materialized (
        select a.allocation_id, a.share_id, a.kind, a.pence, a.most_next_pence, a.value_date,
            :last + row_number() over (order by a.made_at, a.allocation_id) as number
        from allocation a
        where a.department = :department and a.state = 'settled' and a.sequence is null
        order by a.made_at, a.allocation_id
        limit :most
    ), chained as materialized (
        select b.allocation_id, b.number, encode(hash_chain(
            decode(:head, 'hex'),
            convert_to(concat_ws('|', b.number, b.allocation_id, b.kind, b.pence,
                b.most_next_pence, b.value_date, s.debt_token), 'UTF8')
        ) over (order by b.number), 'hex') as hash
        from batch b join plan_share s using (share_id)
    ), numbered as (
        update allocation a set sequence = c.number, chain_hash = c.hash
        from chained c where a.allocation_id = c.allocation_id
        returning a.sequence, a.chain_hash
    )
    update department_book k set last_sequence = n.sequence, head = n.chain_hash
    from (select sequence, chain_hash from numbered order by sequence desc limit 1) n
    where k.department = :department
    returning k.last_sequence
    """
)


def departments_waiting(tx: Tx) -> list[str]:
    """Those for which something settled and has no number."""
    return [str(row[0]) for row in tx.connection.execute(_WAITING)]


def number(tx: Tx, department: str, *, most: int) -> int:
    """Number at most so many allocations of this department, in the order in which they were made.
    How many; 0 where another worker has its book in hand."""
    tx.connection.execute(_OPEN_BOOK, {"department": department, "head": GENESIS})
    book = tx.connection.execute(_HOLD, {"department": department}).one_or_none()
    if book is None:
        return 0
    last, head = book
    done = tx.connection.execute(
        _NUMBER, {"department": department, "last": last, "head": head, "most": most}
    ).one_or_none()
    return int(done[0]) - int(last) if done else 0
