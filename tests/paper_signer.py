"""A signer on paper: it writes what the real one writes, from a permit that it believes.

For tests of the wire to departments, where there is no database. It checks nothing: what the real
one refuses is tested where the real one is (tests/unit/test_signing.py, tests/security).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from consent.clock import Chance, Clock
from consent.errors import ConsentEnded
from consent.ids import GrantId, SubjectId, random_text
from consent.jose import sign
from consent.keys import Keys
from consent.lifecycle import State
from consent.permit import Permit
from consent.signer import (
    ASSERTION_TYPE,
    EVENT_TYPE,
    Errand,
    EventKind,
    MintedAssertion,
    MintedEvent,
)
from consent.signing import claims
from consent.signing.asked import Assertion, Event
from consent.store.signing import SignedFrom


class PaperSigner:
    """`consent.signer.Signer`, for grants that need not exist; `is_live` says which are live."""

    def __init__(
        self,
        keys: Keys,
        *,
        issuer: str,
        clock: Clock,
        chance: Chance = os.urandom,
        is_live: Callable[[GrantId], bool] = lambda _: True,
    ) -> None:
        self.key = keys.first("sig")
        self.issuer = issuer
        self.clock = clock
        self.chance = chance
        self.is_live = is_live

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
        if not self.is_live(permit.grant_id):
            raise ConsentEnded("live")
        asked = Assertion(
            grant_id=permit.grant_id,
            session_hash=permit.session_hash,
            interaction_id=permit.interaction_id,
            audience=audience,
            htu=htu,
            htm=htm,
            errand=errand,
            vot=permit.sign_in.vot,
            ial=permit.sign_in.ial,
            idp=permit.sign_in.idp,
            fields=tuple(fields),
            match_jwe=match_jwe,
            request_jwe=request_jwe,
            response_jwk=response_jwk,
        )
        jti = random_text(self.chance, 16)
        said = claims.assertion(
            row_of(permit),
            asked,
            issuer=self.issuer,
            signed_in_at=permit.sign_in.at,
            now=self.clock.now(),
            jti=jti,
        )
        return MintedAssertion(sign(said, self.key, typ=ASSERTION_TYPE), jti)

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
        jti = event_id or random_text(self.chance, 16)
        asked = Event(kind, audience, pairwise_id, grant_id, event_id, details or {})
        now = self.clock.now()
        said = claims.event(grant_id, pairwise_id, asked, issuer=self.issuer, now=now, jti=jti)
        return MintedEvent(sign(said, self.key, typ=EVENT_TYPE), jti)


def row_of(permit: Permit, **changes: Any) -> SignedFrom:
    """The row from which such a permit would have been made."""
    columns: dict[str, Any] = {
        "grant_id": permit.grant_id,
        "subject_id": SubjectId(UUID(int=1)),
        "department": permit.department,
        "purpose": permit.purpose,
        "state": State(permit.grant_state),
        "version": 1,
        "notice": permit.notice_version,
        "language": "en",
        "expires_at": permit.grant_expires_at,
        "ended_at": None,
        "changed_at": permit.sign_in.at,
        "one_time": False,
        "pairwise_id": permit.pairwise_id,
        "subject_handle": permit.subject_handle,
        "record_hash": permit.record_hash,
    }
    return SignedFrom(**{**columns, **changes})
