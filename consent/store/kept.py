"""All rows of one person, as they lie in the tables of this package, for "everything we hold"."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Table, select

from consent.ids import SubjectId
from consent.people import Person
from consent.records import (
    consent_event,
    consent_grant,
    consent_request,
    consent_version,
    contact,
    disposal,
    hold_answer,
    hold_request,
    person,
    session,
    sign_in_evidence,
)
from consent.store import Store, Tx

PERSONAL: tuple[Table, ...] = (
    person,
    session,
    contact,
    consent_request,
    consent_grant,
    consent_version,
    consent_event,
    disposal,
    sign_in_evidence,
    hold_request,
)


@dataclass(frozen=True, slots=True)
class KeptTable:
    """One table's rows of one person; the values stand in the order of the columns."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


def everything_kept(store: Store, *, actor: Person) -> tuple[KeptTable, ...]:
    """Every row about this person, column by column."""
    with store.transaction(actor) as tx:
        return of_subject(tx, actor.subject)


def of_subject(tx: Tx, subject: SubjectId) -> tuple[KeptTable, ...]:
    found = []
    for table in PERSONAL:
        query = select(*table.c).where(table.c.subject_id == subject).order_by(*table.primary_key)
        rows = tuple(tuple(row) for row in tx.connection.execute(query))
        found.append(KeptTable(table.name, tuple(table.c.keys()), rows))
    theirs = select(hold_request.c.hold_id).where(hold_request.c.subject_id == subject)
    answers = select(*hold_answer.c).where(hold_answer.c.hold_id.in_(theirs))
    rows = tuple(tuple(row) for row in tx.connection.execute(answers))
    found.append(KeptTable(hold_answer.name, tuple(hold_answer.c.keys()), rows))
    return tuple(found)
