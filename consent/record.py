"""The consent record of a grant, rebuilt from its columns (ISO/IEC TS 27560, DPV 2.2 terms).

A record says who allowed what and what they were shown. It holds no name, no birth date, no
address, no number of the person, and nothing of a debt. Everything in it comes from columns that
the database lets nobody change, from the published notice, and from the list of parties of the day
on which the card was shown, so the same bytes come out for ever (SEC-3). Addresses that begin with
a slash are of the service that issues the receipt (its `iss`), wherever it has moved since.

The notice says which form its records have; docs/consent-record.md explains every field.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol, cast
from uuid import UUID, uuid5

import rfc8785

from consent import parties
from consent.lifecycle import State
from consent.notices import Notice, Row, full_name, parameters, presented_sha256
from consent.parties import Book, Party
from consent.purposes import Purpose
from consent.record_1 import record_1
from consent.store.grants import Grant

SCHEMA: Final = "https://w3id.org/dpv/schema/dpv-27560#record-eu-gdpr"
CONTEXT: Final = "/receipts/context-1.jsonld"
SHARED_EVIDENCE: Final = frozenset({"auth_time", "nonce_commitment", "dwell_ms"})
"""What every record that was given on one screen has alike."""
_DAY: Final = len("2026-03-02")
DPV_STATE: Final = {
    State.REQUESTED: "dpv:ConsentRequested",
    State.DEFERRED: "dpv:ConsentRequestDeferred",
    State.REFUSED: "dpv:ConsentRefused",
    State.LAPSED: "dpv:ConsentUnknown",
    State.GIVEN: "dpv:ConsentGiven",
    State.RENEWED: "dpv:RenewedConsentGiven",
    State.SUSPENDED: "dpv:ConsentStatusInvalidForProcessing",
    State.WITHDRAWN: "dpv:ConsentWithdrawn",
    State.EXPIRED: "dpv:ConsentExpired",
    State.CONSUMED: "dpv:ConsentExpired",
    State.REVOKED: "dpv:ConsentRevoked",
    State.INVALIDATED: "dpv:ConsentInvalidated",
}
MATCHED_BY: Final = {
    "name": "pd:Name",
    "birth_date": "pd:BirthDate",
    "address": "pd:PhysicalAddress",
    "nino": "pd:OfficialID",
}
PROCESSING: Final = {
    Purpose.VIEW_DEBTS: ("dpv:Retrieve", "dpv:Combine", "dpv:Display"),
    Purpose.RUN_PLAN: ("dpv:Share", "dpv:Store"),
}
INDICATED: Final = {
    "read_out": "words read out by a helper, a spoken yes to '{yes}'",
    "paper": "a signed form with the words '{yes}'",
}
ON_SCREEN: Final = "unmarked control '{yes}', then the button"


class Recorded(Protocol):
    """The columns that a record is made from: a grant's own, or an earlier version's with it.

    Neither the person's id in our tables nor anything else that two departments share is among
    them, so that a department's door can make its record as well (SEC-13).
    """

    @property
    def grant_id(self) -> str: ...
    @property
    def lineage_id(self) -> UUID: ...
    @property
    def version(self) -> int: ...
    @property
    def department(self) -> str: ...
    @property
    def purpose(self) -> Purpose: ...
    @property
    def pairwise_id(self) -> str: ...
    @property
    def notice_sha256(self) -> str: ...
    @property
    def presented_sha256(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def lawful_basis(self) -> str: ...
    @property
    def requested_at(self) -> datetime: ...
    @property
    def given_at(self) -> datetime: ...
    @property
    def expires_at(self) -> datetime: ...
    @property
    def one_time(self) -> bool: ...
    @property
    def channel(self) -> str: ...
    @property
    def assisted_by(self) -> str | None: ...
    @property
    def idp(self) -> str: ...
    @property
    def signed_in_at(self) -> datetime: ...
    @property
    def vot(self) -> str: ...
    @property
    def ial(self) -> str: ...
    @property
    def nonce_commitment(self) -> str | None: ...
    @property
    def salt(self) -> str: ...
    @property
    def prev_record_hash(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class WasShown:
    """What a person had before them when they decided, made again from the repository.

    `sha256` is the hash that was recorded if, and only if, nothing of it has changed since.
    """

    notice: str
    rows: tuple[Row, ...]
    question: str
    answers: tuple[str, str]
    foot: tuple[Row, ...]
    sha256: str


def record(
    grant: Recorded, notice: Notice, *, origin: str, book: Book | None = None
) -> dict[str, Any]:
    """The record as it was when the grant was given or renewed. Later states are told by events.

    `origin`, the service's public address, stands only in records of the first form. Raises
    LookupError for a department that was no party then.
    """
    book = book or parties.load()
    party = book.department(grant.department, grant.requested_at)
    if notice.record == 1:
        return record_1(cast(Grant, grant), notice, party, origin=origin)
    return _record_2(grant, notice, party, book)


def record_hash(body: Mapping[str, Any]) -> str:
    """SHA-256 of the record's JCS form (RFC 8785), hex."""
    return hashlib.sha256(rfc8785.dumps(dict(body))).hexdigest()


