"""A camt.053 message as our own statement: pounds, our account, and sums that add up, or nothing.

Every credit comes out once, whatever the bank's grouping. Where its figures for the parts of a
batch leave a doubt, the batch comes out whole, and no part of it matches by itself.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from adapters.payments.camt053.document import (
    Detail,
    Entry,
    Message,
    Money,
    Payer,
    Statement,
)
from adapters.payments.camt053.tree import StatementFault
from plan.banking import BankEntry, BankStatement, Debit
from plan.paying import EntryKind

POUNDS: Final = "GBP"
LARGEST: Final = 2_000_000_000
"""Pence of one entry, £20 million: above it somebody should ask the bank."""
_OPENING: Final = ("OPBD", "PRCD")
_CLOSING: Final = "CLBD"
_PASSED_OVER: Final = frozenset({"PDNG", "INFO", "FUTR"})
"""Not on the account (yet): these come again when they are booked."""


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """The paying account. `code` is its name in our own rows."""

    sort_code: str
    number: str
    code: str = "main"

    def is_of(self, statement: Statement) -> bool:
        """A British IBAN ends with sort code and number; otherwise the two are written out."""
        digits = "".join(letter for letter in statement.other_account if letter.isdigit())
        iban = statement.iban
        ours = self.sort_code + self.number
        return digits == ours or (iban.startswith("GB") and iban[-14:] == ours)


@dataclass(frozen=True, slots=True)
class Part:
    """What an entry stands for: one payment, or all of them together."""

    entry: Entry
    money: Money
    words: tuple[str, ...] = field(repr=False)
    servicer_ref: str
    end_to_end: str
    came_back: bool
    sure: bool
    payer: Payer | None = field(repr=False)


def ours(message: Message, account: OwnAccount) -> tuple[BankStatement, ...]:
    """Raises StatementFault: then nothing of the file counts."""
    return tuple(_ours(one, account) for one in message.statements)


def payers(message: Message, account: OwnAccount) -> Iterator[tuple[BankEntry, Payer | None]]:
    """Each credit with who paid it, for money that goes back. Raises StatementFault."""
    for statement in message.statements:
        _look(statement, account)
        for identity, part in _parts(statement, account):
            entry = _entry(identity, part, _fallback_day(statement))
            if entry is not None and entry.kind is EntryKind.CREDIT:
                yield entry, part.payer


def _ours(statement: Statement, account: OwnAccount) -> BankStatement:
    _look(statement, account)
    closing_on = _fallback_day(statement)
    entries, debits = [], []
    for identity, part in _parts(statement, account):
        if _pence(part.money, part.entry.line) == 0:
            continue
        entry = _entry(identity, part, closing_on)
        if entry is not None:
            entries.append(entry)
        else:
            debits.append(Debit(-_pence(part.money, part.entry.line), part.end_to_end))
    opening, closing = _booked(statement)
    found = BankStatement(
        identity=_hash(account.code, statement.id, statement.number, statement.page, closing_on),
        account=account.code,
        closing_on=closing_on,
        entries=tuple(entries),
        debits=tuple(debits),
        opening_pence=opening,
        closing_pence=closing,
    )
    moved = found.credits_pence - found.reversals_pence - found.debits_pence
    if statement.whole and opening is not None and closing is not None:
        _add_up(statement, closing - opening, moved)
    return found


def _add_up(statement: Statement, wanted: int, moved: int) -> None:
    if wanted != moved:
        raise StatementFault(
            statement.line,
            f"The balances of this statement differ by {_say(wanted)}, its entries add up to"
            f" {_say(moved)}.",
        )


def _look(statement: Statement, account: OwnAccount) -> None:
    if not account.is_of(statement):
        raise StatementFault(
            statement.line,
            "This statement is of another account than the paying account.",
            "See SVD_BANK_SORT_CODE and SVD_BANK_ACCOUNT, or ask for the right one.",
        )
    for entry in statement.entries:
        if entry.status != "BOOK" and entry.status not in _PASSED_OVER:
            raise StatementFault(entry.line, "An entry is neither booked nor pending.")


def _parts(statement: Statement, account: OwnAccount) -> Iterator[tuple[str, Part]]:
    """Booked parts, each with the hash that it has in every copy of the statement. Two that are
    alike in all that the bank says of them differ by their order."""
    seen: Counter[str] = Counter()
    for entry in statement.entries:
        if entry.status != "BOOK":
            continue
        for part in _of_entry(entry):
            same = _hash(
                account.code,
                statement.id,
                statement.number,
                statement.page,
                entry.booked_on,
                entry.value_date,
                part.money.amount.normalize(),
                entry.reversal,
                entry.reference,
                entry.servicer_ref,
                part.servicer_ref,
                part.end_to_end,
            )
            seen[same] += 1
            yield _hash(same, seen[same]), part


def _of_entry(entry: Entry) -> Iterator[Part]:
    """A batch in its parts, where the parts add up to it."""
    parts = [(detail, detail.money) for detail in entry.details if detail.money is not None]
    if len(entry.details) > 1 and _adds_up(entry, [money for _, money in parts]):
        for detail, money in parts:
            yield _part(entry, detail, money, sure=True)
        return
    if len(entry.details) == 1:
        (detail,) = entry.details
        sure = detail.money in (None, entry.money)
        yield _part(entry, detail, entry.money, sure=sure)
        return
    whole = Part(
        entry=entry,
        money=entry.money,
        words=() if entry.details else entry.words,
        servicer_ref=entry.servicer_ref,
        end_to_end="",
        came_back=any(detail.came_back for detail in entry.details),
        sure=not entry.details,
        payer=None,
    )
    yield whole


def _part(entry: Entry, detail: Detail, money: Money, *, sure: bool) -> Part:
    alone = len(entry.details) == 1
    return Part(
        entry=entry,
        money=money,
        words=detail.words + (entry.words if alone else ()),
        servicer_ref=detail.servicer_ref or entry.servicer_ref,
        end_to_end=detail.end_to_end,
        came_back=detail.came_back,
        sure=sure,
        payer=detail.payer,
    )


def _adds_up(entry: Entry, amounts: list[Money]) -> bool:
    return (
        len(amounts) == len(entry.details)
        and {money.currency for money in amounts} == {entry.money.currency}
        and sum((money.amount for money in amounts), Decimal(0)) == entry.money.amount
    )


def _entry(identity: str, part: Part, closing_on: date) -> BankEntry | None:
    """None for money that left."""
    pence = _pence(part.money, part.entry.line)
    if abs(pence) > LARGEST:
        raise StatementFault(part.entry.line, "An entry is above £20 million.", "Ask the bank.")
    undone = part.entry.reversal or part.came_back
    if pence < 0 and not undone:
        return None
    kind = EntryKind.REVERSAL if pence < 0 else EntryKind.CREDIT
    if pence > 0 and undone:
        kind = EntryKind.RETURNED
    return BankEntry(
        identity=identity,
        kind=kind,
        pence=abs(pence),
        value_date=part.entry.value_date or part.entry.booked_on or closing_on,
        servicer_ref=_short(part.servicer_ref),
        words=part.words,
        sure=part.sure,
    )


def _booked(statement: Statement) -> tuple[int | None, int | None]:
    opening = next((one for one in statement.balances if one.kind in _OPENING), None)
    closing = next((one for one in statement.balances if one.kind == _CLOSING), None)
    return (
        _pence(opening.money, opening.line) if opening else None,
        _pence(closing.money, closing.line) if closing else None,
    )


def _fallback_day(statement: Statement) -> date:
    """The day that the statement closes on."""
    days = [one.on for one in statement.balances if one.kind == _CLOSING]
    days += [entry.booked_on for entry in statement.entries if entry.booked_on]
    days += [one.on for one in statement.balances]
    if not days:
        raise StatementFault(statement.line, "Nothing in this statement has a day.")
    return days[0] if statement.balances else max(days)


def _pence(money: Money, line: int) -> int:
    if money.currency != POUNDS:
        raise StatementFault(
            line,
            "An amount is not in pounds (GBP).",
            "The paying account takes pounds only: ask the bank why this is on its statement.",
        )
    numerator, denominator = money.amount.as_integer_ratio()
    pence, rest = divmod(100 * numerator, denominator)
    if rest or abs(pence) > 1000 * LARGEST:
        raise StatementFault(line, "An amount is not whole pence, or cannot be meant.")
    return pence


def _short(reference: str) -> str:
    """What the bank calls it, as far as our column takes it: letters, digits and plain marks."""
    kept = "".join(one for one in reference if one.isascii() and one.isprintable())
    return kept[:35]


def _say(pence: int) -> str:
    sign = "-" if pence < 0 else ""
    return f"{sign}£{abs(pence) // 100}.{abs(pence) % 100:02d}"


def _hash(*facts: object) -> str:
    said = "\n".join(f"{len(str(fact))}:{fact}" for fact in facts)
    return hashlib.sha256(said.encode()).hexdigest()
