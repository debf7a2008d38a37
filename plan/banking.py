"""A statement of the paying account, as it passes through: what the bank says came, and went.

The payer's words are here for as long as the statement is read, to find the plan that is meant; of
what did not match, `plan.bank_reference.what_to_keep` keeps what looks like a reference. Amounts
are pence above 0.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from plan.paying import EntryKind


@dataclass(frozen=True, slots=True)
class BankEntry:
    """One credit, or one that took a credit back. `identity` is the same in every copy of the
    statement (64 hex characters), `servicer_ref` the bank's own number. `sure` is False where the
    bank's own figures for it leave a doubt: then it never matches by itself."""

    identity: str
    kind: EntryKind
    pence: int
    value_date: date
    servicer_ref: str = ""
    words: tuple[str, ...] = field(default=(), repr=False)
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Debit:
    """Money that left; `reference` is ours where we sent it."""

    pence: int
    reference: str = ""


@dataclass(frozen=True, slots=True)
class BankStatement:
    """One statement of one account. What it opened and closed with are None where the bank did not
    say; where it did, the entries make up the difference, or it was never read."""

    identity: str
    account: str
    closing_on: date
    entries: tuple[BankEntry, ...]
    debits: tuple[Debit, ...] = ()
    opening_pence: int | None = None
    closing_pence: int | None = None

    def total(self, *kinds: EntryKind) -> int:
        return sum(entry.pence for entry in self.entries if entry.kind in kinds)

    @property
    def credits_pence(self) -> int:
        """All that came in, our own money that came back among it."""
        return self.total(EntryKind.CREDIT, EntryKind.RETURNED)

    @property
    def reversals_pence(self) -> int:
        return self.total(EntryKind.REVERSAL)

    @property
    def debits_pence(self) -> int:
        return sum(debit.pence for debit in self.debits)