def what_was_shown(grant: Recorded, notice: Notice, *, book: Book | None = None) -> WasShown:
    """Render the card of a grant again, as it was when the person decided (SEC-3)."""
    party = (book or parties.load()).department(grant.department, grant.requested_at)
    until = notice.until(party, grant.requested_at)
    question = notice.question_one.format(name=full_name(party))
    return WasShown(
        notice=notice.id,
        rows=notice.card(party, until=until),
        question=question,
        answers=(notice.yes.format(short=party.short), notice.no.format(short=party.short)),
        foot=notice.foot,
        sha256=presented_sha256(notice, party, until=until, choices=choices_of(grant, notice)),
    )


def choices_of(grant: Recorded, notice: Notice) -> dict[str, str]:
    """What the person marked: a yes, or a yes for one use where the notice itself allows more."""
    once = grant.one_time and not notice.limits.once
    return {"agree": "once" if once else "yes"}


def record_id(grant: Recorded) -> UUID:
    """The first record carries the id of its line; each renewal one that follows from it."""
    return grant.lineage_id if grant.version == 1 else uuid5(grant.lineage_id, str(grant.version))


def _record_2(grant: Recorded, notice: Notice, party: Party, book: Book) -> dict[str, Any]:
    listed = book.at(grant.requested_at)
    subject = f"urn:svd:pairwise:{grant.pairwise_id}"
    until = notice.until(party, grant.requested_at)
    shown = parameters(notice, party, until=until)
    entered = State.GIVEN if grant.version == 1 else State.RENEWED
    return {
        "@context": CONTEXT,
        "@type": "dpv:ConsentRecord",
        "@id": f"urn:uuid:{record_id(grant)}",
        "schema_version": SCHEMA,
        "record_id": str(record_id(grant)),
        "lineage_id": f"urn:uuid:{grant.lineage_id}",
        "version": grant.version,
        "prev_record_hash": grant.prev_record_hash,
        "grant_id": grant.grant_id,
        "state": entered.value,
        "pii_principal_id": subject,
        "privacy_notice": {
            "@type": "dpv:ConsentNotice",
            "@id": f"/notices/{notice.id}/{notice.language}",
            "notice_version": notice.id,
            "language": notice.language,
            "notice_sha256": grant.notice_sha256,
            "presented_sha256": grant.presented_sha256,
            "template_params": rfc8785.dumps(shown).decode(),
        },
        "language": grant.language,
        "pii_processing": [
            {
                "@type": "dpv:Process",
                "purpose_code": f"svd.{grant.purpose}",
                "purpose": ["fin:DebtManagement", "dpv:RequestedServiceProvision"],
                "lawful_basis": [grant.lawful_basis],
                "pii_information": _information(grant, notice, party),
                "pii_controllers": [{"@id": listed.portal.urn}, {"@id": party.urn}],
                "collection_method": party.urn,
                "processing_method": list(PROCESSING.get(grant.purpose, ("dpv:Share",))),
                "storage_locations": {
                    "@type": "dpv:StorageDuration",
                    "retention_period": {
                        "duration_type": "dpv:TemporalDuration",
                        "value": notice.limits.retention,
                    },
                },
                "processing_locations": ["loc:GB"],
                "jurisdiction": ["loc:GB"],
                "frequency": _frequency(grant, notice),
                "recipient_third_parties": [],
                "withdrawal_method": {
                    "@type": "dpv:WithdrawConsent",
                    "exercised_at": f"/permissions/{grant.grant_id}/stop",
                },
                "privacy_rights": ["gdpr:A7-3", "gdpr:A15", "gdpr:A16", "gdpr:A17", "gdpr:A77"],
                "impact_assessment": {"@id": listed.impact_assessment},
                "authority_party": {"@id": listed.authority.urn},
            }
        ],
        "parties": [_party(one) for one in (listed.portal, party, listed.authority)],
        "events": [
            {
                "event_state": DPV_STATE[State.REQUESTED],
                "event_type": [grant.lawful_basis],
                "event_time": moment(grant.requested_at),
                "entity_id": listed.portal.urn,
                "validity_duration": _until(grant.given_at),
            },
            {
                "event_state": DPV_STATE[entered],
                "event_type": [grant.lawful_basis],
                "event_time": moment(grant.given_at),
                "entity_id": subject,
                "validity_duration": _until(grant.expires_at),
                "indication_method": _indication(grant, notice, party),
            },
        ],
        "delegation": _delegation(grant),
        "evidence": {
            "idp": grant.idp,
            "auth_time": int(grant.signed_in_at.timestamp()),
            "vot": grant.vot,
            "ial": grant.ial,
            "nonce_commitment": grant.nonce_commitment,
            "channel": grant.channel,
            "assisted_by": grant.assisted_by,
            "one_time": grant.one_time,
            "dwell_ms": _milliseconds(grant),
        },
        "salt_b64u": grant.salt,
    }


