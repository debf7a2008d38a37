"""camt.053 as it is written, in any currency: statements, balances, entries and their details.

Versions 02, 03, 04 and 08 of the message; what differs between them is where a status and an amount
stand. Amounts are exact decimals with a sign: what came in is above 0.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from adapters.payments.camt053.tree import Node, StatementFault, read_tree

NAMESPACE: Final = "urn:iso:std:iso:20022:tech:xsd:camt.053.001."
VERSIONS: Final = ("02", "03", "04", "08")
MOST_ENTRIES: Final = 200_000
MOST_WORDS: Final = 20
_AMOUNT: Final = re.compile(r"\+?(\d{1,18}(\.\d{0,17})?|\.\d{1,17})")
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_NOTHING_SAID: Final = frozenset({"NOTPROVIDED", "NONREF"})


@dataclass(frozen=True, slots=True)
class Money:
    """`amount` is in pounds, euros, …, never a float."""

    amount: Decimal
    currency: str

    def signed(self, came_in: bool) -> Money:
        return self if came_in else Money(-self.amount, self.currency)


@dataclass(frozen=True, slots=True)
class Balance:
    """`kind` is the bank's code, such as OPBD or CLBD."""

    kind: str
    money: Money
    on: date
    line: int


@dataclass(frozen=True, slots=True, repr=False)
class Payer:
    """To whom a credit could go back. Read when money goes back, and never kept."""

    name: str
    iban: str
    other: str


