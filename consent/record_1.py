"""The first form of a consent record, as records under version 1 of a notice have it.

Frozen: these bytes were hashed into receipts and the log, so nothing here changes (SEC-3). The
form of today is in consent/record.py.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from consent.lifecycle import State
from consent.notices import Notice
from consent.parties import Party
from consent.purposes import Purpose
from consent.store.grants import Grant

SCHEMA: Final = "https://w3id.org/dpv/schema/dpv-27560#record-eu-gdpr"
_STATE: Final = {
    State.REQUESTED: "dpv:ConsentRequested",
    State.GIVEN: "dpv:ConsentGiven",
}
_MATCHED_BY: Final = {
    "name": "pd:Name",
    "birth_date": "pd:BirthDate",
    "address": "pd:PhysicalAddress",
    "nino": "pd:OfficialID",
}
_PROCESSING: Final = {
    Purpose.VIEW_DEBTS: ("dpv:Retrieve", "dpv:Combine", "dpv:Display"),
    Purpose.RUN_PLAN: ("dpv:Share", "dpv:Store"),
}


def _moment(at: datetime) -> str:
    return at.isoformat(timespec="microseconds").replace("+00:00", "Z")


def record_1(grant: Grant, notice: Notice, party: Party, *, origin: str) -> dict[str, Any]:
    """`origin` is the public address of the service, which these records hold."""
    controller = f"urn:svd:org:{party.code}"
    subject = f"urn:svd:subject:{grant.subject_id}"
    matched = [
        {
            "pii_type": _MATCHED_BY[item],
            "pii_attribute_id": f"match.{item}",
            "pii_optional": "dpv:Optional" if item == "nino" else "dpv:Required",
        }
        for item in (party.sends if grant.purpose is Purpose.VIEW_DEBTS else ())
    ]
    returned = [
        {
            "pii_type": "pd:Financial",
            "pii_attribute_id": f"debt.{field.code}",
            "pii_optional": "dpv:Required",
        }
        for field in notice.fields
    ]
    return {
        "@type": "dpv:ConsentRecord",
        "schema_version": SCHEMA,
        "record_id": str(grant.lineage_id),
        "lineage_id": f"urn:uuid:{grant.lineage_id}",
        "version": grant.version,
        "prev_record_hash": grant.prev_record_hash,
        "grant_id": grant.grant_id,
        "state": "given",
        "pii_principal_id": subject,
        "privacy_notice": {
            "@type": "dpv:ConsentNotice",
            "@id": f"{origin}/notices/{notice.id}/{notice.language}",
            "notice_version": notice.id,
            "language": notice.language,
            "notice_sha256": grant.notice_sha256,
            "presented_sha256": grant.presented_sha256,
        },
        "language": grant.language,
        "pii_processing": [
            {
                "@type": "dpv:Process",
                "purpose_code": f"svd.{grant.purpose}",
                "purpose": ["fin:DebtManagement", "dpv:RequestedServiceProvision"],
                "lawful_basis": [grant.lawful_basis],
                "pii_information": matched + returned,
                "pii_controllers": [{"@id": "urn:svd:org:portal"}, {"@id": controller}],
                "collection_method": controller,
                "processing_method": list(_PROCESSING.get(grant.purpose, ("dpv:Share",))),
                "storage_locations": {
                    "@type": "dpv:StorageDuration",
                    "retention_period": {"duration_type": "dpv:TemporalDuration", "value": "PT30M"},
                },
                "processing_locations": ["loc:GB"],
                "jurisdiction": ["loc:GB"],
                "recipient_third_parties": [],
                "withdrawal_method": {
                    "@type": "dpv:WithdrawConsent",
                    "exercised_at": f"{origin}/permissions/{grant.grant_id}/stop",
                },
                "privacy_rights": ["gdpr:A7-3", "gdpr:A15", "gdpr:A17", "gdpr:A77"],
                "authority_party": {"@id": "urn:svd:org:ico"},
            }
        ],
        "parties": [
            {
                "party_id": "urn:svd:org:portal",
                "party_type": ["dpv:DataController"],
                "party_name": "See and pay what you owe to government",
            },
            {
                "party_id": controller,
                "party_type": ["dpv:DataController", "dpv:DataExporter"],
                "party_name": party.name,
                "party_contact": party.contact,
            },
        ],
        "events": [
            {
                "event_state": _STATE[State.REQUESTED],
                "event_time": _moment(grant.requested_at),
                "entity_id": "urn:svd:org:portal",
            },
            {
                "event_state": _STATE[State.GIVEN],
                "event_type": ["dpv:ExplicitlyExpressedConsent"],
                "event_time": _moment(grant.given_at),
                "entity_id": subject,
                "validity_duration": {
                    "duration_type": "dpv:UntilTimeDuration",
                    "value": _moment(grant.expires_at),
                },
                "indication_method": f"unmarked control '{notice.yes}', then the button",
            },
        ],
        "delegation": None,
        "evidence": {
            "idp": grant.idp,
            "auth_time": int(grant.signed_in_at.timestamp()),
            "vot": grant.vot,
            "ial": grant.ial,
            "nonce_commitment": grant.nonce_commitment,
            "channel": grant.channel,
        },
        "salt_b64u": grant.salt,
    }
