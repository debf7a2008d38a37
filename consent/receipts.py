"""Receipts: the records of a permission, signed, with their place in the log (SEC-12, F17).

The person's receipt has everything that they need to check it alone: each record, the event that
is its leaf with the leaf's salt, the proof that the leaf is in the tree, and the signed head of the
tree. A department's has its own record and nothing of another department, and no id that two
departments share: not even the event, which names the person (SEC-13).

    claims = receipt_for_person(tx, papers, subject=…, reference="PM7K 3XQ2 9TVA")
    token = signer.sign_receipt(claims)      # `consent-receipt+jwt`, ES256
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from consent.ids import SubjectId
from consent.log.checkpoint import read_checkpoint
from consent.log.note import read_note
from consent.log.proofs import inclusion_spans, path
from consent.log.tree import places_of
from consent.notices import Notices
from consent.record import CONTEXT, Recorded, moment, record, record_hash
from consent.store import Tx, log, receipts
from consent.store.grants import Grant
from consent.store.log import KeptCheckpoint
from consent.store.receipts import Leaf, OwnGrant

TYPE: Final = "consent-receipt+jwt"
SCHEMA: Final = "https://w3id.org/dpv/schema/dpv-27560#receipt-eu-gdpr"


class RecordDiffers(Exception):
    """A record cannot be made again as it was hashed: rows or published files were changed."""


@dataclass(frozen=True, slots=True)
class Papers:
    """What receipts of one service are made with: its public address and its notices."""

    portal: str
    notices: Notices

    def record(self, grant: Recorded, notice: str, recorded: str) -> dict[str, Any]:
        """The record of a grant, which must have the hash that was written then."""
        found = self.notices.find(notice, grant.language)
        body = record(grant, found, origin=self.portal)
        if record_hash(body) != recorded:
            raise RecordDiffers(grant.grant_id)
        return body


def receipt_for_person(
    tx: Tx, papers: Papers, *, subject: SubjectId, reference: str
) -> dict[str, Any] | None:
    """What one receipt says today, or nothing where this person has no such receipt.

    Before the next checkpoint after a yes, `log` of its record is null; that takes a minute.
    """
    versions = receipts.versions_of_receipt(tx, subject, reference)
    if not versions:
        return None
    leaves = receipts.leaves_of(tx, {one.grant_id for one in versions})
    mine = [_leaf(leaves[one.grant_id], one) for one in versions]
    kept = log.newest_checkpoint(tx)
    records = [papers.record(one, one.notice, one.record_hash) for one in versions]
    return {
        **_header(papers, f"urn:svd:subject:{subject}", reference.replace(" ", "")),
        "receipt": reference,
        "records": records,
        "record_hashes": [one.record_hash for one in versions],
        "standing": [_confirmed(one) for one in versions],
        "leaves": [_opened(one) for one in mine],
        "log": [_proof(tx, one, kept) for one in mine],
        "checkpoint": kept.note if kept else None,
    }


def receipt_for_department(papers: Papers, grant: OwnGrant) -> dict[str, Any]:
    """A department's own receipt of one grant, for its own eyes (SEC-13).

    Raises LookupError for a record of the first form, which names the person by an id that
    departments do not get.
    """
    if papers.notices.find(grant.notice, grant.language).record == 1:
        raise LookupError("a record of the first form")
    return {
        **_header(papers, f"urn:svd:org:{grant.department}", f"{grant.grant_id}.{grant.version}"),
        "records": [papers.record(grant, grant.notice, grant.record_hash)],
        "record_hashes": [grant.record_hash],
        "standing": [_standing(grant)],
        "log": [None],
        "checkpoint": None,
    }


def _header(papers: Papers, audience: str, receipt_id: str) -> dict[str, Any]:
    """The signer adds `iat`. Addresses in records that begin with a slash are of `iss`."""
    return {
        "iss": papers.portal,
        "aud": audience,
        "jti": receipt_id,
        "@context": CONTEXT,
        "@type": "dpv:ConsentReceipt",
        "schema_version": SCHEMA,
    }


def _standing(grant: Grant | OwnGrant) -> dict[str, Any]:
    """Where the permission stands today."""
    return {
        "grant_id": grant.grant_id,
        "version": grant.version,
        "state": grant.state.value,
        "since": moment(grant.changed_at),
    }


def _confirmed(grant: Grant) -> dict[str, Any]:
    """The same, with the hash of the sign-in's own word for the screen, if it came."""
    return {**_standing(grant), "id_token_sha256": grant.id_token_sha256}


def _leaf(leaves: Sequence[Leaf], grant: Grant) -> Leaf | None:
    """The leaf of this version; by its place for one from before events had digests."""
    for leaf in leaves:
        if leaf.event.digest == grant.record_hash:
            return leaf
    return leaves[grant.version - 1] if len(leaves) >= grant.version else None


def _opened(leaf: Leaf | None) -> dict[str, Any] | None:
    """The event and the salt, from which anybody works the leaf's hash out."""
    if leaf is None or leaf.event.leaf_hash != leaf.leaf_hash:
        return None
    return {
        "event": leaf.event.body,
        "salt_b64u": leaf.event.salt,
        "leaf_hash": leaf.leaf_hash,
    }


def _proof(tx: Tx, leaf: Leaf | None, kept: KeptCheckpoint | None) -> dict[str, Any] | None:
    """That the leaf is in the tree of the newest checkpoint; nothing before it is."""
    if leaf is None or kept is None or leaf.leaf_index is None or leaf.leaf_index >= kept.size:
        return None
    spans = inclusion_spans(leaf.leaf_index, kept.size)
    proof = path(spans, log.nodes(tx, places_of(spans)))
    return {
        "origin": read_checkpoint(read_note(kept.note.encode()).text).origin,
        "leaf_index": leaf.leaf_index,
        "tree_size": kept.size,
        "root": b64encode(kept.root).decode(),
        "inclusion_proof": [b64encode(one).decode() for one in proof],
    }
