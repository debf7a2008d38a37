"""Words of a department that a person may read for a while, in any table of answers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Table, update

from consent.store import Tx


def drop_words_of(tx: Tx, table: Table, before: datetime) -> int:
    """Take the words out of answers of before this moment; the answers stay. How many had some."""
    return tx.connection.execute(
        update(table).where(table.c.answered_at < before, table.c.words != "").values(words="")
    ).rowcount
