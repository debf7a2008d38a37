"""A statement of the paying account is taken in: each entry counts once, whoever reads it.

An entry becomes a row and, where exactly one running plan is meant, a payment in the same
transaction. Everything else waits in the worklist: nothing that nearly matches pays by itself. A
crash between two entries leaves the rest to the next reading of the same file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from consent.clock import Chance, Clock
from consent.errors import ServiceError
from consent.ids import new_uuid
from consent.people import Worker
from consent.store import Store, Tx
from plan.bank_reference import found_in, what_to_keep
from plan.banking import BankEntry, BankStatement
from plan.lifecycle import LIVE_PLAN
from plan.paying import EntryKind, EntryState, Route
from plan.settle import money_came_in
from plan.store import bank, plans, refunds, resting, shares
from plan.store.bank import EntryRow, StatementRow
from plan.store.plans import PlanRow
from plan.undo import undo_in

LARGEST: Final = 100_000_000
"""Pence that one payment may have; more waits for somebody to look."""
LOOKED_UP: Final = 500


class StatementRefused(ServiceError):
    """The statement contradicts what was read before: nothing of it counts."""

    code = "statement_refused"


@dataclass(frozen=True, slots=True)
class TakenIn:
    """`new` of the statement's entries were not known before; `matched` of these became payments or
    took one back. `twice` is pence that went back by the bank after we had sent them back."""

    statement: StatementRow
    new: int
    matched: int
    twice: int


def take_in(store: Store, clock: Clock, chance: Chance, statement: BankStatement) -> TakenIn:
    """Reading the same statement again, or by two at once, changes nothing. Raises
    StatementRefused."""
    with store.transaction(Worker()) as tx:
        row = _statement(tx, clock, chance, statement)
        for debit in statement.debits:
            if debit.reference:
                refunds.left(tx, debit.reference, debit.pence, clock.now())
    new = matched = twice = 0
    for entry in _unknown(store, _in_order(statement.entries)):
        with store.transaction(Worker()) as tx:
            added = _entry(tx, clock, chance, row, entry)
        if added is not None:
            new += 1
            matched += added[0]
            twice += added[1]
    return TakenIn(row, new, matched, twice)


def _in_order(entries: Sequence[BankEntry]) -> list[BankEntry]:
    """Credits first, so that what takes one back finds it."""
    return sorted(entries, key=lambda entry: entry.kind is EntryKind.REVERSAL)


def _unknown(store: Store, entries: Sequence[BankEntry]) -> Iterator[BankEntry]:
    for start in range(0, len(entries), LOOKED_UP):
        some = entries[start : start + LOOKED_UP]
        with store.transaction(Worker()) as tx:
            known = bank.known(tx, [entry.identity for entry in some])
        yield from (entry for entry in some if entry.identity not in known)


def _statement(tx: Tx, clock: Clock, chance: Chance, said: BankStatement) -> StatementRow:
    row = StatementRow(
        statement_id=new_uuid(chance),
        identity=said.identity,
        account=said.account,
        closing_on=said.closing_on,
        opening_pence=said.opening_pence,
        closing_pence=said.closing_pence,
        credits_pence=said.credits_pence,
        reversals_pence=said.reversals_pence,
        debits_pence=said.debits_pence,
        entries=len(said.entries),
        imported_at=clock.now(),
    )
    kept = bank.add_statement(tx, row)
    if kept.sums != row.sums:
        raise StatementRefused("it was read before, with other sums")
    if kept.statement_id == row.statement_id and bank.alike(tx, row):
        raise StatementRefused("another statement of this day has the same sums: a copy?")
    return kept


def _entry(
    tx: Tx, clock: Clock, chance: Chance, statement: StatementRow, entry: BankEntry
) -> tuple[int, int] | None:
    """Whether it matched, and pence that went back twice; None where it is known."""
    row = EntryRow(
        entry_id=new_uuid(chance),
        statement_id=statement.statement_id,
        identity=entry.identity,
        account=statement.account,
        kind=entry.kind,
        value_date=entry.value_date,
        pence=entry.pence,
        state=EntryState.UNMATCHED,
        imported_at=clock.now(),
        servicer_ref=entry.servicer_ref,
        said=what_to_keep(entry.words),
    )
    if not bank.add(tx, row):
        return None
    if not entry.sure or entry.kind is EntryKind.RETURNED or bank.twin(tx, row):
        return 0, 0
    plan = _meant(tx, entry)
    if entry.kind is EntryKind.REVERSAL:
        undone = undo_in(tx, clock, chance, row, plan=plan)
        return (0, 0) if undone is None else (1, undone)
    return int(plan is not None and pay_in(tx, clock, chance, row, plan)), 0


def _meant(tx: Tx, entry: BankEntry) -> PlanRow | None:
    """The one plan whose reference stands there in full."""
    found = plans.with_references(tx, found_in(entry.words))
    return found[0] if len(found) == 1 else None


def takes_money(tx: Tx, plan: PlanRow) -> bool:
    """It runs, a department has agreed, and its owner lives. Otherwise all of it would go back at
    once, or would be taken from what somebody left behind (PLAN-12): it waits in the worklist."""
    lines = shares.of_plan(tx, plan.plan_id)
    agreed = plan.state in LIVE_PLAN and any(line.agreed for line in lines)
    return agreed and not resting.owner_died(tx, plan.plan_id)


def pay_in(tx: Tx, clock: Clock, chance: Chance, row: EntryRow, plan: PlanRow) -> bool:
    """This credit is a payment of this plan. False, and nothing, where the plan takes none."""
    held = plans.locked(tx, plan.plan_id)
    if held is None or row.pence > LARGEST or not takes_money(tx, held):
        return False
    payment = money_came_in(
        tx,
        clock,
        chance,
        plan_id=plan.plan_id,
        route=Route.BANK,
        provider_id=row.identity,
        pence=row.pence,
        value_date=row.value_date,
    )
    if payment is None:
        return False
    now = clock.now()
    bank.decide(tx, row.entry_id, EntryState.MATCHED, now, payment_id=payment.payment_id)
    return True
