"""Rows of the paying account's statements, and of what came in on them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from consent.ids import PlanId
from consent.store import Tx
from plan.paying import WORKLIST, EntryKind, EntryState
from plan.records import bank_entry, bank_statement, payment


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One row of `bank_statement`, in pence; `entries` is how many rows of `bank_entry` it has."""

    statement_id: UUID
    identity: str
    account: str
    closing_on: date
    opening_pence: int | None
    closing_pence: int | None
    credits_pence: int
    reversals_pence: int
    debits_pence: int
    entries: int
    imported_at: datetime

    @property
    def sums(self) -> tuple[int | None, ...]:
        """What two copies of one statement have alike."""
        return (
            self.opening_pence,
            self.closing_pence,
            self.credits_pence,
            self.reversals_pence,
            self.debits_pence,
            self.entries,
        )


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One row of `bank_entry`, in pence. `said` is at most 18 letters and digits."""

    entry_id: UUID
    statement_id: UUID
    identity: str
    account: str
    kind: EntryKind
    value_date: date
    pence: int
    state: EntryState
    imported_at: datetime
    servicer_ref: str = ""
    said: str = ""
    payment_id: UUID | None = None
    undoes: UUID | None = None
    decided_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sum:
    """How many entries of a kind are in a state, and their pence."""

    statement_id: UUID
    kind: EntryKind
    state: EntryState
    count: int
    pence: int


_STATEMENT = tuple(bank_statement.c[field.name] for field in fields(StatementRow))
_NAMES = tuple(field.name for field in fields(EntryRow))
_ALL = tuple(bank_entry.c[name] for name in _NAMES)


def _entries(tx: Tx, query: Select[Any]) -> list[EntryRow]:
    found = []
    for row in tx.connection.execute(query):
        values: dict[str, Any] = dict(zip(_NAMES, row, strict=True))
        values["kind"] = EntryKind(values["kind"])
        values["state"] = EntryState(values["state"])
        found.append(EntryRow(**values))
    return found


def add_statement(tx: Tx, row: StatementRow) -> StatementRow:
    """The statement as it stands: this one, or the copy that was read before. Whoever reads the
    same at this moment is waited for."""
    values = {field.name: getattr(row, field.name) for field in fields(StatementRow)}
    tx.connection.execute(upsert(bank_statement).values(values).on_conflict_do_nothing())
    query = select(*_STATEMENT).where(bank_statement.c.identity == row.identity)
    return StatementRow(*tx.connection.execute(query).one())


def alike(tx: Tx, row: StatementRow) -> bool:
    """There is another statement of the same account and day with the same sums, and not empty."""
    query = select(*_STATEMENT).where(
        bank_statement.c.account == row.account,
        bank_statement.c.closing_on == row.closing_on,
        bank_statement.c.identity != row.identity,
    )
    others = [StatementRow(*found) for found in tx.connection.execute(query)]
    return bool(row.entries) and any(other.sums == row.sums for other in others)


def statements(tx: Tx, *, limit: int) -> list[StatementRow]:
    """Newest first."""
    query = select(*_STATEMENT).order_by(
        bank_statement.c.closing_on.desc(), bank_statement.c.imported_at.desc()
    )
    return [StatementRow(*row) for row in tx.connection.execute(query.limit(limit))]


def sums(tx: Tx, statement_ids: Collection[UUID]) -> list[Sum]:
    rows = tx.connection.execute(
        select(
            bank_entry.c.statement_id,
            bank_entry.c.kind,
            bank_entry.c.state,
            func.count(),
            func.sum(bank_entry.c.pence),
        )
        .where(bank_entry.c.statement_id.in_(list(statement_ids)))
        .group_by(bank_entry.c.statement_id, bank_entry.c.kind, bank_entry.c.state)
    )
    return [Sum(row[0], EntryKind(row[1]), EntryState(row[2]), row[3], int(row[4])) for row in rows]


def add(tx: Tx, row: EntryRow) -> bool:
    """False, and nothing, where this entry is there already. Whoever adds it at this moment is
    waited for."""
    values = {name: getattr(row, name) for name in _NAMES}
    added = tx.connection.execute(
        upsert(bank_entry).values(values).on_conflict_do_nothing().returning(bank_entry.c.entry_id)
    )
    return added.one_or_none() is not None


def known(tx: Tx, identities: Collection[str]) -> set[str]:
    """Which of these are there already, so that a file that is read again is done at once."""
    query = select(bank_entry.c.identity).where(bank_entry.c.identity.in_(list(identities)))
    return set(tx.connection.execute(query).scalars())


def twin(tx: Tx, row: EntryRow) -> bool:
    """An entry of another statement has the bank's own number, day and sum of this one."""
    query = select(bank_entry.c.entry_id).where(
        bank_entry.c.account == row.account,
        bank_entry.c.value_date == row.value_date,
        bank_entry.c.pence == row.pence,
        bank_entry.c.kind == row.kind.value,
        bank_entry.c.servicer_ref == row.servicer_ref,
        bank_entry.c.statement_id != row.statement_id,
    )
    return bool(row.servicer_ref) and tx.connection.execute(query.limit(1)).first() is not None


