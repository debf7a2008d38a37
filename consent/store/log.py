"""Rows of the log: the tree's nodes, its checkpoints, and which events wait to be leaves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from consent.log.tree import Place
from consent.records import consent_event, log_checkpoint, log_cosignature, log_node
from consent.store import Tx

_ONE_SEQUENCER = 0x5356444C4F47
"""The advisory lock of whoever appends to the tree."""


@dataclass(frozen=True, slots=True)
class KeptCheckpoint:
    """A tree head that was signed: `note` is the whole signed note."""

    size: int
    root: bytes
    at: datetime
    note: str


def alone(tx: Tx) -> bool:
    """Be the only one who appends until this transaction ends; False where another is at it."""
    lock = select(func.pg_try_advisory_xact_lock(_ONE_SEQUENCER))
    return bool(tx.connection.execute(lock).scalar_one())


def size(tx: Tx) -> int:
    """How many leaves the tree has."""
    newest = select(func.max(log_node.c.position)).where(log_node.c.level == 0)
    last: int | None = tx.connection.execute(newest).scalar_one()
    return 0 if last is None else last + 1


def waiting(tx: Tx, *, limit: int) -> list[tuple[UUID, bytes]]:
    """Events that are not leaves yet, in the order of their positions: id and leaf hash."""
    rows = tx.connection.execute(
        select(consent_event.c.event_id, consent_event.c.leaf_hash)
        .where(consent_event.c.leaf_index.is_(None))
        .order_by(consent_event.c.position)
        .limit(limit)
    )
    return [(row[0], bytes.fromhex(row[1])) for row in rows]


def number(tx: Tx, first: int, events: Sequence[UUID]) -> None:
    """Give these events the leaf indexes from `first` on."""
    tx.connection.execute(
        text(
            "update consent_event set leaf_index = :first + listed.place - 1"
            " from unnest(cast(:events as uuid[])) with ordinality as listed (event_id, place)"
            " where consent_event.event_id = listed.event_id"
        ),
        {"first": first, "events": list(events)},
    )


def add_nodes(tx: Tx, made: Sequence[tuple[Place, bytes]]) -> None:
    tx.connection.execute(
        text(
            "insert into log_node (level, position, hash)"
            " select * from unnest(cast(:levels as smallint[]), cast(:positions as bigint[]),"
            " cast(:hashes as text[]))"
        ),
        {
            "levels": [place.level for place, _ in made],
            "positions": [place.position for place, _ in made],
            "hashes": [whole.hex() for _, whole in made],
        },
    )


def nodes(tx: Tx, places: Iterable[Place]) -> dict[Place, bytes]:
    """These complete subtrees; one that is not there is left out."""
    wanted = list(dict.fromkeys(places))
    rows = tx.connection.execute(
        text(
            "select node.level, node.position, node.hash"
            " from unnest(cast(:levels as smallint[]), cast(:positions as bigint[]))"
            " as wanted (level, position)"
            " join log_node as node on (node.level, node.position)"
            " = (wanted.level, wanted.position)"
        ),
        {
            "levels": [place.level for place in wanted],
            "positions": [place.position for place in wanted],
        },
    )
    return {Place(row[0], row[1]): bytes.fromhex(row[2]) for row in rows}


def leaf_of(tx: Tx, event_id: UUID) -> int | None:
    """At which leaf index an event stands; None while it waits or where it is not visible."""
    found: int | None = tx.connection.execute(
        select(consent_event.c.leaf_index).where(consent_event.c.event_id == event_id)
    ).scalar_one_or_none()
    return found


def newest_checkpoint(tx: Tx) -> KeptCheckpoint | None:
    row = tx.connection.execute(
        select(
            log_checkpoint.c.tree_size,
            log_checkpoint.c.root_hash,
            log_checkpoint.c.at,
            log_checkpoint.c.note,
        )
        .order_by(log_checkpoint.c.tree_size.desc())
        .limit(1)
    ).one_or_none()
    return KeptCheckpoint(row[0], bytes.fromhex(row[1]), row[2], row[3]) if row else None


def add_checkpoint(tx: Tx, signed: KeptCheckpoint) -> bool:
    """Keep a signed tree head; False where one of this size is already kept."""
    added = tx.connection.execute(
        upsert(log_checkpoint)
        .values(tree_size=signed.size, root_hash=signed.root.hex(), at=signed.at, note=signed.note)
        .on_conflict_do_nothing()
        .returning(log_checkpoint.c.tree_size)
    )
    return added.one_or_none() is not None


def cosignatures(tx: Tx, tree_size: int) -> list[str]:
    """The signature lines of witnesses under the checkpoint of this size."""
    rows = tx.connection.execute(
        select(log_cosignature.c.line)
        .where(log_cosignature.c.tree_size == tree_size)
        .order_by(log_cosignature.c.witness)
        .limit(16)
    )
    return list(rows.scalars())
