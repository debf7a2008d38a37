"""What a department is sent to find a person: the registered facts and no others (SEC-60)."""

from __future__ import annotations

from typing import Any

from consent.register import DepartmentEntry
from debts.debt import FACTS
from debts.facts import Address, Facts


def match_body(entry: DepartmentEntry, facts: Facts) -> dict[str, Any]:
    """The facts that the register lists for this department, and those the person typed for it."""
    body: dict[str, Any] = {}
    if "name" in entry.sends:
        body["given_names"] = facts.given_names
        body["family_name"] = facts.family_name
    if "birth_date" in entry.sends:
        body["birth_date"] = facts.birth_date.isoformat()
    if "address" in entry.sends:
        body["address"] = _address(facts.address)
    if "nino" in entry.sends and facts.nino:
        body["nino"] = facts.nino
    typed = extras(entry, facts)
    if typed:
        body["extra"] = typed
    return body


def extras(entry: DepartmentEntry, facts: Facts) -> dict[str, str]:
    """What the person typed for this department only, by the name of the fact."""
    typed_here = facts.extra
    given = {fact: typed_here(entry.code, fact) for fact in FACTS}
    return {fact: value for fact, value in given.items() if value}


def _address(address: Address) -> dict[str, Any]:
    body: dict[str, Any] = {"lines": list(address.lines), "postcode": address.postcode}
    return {**body, "uprn": address.uprn} if address.uprn else body
