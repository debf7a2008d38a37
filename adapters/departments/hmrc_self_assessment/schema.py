"""`balance-and-transactions` 4.0, read (wire section 4). Decimal pounds; negative is a credit.

Documents are the debts; `documentId` joins them to their charges, which hold the reference, the
locks and how much is coded out. HMRC's published patterns are not held against what HMRC sends:
its own example breaks one of them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final

from adapters.agreed import only_agreed
from adapters.plain_text import plain_text
from adapters.reading import (
    Unreadable,
    day_or_none,
    identifier,
    pounds,
    pounds_or_none,
    record,
    records,
    text,
    truth,
)
from debts.debt import Answer, Debt, Debts, Flag, Hold, NoDebts
from debts.money import NOTHING, Pence

MOST: Final = 200
_TAX_YEAR: Final = re.compile(r"(20\d{2})-(\d{2}|20\d{2})")
_COLLECTED_BY_CODE: Final = frozenset(
    {"initiated", "partly-collected", "fully-collected", "awaiting-collection"}
)
_KINDS: Final = (
    ("penalt", "HMRC_PENALTY"),
    ("child benefit", "HMRC_CHB"),
    ("nic2", "HMRC_NIC"),
    ("class 2", "HMRC_NIC"),
)
Charges = Mapping[str, list[Mapping[str, Any]]]


def read_balances(said: Any, *, agreed: Collection[str], at: datetime, today: date) -> Answer:
    """Debts with HMRC's own total, or NoDebts. Raises Unreadable."""
    body = record(said)
    balances = record(body.get("balanceDetails"))
    documents = records(body.get("documentDetails"))[:MOST]
    charges = _charges(records(body.get("financialDetails"))[: 5 * MOST])
    debts: list[tuple[str, Debt]] = []
    missing = False
    for row, its_charges in _rows(documents, charges):
        try:
            document_id = identifier(row.get("documentId"))
            debt = _debt(row, document_id, its_charges, at, today)
        except Unreadable:
            missing = True
            continue
        if debt is not None:
            debts.append((document_id, only_agreed(debt, agreed)))
    if not debts and not missing:
        return NoDebts(at)
    return Debts(
        items=_with_own_tokens(debts),
        at=at,
        partial=missing,
        partial_for="some charges" if missing else "",
        stated_total=_total(balances),
    )


def _total(balances: Mapping[str, Any]) -> Pence | None:
    """HMRC's own total, never added up here; unknown for figures that cannot be meant, and for a
    total in credit."""
    total = pounds_or_none(balances.get("totalBalance"))
    return total if total is not None and total >= 0 else None


def _charges(rows: list[Mapping[str, Any]]) -> Charges:
    joined: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        joined.setdefault(text(record(row.get("chargeDetail")).get("documentId")), []).append(row)
    return joined


def _rows(
    documents: list[Mapping[str, Any]], charges: Charges
) -> Iterator[tuple[Mapping[str, Any], list[Mapping[str, Any]]]]:
    """The documents, each with its charges; then charges that belong to none of them, alone and
    written the same way."""
    for document in documents:
        yield document, charges.get(text(document.get("documentId")), [])
    known = {text(document.get("documentId")) for document in documents}
    for document_id, rows in charges.items():
        if document_id not in known:
            yield from ((_as_document(row, document_id), [row]) for row in rows)


def _as_document(row: Mapping[str, Any], document_id: str) -> Mapping[str, Any]:
    detail = record(row.get("chargeDetail"))
    due = [text(item.get("dueDate")) for item in records(row.get("items")) if item.get("dueDate")]
    return {
        "documentId": document_id,
        "taxYear": row.get("taxYear"),
        "documentText": detail.get("chargeTypeDescription"),
        "documentDescription": detail.get("documentTypeDescription"),
        "documentDueDate": min(due, default=None),
        "originalAmount": row.get("originalAmount"),
        "outstandingAmount": row.get("outstandingAmount"),
    }


def _debt(
    row: Mapping[str, Any],
    document_id: str,
    charges: list[Mapping[str, Any]],
    at: datetime,
    today: date,
) -> Debt | None:
    """Nothing for what is paid in full and bears no interest."""
    outstanding = pounds(row.get("outstandingAmount"))
    interest = _interest(row)
    if outstanding == 0 and not interest:
        return None
    words = f"{text(row.get('documentDescription'))} {text(row.get('documentText'))}"
    due = day_or_none(row.get("documentDueDate"))
    reference = next(filter(None, (text(one.get("chargeReference")) for one in charges)), "")
    token = reference or document_id
    kind = next((code for sign, code in _KINDS if sign in words.casefold()), "HMRC_SA")
    return Debt(
        token=token,
        type_code=kind,
        label=_label(kind, row),
        balance=max(outstanding, NOTHING),
        as_at=at,
        original=pounds_or_none(row.get("originalAmount")),
        interest=interest,
        interest_rate=_rate(row),
        started=day_or_none(row.get("documentDate")),
        due=due,
        hold=Hold.OTHER if _on_hold(charges) else None,
        reference_tail="".join(token.split())[-4:],
        flags=frozenset(_flags(row, charges, outstanding, due, today)),
    )


def _with_own_tokens(read: list[tuple[str, Debt]]) -> tuple[Debt, ...]:
    """Where documents share a charge reference, each is told apart by its own id as well. Raises
    Unreadable where that does not do it: nobody could say which of them a payment is for."""
    times = Counter(debt.token for _, debt in read)
    debts = tuple(
        debt if times[debt.token] == 1 else replace(debt, token=f"{debt.token}/{document_id}")
        for document_id, debt in read
    )
    if len({debt.token for debt in debts}) != len(debts):
        raise Unreadable("chargeReference")
    return debts


def _interest(row: Mapping[str, Any]) -> Pence | None:
    """What is due of it already, else what is running up. A figure of its own, in no balance."""
    late = record(row.get("latePaymentInterest") or {})
    due = pounds_or_none(late.get("interestOutstandingAmount"))
    return due if due is not None else pounds_or_none(late.get("accruingInterestAmount"))


def _rate(row: Mapping[str, Any]) -> str | None:
    rate = record(row.get("latePaymentInterest") or {}).get("interestRate")
    return None if rate is None else f"{rate}%"


def _on_hold(charges: list[Mapping[str, Any]]) -> bool:
    return any(
        truth(record(item.get("locks") or {}).get(name))
        for charge in charges
        for item in records(charge.get("items"))
        for name in ("isChargeOnHold", "isEstimatedChargeOnHold")
    )


def _flags(
    row: Mapping[str, Any],
    charges: list[Mapping[str, Any]],
    outstanding: int,
    due: date | None,
    today: date,
) -> Iterator[Flag]:
    items = [item for charge in charges for item in records(charge.get("items"))]
    statuses = {text(item.get("codedOutStatus")).casefold() for item in items}
    if truth(row.get("isCodedOut")) or statuses & _COLLECTED_BY_CODE:
        yield Flag.CODED_OUT
    if truth(row.get("isChargeEstimate")):
        yield Flag.ESTIMATED
    if outstanding < 0:
        yield Flag.CREDIT
    if due is not None and due > today:
        yield Flag.NOT_YET_DUE


def _label(kind: str, row: Mapping[str, Any]) -> str:
    """Tax years come as 2024-25 here and as 2024-2025 in another HMRC service."""
    year = _TAX_YEAR.fullmatch(text(row.get("taxYear")))
    if kind == "HMRC_SA":
        return f"Self Assessment {year[1]} to {int(year[1]) + 1}" if year else "Self Assessment"
    return plain_text(text(row.get("documentText"))) or "HMRC charge"
