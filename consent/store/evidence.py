"""Rows of sign-in evidence, and each person's own key for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select, update

from consent.ids import GrantId, SubjectId
from consent.records import consent_grant, consent_version, person, sign_in_evidence
from consent.store import Tx


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One row of `sign_in_evidence`. `sealed` opens only with the person's own key."""

    evidence_id: UUID
    subject_id: SubjectId
    receipt: str
    id_token_sha256: str
    sealed: str
    kept_at: datetime


@dataclass(frozen=True, slots=True)
class ShownCard:
    """What one permission of a receipt says was shown, and what it says confirms that."""

    grant_id: GrantId
    presented_sha256: str
    nonce_commitment: str | None
    id_token_sha256: str | None


def key_of(tx: Tx, subject: SubjectId, *, fresh: str = "") -> str:
    """This person's evidence key, as sealed by the service; `fresh` where there is none yet.

    Empty when the person's row is gone, or when there is no key and none was given.
    """
    if fresh:
        tx.connection.execute(
            update(person)
            .where(person.c.subject_id == subject, person.c.evidence_key == "")
            .values(evidence_key=fresh)
        )
    found = tx.connection.execute(
        select(person.c.evidence_key).where(person.c.subject_id == subject)
    )
    return found.scalar_one_or_none() or ""


def note_anchor(tx: Tx, grant_id: GrantId, committed: str, id_token_sha256: str) -> bool:
    """Set the token's hash on a grant that has this commitment and no hash yet."""
    done = tx.connection.execute(
        update(consent_grant)
        .where(
            consent_grant.c.grant_id == grant_id,
            consent_grant.c.nonce_commitment == committed,
            consent_grant.c.id_token_sha256.is_(None),
        )
        .values(id_token_sha256=id_token_sha256)
    )
    return done.rowcount == 1


def add(tx: Tx, row: EvidenceRow) -> None:
    tx.connection.execute(
        insert(sign_in_evidence).values(
            evidence_id=row.evidence_id,
            subject_id=row.subject_id,
            receipt=row.receipt,
            id_token_sha256=row.id_token_sha256,
            sealed=row.sealed,
            kept_at=row.kept_at,
        )
    )


def of_receipt(tx: Tx, subject: SubjectId, receipt: str) -> list[EvidenceRow]:
    """What is kept for one receipt; the same receipt may have been confirmed more than once."""
    rows = tx.connection.execute(
        select(
            sign_in_evidence.c.evidence_id,
            sign_in_evidence.c.subject_id,
            sign_in_evidence.c.receipt,
            sign_in_evidence.c.id_token_sha256,
            sign_in_evidence.c.sealed,
            sign_in_evidence.c.kept_at,
        )
        .where(sign_in_evidence.c.subject_id == subject, sign_in_evidence.c.receipt == receipt)
        .order_by(sign_in_evidence.c.kept_at)
    )
    return [EvidenceRow(row[0], SubjectId(row[1]), row[2], row[3], row[4], row[5]) for row in rows]


def shown_under(tx: Tx, subject: SubjectId, receipt: str) -> list[ShownCard]:
    """The permissions of a receipt, also those that were renewed since."""
    found = []
    for table in (consent_grant, consent_version):
        rows = tx.connection.execute(
            select(
                table.c.grant_id,
                table.c.presented_sha256,
                table.c.nonce_commitment,
                table.c.id_token_sha256,
            ).where(table.c.subject_id == subject, table.c.receipt == receipt)
        )
        found += [ShownCard(GrantId(row[0]), row[1], row[2], row[3]) for row in rows]
    return found
