"""Rows of what a grant said before it was renewed."""

from __future__ import annotations

from typing import Final

from sqlalchemy import insert, select

from consent.ids import GrantId, SubjectId
from consent.records import consent_version
from consent.store import Tx
from consent.store.grants import Grant

_NAMES: Final = tuple(column.name for column in consent_version.c)


def grants_of_post(tx: Tx, subject: SubjectId, post_hash: str) -> list[GrantId]:
    """The grants that this form gave or renewed, and that were renewed since."""
    rows = tx.connection.execute(
        select(consent_version.c.grant_id)
        .where(consent_version.c.subject_id == subject, consent_version.c.post_hash == post_hash)
        .order_by(consent_version.c.grant_id)
    )
    return [GrantId(row) for row in rows.scalars()]


def add(tx: Tx, superseded: Grant) -> None:
    """Keep a version of a grant as it stands, before a renewal takes its place."""
    values = {name: getattr(superseded, name) for name in _NAMES}
    tx.connection.execute(insert(consent_version).values(values))
