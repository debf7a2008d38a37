"""Rows of what a grant said before it was renewed."""

from __future__ import annotations

from typing import Final

from sqlalchemy import insert

from consent.records import consent_version
from consent.store import Tx
from consent.store.grants import Grant

_NAMES: Final = tuple(column.name for column in consent_version.c)


def add(tx: Tx, superseded: Grant) -> None:
    """Keep a version of a grant as it stands, before a renewal takes its place."""
    values = {name: getattr(superseded, name) for name in _NAMES}
    tx.connection.execute(insert(consent_version).values(values))
