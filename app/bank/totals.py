"""`svd bank totals`: what the bank says came in, and what became of each penny of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from app.bank.desk import Desk, pounds, say
from consent.people import Worker
from plan.paying import EntryKind, EntryState
from plan.store import bank
from plan.store.bank import StatementRow, Sum

WORDS = {
    EntryState.MATCHED: "matched",
    EntryState.UNMATCHED: "in the worklist",
    EntryState.HELD: "held",
    EntryState.TO_SEND_BACK: "to send back",
    EntryState.SENT_BACK: "sent back",
    EntryState.TAKEN_BACK: "taken back by the bank",
    EntryState.IGNORED: "nobody's payment",
}


def totals(desk: Desk, *, last: int) -> int:
    """0 where every statement adds up."""
    with desk.store.transaction(Worker()) as tx:
        found = bank.statements(tx, limit=last)
    if not found:
        say("No statement has been read in so far.")
        return 0
    lines, right = lines_of(desk, found)
    say(*lines)
    return 0 if right else 1


def lines_of(desk: Desk, found: Sequence[StatementRow]) -> tuple[list[str], bool]:
    """A few lines for each statement, and whether all of them add up."""
    by_statement: dict[UUID, list[Sum]] = defaultdict(list)
    with desk.store.transaction(Worker()) as tx:
        for one in bank.sums(tx, [row.statement_id for row in found]):
            by_statement[one.statement_id].append(one)
    lines, right = [], True
    for row in found:
        some, well = _of(row, by_statement[row.statement_id])
        lines += some
        right = right and well
    return lines, right


def _of(row: StatementRow, sums: Sequence[Sum]) -> tuple[list[str], bool]:
    reversed_ = sum(one.pence for one in sums if one.kind is EntryKind.REVERSAL)
    came = sum(one.pence for one in sums if one.kind is not EntryKind.REVERSAL)
    count = sum(one.count for one in sums)
    well = (came, reversed_, count) == (row.credits_pence, row.reversals_pence, row.entries)
    moved = row.credits_pence - row.reversals_pence - row.debits_pence
    came_in, back, left = map(pounds, (row.credits_pence, row.reversals_pence, row.debits_pence))
    lines = [f"{row.closing_on}  in {came_in}, taken back {back}, out {left}: {pounds(moved)}"]
    for one in sorted(sums, key=lambda one: (one.kind, one.state)):
        what = {"credit": "", "reversal": " (reversal)", "returned": " (our own, came back)"}
        lines.append(
            f"    {WORDS[one.state] + what[one.kind.value]:40}{one.count:6}{pounds(one.pence):>16}"
        )
    if not well:
        lines.append(
            f"    NOT WHOLE: {count} of {row.entries} entries are here, {pounds(came)} of"
            f" {pounds(row.credits_pence)}. Import this statement again."
        )
    return lines, well
