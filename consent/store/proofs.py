"""Numbers of proofs that were used; `consent.store.checks` adds them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select

from consent.records import used_proof
from consent.store import Tx


def drop_outlived(tx: Tx, now: datetime, *, limit: int = 5000) -> int:
    """Forget one batch of numbers whose proofs could not be right any more; how many."""
    due = (
        select(used_proof.c.party, used_proof.c.proof_hash)
        .where(used_proof.c.until < now)
        .limit(limit)
        .subquery()
    )
    gone = delete(used_proof).where(
        used_proof.c.party == due.c.party, used_proof.c.proof_hash == due.c.proof_hash
    )
    return tx.connection.execute(gone).rowcount
