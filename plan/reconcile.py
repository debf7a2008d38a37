"""What a department's staff see of its money: days, their lines, and what is left to sort out.

All of it is the department's own (SEC-62); the reading verbs write nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from consent.clock import Clock, london_date
from consent.errors import NotFound
from consent.ids import StaffId
from consent.people import Department
from consent.store import Store, Tx, staff
from plan.handles import own_handle
from plan.pay_out import Advice, AdviceLine
from plan.paying import LineSays, RemittanceState
from plan.store import own_money, remittances
from plan.store.own_money import MoneyLine
from plan.store.remittances import RemittanceRow

__all__ = [
    "Day",
    "MoneyLine",
    "Show",
    "Statement",
    "Worklist",
    "advice",
    "days",
    "handle",
    "late",
    "line",
    "statement",
    "worklist",
]
MOST_DAYS: Final = 400
"""More than a year of working days."""
MOST_LINES: Final = 500
UNANSWERED: Final = timedelta(days=5)
"""After so many days a line without an answer is one to sort out."""
Day = RemittanceRow


class Show(StrEnum):
    """Which lines a worklist has."""

    OPEN = "open"
    """In suspense or held: they wait for a decision."""
    UNANSWERED = "unanswered"
    CLOSING = "closing"
    BACK = "back"


@dataclass(frozen=True, slots=True)
class Statement:
    """One day's payment with its lines, which add up to its total or are not shown to."""

    row: RemittanceRow
    lines: tuple[MoneyLine, ...]

    @property
    def sum_pence(self) -> int:
        return sum(line.pence for line in self.lines)

    @property
    def adds_up(self) -> bool:
        """The control total: no number missing, and the same sum."""
        count = self.row.last_sequence - self.row.first_sequence + 1
        return len(self.lines) == count and self.sum_pence == self.row.total_pence

    @property
    def unanswered(self) -> int:
        return sum(line.receipt is None for line in self.lines)

    @property
    def closing(self) -> int:
        return sum(
            line.receipt is not None and line.receipt.line is LineSays.CLOSING
            for line in self.lines
        )

    def alike(self, pence: int) -> tuple[MoneyLine, ...]:
        """Lines of exactly so many pence, either way: what a difference may come from."""
        return tuple(line for line in self.lines if pence and abs(line.pence) == abs(pence))


@dataclass(frozen=True, slots=True)
class Worklist:
    """Lines of one kind, and who is who of the staff that asked for something, by address."""

    lines: tuple[MoneyLine, ...]
    more: bool
    people: Mapping[StaffId, str]


def handle(line: MoneyLine) -> str:
    """The department's own word for the debt; "" where only its payment file has it."""
    return own_handle(line.debt_token)


def late(row: RemittanceRow, clock: Clock) -> bool:
    """Its day is over, and the paying bank was not told of it."""
    return row.state is RemittanceState.MADE and row.value_date < london_date(clock.now())


def days(
    store: Store, *, actor: Department, since: date | None = None, until: date | None = None
) -> list[RemittanceRow]:
    """The newest first; both days may be among them."""
    with store.transaction(actor) as tx:
        return remittances.own(tx, limit=MOST_DAYS, since=since, until=until)


def statement(store: Store, *, actor: Department, reference: str) -> Statement:
    """Raises NotFound, also for another department's."""
    with store.transaction(actor) as tx:
        row = remittances.one_own(tx, reference)
        if row is None:
            raise NotFound("no such remittance")
        return Statement(row, tuple(own_money.of_run(tx, row.first_sequence, row.last_sequence)))


def advice(found: Statement) -> Advice:
    """What the day's file says, with the department's own handles; a debt that only its payment
    file names has none here (decision 27)."""
    lines = (
        AdviceLine(
            sequence=one.sequence,
            allocation_id=one.allocation_id,
            kind=one.kind,
            pence=one.pence,
            value_date=one.value_date,
            handle=handle(one),
        )
        for one in found.lines
    )
    return Advice(found.row, tuple(lines))


def worklist(store: Store, clock: Clock, *, actor: Department, show: Show) -> Worklist:
    """The oldest first, at most 500."""
    limit = MOST_LINES + 1
    with store.transaction(actor) as tx:
        found = _FINDS[show](tx, london_date(clock.now() - UNANSWERED), limit)
        people = {row.staff_id: row.email for row in staff.team(tx)}
    return Worklist(tuple(found[:MOST_LINES]), len(found) > MOST_LINES, people)


_FINDS: Final[Mapping[Show, Callable[[Tx, date, int], list[MoneyLine]]]] = {
    Show.OPEN: lambda tx, _, limit: own_money.to_sort_out(tx, limit=limit),
    Show.UNANSWERED: lambda tx, before, limit: own_money.unanswered(tx, before, limit=limit),
    Show.CLOSING: lambda tx, _, limit: own_money.closing(tx, limit=limit),
    Show.BACK: lambda tx, _, limit: own_money.gone_back(tx, limit=limit),
}


def line(store: Store, *, actor: Department, allocation_id: UUID) -> tuple[MoneyLine, str]:
    """A line, and the address of who wants its money to go back ("" where nobody does).

    Raises NotFound, also for another department's.
    """
    with store.transaction(actor) as tx:
        found = own_money.one(tx, allocation_id)
        if found is None:
            raise NotFound("no such allocation")
        asked = staff.one(tx, found.check.asked_by) if found.check else None
    return found, asked.email if asked else ""
