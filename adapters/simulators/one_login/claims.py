"""What the sign-in service says about a person: its identity credential and address claims."""

from __future__ import annotations

from typing import Any, Final

from adapters.simulators.cast import Address, Person

CORE_IDENTITY: Final = "https://vocab.account.gov.uk/v1/coreIdentityJWT"
ADDRESS: Final = "https://vocab.account.gov.uk/v1/address"
RETURN_CODE: Final = "https://vocab.account.gov.uk/v1/returnCode"


def credential(person: Person) -> dict[str, Any]:
    """The `vc` of the core identity: names with their history, newest first, and birth date."""
    now: dict[str, Any] = {"nameParts": _parts(person, person.family_name)}
    names = [now]
    if person.former_name_until is not None:
        day = person.former_name_until.isoformat()
        now["validFrom"] = day
        names.append({"nameParts": _parts(person, person.former_family_name), "validUntil": day})
    return {
        "type": ["VerifiableCredential", "IdentityCheckCredential"],
        "credentialSubject": {
            "name": names,
            "birthDate": [{"value": person.birth_date.isoformat()}],
        },
    }


def _parts(person: Person, family_name: str) -> list[dict[str, str]]:
    given = [{"value": name, "type": "GivenName"} for name in person.given_names]
    return [*given, {"value": family_name, "type": "FamilyName"}]


def addresses(person: Person) -> list[dict[str, Any]]:
    return [_address(person.address), _address(person.previous_address)]


def _address(home: Address) -> dict[str, Any]:
    claim: dict[str, Any] = {
        "addressCountry": "GB",
        "uprn": home.uprn,
        "buildingName": home.building,
        "buildingNumber": home.number,
        "streetName": home.street,
        "addressLocality": home.town,
        "postalCode": home.postcode,
        "validFrom": home.since.isoformat(),
    }
    if home.locality:
        claim["dependentAddressLocality"] = home.locality
    if home.until is not None:
        claim["validUntil"] = home.until.isoformat()
    return claim
