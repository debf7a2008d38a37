"""What an auditor reads: everything the log speaks of, in pages, as it stood at one moment.

Pages of a fixed size by key keep memory flat however large the tables are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    Table,
    and_,
    cast,
    func,
    literal,
    or_,
    select,
)

from consent.events import Event, Kind
from consent.ids import DepartmentCode, GrantId, SubjectId
from consent.lifecycle import State
from consent.log.tree import Place
from consent.people import Anyone
from consent.purposes import Purpose
from consent.records import (
    consent_event,
    consent_grant,
    consent_request,
    consent_version,
    disposal,
    log_checkpoint,
    log_cosignature,
    log_node,
)
from consent.store import Store, Tx
from consent.store.grants import Grant
from consent.store.log import KeptCheckpoint
from consent.store.requests import Request

PAGE: Final = 500
MOST_LOST: Final = 1000
"""Leaves at the end that may be gone and are still looked for one by one."""
_LEVELS: Final = 62
_LOWEST: Final = -(2**63)


@dataclass(frozen=True, slots=True)
class Logged:
    """An event's row: what happened, and where it stands."""

    event: Event
    position: int
    leaf_index: int | None
    leaf_hash: str


@dataclass(frozen=True, slots=True)
class Disposal:
    """One row of `disposal`. Times are aware UTC."""

    interaction_id: UUID
    grant_id: GrantId
    subject_id: SubjectId
    department: DepartmentCode
    asked_at: datetime
    answer_sha256: str
    held_until: datetime
    disposed_at: datetime | None
    how: str | None


@dataclass(frozen=True, slots=True)
class Cosigned:
    tree_size: int
    witness: str
    at: datetime
    line: str


_EVENT: Final = tuple(
    consent_event.c[name]
    for name in (
        *("event_id", "at", "subject_id", "grant_id", "department", "purpose", "kind", "by_kind"),
        *("outcome", "salt", "interaction_id", "digest", "position", "leaf_index", "leaf_hash"),
    )
)
_GRANT: Final = tuple(consent_grant.c[field.name] for field in fields(Grant))
_REQUEST: Final = tuple(consent_request.c[field.name] for field in fields(Request))
_DISPOSAL: Final = tuple(disposal.c[field.name] for field in fields(Disposal))
_VERSION: Final = tuple(column for column in consent_version.c if column.name != "subject_id")


@contextmanager
def snapshot(store: Store) -> Iterator[Tx]:
    """One moment of the database, read only, for as long as the reading takes."""
    connection = store.engine.connect().execution_options(
        isolation_level="REPEATABLE READ", postgresql_readonly=True
    )
    with connection, connection.begin():
        yield Tx(connection, Anyone())


def leaf_count(tx: Tx) -> int:
    """How many leaves there are or must once have been, by nodes, events or checkpoints.

    A forged place far outside does not make the tree larger: it is a stray.
    """
    node, index = log_node.c, consent_event.c.leaf_index
    most = func.greatest(
        select(func.max(node.position) + 1).where(node.level == 0).scalar_subquery(),
        select(func.max(index) + 1).scalar_subquery(),
        select(func.max(log_checkpoint.c.tree_size)).scalar_subquery(),
        0,
    )
    there = func.greatest(
        select(func.count()).where(node.level == 0).scalar_subquery(),
        select(func.count(index)).scalar_subquery(),
    )
    largest, counted = tx.connection.execute(select(most, there)).one()
    return int(largest if largest <= counted + MOST_LOST else counted)


def leaves(tx: Tx, first: int, end: int) -> dict[int, Logged]:
    """The events that stand at these leaf indexes."""
    query = select(*_EVENT).where(consent_event.c.leaf_index.between(first, end - 1))
    return {row[13]: _logged(row) for row in tx.connection.execute(query)}


def leaf_nodes(tx: Tx, first: int, end: int) -> dict[int, bytes]:
    """The stored leaves themselves."""
    query = select(log_node.c.position, log_node.c.hash).where(
        log_node.c.level == 0, log_node.c.position.between(first, end - 1)
    )
    return {row[0]: _hash(row[1]) for row in tx.connection.execute(query)}


def stray_nodes(tx: Tx, size: int) -> list[Place]:
    """Nodes that stand where a tree of this size has no complete subtree; the first hundred."""
    node = log_node.c
    beyond = or_(
        ~node.level.between(0, _LEVELS),
        node.position < 0,
        and_(node.level.between(0, _LEVELS), node.position >= _shifted(size)),
    )
    query = select(node.level, node.position).where(beyond).limit(100)
    return [Place(*row) for row in tx.connection.execute(query)]


def _shifted(size: int) -> ColumnElement[int]:
    return literal(size, BigInteger).op(">>")(cast(log_node.c.level, Integer))


def stray_events(tx: Tx, size: int) -> list[UUID]:
    """Events whose leaf index no tree of this size has; the first hundred."""
    index = consent_event.c.leaf_index
    query = select(consent_event.c.event_id).where(or_(index < 0, index >= size)).limit(100)
    return list(tx.connection.execute(query).scalars())


def waiting(tx: Tx) -> Iterator[Logged]:
    """Events that are not leaves yet."""
    last = _LOWEST
    while page := tx.connection.execute(
        select(*_EVENT)
        .where(consent_event.c.leaf_index.is_(None), consent_event.c.position > last)
        .order_by(consent_event.c.position)
        .limit(PAGE)
    ).all():
        yield from map(_logged, page)
        last = page[-1][12]


