"""`svd log verify`: everything the log speaks of, checked against it, in flat memory.

First the tree: each event gives its leaf, each leaf the nodes above it, each checkpoint's root is
the one of the tree at its size and is signed. Then each permission: its rows are what its events
say. The result is a stream of faults, one for each row that is not as it must be.
"""

from __future__ import annotations

import binascii
import json
from base64 import urlsafe_b64decode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from consent.events import Event, Kind
from consent.ids import GrantId
from consent.lifecycle import ENDED, State
from consent.log import note
from consent.log.checkpoint import read_checkpoint
from consent.log.note import LOG, NoteKey, NoteRefused
from consent.log.replay import (
    STATE_OF,
    DisposalDigest,
    Fault,
    Rebuild,
    before_digests,
    of_grant,
    of_request,
    replay,
)
from consent.log.tree import Growing, Place
from consent.retention import DECIDED, EVIDENCE
from consent.store import Tx, audit
from consent.store import log as rows
from consent.store.audit import Logged
from consent.store.log import KeptCheckpoint

RANGE: Final = 4096
"""Leaves that are looked at together."""
PATIENCE: Final = timedelta(minutes=15)
"""How long an event may wait to become a leaf, and a leaf to be signed for."""
COMMIT: Final = timedelta(minutes=1)
"""Transactions that overlap may take their positions and commit in different orders."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a database is checked against. `seen` are heads that a witness remembers: size, root."""

    now: datetime
    public: bytes
    """The log's Ed25519 public key, 32 bytes."""
    rebuild: Rebuild
    disposal_digest: DisposalDigest | None = None
    witnesses: Mapping[str, NoteKey] = field(default_factory=dict)
    seen: Mapping[int, bytes] = field(default_factory=dict)


@dataclass(slots=True)
class Tally:
    """How much has been looked at so far."""

    leaves: int = 0
    permissions: int = 0
    requests: int = 0
    checkpoints: int = 0
    events: int = 0
    faults: int = 0

    @property
    def rows(self) -> int:
        return self.leaves + self.permissions + self.requests + self.checkpoints + self.events


def verify(tx: Tx, terms: Terms, tally: Tally) -> Iterator[Fault]:
    """Every fault of this moment of the database; `tally` counts along."""
    for check in (_tree, _waiting, _cosignatures, _grants, _requests, _orphans):
        for fault in check(tx, terms, tally):
            tally.faults += 1
            yield fault


def leaf_is_of(one: Logged) -> bool:
    """Does the row give the hash that it carries?"""
    try:
        return (
            _quick(one.event) == one.leaf_hash
            or one.event.leaf_hash == one.leaf_hash
            or before_digests(one.event, one.leaf_hash)
        )
    except (binascii.Error, ValueError, TypeError):
        return False


