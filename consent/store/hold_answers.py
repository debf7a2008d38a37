"""Rows of what departments decided about questions. Their role sees what was sent to them, by
reference, and writes an answer; people see the answers to their own."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import insert as upsert

from consent.ids import DepartmentCode
from consent.records import hold_answer, hold_request
from consent.store import Tx
from consent.store.words import drop_words_of


class Decision(StrEnum):
    """What a department decides about a hold or a question (X11)."""

    HELD = "held"
    """Collection of the debt is paused."""
    CHANGED = "changed"
    """The department has put something right."""
    NOT_UPHELD = "not_upheld"
    MORE_TIME_NEEDED = "more_time_needed"
    """No decision so far: another answer may follow."""


@dataclass(frozen=True, slots=True, repr=False)
class HoldAnswer:
    """One row of `hold_answer`. `words` are for the person, and go after 90 days."""

    hold_id: UUID
    department: DepartmentCode
    decision: Decision
    words: str
    appeal_by: date | None
    look_again_on: date | None
    by_kind: str
    answered_at: datetime


@dataclass(frozen=True, slots=True, repr=False)
class OwnHold:
    """A question that was sent to this department: its own handle for the debt, a code, a day."""

    hold_id: UUID
    reference: str
    debt_token: str
    reason_code: str
    asked_at: datetime
    answer: HoldAnswer | None


_NAMES = tuple(field.name for field in fields(HoldAnswer))
_ALL = tuple(hold_answer.c[name] for name in _NAMES)
_OWN = (
    hold_request.c.hold_id,
    hold_request.c.reference,
    hold_request.c.debt_token,
    hold_request.c.reason_code,
    hold_request.c.asked_at,
)


def undecided(tx: Tx) -> int:
    """How many questions that were sent to this department have no decision."""
    decided = select(hold_answer.c.hold_id).where(
        hold_answer.c.hold_id == hold_request.c.hold_id,
        hold_answer.c.decision != Decision.MORE_TIME_NEEDED.value,
    )
    query = select(func.count(hold_request.c.hold_id)).where(~decided.exists())
    return int(tx.connection.execute(query).scalar_one())


def sent_to(tx: Tx, *, reference: str = "", limit: int = 500) -> list[OwnHold]:
    """What was sent to the department that asks and is still open, the oldest first."""
    query = select(*_OWN).order_by(hold_request.c.asked_at, hold_request.c.hold_id).limit(limit)
    if reference:
        query = query.where(hold_request.c.reference == reference)
    rows = list(tx.connection.execute(query))
    answers = {each.hold_id: each for each in of(tx, [row[0] for row in rows])}
    return [OwnHold(*row, answer=answers.get(row[0])) for row in rows]


def of(tx: Tx, hold_ids: Collection[UUID]) -> list[HoldAnswer]:
    return _answers(tx, select(*_ALL).where(hold_answer.c.hold_id.in_(list(hold_ids))))


def put(tx: Tx, row: HoldAnswer) -> bool:
    """Write an answer, in place of one that only asked for time. False where a decision stands."""
    values = {name: getattr(row, name) for name in _NAMES}
    changed = {k: v for k, v in values.items() if k not in ("hold_id", "department")}
    done = tx.connection.execute(
        upsert(hold_answer)
        .values(values)
        .on_conflict_do_update(
            index_elements=["hold_id"],
            set_=changed,
            where=hold_answer.c.decision == Decision.MORE_TIME_NEEDED.value,
        )
        .returning(hold_answer.c.hold_id)
    )
    return done.first() is not None


def drop_words(tx: Tx, before: datetime) -> int:
    return drop_words_of(tx, hold_answer, before)


def _answers(tx: Tx, query: Select[Any]) -> list[HoldAnswer]:
    found = []
    for row in tx.connection.execute(query):
        values: dict[str, Any] = dict(zip(_NAMES, row, strict=True))
        found.append(HoldAnswer(**{**values, "decision": Decision(values["decision"])}))
    return found