def checkpoints(tx: Tx) -> Iterator[KeptCheckpoint]:
    """Every kept checkpoint, the smallest tree first."""
    last, row = _LOWEST, log_checkpoint.c
    while page := tx.connection.execute(
        select(row.tree_size, row.root_hash, row.at, row.note)
        .where(row.tree_size > last)
        .order_by(row.tree_size)
        .limit(PAGE)
    ).all():
        for size, root, at, note in page:
            yield KeptCheckpoint(size, _hash(root), at, note)
        last = page[-1][0]


def cosigned(tx: Tx) -> Iterator[tuple[Cosigned, str | None]]:
    """Every kept cosignature with the note of its checkpoint."""
    last, row = (_LOWEST, ""), log_cosignature.c
    while page := tx.connection.execute(
        select(row.tree_size, row.witness, row.at, row.line, log_checkpoint.c.note)
        .join(log_checkpoint, log_checkpoint.c.tree_size == row.tree_size, isouter=True)
        .where(or_(row.tree_size > last[0], and_(row.tree_size == last[0], row.witness > last[1])))
        .order_by(row.tree_size, row.witness)
        .limit(PAGE)
    ).all():
        for line in page:
            yield Cosigned(line[0], line[1], line[2], line[3]), line[4]
        last = (page[-1][0], page[-1][1])


def grant_pages(tx: Tx) -> Iterator[list[Grant]]:
    for page in _pages(tx, consent_grant, _GRANT):
        yield [Grant(**_typed(row)) for row in page]


def request_pages(tx: Tx) -> Iterator[list[Request]]:
    for page in _pages(tx, consent_request, _REQUEST):
        yield [Request(**_typed(row)) for row in page]


def orphan_pages(tx: Tx) -> Iterator[list[GrantId]]:
    """Ids that events, versions or disposals name and neither a grant nor a request has."""
    for table in (consent_event, consent_version, disposal):
        named = table.c.grant_id
        query = (
            select(named)
            .where(
                named.is_not(None),
                ~select(consent_grant.c.grant_id).where(consent_grant.c.grant_id == named).exists(),
                ~select(consent_request.c.grant_id)
                .where(consent_request.c.grant_id == named)
                .exists(),
            )
            .distinct()
        )
        rows = tx.connection.execute(query.execution_options(yield_per=PAGE))
        yield from _chunks(iter(rows.scalars()))


def _chunks(ids: Iterator[str]) -> Iterator[list[GrantId]]:
    page: list[GrantId] = []
    for one in ids:
        page.append(GrantId(one))
        if len(page) == PAGE:
            yield page
            page = []
    if page:
        yield page


def events_of(tx: Tx, ids: Collection[GrantId]) -> dict[GrantId, list[Logged]]:
    """All events of these grants, each in the order of the log; what waits comes last."""
    found: dict[GrantId, list[Logged]] = {one: [] for one in ids}
    query = (
        select(*_EVENT)
        .where(consent_event.c.grant_id.in_(list(ids)))
        .order_by(consent_event.c.leaf_index.nulls_last(), consent_event.c.position)
    )
    for row in tx.connection.execute(query):
        found[row[3]].append(_logged(row))
    return found


def versions_of(tx: Tx, grants: Sequence[Grant]) -> dict[GrantId, list[Grant]]:
    """The superseded versions of these grants as whole grants, the first one first."""
    now = {grant.grant_id: grant for grant in grants}
    found: dict[GrantId, list[Grant]] = {one: [] for one in now}
    query = (
        select(*_VERSION)
        .where(consent_version.c.grant_id.in_(list(now)))
        .order_by(consent_version.c.grant_id, consent_version.c.version)
    )
    for row in tx.connection.execute(query).mappings():
        found[row["grant_id"]].append(replace(now[row["grant_id"]], **row))
    return found


def disposals_of(tx: Tx, ids: Collection[GrantId]) -> dict[GrantId, list[Disposal]]:
    found: dict[GrantId, list[Disposal]] = {one: [] for one in ids}
    query = select(*_DISPOSAL).where(disposal.c.grant_id.in_(list(ids)))
    for row in tx.connection.execute(query):
        found[row[1]].append(Disposal(*row))
    return found


def version_subjects(tx: Tx) -> list[tuple[GrantId, int]]:
    """Superseded versions that name another person than their grant does; the first hundred."""
    query = (
        select(consent_version.c.grant_id, consent_version.c.version)
        .join(consent_grant, consent_grant.c.grant_id == consent_version.c.grant_id)
        .where(consent_version.c.subject_id != consent_grant.c.subject_id)
        .limit(100)
    )
    return [(GrantId(row[0]), row[1]) for row in tx.connection.execute(query)]


def _pages(tx: Tx, table: Table, columns: Sequence[Any]) -> Iterator[Sequence[Any]]:
    query: Select[Any] = select(*columns).order_by(table.c.grant_id).limit(PAGE)
    page = tx.connection.execute(query).mappings().all()
    while page:
        yield page
        after = query.where(table.c.grant_id > page[-1]["grant_id"])
        page = tx.connection.execute(after).mappings().all()


def _typed(row: Any) -> dict[str, Any]:
    values = dict(row)
    values["state"] = _word(State, values["state"])
    values["purpose"] = _word(Purpose, values["purpose"])
    return values


def _word(kind: type[Any], text: str) -> Any:
    """The word of a closed list; one that is not in it stays as it was written, to be found."""
    try:
        return kind(text)
    except ValueError:
        return text


def _hash(text: str) -> bytes:
    """A hash from its hex; what is none equals no hash."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""


def _logged(row: Any) -> Logged:
    event = Event(
        row[0],
        row[1],
        SubjectId(row[2]),
        GrantId(row[3]),
        DepartmentCode(row[4]),
        row[5],
        _word(Kind, row[6]),
        row[7],
        row[8],
        row[9],
        row[10],
        row[11],
    )
    return Logged(event, row[12], row[13], row[14])
