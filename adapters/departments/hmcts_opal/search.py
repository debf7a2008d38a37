"""What a search of defendant accounts finds, and which of it is about this person (wire 7.1).

A search by name returns other people. Nothing of them becomes an object with a debt: a result is
first only a row of names and numbers, and is dropped here unless it is this person's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from adapters.reading import (
    Unreadable,
    day_or_none,
    folded,
    identifier,
    record,
    records,
    same_nino,
    text,
    truth,
)
from debts.ephemeral import Ephemeral
from debts.facts import Facts

MOST_FOUND: Final = 500


@dataclass(frozen=True, slots=True, repr=False)
class Row(Ephemeral):
    """One result, without its amounts."""

    account_id: str
    account_number: str
    business_unit: str
    names: frozenset[str]
    forename: str
    birth_date: date | None
    nino: str


@dataclass(frozen=True, slots=True, repr=False)
class Found(Ephemeral):
    """This person's accounts. `several` when more than one person fits, `elsewhere` when the
    answer has none of the names we asked for and so answers another question."""

    mine: tuple[Row, ...]
    several: bool = False
    elsewhere: bool = False
    cut: bool = False


def search_body(family_name: str, birth_date: date, reference: str = "") -> dict[str, Any]:
    """What is sent: a family name and a birth date, or an account number where the person gave
    one. The National Insurance number is not sent: accounts without one would not be found, and
    it serves to tell people apart when the answer is here."""
    if reference:
        by = {
            "reference_number": {
                "organisation": False,
                "account_number": reference,
                "prosecutor_case_reference": None,
            }
        }
    else:
        by = {
            "defendant": {
                "organisation": False,
                "include_aliases": True,
                "surname": family_name,
                "exact_match_surname": True,
                "birth_date": birth_date.isoformat(),
            }
        }
    return {
        "active_accounts_only": True,
        "business_unit_ids": None,
        "consolidation_search": False,
        **by,
    }


def read_results(said: Any) -> tuple[list[Row], bool]:
    """The rows about people, and whether there are more than were sent or can be read."""
    body = record(said)
    rows = body.get("defendant_accounts")
    count = body.get("count")
    if type(count) is not int or count < 0 or (rows is None and count):
        raise Unreadable("count")
    found = records(rows)
    read: list[Row] = []
    cut = count > len(found) or len(found) > MOST_FOUND
    for one in found[:MOST_FOUND]:
        if truth(one.get("organisation")):
            continue
        try:
            read.append(_row(one))
        except Unreadable:
            cut = True
    return read, cut


def _row(one: Mapping[str, Any]) -> Row:
    also = [alias.get("surname") for alias in records(one.get("aliases"))]
    names = [one.get("defendant_surname"), *also]
    return Row(
        account_id=identifier(one.get("defendant_account_id")),
        account_number=identifier(one.get("account_number"), longest=20),
        business_unit=text(one.get("business_unit_id")),
        names=frozenset(folded(text(name)) for name in names if name),
        forename=_first(text(one.get("defendant_firstnames"))),
        birth_date=day_or_none(one.get("birth_date")),
        nino=text(one.get("national_insurance_number")),
    )


def this_persons(rows: Iterable[Row], facts: Facts, asked: Iterable[str], *, cut: bool) -> Found:
    """Those whose name and birth date are the person's, and whose National Insurance number is
    too where both sides have one.

    The first name must fit, or the number: twins share the rest. Where only first names stand
    between a result and the person, it is not shown and not taken for "no debts": the answer is
    that HMCTS could not say who it is. So it is when two numbers fit one name and birth date.
    """
    rows = list(rows)
    wanted = {folded(name) for name in asked}
    named = [row for row in rows if row.names & wanted]
    born = [row for row in named if row.birth_date == facts.birth_date]
    fitting = [row for row in born if not _other_number(row, facts.nino)]
    sure = [row for row in fitting if _sure(row, facts)]
    numbers = {folded(row.nino)[:8] for row in sure if row.nino}
    return Found(
        mine=tuple(sure),
        several=len(numbers) > 1 or (bool(fitting) and not sure),
        elsewhere=bool(rows) and not named,
        cut=cut,
    )


def _other_number(row: Row, nino: str) -> bool:
    return bool(row.nino and nino) and not same_nino(row.nino, nino)


def _sure(row: Row, facts: Facts) -> bool:
    if row.nino and facts.nino:
        return True
    return bool(row.forename) and row.forename == _first(facts.given_names)


def _first(names: str) -> str:
    return folded(names.split()[0]) if names.split() else ""
