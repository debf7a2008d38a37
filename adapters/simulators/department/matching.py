"""Finding the person: by National Insurance number, or by name, birth date and postcode."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from adapters.simulators.cast import Cast, Person
from adapters.simulators.department.gateway import Assertion, Refusal
from adapters.simulators.department.state import Department
from consent.jose import TokenRefused, unseal
from consent.strict_json import NotStrictJson, read_json


def find_person(
    department: Department, assertion: Assertion
) -> tuple[Person | None, dict[str, Any]]:
    """The person, if exactly one fits, and the details that were sent.

    With no details the handle from an earlier answer must say who it is.
    """
    sealed = assertion.claims.get("match")
    if sealed is None:
        person = department.person_of(
            assertion.subject, str(assertion.claims.get("subject_handle", ""))
        )
        if person is None:
            raise Refusal(422, "handle-unknown")
        return person, {}
    details = opened(department, sealed)
    return match(department.cast, details), details


def opened(department: Department, sealed: Any) -> dict[str, Any]:
    """What was sealed to this department, or Refusal."""
    try:
        said = read_json(unseal(str(sealed), department.keys))
    except (TokenRefused, NotStrictJson):
        raise Refusal(400, "malformed") from None
    if not isinstance(said, dict):
        raise Refusal(400, "malformed")
    return said


def match(cast: Cast, details: Mapping[str, Any]) -> Person | None:
    """All that was sent must fit: a number with another person's name matches nobody."""
    fitting = [person for person in cast if _fits(person, details)]
    return fitting[0] if len(fitting) == 1 else None


def fact_fits(person: Person, fact: str, given: str) -> bool:
    """Does the one more fact fit? One that the story does not have is taken as right."""
    known = {
        "nino": person.nino,
        "utr": person.utr,
        "previous_name": person.former_family_name,
        "previous_address": person.previous_address.postcode,
        **person.facts,
    }.get(fact, "")
    if not known:
        return True
    bare_given, bare_known = _bare(given), _bare(known)
    return bare_known in bare_given if fact.startswith("previous") else bare_given == bare_known


def _fits(person: Person, details: Mapping[str, Any]) -> bool:
    names = {_bare(person.family_name), _bare(person.former_family_name)} - {""}
    if "family_name" in details and _bare(details["family_name"]) not in names:
        return False
    if "birth_date" in details and _day(details["birth_date"]) != person.birth_date:
        return False
    nino = details.get("nino")
    if nino:
        return _bare(nino) in (person.nino, person.nino[:-1])
    address = details.get("address")
    if not isinstance(address, dict) or "birth_date" not in details:
        return False
    homes = {_bare(person.address.postcode), _bare(person.previous_address.postcode)}
    return _bare(address.get("postcode")) in homes


def _bare(text: Any) -> str:
    return "".join(str(text or "").split()).upper()


def _day(text: Any) -> date | None:
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return None
