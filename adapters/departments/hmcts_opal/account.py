"""One account in full: its header, its payment terms and what was imposed (wire 7.1).

Amounts are decimal pounds and become exact pence; what is left is HMCTS's own figure, never
imposed less paid. Versions and ids are texts.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from adapters.agreed import only_agreed
from adapters.departments.hmcts_opal.search import Row
from adapters.departments.hmcts_opal.terms import Imposition, Terms
from adapters.plain_text import plain_text
from adapters.reading import (
    Unreadable,
    day_or_none,
    folded,
    identifier,
    pounds,
    pounds_or_none,
    record,
    records,
    text,
)
from debts.debt import Debt, Flag
from debts.facts import Facts
from debts.money import NOTHING, Pence

OTHER: Final = "OTHER"
_KINDS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "fine": ("HMCTS_FINE", "Court fine"),
        "fixed penalty": ("HMCTS_FINE", "Fixed penalty"),
        "confiscation": ("HMCTS_CONFISC", "Confiscation order"),
    }
)
_COMPENSATION: Final = frozenset({"FCOMP", "COMP"})
_MOST_LINES: Final = 8
_STATES: Final[Mapping[str, Flag]] = MappingProxyType(
    {
        "TO": Flag.TRANSFERRED,
        "TS": Flag.TRANSFERRED,
        "TA": Flag.TRANSFERRED,
        "CS": Flag.CONSOLIDATED,
        "WO": Flag.WRITTEN_OFF,
    }
)
_WARRANTS: Final = frozenset({"BWTD", "DW", "CW"})
"""Results that stop payments from being taken; `DW` puts the account with enforcement agents."""


class NotTheirs(Exception):
    """The account in full belongs to somebody else: a parent or guardian, or another person."""


def read_header(said: Any, row: Row, facts: Facts, asked: Collection[str]) -> Mapping[str, Any]:
    """The header of the account that was asked for, and of nobody else (T13)."""
    header = record(said)
    if identifier(header.get("defendant_account_id")) != row.account_id:
        raise Unreadable("defendant_account_id")
    if identifier(header.get("account_number")) != row.account_number:
        raise Unreadable("account_number")
    if folded(text(header.get("debtor_type"))) not in ("", "defendant"):
        raise NotTheirs
    person = record(record(header.get("party_details") or {}).get("individual_details") or {})
    names = [person.get("surname"), *(a.get("surname") for a in _aliases(person))]
    known = {folded(text(name)) for name in names if name}
    if known and not known & {folded(name) for name in asked}:
        raise Unreadable("surname")
    born = day_or_none(person.get("date_of_birth"))
    if born is not None and born != facts.birth_date:
        raise Unreadable("date_of_birth")
    return header


def _aliases(person: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return records(person.get("individual_aliases"))


def to_debt(
    header: Mapping[str, Any],
    terms: Terms,
    imposed: Sequence[Imposition],
    *,
    row: Row,
    token: str,
    at: datetime,
    agreed: Collection[str],
) -> Debt | None:
    """The account as a debt; None when nothing is left on it."""
    money = record(header.get("payment_state_summary"))
    balance = pounds(money.get("account_balance"))
    if balance == 0:
        return None
    kind, label = _kind(text(header.get("account_type")), imposed)
    debt = Debt(
        token=token,
        type_code=kind,
        label=label,
        balance=max(balance, NOTHING),
        as_at=at,
        original=pounds_or_none(money.get("imposed_amount")),
        arrears=_positive(pounds_or_none(money.get("arrears_amount"))),
        minimum=terms.in_a_month,
        started=min((one.on for one in imposed if one.on), default=None),
        due=terms.effective,
        arrangement=terms.instalment,
        reference_tail=row.account_number.replace(" ", "")[-4:],
        how_worked_out=tuple(one.line for one in imposed if one.line)[:_MOST_LINES],
        flags=_flags(header, terms, kind, balance),
    )
    return only_agreed(debt, agreed)


def _kind(account_type: str, imposed: Sequence[Imposition]) -> tuple[str, str]:
    """A kind that we do not know is kept as another one (wire rule 9)."""
    results = {one.result for one in imposed}
    if results and results <= _COMPENSATION:
        return "HMCTS_COMP", "Compensation order"
    known = _KINDS.get(" ".join(account_type.casefold().split()))
    return known or (OTHER, plain_text(account_type) or "Court account")


def _flags(header: Mapping[str, Any], terms: Terms, kind: str, balance: int) -> frozenset[Flag]:
    state = text(record(header.get("account_status_reference") or {}).get("account_status_code"))
    flags = {_STATES[state.upper()]} if state.upper() in _STATES else set()
    if terms.last_enforcement in _WARRANTS:
        flags.add(Flag.WARRANT)
    if terms.last_enforcement == "DW":
        flags.add(Flag.WITH_ENFORCEMENT)
    if balance < 0:
        flags.add(Flag.CREDIT)
    if kind != OTHER:
        flags.add(Flag.OUTSIDE_BREATHING_SPACE)  # by law, whoever's it is (ELIG-02)
    return frozenset(flags)


def _positive(pence: Pence | None) -> Pence | None:
    return pence if pence is not None and pence > 0 else None
