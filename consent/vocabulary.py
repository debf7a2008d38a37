"""The terms that our records may use: DPV 2.2 by name, and what ISO/IEC TS 27560 wants in each.

A test compares the list with the vocabulary's own files, and every record with the list (SEC-1).
`loc` is the one prefix whose file the test does not have.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

PREFIXES: Final[Mapping[str, str]] = {
    "dpv": "https://w3id.org/dpv#",
    "pd": "https://w3id.org/dpv/pd#",
    "fin": "https://w3id.org/dpv/sector/finance#",
    "gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "loc": "https://w3id.org/dpv/loc#",
}

TERMS: Final = frozenset(
    f"{prefix}:{name}"
    for prefix, names in {
        "dpv": (
            # what a thing is
            "ConsentRecord ConsentReceipt ConsentNotice Process StorageDuration TemporalDuration"
            " UntilTimeDuration WithdrawConsent SingularFrequency OftenFrequency Representative"
            " DataController GovernmentalOrganisation DataExporter DataProtectionAuthority"
            # what a state is called
            " ConsentRequested ConsentRequestDeferred ConsentRefused ConsentUnknown ConsentGiven"
            " RenewedConsentGiven ConsentStatusInvalidForProcessing ConsentWithdrawn"
            " ConsentExpired ConsentRevoked ConsentInvalidated"
            # what is done, why and on which basis
            " ExplicitlyExpressedConsent PublicInterest RequestedServiceProvision"
            " Retrieve Combine Display Share Store Required Optional"
            # how things hang together
            " hasDataSubject hasNotice hasProcess hasPurpose hasLegalBasis hasPersonalData"
            " hasNecessity hasDataController hasDataSource hasProcessing hasStorageCondition"
            " hasDuration hasLocation hasJurisdiction hasRecipient hasConsentControl isExercisedAt"
            " hasRight hasAssessment hasAuthority hasFrequency hasEntity hasName hasAddress"
            " hasContact hasConsentStatus isIndicatedAtTime isIndicatedBy hasIndicationMethod"
            " hasRepresentative"
        ),
        "pd": (
            "Name BirthDate PhysicalAddress OfficialID Financial Relationship AccountIdentifier"
            " Transactional Identifier Income Communication"
        ),
        "fin": "DebtManagement",
        "gdpr": "A7-3 A15 A16 A17 A77",
        "loc": "GB",
    }.items()
    for name in names.split()
)

MANDATORY: Final[Mapping[str, tuple[str, ...]]] = {
    "": (
        *("schema_version", "record_id", "pii_principal_id"),
        *("privacy_notice", "language", "pii_processing", "parties", "events"),
    ),
    "pii_processing": (
        *("purpose", "pii_information", "pii_controllers", "storage_locations", "jurisdiction"),
        *("recipient_third_parties", "withdrawal_method", "lawful_basis"),
    ),
    "pii_information": ("pii_type",),
    "parties": ("party_id", "party_name", "party_address", "party_contact", "party_type"),
    "events": ("event_time", "validity_duration", "entity_id", "event_type", "event_state"),
}
"""Fields that ISO/IEC TS 27560 (6.3) wants, and `lawful_basis`, which the GDPR does."""


def terms_of(value: Any) -> Iterator[str]:
    """Every term with a prefix of ours that stands anywhere in a record, as a value."""
    if isinstance(value, str):
        prefix, colon, name = value.partition(":")
        if colon and prefix in PREFIXES and " " not in name:
            yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from terms_of(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from terms_of(one)


def missing(record: Mapping[str, Any]) -> list[str]:
    """Fields that a record must have and has not, each by its place."""
    found = _missing("", record, "record")
    for number, process in enumerate(record.get("pii_processing", ())):
        place = f"pii_processing[{number}]"
        found += _missing("pii_processing", process, place)
        for item in process.get("pii_information", ()):
            found += _missing("pii_information", item, f"{place}.pii_information")
    for name in ("parties", "events"):
        for number, one in enumerate(record.get(name, ())):
            found += _missing(name, one, f"{name}[{number}]")
    return found


def unknown(record: Mapping[str, Any]) -> set[str]:
    """Terms in a record that are not in the list."""
    return set(terms_of(record)) - TERMS


def _missing(kind: str, part: Mapping[str, Any], place: str) -> list[str]:
    return [f"{place}.{name}" for name in MANDATORY[kind] if name not in part]
