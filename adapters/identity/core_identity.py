"""The identity claims of One Login, read into our words.

A name and an address come with their history: an entry without `validUntil` is the present one,
the others are former. Only what departments match by is read; documents are not asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from debts.ephemeral import Ephemeral
from debts.facts import Address

CORE_IDENTITY: Final = "https://vocab.account.gov.uk/v1/coreIdentityJWT"
ADDRESS: Final = "https://vocab.account.gov.uk/v1/address"
RETURN_CODE: Final = "https://vocab.account.gov.uk/v1/returnCode"
PROVEN: Final = "P2"
LONGEST: Final = 500
"""Characters of any one part that are believed."""
MOST_FORMER: Final = 20

_STREET_PARTS: Final = (
    ("organisationName",),
    ("departmentName",),
    ("subBuildingName", "buildingName"),
    ("buildingNumber", "dependentStreetName", "streetName"),
    ("doubleDependentAddressLocality",),
    ("dependentAddressLocality",),
    ("addressLocality",),
    ("addressRegion",),
)
"""Which parts of an address claim stand on one line of an envelope, from the top."""


class NotReadable(Exception):
    """The claims are not of the published shape; the values are not repeated."""


@dataclass(frozen=True, slots=True, repr=False)
class Names(Ephemeral):
    given: str
    family: str
    former: tuple[str, ...]
    birth_date: date


def read_names(claims: Mapping[str, Any]) -> Names:
    """Present name, former names and birth date of a verified core identity."""
    try:
        subject = claims["vc"]["credentialSubject"]
        present, former = _history(subject["name"])
        given, family = _name(present)
        born = date.fromisoformat(subject["birthDate"][0]["value"])
        earlier = tuple(" ".join(_name(entry)).strip() for entry in former)
    except (LookupError, TypeError, ValueError, AttributeError):
        raise NotReadable("core identity") from None
    if not family and not given:
        raise NotReadable("core identity")
    return Names(given, family, earlier, born)


def read_addresses(claim: Any) -> tuple[Address, tuple[Address, ...]]:
    """Present and former addresses; an empty one when the service knows none."""
    if claim is None:
        return Address((), ""), ()
    try:
        present, former = _history(claim)
        return _address(present), tuple(_address(entry) for entry in former)
    except (LookupError, TypeError, ValueError, AttributeError):
        raise NotReadable("address") from None


def _history(entries: Sequence[Any]) -> tuple[Any, list[Any]]:
    """The entry in force and the former ones, newest first. Without any in force, the last."""
    latest = sorted(entries, key=lambda e: e.get("validFrom") or "", reverse=True)
    current = [entry for entry in latest if not entry.get("validUntil")]
    ended = sorted(
        (entry for entry in entries if entry.get("validUntil")),
        key=lambda e: e["validUntil"],
        reverse=True,
    )
    in_order = current + ended
    return in_order[0], in_order[1 : MOST_FORMER + 1]


def _name(entry: Mapping[str, Any]) -> tuple[str, str]:
    parts = [(part["type"], _text(part["value"])) for part in entry["nameParts"]]
    given = " ".join(value for kind, value in parts if kind == "GivenName")
    family = " ".join(value for kind, value in parts if kind == "FamilyName")
    return given, family


def _address(entry: Mapping[str, Any]) -> Address:
    lines = (
        " ".join(_text(entry[part]) for part in parts if entry.get(part)) for parts in _STREET_PARTS
    )
    uprn = entry.get("uprn")
    return Address(
        lines=tuple(line for line in lines if line),
        postcode=_text(entry.get("postalCode") or ""),
        uprn="" if uprn is None else _text(str(uprn)),
    )


def _text(value: Any) -> str:
    """One line of printable text of a sane length."""
    text = " ".join(str(value).split())
    if not isinstance(value, str) or len(text) > LONGEST or not text.isprintable():
        raise ValueError("not a line of text")
    return text
