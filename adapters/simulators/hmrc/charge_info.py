"""The body of a `charge-info` answer about one person of the cast. Amounts are whole pence."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final

from adapters.simulators.cast import CastDebt, Person
from consent.clock import LONDON

KINDS: Final[Mapping[str, tuple[str, str, str]]] = MappingProxyType(
    {
        "HMRC_SA": ("4910", "1553", "SA Balancing Charge"),
        "HMRC_PENALTY": ("4940", "1090", ""),
        "HMRC_CHB": ("5330", "7006", ""),
        "HMRC_TCO": ("TCOP", "0001", ""),
        "HMRC_NIC": ("4915", "1011", ""),
        "HMRC_SIMPLE": ("4530", "3190", ""),
    }
)
"""Main and sub transaction and HMRC's words; where there are none, the story's own label."""


def charge_info(person: Person, now: datetime, *, nothing: bool, partial: bool) -> dict[str, Any]:
    debts = () if nothing else person.debts_at("hmrc")
    ids = [{"idType": "NINO", "idValue": person.nino}]
    if person.utr:
        ids.append({"idType": "UTR", "idValue": person.utr})
    return {
        "processingDateTime": now.astimezone(LONDON).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3],
        "identification": ids,
        "individualDetails": {
            "firstName": person.given_names[0],
            "lastName": person.family_name,
            "dateOfBirth": person.birth_date.isoformat(),
            "districtNumber": "999",
            "customerType": "MTD(ITSA)",
            "transitionToCDCS": True,
        },
        "addresses": [_address(person)],
        "customerSignals": [
            {"signalType": "Welsh Language Signal", "signalValue": str(person.lang == "cy")}
        ],
        "chargeTypeAssessment": [_assessment(debt) for debt in debts],
        "chargeTypesExcluded": partial,
    }


def _address(person: Person) -> dict[str, Any]:
    lines = {f"addressLine{n}": line for n, line in enumerate(person.address.lines[:4], start=1)}
    return {
        "addressType": "Correspondence",
        **lines,
        "rls": False,
        "contactDetails": {"mobile": person.phone, "emailAddress": person.email},
        "postCode": person.address.postcode,
        "postcodeHistory": [
            {
                "addressPostcode": person.address.postcode,
                "postcodeDate": person.address.since.isoformat(),
            }
        ],
    }


def _assessment(debt: CastDebt) -> dict[str, Any]:
    main_trans, sub_trans, words = KINDS.get(debt.type, ("9999", "9999", ""))
    said = words or debt.label
    end = _tax_year_end(debt.started)
    charge = {
        "taxPeriodFrom": end.replace(year=end.year - 1, day=6).isoformat(),
        "taxPeriodTo": end.isoformat(),
        "chargeType": said,
        "mainType": said,
        "subTrans": sub_trans,
        "outstandingAmount": debt.balance,
        "dueDate": (debt.due or debt.started).isoformat(),
        "isInterestBearingCharge": bool(debt.rate),
        "accruedInterest": 0,
        "chargeSource": "ETMP",
        "creationDate": debt.started.isoformat(),
        "saTaxYearEnd": end.isoformat(),
        "locks": _locks(debt),
    }
    if debt.due and debt.rate:
        charge["interestStartDate"] = debt.due.isoformat()
    return {
        "debtTotalAmount": debt.balance,
        "chargeReference": debt.reference,
        "mainTrans": main_trans,
        "isInsolvent": False,
        "charges": [charge],
    }


def _tax_year_end(within: date) -> date:
    year = within.year if (within.month, within.day) <= (4, 5) else within.year + 1
    return date(year, 4, 5)


def _locks(debt: CastDebt) -> list[dict[str, str]]:
    reason = {
        "disputed": "Disputed Debt",
        "breathing_space": "Breathing Space Moratorium Period Active",
    }.get(debt.state)
    return [{"lockType": "Dunning", "lockReason": reason}] if reason else []
