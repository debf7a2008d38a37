"""Rows of how long departments took to answer: counts, and nobody."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as upsert

from consent.ids import DepartmentCode
from consent.store import Tx
from plan.records import answer_time


def add(tx: Tx, counts: Mapping[tuple[DepartmentCode, date, int], int]) -> None:
    """In one order for all processes, so that no two wait for each other."""
    if not counts:
        return
    query = upsert(answer_time).values(
        [
            {"department": key[0], "monday": key[1], "span": key[2], "answers": counts[key]}
            for key in sorted(counts)
        ]
    )
    more = answer_time.c.answers + query.excluded.answers
    tx.connection.execute(
        query.on_conflict_do_update(
            index_elements=["department", "monday", "span"], set_={"answers": more}
        )
    )


def of_week(tx: Tx, monday: date) -> dict[int, int]:
    """Answers by span, of the department that asks."""
    query = select(answer_time.c.span, answer_time.c.answers)
    rows = tx.connection.execute(query.where(answer_time.c.monday == monday))
    return {row[0]: row[1] for row in rows}


def drop(tx: Tx, before: date) -> int:
    return tx.connection.execute(delete(answer_time).where(answer_time.c.monday < before)).rowcount
