"""The consent signer: it alone turns a live grant into a token that a department believes.

It asks for itself whether the grant is live (SEC-48); a caller's word is not enough. `LocalSigner`
lives in the process of the portal; a signer that stands apart has the same two methods.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final, Protocol

from consent.clock import Chance, Clock
from consent.errors import ConsentEnded, NotPermitted
from consent.ids import GrantId, random_text
from consent.jose import sign
from consent.keys import Keys
from consent.lifecycle import VALID
from consent.permit import Permit

ASSERTION_TYPE: Final = "consent-assertion+jwt"
EVENT_TYPE: Final = "secevent+jwt"
ASSERTION_LIFE: Final = timedelta(seconds=60)
PERMIT_LIFE: Final = timedelta(minutes=2)
"""A permit is made for one pull, while the person is there; an older one is not signed."""

EVENT_PREFIX: Final = "urn:uk:svd:event:"
STATEMENT_TYPES: Final = frozenset(
    {"consent-receipt+jwt", "grant-status+jwt", "grant-status-list+jwt"}
)


class Errand(StrEnum):
    """What one assertion is for; each is one operation of the department protocol."""

    DEBT_QUERY = "urn:uk:svd:debt-query:v1"
    HOLD_REQUEST = "urn:uk:svd:hold-request:v1"
    SUPPORT_NEEDS = "urn:uk:svd:support-needs:v1"
    BUDGET_TOTALS = "urn:uk:svd:budget-totals:v1"


PURPOSE_OF: Final[Mapping[Errand, str]] = {
    Errand.DEBT_QUERY: "view_debts",
    Errand.HOLD_REQUEST: "hold_or_query",
    Errand.SUPPORT_NEEDS: "share_support_needs",
    Errand.BUDGET_TOTALS: "share_budget_totals",
}
"""One grant, one purpose: an assertion for another errand is not made (decision 4)."""


class EventKind(StrEnum):
    """Security events that departments are told of (RFC 8417)."""

    CONSENT_WITHDRAWN = "consent-withdrawn"
    CONSENT_EXPIRED = "consent-expired"
    CONSENT_REVOKED = "consent-revoked"
    CONSENT_SUSPENDED = "consent-suspended"
    CONSENT_INVALIDATED = "consent-invalidated"
    CONSENT_RESUMED = "consent-resumed"
    PLAN_PROPOSED = "plan-proposed"
    PLAN_CHANGED = "plan-changed"
    PLAN_ENDED = "plan-ended"


@dataclass(frozen=True, slots=True, repr=False)
class MintedAssertion:
    """A signed token and its number, which an answer must name."""

    token: str
    jti: str


@dataclass(frozen=True, slots=True, repr=False)
class MintedEvent:
    token: str
    jti: str


class Signer(Protocol):
    """Blocking: callers on an event loop use a thread."""

    def mint_assertion(
        self,
        permit: Permit,
        *,
        audience: str,
        htu: str,
        htm: str = "POST",
        errand: Errand = Errand.DEBT_QUERY,
        fields: Sequence[str] = (),
        match_jwe: str | None = None,
        request_jwe: str | None = None,
        response_jwk: Mapping[str, Any] | None = None,
    ) -> MintedAssertion:
        """A single-use token of 60 seconds for this call only, or ConsentEnded."""
        ...

    def mint_event(
        self,
        kind: EventKind,
        *,
        audience: str,
        pairwise_id: str,
        grant_id: GrantId,
        event_id: str = "",
        details: Mapping[str, Any] | None = None,
    ) -> MintedEvent:
        """A Security Event Token. The same `event_id` makes a repeat harmless."""
        ...


class LocalSigner:
    """Signs with the newest signing key of `keys`. `is_live` reads the grant as it stands now."""

    def __init__(
        self,
        keys: Keys,
        *,
        issuer: str,
        clock: Clock,
        chance: Chance,
        is_live: Callable[[GrantId], bool],
    ) -> None:
        self._key = keys.first("sig")
        self._issuer = issuer
        self._clock = clock
        self._chance = chance
        self._is_live = is_live

    def mint_assertion(
        self,
        permit: Permit,
        *,
        audience: str,
        htu: str,
        htm: str = "POST",
        errand: Errand = Errand.DEBT_QUERY,
        fields: Sequence[str] = (),
        match_jwe: str | None = None,
        request_jwe: str | None = None,
        response_jwk: Mapping[str, Any] | None = None,
    ) -> MintedAssertion:
        """Claims of the protocol's section on assertions; see docs/protocol."""
        self._check(permit, errand)
        now = int(self._clock.now().timestamp())
        jti = random_text(self._chance, 16)
        claims: dict[str, Any] = {
            "iss": self._issuer,
            "aud": audience,
            "sub": permit.pairwise_id,
            "iat": now,
            "nbf": now,
            "exp": now + int(ASSERTION_LIFE.total_seconds()),
            "jti": jti,
            "txn": permit.interaction_id,
            "htm": htm,
            "htu": htu,
            "grant_id": permit.grant_id,
            "record_hash": permit.record_hash,
            "consent": {
                "state": permit.grant_state,
                "version": permit.notice_version,
                "exp": int(permit.grant_expires_at.timestamp()),
            },
            "authorization_details": [
                {
                    "type": errand.value,
                    "actions": ["read" if errand is Errand.DEBT_QUERY else "write"],
                    "locations": [audience],
                    "purpose": permit.purpose,
                    "datatypes": list(fields),
                }
            ],
            "auth": {
                "time": int(permit.sign_in.at.timestamp()),
                "vot": permit.sign_in.vot,
                "ial": permit.sign_in.ial,
                "idp": permit.sign_in.idp,
            },
            "citizen_present": True,
            "act": None,
        }
        if permit.subject_handle:
            claims["subject_handle"] = permit.subject_handle
        if match_jwe is not None:
            claims["match"] = match_jwe
        if request_jwe is not None:
            claims["request"] = request_jwe
        if response_jwk is not None:
            claims["resp_enc"] = {"alg": "ECDH-ES", "enc": "A256GCM", "jwk": dict(response_jwk)}
        return MintedAssertion(sign(claims, self._key, typ=ASSERTION_TYPE), jti)

    def mint_event(
        self,
        kind: EventKind,
        *,
        audience: str,
        pairwise_id: str,
        grant_id: GrantId,
        event_id: str = "",
        details: Mapping[str, Any] | None = None,
    ) -> MintedEvent:
        """An event needs no live grant: most of them say that one has ended."""
        jti = event_id or random_text(self._chance, 16)
        claims = {
            "iss": self._issuer,
            "aud": audience,
            "iat": int(self._clock.now().timestamp()),
            "jti": jti,
            "sub_id": {"format": "opaque", "id": pairwise_id},
            "events": {EVENT_PREFIX + kind.value: {"grant_id": grant_id, **(details or {})}},
        }
        return MintedEvent(sign(claims, self._key, typ=EVENT_TYPE), jti)

    def sign_statement(self, claims: Mapping[str, Any], *, typ: str) -> str:
        """A receipt or a live status, as its author wrote it, dated now and signed."""
        if typ not in STATEMENT_TYPES:
            raise NotPermitted("not a statement that this service signs")
        dated = {"iss": self._issuer, "iat": int(self._clock.now().timestamp()), **claims}
        return sign(dated, self._key, typ=typ)

    def _check(self, permit: Permit, errand: Errand) -> None:
        now = self._clock.now()
        if PURPOSE_OF[errand] != permit.purpose:
            raise NotPermitted("the permission is for another purpose")
        fresh = now - PERMIT_LIFE <= permit.made_at <= now + timedelta(seconds=1)
        valid = permit.grant_state in VALID and permit.grant_expires_at > now
        if not (fresh and valid and self._is_live(permit.grant_id)):
            raise ConsentEnded("the permission is no longer live")
