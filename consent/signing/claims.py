"""What is signed, in the words of the department protocol; see docs/protocol."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from consent.signer import ASSERTION_LIFE, EVENT_PREFIX, Errand
from consent.signing.asked import Assertion, Event
from consent.standing import end_to_tell
from consent.store.signing import SignedFrom


def assertion(
    grant: SignedFrom,
    asked: Assertion,
    *,
    issuer: str,
    signed_in_at: datetime,
    now: datetime,
    jti: str,
) -> dict[str, Any]:
    """The claims of a `consent-assertion+jwt`. What it says of the permission is the row's."""
    at = int(now.timestamp())
    claims: dict[str, Any] = {
        "iss": issuer,
        "aud": asked.audience,
        "sub": grant.pairwise_id,
        "iat": at,
        "nbf": at,
        "exp": at + int(ASSERTION_LIFE.total_seconds()),
        "jti": jti,
        "txn": asked.interaction_id,
        "htm": asked.htm,
        "htu": asked.htu,
        "grant_id": grant.grant_id,
        "record_hash": grant.record_hash,
        "consent": {
            "state": _state(grant),
            "version": grant.notice,
            "exp": end_to_tell(grant.expires_at, now),
        },
        "authorization_details": [
            {
                "type": asked.errand.value,
                "actions": ["read" if asked.errand is Errand.DEBT_QUERY else "write"],
                "locations": [asked.audience],
                "purpose": grant.purpose,
                "datatypes": list(asked.fields),
            }
        ],
        "auth": {
            "time": int(signed_in_at.timestamp()),
            "vot": asked.vot,
            "ial": asked.ial,
            "idp": asked.idp,
        },
        "citizen_present": True,
        "act": None,
    }
    if grant.subject_handle:
        claims["subject_handle"] = grant.subject_handle
    if asked.match_jwe is not None:
        claims["match"] = asked.match_jwe
    if asked.request_jwe is not None:
        claims["request"] = asked.request_jwe
    if asked.response_jwk is not None:
        key = dict(asked.response_jwk)
        claims["resp_enc"] = {"alg": "ECDH-ES", "enc": "A256GCM", "jwk": key}
    return claims


def event(
    grant_id: str, pairwise_id: str, asked: Event, *, issuer: str, now: datetime, jti: str
) -> dict[str, Any]:
    """The claims of a Security Event Token. It has no end: an event stays true."""
    return {
        "iss": issuer,
        "aud": asked.audience,
        "iat": int(now.timestamp()),
        "jti": jti,
        "sub_id": {"format": "opaque", "id": pairwise_id},
        "events": {EVENT_PREFIX + asked.kind.value: {"grant_id": grant_id, **asked.details}},
    }


def _state(grant: SignedFrom) -> str:
    """A permission for one use is used up by this very ask: to the department it is given."""
    return "given" if grant.one_time else grant.state.value
