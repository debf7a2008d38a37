"""The sign-in service's own word for what was on the screen (decision 33, SEC-18).

When a person says yes, their records commit to the cards that were shown. The same commitment is
the nonce of one silent request to the sign-in service, so the token that it signs for this person
confirms this screen and no other. The record holds the commitment, the permission holds the
token's hash, and the token itself is kept sealed (`consent.evidence`).
"""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from consent.clock import Chance, Clock
from consent.events import Kind, new_event
from consent.evidence import Contents, EvidenceKeeper
from consent.ids import new_uuid
from consent.people import Person
from consent.store import Store, events, evidence, grants
from consent.store.evidence import EvidenceRow

MARK: Final = b"svd-consent-v1"
OPENING: Final = 32
"""Random bytes that keep the commitment from telling what it commits to."""


@dataclass(frozen=True, slots=True, repr=False)
class Proof:
    """What came back: a verified ID token of this person, and the public JWK that signed it."""

    id_token: str
    key: Mapping[str, Any]

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.id_token.encode()).hexdigest()


def commitment(post_hash: str, presented: Iterable[str], opening: bytes) -> str:
    """SHA-256(mark, the form's hash, each shown card's hash in order, 32 random bytes), hex.

    Every part has a fixed length, so no two screens give the same bytes.
    """
    if len(opening) != OPENING:
        raise ValueError("an opening has 32 bytes")
    cards = b"".join(sorted(bytes.fromhex(one) for one in presented))
    return hashlib.sha256(MARK + bytes.fromhex(post_hash) + cards + opening).hexdigest()


def nonce_of(commitment: str) -> str:
    """The commitment as the nonce of a request: 43 characters of base64url."""
    return urlsafe_b64encode(bytes.fromhex(commitment)).rstrip(b"=").decode("ascii")


def attach(
    store: Store,
    clock: Clock,
    chance: Chance,
    keeper: EvidenceKeeper,
    *,
    actor: Person,
    receipt: str,
    committed: str,
    opening: bytes,
    proof: Proof,
) -> bool:
    """Note on each permission of this receipt and commitment that the sign-in confirms it.

    The caller has verified the token: signature, person, and that its nonce is `committed`.
    Afterwards each has the token's hash and an event that commits to it, and the token lies sealed
    for a dispute. False when there is nothing (more) to confirm; then nothing is written.
    """
    with store.transaction(actor) as tx:
        found = [
            grant
            for grant in grants.of_receipt(tx, actor.subject, receipt)
            if grant.nonce_commitment == committed
        ]
        presented = tuple(sorted(grant.presented_sha256 for grant in found))
        if not found or commitment(found[0].post_hash, presented, opening) != committed:
            return False
        contents = Contents(proof.id_token, dict(proof.key), found[0].post_hash, presented, opening)
        key = evidence.key_of(tx, actor.subject, fresh=keeper.new_key(actor.subject))
        row = EvidenceRow(
            evidence_id=new_uuid(chance),
            subject_id=actor.subject,
            receipt=receipt,
            id_token_sha256=proof.sha256,
            sealed="",
            kept_at=clock.now(),
        )
        row = keeper.seal(contents, key, row)
        anchored = [
            grant
            for grant in sorted(found, key=lambda one: one.grant_id)
            if evidence.note_anchor(tx, grant.grant_id, committed, proof.sha256)
        ]
        if not anchored:
            return False
        evidence.add(tx, row)
        for grant in anchored:
            events.append(
                tx,
                new_event(
                    chance,
                    at=clock.now(),
                    subject=actor.subject,
                    grant_id=grant.grant_id,
                    department=grant.department,
                    purpose=grant.purpose,
                    kind=Kind.ANCHORED,
                    by="system",
                    digest=proof.sha256,
                ),
            )
        return True
