"""Rows of what departments answered to their lines. Their role adds its own; the worker applies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.dialects.postgresql import insert as upsert

from consent.ids import DepartmentCode
from consent.store import Tx
from consent.store.words import drop_words_of
from plan.records import share_answer
from plan.terms import Reason, Said


class Applied(StrEnum):
    """What became of an answer."""

    WAITING = ""
    TAKEN = "taken"
    TOO_LATE = "too_late"


@dataclass(frozen=True, slots=True, repr=False)
class ShareAnswer:
    """One row of `share_answer`. Pence of each payment; `seen_pence` is the part it is about.
    `words` are for the person, and go after 90 days. `charges_stop` is what a yes said of interest
    and fees, None where it said nothing."""

    answer_id: UUID
    share_id: UUID
    department: DepartmentCode
    said: Said
    reason_code: Reason
    asked_pence: int | None
    words: str
    by_kind: str
    answered_at: datetime
    seen_pence: int
    applied: Applied = Applied.WAITING
    charges_stop: bool | None = None


_NAMES = tuple(field.name for field in fields(ShareAnswer))
_ALL = tuple(share_answer.c[name] for name in _NAMES)


def add(tx: Tx, row: ShareAnswer) -> bool:
    """Add an answer that waits. False where one of the same line waits already."""
    values = {name: getattr(row, name) for name in _NAMES if name != "applied"}
    done = tx.connection.execute(
        upsert(share_answer)
        .values(values)
        .on_conflict_do_nothing()
        .returning(share_answer.c.answer_id)
    )
    return done.first() is not None


def waiting(tx: Tx, *, limit: int) -> list[ShareAnswer]:
    """Answers that the plans have not followed, the oldest first, claimed."""
    return _answers(
        tx,
        select(*_ALL)
        .where(share_answer.c.applied_at.is_(None))
        .order_by(share_answer.c.answered_at, share_answer.c.answer_id)
        .limit(limit)
        .with_for_update(skip_locked=True),
    )


def newest(tx: Tx, share_ids: Sequence[UUID]) -> list[ShareAnswer]:
    """The last answer to each of these lines."""
    return _answers(
        tx,
        select(*_ALL)
        .ext(distinct_on(share_answer.c.share_id))
        .where(share_answer.c.share_id.in_(share_ids))
        .order_by(
            share_answer.c.share_id,
            share_answer.c.answered_at.desc(),
            share_answer.c.answer_id.desc(),
        ),
    )


def history(tx: Tx, share_ids: Sequence[UUID]) -> list[ShareAnswer]:
    """Every answer to these lines, the newest first."""
    return _answers(
        tx,
        select(*_ALL)
        .where(share_answer.c.share_id.in_(share_ids))
        .order_by(share_answer.c.answered_at.desc(), share_answer.c.answer_id),
    )


def applied(tx: Tx, answer_id: UUID, now: datetime, became: Applied) -> None:
    tx.connection.execute(
        update(share_answer)
        .where(share_answer.c.answer_id == answer_id)
        .values(applied_at=now, applied=became.value)
    )


def drop_words(tx: Tx, before: datetime) -> int:
    return drop_words_of(tx, share_answer, before)


def _answers(tx: Tx, query: Select[Any]) -> list[ShareAnswer]:
    found = []
    for row in tx.connection.execute(query):
        values: dict[str, Any] = dict(zip(_NAMES, row, strict=True))
        values["said"] = Said(values["said"])
        values["reason_code"] = Reason(values["reason_code"])
        values["applied"] = Applied(values["applied"])
        found.append(ShareAnswer(**values))
    return found