def for_department(body: Mapping[str, Any]) -> dict[str, Any]:
    """A record as its department is told it: days in place of moments, and nothing that comes from
    the screen or the sign-in that several departments share (SEC-59).

    Whoever has it cannot work its hash out, nor guess what was left out: the salt is left out too.
    The hash still names the whole record, which the person has and the service can make again.
    """
    told = {name: value for name, value in body.items() if name != "salt_b64u"}
    told["events"] = [
        {
            **event,
            "event_time": event["event_time"][:_DAY],
            "validity_duration": {
                **event["validity_duration"],
                "value": event["validity_duration"]["value"][:_DAY],
            },
        }
        for event in body["events"]
    ]
    told["evidence"] = {
        name: value for name, value in body["evidence"].items() if name not in SHARED_EVIDENCE
    }
    return told


def moment(at: datetime) -> str:
    """`2026-03-02T12:00:00.000000Z`."""
    return at.isoformat(timespec="microseconds").replace("+00:00", "Z")


def _information(grant: Recorded, notice: Notice, party: Party) -> list[dict[str, str]]:
    """What is sent to find the person, then what the notice lists. A National Insurance number is
    needed only where the department cannot find them by birth date and address."""
    by_address = {"birth_date", "address"} <= set(party.sends)
    sent = party.sends if grant.purpose is Purpose.VIEW_DEBTS else ()
    group = "debt" if grant.purpose is Purpose.VIEW_DEBTS else str(grant.purpose)
    return [
        {
            "pii_type": MATCHED_BY[item],
            "pii_attribute_id": f"match.{item}",
            "pii_optional": ("dpv:Optional" if item == "nino" and by_address else "dpv:Required"),
        }
        for item in sent
    ] + [
        {
            "pii_type": field.type,
            "pii_attribute_id": f"{group}.{field.code}",
            "pii_optional": "dpv:Required",
        }
        for field in notice.fields
    ]


def _frequency(grant: Recorded, notice: Notice) -> dict[str, Any]:
    """How often it may be used (F20), in words of the standard and as figures."""
    limits = notice.limits
    if grant.one_time or limits.once:
        return {"@type": "dpv:SingularFrequency", "value": "once", "most_uses": 1}
    if not limits.most_a_day:
        return {"@type": "dpv:OftenFrequency", "value": "as the plan needs"}
    apart = f"PT{limits.least_apart_seconds}S"
    return {
        "@type": "dpv:OftenFrequency",
        "value": f"person present, at most {limits.most_a_day} a day, at least {apart} apart",
        "most_a_day": limits.most_a_day,
        "least_apart": apart,
    }


def _party(party: Party) -> dict[str, Any]:
    return {
        "party_id": party.urn,
        "party_type": list(party.types),
        "party_name": party.name,
        "party_address": party.address,
        "party_contact": party.contact,
    }


def _until(at: datetime) -> dict[str, str]:
    return {"duration_type": "dpv:UntilTimeDuration", "value": moment(at)}


def _indication(grant: Recorded, notice: Notice, party: Party) -> str:
    said = INDICATED.get(grant.channel, ON_SCREEN)
    return said.format(yes=notice.yes.format(short=party.short))


def _delegation(grant: Recorded) -> dict[str, str] | None:
    """Who helped. They read out or wrote down; the yes is the person's own (SEC-40)."""
    if grant.assisted_by is None:
        return None
    return {"@type": "dpv:Representative", "helper": f"urn:svd:helper:{grant.assisted_by}"}


def _milliseconds(grant: Recorded) -> int:
    """From the card being shown to the yes, in whole milliseconds (SEC-14)."""
    apart = grant.given_at - grant.requested_at
    return (apart.days * 86_400 + apart.seconds) * 1000 + apart.microseconds // 1000