def locked(tx: Tx, entry_id: UUID) -> EntryRow | None:
    """Held until this transaction ends."""
    found = _entries(tx, select(*_ALL).where(bank_entry.c.entry_id == entry_id).with_for_update())
    return found[0] if found else None


def worklist(tx: Tx, *, limit: int) -> list[EntryRow]:
    """What somebody has to decide about, the oldest first."""
    return _entries(
        tx,
        select(*_ALL)
        .where(bank_entry.c.state.in_([state.value for state in WORKLIST]))
        .order_by(bank_entry.c.value_date, bank_entry.c.entry_id)
        .limit(limit),
    )


def can_be_undone(
    tx: Tx, row: EntryRow, *, servicer_ref: str = "", plan_id: PlanId | None = None
) -> list[EntryRow]:
    """Credits of this sum, not later than this reversal and not taken back so far: by the bank's
    number, or those that became a payment of this plan."""
    undone = select(bank_entry.c.undoes).where(bank_entry.c.undoes.is_not(None))
    query = select(*_ALL).where(
        bank_entry.c.account == row.account,
        bank_entry.c.kind == EntryKind.CREDIT.value,
        bank_entry.c.pence == row.pence,
        bank_entry.c.value_date <= row.value_date,
        bank_entry.c.entry_id.not_in(undone),
    )
    if servicer_ref:
        query = query.where(bank_entry.c.servicer_ref == servicer_ref)
    if plan_id is not None:
        ours = select(payment.c.payment_id).where(payment.c.plan_id == plan_id)
        query = query.where(bank_entry.c.payment_id.in_(ours))
    return _entries(tx, query.limit(2))


def undone(tx: Tx, entry_id: UUID) -> bool:
    """The bank has taken this credit back."""
    query = select(bank_entry.c.entry_id).where(bank_entry.c.undoes == entry_id)
    return tx.connection.execute(query).first() is not None


def with_identities(tx: Tx, identities: Collection[str]) -> list[EntryRow]:
    return _entries(tx, select(*_ALL).where(bank_entry.c.identity.in_(list(identities))))


def with_state(tx: Tx, state: EntryState) -> list[EntryRow]:
    """The oldest first."""
    query = select(*_ALL).where(bank_entry.c.state == state.value)
    return _entries(tx, query.order_by(bank_entry.c.value_date, bank_entry.c.entry_id))


def in_state(tx: Tx, entry_ids: Collection[UUID], state: EntryState) -> set[UUID]:
    """Which of these are in this state."""
    query = select(bank_entry.c.entry_id).where(
        bank_entry.c.entry_id.in_(list(entry_ids)), bank_entry.c.state == state.value
    )
    return set(tx.connection.execute(query).scalars())


def decide(
    tx: Tx,
    entry_id: UUID,
    state: EntryState,
    now: datetime,
    *,
    payment_id: UUID | None = None,
    undoes: UUID | None = None,
) -> None:
    """What became of it. What the payer wrote goes with the decision; one that is held keeps it."""
    values: dict[str, Any] = {"state": state.value, "payment_id": payment_id, "decided_at": now}
    if undoes is not None:
        values["undoes"] = undoes
    if state not in WORKLIST:
        values["said"] = ""
    tx.connection.execute(
        update(bank_entry).where(bank_entry.c.entry_id == entry_id).values(**values)
    )


def drop(tx: Tx, before: datetime) -> int:
    """Entries of statements that were read before this moment and are sorted out, then statements
    without any; how many entries."""
    old = select(bank_statement.c.statement_id).where(bank_statement.c.imported_at < before)
    waiting = [state.value for state in WORKLIST]
    dropped = tx.connection.execute(
        delete(bank_entry).where(
            bank_entry.c.statement_id.in_(old), bank_entry.c.state.not_in(waiting)
        )
    ).rowcount
    left = select(bank_entry.c.statement_id)
    tx.connection.execute(
        delete(bank_statement).where(
            bank_statement.c.imported_at < before, bank_statement.c.statement_id.not_in(left)
        )
    )
    return dropped
