"""Opal's accounts: those of the cast, and those of other people with the same names.

Amounts are decimal pounds with two places; ids, versions and account numbers are texts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from adapters.simulators.cast import Cast, CastDebt, Person
from adapters.simulators.upstream import pounds

FIRST_ID: Final = 99000000000001
ACCOUNT_TYPES: Final = {"HMCTS_FINE": "Fine", "HMCTS_COMP": "Fine", "HMCTS_CONFISC": "Confiscation"}
VERSION: Final = 9223372036854775808
"""2^63, as the published gateway sends it: a reader that takes it for a number breaks."""


@dataclass(frozen=True, slots=True)
class Account:
    """One defendant account. `person` is None for people who are not in the cast."""

    id: str
    debt: CastDebt
    person: Person | None
    surname: str
    forenames: str
    birth_date: date
    nino: str
    postcode: str


def accounts_of(cast: Cast) -> tuple[Account, ...]:
    """For each of the cast's accounts, and for everybody's name, a namesake who owes too."""
    accounts: list[Account] = []
    for person in cast:
        accounts += [
            Account(
                str(FIRST_ID + len(accounts) + place),
                debt,
                person,
                person.family_name.upper(),
                " ".join(person.given_names),
                person.birth_date,
                person.nino,
                person.address.postcode,
            )
            for place, debt in enumerate(person.debts_at("hmcts"))
        ]
    return (*accounts, *_namesakes(cast, FIRST_ID + 500))


def _namesakes(cast: Cast, first_id: int) -> Iterable[Account]:
    for place, person in enumerate(cast):
        fine = CastDebt(
            id=f"N{place}",
            dept="hmcts",
            type="HMCTS_FINE",
            label="Court fine",
            balance=70700 + place,
            original=90900 + place,
            started=date(2025, 3, 3),
            due=date(2025, 6, 3),
            reference=f"2700{place:04d}N",
        )
        yield Account(
            str(first_id + place),
            fine,
            None,
            person.family_name.upper(),
            "Namesake",
            person.birth_date - timedelta(days=400 + place),
            f"QQ2000{place:02d}A",
            "ZZ99 9ZZ",
        )


def result(account: Account) -> dict[str, Any]:
    return {
        "defendant_account_id": account.id,
        "account_number": account.debt.reference,
        "organisation": False,
        "aliases": [],
        "address_line_1": "1 Sample Street",
        "postcode": account.postcode,
        "business_unit_name": "Sampleshire",
        "business_unit_id": "77",
        "prosecutor_case_reference": f"PCR-{account.debt.id}",
        "last_enforcement_action": None,
        "account_balance": pounds(account.debt.balance),
        "organisation_name": None,
        "defendant_title": None,
        "defendant_firstnames": account.forenames,
        "defendant_surname": account.surname,
        "birth_date": account.birth_date.isoformat(),
        "national_insurance_number": account.nino,
        "parent_guardian_surname": None,
        "parent_guardian_firstnames": None,
        "has_collection_order": True,
        "account_version": VERSION,
        "checks": {"warnings": [], "errors": []},
    }


def header(account: Account) -> dict[str, Any]:
    debt = account.debt
    return {
        "version": VERSION,
        "defendant_account_id": account.id,
        "account_number": debt.reference,
        "defendant_account_party_id": f"{account.id}1",
        "debtor_type": "Defendant",
        "is_youth": False,
        "has_consolidated_accounts": False,
        "account_status_reference": {
            "account_status_code": "L",
            "account_status_display_name": "Live",
        },
        "account_type": ACCOUNT_TYPES.get(debt.type, "Fine"),
        "originator_type": "CASE",
        "originator_name": "Sampleshire Magistrates' Court",
        "business_unit_summary": {
            "business_unit_name": "Sampleshire",
            "business_unit_id": 77,
            "business_unit_code": "77",
            "welsh_speaking": "N",
        },
        "payment_state_summary": {
            "imposed_amount": pounds(debt.original),
            "arrears_amount": pounds(0),
            "paid_amount": pounds(max(debt.original - debt.balance, 0)),
            "account_balance": pounds(debt.balance),
        },
        "party_details": {
            "party_id": f"{account.id}2",
            "organisation_flag": False,
            "individual_details": {
                "forenames": account.forenames,
                "surname": account.surname,
                "date_of_birth": account.birth_date.isoformat(),
                "national_insurance_number": account.nino,
                "individual_aliases": [],
            },
        },
    }


def terms(account: Account) -> dict[str, Any]:
    debt = account.debt
    by_instalments = debt.arrangement > 0
    return {
        "payment_terms": {
            "days_in_default": 14,
            "date_days_in_default_imposed": debt.started.isoformat(),
            "extension": False,
            "reason_for_extension": None,
            "payment_terms_type": {"payment_terms_type_code": "I" if by_instalments else "B"},
            "effective_date": (debt.due or debt.started).isoformat(),
            "instalment_period": {"instalment_period_code": "M"} if by_instalments else None,
            "lump_sum_amount": None,
            "instalment_amount": pounds(debt.arrangement) if by_instalments else None,
        },
        "payment_card_last_requested": None,
        "last_enforcement": None,
    }


def impositions(account: Account) -> dict[str, Any]:
    """The fine and its surcharge: the parts of what was imposed, with what is left of each."""
    debt = account.debt
    surcharge = debt.original // 5
    parts = [
        ("FO", "Fine", debt.original - surcharge, max(debt.balance - surcharge, 0)),
        ("FVS", "Victim surcharge", surcharge, min(debt.balance, surcharge)),
    ]
    if debt.type == "HMCTS_COMP":
        parts = [("FCOMP", "Compensation", debt.original, debt.balance)]
    return {
        "impositions": [
            {
                "date_added": debt.started.isoformat(),
                "imposition": {"result_id": code, "result_title": title},
                "creditor": {
                    "creditor_account_id": 1,
                    "account_type": "CF",
                    "display_name": "Central Fund",
                    "name": "Central Fund",
                },
                "imposed_amount": pounds(imposed),
                "paid_amount": pounds(imposed - left),
                "balance": pounds(left),
                "date_imposed": debt.started.isoformat(),
                "offence": {"id": None, "code": None, "title": "Specimen offence"},
                "imposed_by": None,
                "imposition_id": place,
            }
            for place, (code, title, imposed, left) in enumerate(parts, start=1)
        ]
    }
