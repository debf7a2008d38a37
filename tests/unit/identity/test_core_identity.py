"""Identity claims of the published shapes, read into our words."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from adapters.identity.core_identity import NotReadable, read_addresses, read_names

WIRE = Path(os.environ.get("SVD_WIRE_DIR", Path(__file__).parents[4] / "shared" / "wire"))
"""Published payloads, read in place where they are at hand; they are no part of this project."""


def credential(*names: dict[str, Any], born: str = "1970-01-01") -> dict[str, Any]:
    return {"vc": {"credentialSubject": {"name": list(names), "birthDate": [{"value": born}]}}}


def name(*parts: tuple[str, str], **dates: str) -> dict[str, Any]:
    return {"nameParts": [{"type": kind, "value": value} for kind, value in parts], **dates}


def test_the_name_without_an_end_is_the_present_one() -> None:
    read = read_names(
        credential(
            name(("GivenName", "Ann"), ("FamilyName", "Old"), validUntil="2010-01-01"),
            name(("GivenName", "Ann"), ("FamilyName", "New"), validFrom="2010-01-01"),
        )
    )
    assert (read.given, read.family, read.former) == ("Ann", "New", ("Ann Old",))


def test_parts_of_a_name_keep_their_order_whichever_comes_first() -> None:
    read = read_names(
        credential(name(("FamilyName", "O’Example"), ("GivenName", "Zoë"), ("GivenName", "Anne-M")))
    )
    assert (read.given, read.family) == ("Zoë Anne-M", "O’Example")


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"vc": None},
        credential(),
        credential(name(("GivenName", "Ann")), born="yesterday"),
        credential(name()),
        credential(name(("GivenName", "A" * 600))),
        credential(name(("GivenName", "Ann\u202eevil"))),
        {"vc": {"credentialSubject": {"name": "Ann", "birthDate": [{"value": "1970-01-01"}]}}},
    ],
)
def test_a_credential_of_another_shape_is_refused_without_repeating_it(
    claims: dict[str, Any],
) -> None:
    with pytest.raises(NotReadable) as fault:
        read_names(claims)
    assert str(fault.value) == "core identity"


def test_addresses_come_as_the_present_one_and_the_former_ones_newest_first() -> None:
    home, former = read_addresses(
        [
            {"streetName": "FIRST ROW", "postalCode": "ZZ99 1AA", "validUntil": "2001-01-01"},
            {"streetName": "SECOND ROW", "postalCode": "ZZ99 1AB", "validUntil": "2011-01-01"},
            {
                "subBuildingName": "FLAT 2",
                "buildingName": "TRIAL HOUSE",
                "buildingNumber": "3",
                "streetName": "THIRD ROW",
                "addressLocality": "SAMPLETON",
                "postalCode": "ZZ99 1AC",
                "uprn": 990000000001,
                "validFrom": "2011-01-01",
            },
        ]
    )
    assert home.lines == ("FLAT 2 TRIAL HOUSE", "3 THIRD ROW", "SAMPLETON")
    assert (home.postcode, home.uprn) == ("ZZ99 1AC", "990000000001")
    assert [address.postcode for address in former] == ["ZZ99 1AB", "ZZ99 1AA"]


def test_no_address_is_an_empty_one() -> None:
    home, former = read_addresses(None)
    assert (home.lines, home.postcode, former) == ((), "", ())


@pytest.mark.parametrize("claim", [[], {}, "a street", [None], [{"postalCode": 7}]])
def test_an_address_of_another_shape_is_refused(claim: Any) -> None:
    with pytest.raises(NotReadable):
        read_addresses(claim)


def published(kind: str) -> list[Path]:
    return sorted((WIRE / "govuk-one-login__onboarding-examples/data" / kind).glob("*.json"))


@pytest.mark.skipif(not published("identities"), reason="the published examples are not here")
def test_every_published_identity_and_name_is_read() -> None:
    for path in published("identities"):
        read = read_names({"vc": json.loads(path.read_text())})
        assert read.given
        assert read.birth_date > date(1900, 1, 1)
    for path in published("names"):
        found = json.loads(path.read_text())
        said = found.get("credentialSubject") or found["coreIdentity"]
        subject = {"birthDate": [{"value": "1970-01-01"}], **said}
        assert read_names({"vc": {"credentialSubject": subject}}).family


@pytest.mark.skipif(not published("addresses"), reason="the published examples are not here")
def test_every_published_address_is_read() -> None:
    for path in published("addresses"):
        home, _ = read_addresses(json.loads(path.read_text()))
        assert home.lines
        assert home.postcode
