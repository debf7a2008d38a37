"""When somebody says "I never agreed to that": what the sign-in service signed for that screen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from consent.anchor import commitment, nonce_of
from consent.evidence import Contents, EvidenceKeeper, EvidenceRefused
from consent.ids import GrantId
from consent.people import Person
from consent.store import Store, evidence
from consent.store.evidence import EvidenceRow, ShownCard

ALGORITHM: Final = "ES256"


@dataclass(frozen=True, slots=True, repr=False)
class Opened:
    """One piece of evidence that holds: the token's claims, and the permissions it confirms.

    `key` is the public key that the service used then. That it was theirs is for the service to
    say, or for a copy of its key set from that day.
    """

    claims: Mapping[str, Any]
    id_token: str
    key: Mapping[str, Any]
    kept_at: datetime
    permissions: tuple[GrantId, ...]


def open_evidence(
    store: Store, keeper: EvidenceKeeper, *, actor: Person, receipt: str
) -> list[Opened]:
    """What confirms the permissions of one receipt; empty when it was never confirmed.

    Checks that each token is the one in the records, is signed by the key kept with it, and that
    its nonce commits to the cards that those permissions say were shown. Raises EvidenceRefused:
    `gone` once the person is erased, otherwise what does not hold.
    """
    with store.transaction(actor) as tx:
        rows = evidence.of_receipt(tx, actor.subject, receipt)
        key = evidence.key_of(tx, actor.subject)
        given = evidence.shown_under(tx, actor.subject, receipt)
    return [_checked(row, keeper.open(row, key), given) for row in rows]


def _checked(row: EvidenceRow, found: Contents, given: Sequence[ShownCard]) -> Opened:
    if hashlib.sha256(found.id_token.encode()).hexdigest() != row.id_token_sha256:
        raise EvidenceRefused("hash")
    claims = _signed(found)
    committed = commitment(found.post_hash, found.presented, found.opening)
    if claims.get("nonce") != nonce_of(committed):
        raise EvidenceRefused("nonce")
    confirmed = [one for one in given if one.id_token_sha256 == row.id_token_sha256]
    shown = sorted(one.presented_sha256 for one in confirmed)
    if shown != sorted(found.presented) or any(
        one.nonce_commitment != committed for one in confirmed
    ):
        raise EvidenceRefused("permission")
    ids = tuple(one.grant_id for one in confirmed)
    return Opened(claims, found.id_token, found.key, row.kept_at, ids)


def _signed(found: Contents) -> Mapping[str, Any]:
    try:
        key = ECKey.import_key(dict(found.key))
        signed = jws.deserialize_compact(found.id_token, key, algorithms=[ALGORITHM])
        claims = json.loads(signed.payload)
    except (JoseError, ValueError):
        raise EvidenceRefused("signature") from None
    if not isinstance(claims, dict):
        raise EvidenceRefused("signature")
    return claims
