"""`svd bank import FILE…`: each file whole or not at all, each entry once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from adapters.payments.camt053 import StatementFault, ours, read
from adapters.payments.camt053.tree import MOST_BYTES
from app.bank.desk import Desk, complain, pounds, say
from app.bank.totals import lines_of
from plan.banking import BankStatement
from plan.take_in import StatementRefused, TakenIn, take_in


def read_in(desk: Desk, files: Sequence[Path]) -> int:
    """A file at fault changes nothing and does not keep the others from being read."""
    status = 0
    for file in files:
        try:
            found = statements_of(desk, file)
        except (OSError, StatementFault) as fault:
            complain(f"{file}: {_why(fault)}")
            status = 1
            continue
        for statement in found:
            try:
                done = take_in(desk.store, desk.clock, desk.chance, statement)
            except StatementRefused as refused:
                complain(
                    f"{file}: the statement of {statement.closing_on} was not read in: {refused}."
                    " Ask the bank which of the two is right."
                )
                status = 1
                continue
            status = max(status, _tell(desk, file, done))
    return status


def statements_of(desk: Desk, file: Path) -> tuple[BankStatement, ...]:
    """Raises OSError, StatementFault."""
    return ours(read(body_of(file)), desk.own)


def body_of(file: Path) -> bytes:
    """No more than a statement may be long. Raises OSError."""
    with file.open("rb") as opened:
        return opened.read(MOST_BYTES + 1)


def _why(fault: OSError | StatementFault) -> str:
    return str(fault) if isinstance(fault, StatementFault) else (fault.strerror or "not readable")


def _tell(desk: Desk, file: Path, done: TakenIn) -> int:
    say(
        f"{file}: statement of {done.statement.closing_on}: {done.statement.entries} entries,"
        f" {done.new} new, {done.matched} of these matched."
    )
    if done.twice:
        complain(
            f"The bank took back {pounds(done.twice)} that had been sent back before: it is"
            " missing on the paying account."
        )
    lines, right = lines_of(desk, [done.statement])
    say(*lines)
    return 0 if right and not done.twice else 1
