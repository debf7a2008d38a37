"""What a department says to each entry of its series, as the protocol has it."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Protocol

from adapters.gateway.chain import Entry

FINAL: Final = frozenset({"posted", "returned", "rejected"})


class Reply(NamedTuple):
    """`on_debt` is what of the entry's pence stands on the debt now; the rest lies in suspense, is
    held, or is on its way back. `needed_pence`, with the line `closing`, is what clears the debt.
    """

    outcome: str
    line: str
    on_debt: int = 0
    reason: str = ""
    needed_pence: int | None = None
    returned_pence: int = 0

    def said(self) -> dict[str, Any]:
        """The body of `PUT /v1/allocations/{id}/receipt`; what there is nothing to say of is left
        out."""
        said: dict[str, Any] = {"outcome": self.outcome, "line": self.line}
        if self.reason:
            said["reason"] = self.reason
        if self.needed_pence is not None:
            said["needed_pence"] = self.needed_pence
        if self.returned_pence:
            said["returned_pence"] = self.returned_pence
        return said


@dataclass(frozen=True, slots=True)
class Before:
    """How a debt stands before an entry, by the book, in pence: the sum of all entries that were
    posted, and the most that the newest payment said would come next."""

    came: int = 0
    next_most: int = 0


class Ledger(Protocol):
    """The department's own accounts."""

    def post(self, tx: sqlite3.Connection, entry: Entry, before: Before) -> Reply:
        """Post one entry and say what became of it.

        It is called inside the transaction that moves the gateway on. What it writes through `tx`
        stands or falls with that; accounts kept elsewhere must take `allocation_id` as the key of
        a repeat, for after a crash the same entry is posted again.
        """
        ...


def answer_by_balance(entry: Entry, balance: int, before: Before) -> Reply:
    """The answer of a department that knows the debt: `balance` pence were owed before any entry.

    What is more than is owed goes back. When less is left than the next payment may bring, it says
    what is needed, so that no more is taken; until then it does not say what is left.
    """
    stood, stands = (_on_debt(pence, balance) for pence in (before.came, before.came + entry.pence))
    on_debt, left = stands - stood, balance - stands
    over = entry.pence - on_debt if entry.kind == "paid" else 0
    reason = "amount_over_balance" if over else ""
    if left <= 0:
        return Reply("posted", "cleared", on_debt, reason, returned_pence=over)
    next_most = entry.next_most_pence if entry.kind == "paid" else before.next_most
    if left <= next_most:
        return Reply("posted", "closing", on_debt, reason, needed_pence=left)
    return Reply("posted", "open", on_debt)


def _on_debt(came: int, balance: int) -> int:
    """What of all that came stands on the debt. An entry does not say which payment it takes back,
    so what was too much is whatever the sum has above the debt: once it went back, nothing."""
    return min(balance, max(0, came))


class PostAll:
    """Accounts of a department that learns of overpayments in another way: all is on the debt."""

    def post(self, tx: sqlite3.Connection, entry: Entry, before: Before) -> Reply:
        return Reply("posted", "open", entry.pence)
