"""How an account is to be paid, and what was imposed on it (wire 7.1, 7.2). Decimal pounds.

Both only explain an account: what cannot be read of them is left out, and the account stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Final

from adapters.plain_text import plain_text
from adapters.reading import Unreadable, day_or_none, pounds_or_none, record, records, text
from debts.debt import Arrangement
from debts.ephemeral import Ephemeral
from debts.money import Pence, format_pounds, half_up

_PERIODS: Final[Mapping[str, tuple[str, int]]] = MappingProxyType(
    {"M": ("month", 12), "W": ("week", 52), "F": ("fortnight", 26)}
)
"""How often, and how many times in a year (AFF-20, AFF-22)."""
_BY_INSTALMENTS: Final = "I"
"""The others are `B`, by a date, and `P`, paid: no instalments."""


@dataclass(frozen=True, slots=True, repr=False)
class Terms(Ephemeral):
    """`effective` is the day the whole, or the first instalment, is due."""

    effective: date | None = None
    instalment: Arrangement | None = None
    in_a_month: Pence | None = None
    last_enforcement: str = ""


@dataclass(frozen=True, slots=True, repr=False)
class Imposition(Ephemeral):
    """`line` is its title and what is left of it, as HMCTS states it."""

    result: str
    on: date | None
    line: str


def read_terms(said: Any) -> Terms:
    """Raises Unreadable. An account may have no terms at all."""
    body = record(said)
    terms = record(body.get("payment_terms") or {})
    instalment, in_a_month = _instalment(terms)
    return Terms(
        effective=day_or_none(terms.get("effective_date")),
        instalment=instalment,
        in_a_month=in_a_month,
        last_enforcement=text(body.get("last_enforcement")).upper(),
    )


def _instalment(terms: Mapping[str, Any]) -> tuple[Arrangement | None, Pence | None]:
    """The instalment, and what it comes to in a month; unknown where how often is unknown.

    Further up both spellings are in use, `instalment` and `installment` (wire 7.2).
    """
    kind = record(terms.get("payment_terms_type") or {}).get("payment_terms_type_code")
    pence = pounds_or_none(terms.get("instalment_amount", terms.get("installment_amount")))
    if text(kind).upper() != _BY_INSTALMENTS or pence is None or pence <= 0:
        return None, None
    period = record(terms.get("instalment_period", terms.get("installment_period")) or {})
    code = period.get("instalment_period_code", period.get("installment_period_code"))
    known = _PERIODS.get(text(code).upper())
    if known is None:
        return Arrangement(pence, "other"), None
    every, in_a_year = known
    return Arrangement(pence, every), half_up(pence * in_a_year, 12)


def read_imposed(said: Any) -> list[Imposition]:
    """What can be read of what was imposed; nothing when nothing can."""
    try:
        rows = records(record(said).get("impositions"))
    except Unreadable:
        return []
    read = []
    for row in rows:
        try:
            read.append(_imposition(row))
        except Unreadable:
            continue
    return read


def _imposition(row: Mapping[str, Any]) -> Imposition:
    result = record(row.get("imposition") or {})
    title, left = plain_text(text(result.get("result_title"))), pounds_or_none(row.get("balance"))
    return Imposition(
        result=text(result.get("result_id")).upper(),
        on=day_or_none(row.get("date_imposed")),
        line=f"{title}: {format_pounds(left)}" if title and left is not None else "",
    )