def _quick(event: Event) -> str:
    """As `Event.leaf_hash`, at a fifth of the cost: of a flat object with plain names, the sorted
    compact form of the json module is the canonical one."""
    body = json.dumps(event.body, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return sha256(b"\x00" + urlsafe_b64decode(event.salt + "==") + body.encode()).hexdigest()


def _tree(tx: Tx, terms: Terms, tally: Tally) -> Iterator[Fault]:
    size = audit.leaf_count(tx)
    tree = Growing(0, {})
    heads = _Heads(terms, audit.checkpoints(tx))
    order = _Order()
    for first in range(0, size, RANGE):
        end = min(first + RANGE, size)
        events, leaves = audit.leaves(tx, first, end), audit.leaf_nodes(tx, first, end)
        made: dict[Place, bytes] = {}
        for index in range(first, end):
            one, leaf = events.get(index), leaves.get(index)
            yield from _leaf(index, one, leaf)
            if one is not None:
                yield from order.look(one)
                tally.leaves += 1
            whole = leaf or (bytes.fromhex(one.leaf_hash) if one and leaf_is_of(one) else b"")
            made.update(tree.append(whole))
            yield from heads.look(tree)
        stored = rows.nodes(tx, (place for place in made if place.level))
        for place, whole in made.items():
            if place.level and stored.get(place) != whole:
                what = "is not the hash of the two below" if place in stored else "is gone"
                yield Fault(f"log_node {place.level} {place.position}", what)
    for place in audit.stray_nodes(tx, size):
        yield Fault(f"log_node {place.level} {place.position}", "no tree of this size has it")
    for event_id in audit.stray_events(tx, size):
        yield Fault(f"consent_event {event_id}", "its leaf index is outside the tree")
    yield from heads.finish(tree.size)
    tally.checkpoints += heads.count
    yield from _unsigned(tx, terms, heads.largest, size)


def _leaf(index: int, one: Logged | None, leaf: bytes | None) -> Iterator[Fault]:
    if one is None:
        yield Fault(f"leaf {index}", "its event is gone")
    elif not leaf_is_of(one):
        yield Fault(f"consent_event {one.event.event_id}", "leaf_hash is not the hash of this row")
    elif leaf is not None and leaf.hex() != one.leaf_hash:
        yield Fault(
            f"consent_event {one.event.event_id}", f"another leaf stands in the tree at {index}"
        )
    if leaf is None:
        yield Fault(f"log_node 0 {index}", "is gone")


class _Order:
    """Events stand in the tree in the order in which they were written, but for a moment."""

    def __init__(self) -> None:
        self._last: Logged | None = None

    def look(self, one: Logged) -> Iterator[Fault]:
        last = self._last
        if last is None or one.position > last.position:
            self._last = one
        elif abs(one.event.at - last.event.at) > COMMIT:
            yield Fault(f"consent_event {one.event.event_id}", "position is not in the order")


class _Heads:
    """Checkpoints, met one by one while the tree grows past their sizes."""

    def __init__(self, terms: Terms, kept: Iterator[KeptCheckpoint]) -> None:
        self._terms = terms
        self._kept = kept
        self._next = next(kept, None)
        self._last: KeptCheckpoint | None = None
        self._other_roots = 0
        self.count = 0
        self.largest = 0

    def look(self, tree: Growing) -> Iterator[Fault]:
        while self._next is not None and self._next.size <= tree.size:
            yield from self._check(self._next, tree)
            self._next = next(self._kept, None)
        seen = self._terms.seen.get(tree.size)
        if seen is not None:
            if seen != tree.root():
                yield Fault(f"log_checkpoint {tree.size}", "a witness saw another root")
            elif self._last is None or self._last.size != tree.size:
                yield Fault(f"log_checkpoint {tree.size}", "a witness saw it, and it is gone")

    def finish(self, size: int) -> Iterator[Fault]:
        """What speaks of more leaves than there are."""
        if self._other_roots > 1:
            yield Fault("log_checkpoint", f"{self._other_roots} have another root than the tree")
        for beyond in ([self._next] if self._next else []), self._kept:
            for one in beyond:
                yield Fault(f"log_checkpoint {one.size}", f"the tree has only {size} leaves")
        for seen in self._terms.seen:
            if seen > size:
                yield Fault(f"leaf {size}", f"a witness saw {seen} leaves: rolled back")

    def _check(self, kept: KeptCheckpoint, tree: Growing) -> Iterator[Fault]:
        name = f"log_checkpoint {kept.size}"
        self.count += 1
        self.largest = max(self.largest, kept.size)
        try:
            signed = note.read_note(kept.note.encode())
            head = read_checkpoint(signed.text)
            note.verify(signed, NoteKey(head.origin, LOG, self._terms.public))
        except NoteRefused as refused:
            yield Fault(name, f"the note is refused: {refused.why}")
        else:
            if (head.size, head.root) != (kept.size, kept.root):
                yield Fault(name, "the row says something else than its note")
            elif kept.size < 1 or tree.root() != head.root:
                self._other_roots += 1  # every later one has too: the first says where
                if self._other_roots == 1:
                    yield Fault(name, "the tree has another root at this size")
        if self._last is not None and kept.at < self._last.at:
            yield Fault(name, "at is before the one of a smaller tree")
        if kept.at > self._terms.now + COMMIT:
            yield Fault(name, "at is in the future")
        self._last = kept


def _unsigned(tx: Tx, terms: Terms, signed: int, size: int) -> Iterator[Fault]:
    """Leaves that no checkpoint covers and that should have one by now."""
    if signed < size:
        oldest = audit.leaves(tx, signed, signed + 1).get(signed)
        if oldest is not None and oldest.event.at < terms.now - PATIENCE:
            yield Fault(f"leaf {signed}", f"no checkpoint covers it, since {oldest.event.at}")


def _waiting(tx: Tx, terms: Terms, tally: Tally) -> Iterator[Fault]:
    for one in audit.waiting(tx):
        tally.events += 1
        name = f"consent_event {one.event.event_id}"
        if not leaf_is_of(one):
            yield Fault(name, "leaf_hash is not the hash of this row")
        if one.event.at < terms.now - PATIENCE:
            yield Fault(name, f"has waited to become a leaf since {one.event.at}")


def _cosignatures(tx: Tx, terms: Terms, tally: Tally) -> Iterator[Fault]:
    for one, signed in audit.cosigned(tx):
        tally.checkpoints += 1
        name = f"log_cosignature {one.tree_size} {one.witness}"
        if signed is None:
            yield Fault(name, "there is no checkpoint of this size")
            continue
        try:
            text = note.read_note(signed.encode()).text
            whole = note.read_note(note.write_note(text, one.line).encode())
        except NoteRefused:
            yield Fault(name, "the line is no signature line")
            continue
        key = terms.witnesses.get(one.witness)
        if whole.signatures[0].name != one.witness:
            yield Fault(name, "the line names another witness")
        elif key is not None:
            try:
                if note.witnessed_at(whole, key) != one.at:
                    yield Fault(name, "at is not the time that the witness signed")
            except NoteRefused as refused:
                yield Fault(name, f"the line is refused: {refused.why}")


def _grants(tx: Tx, terms: Terms, tally: Tally) -> Iterator[Fault]:
    for page in audit.grant_pages(tx):
        ids = [grant.grant_id for grant in page]
        events, versions = audit.events_of(tx, ids), audit.versions_of(tx, page)
        disposals = audit.disposals_of(tx, ids)
        for grant in page:
            tally.permissions += 1
            tally.events += len(events[grant.grant_id])
            yield from of_grant(
                grant,
                events[grant.grant_id],
                versions[grant.grant_id],
                disposals[grant.grant_id],
                rebuild=terms.rebuild,
                disposal_digest=terms.disposal_digest,
            )
    for grant_id, version in audit.version_subjects(tx):
        yield Fault(f"consent_version {grant_id} {version}", "subject_id is not its grant's")


def _requests(tx: Tx, terms: Terms, tally: Tally) -> Iterator[Fault]:
    for page in audit.request_pages(tx):
        events = audit.events_of(tx, [request.grant_id for request in page])
        for request in page:
            tally.requests += 1
            tally.events += len(events[request.grant_id])
            yield from of_request(request, events[request.grant_id])


def _orphans(tx: Tx, terms: Terms, tally: Tally) -> Iterator[Fault]:
    """Events, versions and disposals of a permission that has no row of its own."""
    for page in audit.orphan_pages(tx):
        for grant_id, logged in audit.events_of(tx, page).items():
            yield from _orphan(grant_id, logged, terms)


def _orphan(grant_id: GrantId, logged: Sequence[Logged], terms: Terms) -> Iterator[Fault]:
    """Rows of what came to nothing, or ended long ago, may be gone by now (consent.retention)."""
    told, faults = replay(logged)
    yield from faults
    steps = [one.event.at for one in logged if one.event.kind in (*STATE_OF, Kind.TOLD)]
    last = max(steps, default=terms.now)
    kept = DECIDED if told.state in (State.REFUSED, State.LAPSED) else EVIDENCE
    if told.state not in ENDED or last >= terms.now - kept:
        yield Fault(f"consent_grant {grant_id}", "events or other rows name it, and it is gone")