@dataclass(frozen=True, slots=True)
class Detail:
    """One payment within an entry. `money` is None where the bank gives no amount of its own."""

    money: Money | None
    servicer_ref: str
    end_to_end: str
    words: tuple[str, ...] = field(repr=False)
    came_back: bool
    """The bank gives a reason for a return (RtrInf)."""
    payer: Payer = field(repr=False)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the statement, which may stand for many payments."""

    line: int
    money: Money
    reversal: bool
    status: str
    booked_on: date | None
    value_date: date | None
    servicer_ref: str
    reference: str
    words: tuple[str, ...] = field(repr=False)
    details: tuple[Detail, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """`number` and `page` tell statements with the same id apart; `whole` is False for one page of
    several, whose balances may be those of all."""

    line: int
    id: str
    number: str
    page: str
    whole: bool
    iban: str
    other_account: str
    balances: tuple[Balance, ...]
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Message:
    id: str
    version: str
    statements: tuple[Statement, ...]


def read(body: bytes) -> Message:
    """Raises StatementFault: then nothing of the file counts."""
    namespace, root = read_tree(body)
    version = namespace.removeprefix(NAMESPACE)
    if root.name != "Document" or version == namespace:
        raise StatementFault(
            root.line, "This is not a camt.053 statement.", "Ask the bank for camt.053."
        )
    if version not in VERSIONS:
        known = ", ".join(VERSIONS)
        raise StatementFault(
            root.line, f"This version is not known; {known} are.", "Ask the bank for one of these."
        )
    message = root.need("BkToCstmrStmt")
    statements = tuple(_statement(node) for node in message.all("Stmt"))
    if not statements:
        raise StatementFault(message.line, "There is no statement (<Stmt>) in this file.")
    if sum(len(one.entries) for one in statements) > MOST_ENTRIES:
        raise StatementFault(0, f"There are more than {MOST_ENTRIES} entries.", "Ask for less.")
    return Message(message.need("GrpHdr/MsgId").text, version, statements)


def _statement(node: Node) -> Statement:
    account, page = node.need("Acct"), node.say("StmtPgntn/PgNb")
    return Statement(
        line=node.line,
        id=node.need("Id").text,
        number=node.say("ElctrncSeqNb") or node.say("LglSeqNb"),
        page=page,
        whole=page in ("", "1") and node.say("StmtPgntn/LastPgInd") in ("", "true", "1"),
        iban=account.say("Id/IBAN").replace(" ", "").upper(),
        other_account=account.say("Id/Othr/Id"),
        balances=tuple(_balance(one) for one in node.all("Bal")),
        entries=tuple(_entry(one) for one in node.all("Ntry")),
    )


def _balance(node: Node) -> Balance:
    kind = node.say("Tp/CdOrPrtry/Cd") or node.say("Tp/CdOrPrtry/Prtry")
    on = _day(node.first("Dt"))
    if on is None:
        raise StatementFault(node.line, "A balance has no day.")
    return Balance(kind, _money(node).signed(_came_in(node)), on, node.line)


def _entry(node: Node) -> Entry:
    return Entry(
        line=node.line,
        money=_money(node).signed(_came_in(node)),
        reversal=node.say("RvslInd") in ("true", "1"),
        status=node.say("Sts/Cd") or node.say("Sts"),
        booked_on=_day(node.first("BookgDt")),
        value_date=_day(node.first("ValDt")),
        servicer_ref=node.say("AcctSvcrRef"),
        reference=node.say("NtryRef"),
        words=_words(node, "AddtlNtryInf"),
        details=tuple(_detail(one, node) for one in node.all("NtryDtls/TxDtls")),
    )


def _detail(node: Node, entry: Node) -> Detail:
    own = node.first("Amt") or node.first("AmtDtls/TxAmt/Amt") or node.first("AmtDtls/InstdAmt/Amt")
    came_in = _came_in(node if node.first("CdtDbtInd") else entry)
    unstructured = [one.text for one in node.all("RmtInf/Ustrd")]
    end_to_end = node.say("Refs/EndToEndId")
    said = (
        end_to_end,
        *unstructured,
        "".join(unstructured) if len(unstructured) > 1 else "",
        *(one.text for one in node.all("RmtInf/Strd/CdtrRefInf/Ref")),
        *(one.text for one in node.all("RmtInf/Strd/AddtlRmtInf")),
        node.say("AddtlTxInf"),
    )
    return Detail(
        money=_amount(own).signed(came_in) if own else None,
        servicer_ref=node.say("Refs/AcctSvcrRef"),
        end_to_end=end_to_end,
        words=_said(said),
        came_back=node.first("RtrInf") is not None,
        payer=_payer(node),
    )


def _payer(node: Node) -> Payer:
    account = node.first("RltdPties/DbtrAcct/Id")
    return Payer(
        name=node.say("RltdPties/Dbtr/Nm") or node.say("RltdPties/Dbtr/Pty/Nm"),
        iban=account.say("IBAN").replace(" ", "").upper() if account else "",
        other=account.say("Othr/Id") if account else "",
    )


def _words(node: Node, *paths: str) -> tuple[str, ...]:
    return _said(one.text for path in paths for one in node.all(path))


def _said(texts: Iterator[str] | tuple[str, ...]) -> tuple[str, ...]:
    found = [text for text in texts if text and text.upper() not in _NOTHING_SAID]
    return tuple(dict.fromkeys(found))[:MOST_WORDS]


def _came_in(node: Node) -> bool:
    said = node.need("CdtDbtInd")
    if said.text not in ("CRDT", "DBIT"):
        raise StatementFault(said.line, "<CdtDbtInd> is neither CRDT nor DBIT.")
    return said.text == "CRDT"


def _money(node: Node) -> Money:
    return _amount(node.need("Amt"))


def _amount(node: Node) -> Money:
    currency = node.attributes.get("Ccy", "")
    if not _AMOUNT.fullmatch(node.text) or len(currency) != 3:
        raise StatementFault(node.line, "This is not an amount with a currency.")
    return Money(Decimal(node.text), currency)


def _day(node: Node | None) -> date | None:
    """The day as it is written, whatever its zone: a banking day has no hours."""
    if node is None:
        return None
    said = node.say("Dt") or node.say("DtTm")
    try:
        if not _DAY.match(said):
            raise ValueError
        return date.fromisoformat(said[:10])
    except ValueError:
        raise StatementFault(node.line, "This is not a day.") from None
