"""Checkpoints: what the log says of itself, signed, in the form of C2SP tlog-checkpoint.

The worker asks for one when the tree has grown. Whoever holds the key does not take the worker's
word: it works the root out from the tree's own nodes and signs only what continues the last head.
"""

from __future__ import annotations

import re
import threading
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Protocol
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from consent.clock import Clock
from consent.errors import ServiceError
from consent.keys import KeyRefused, Keys
from consent.log import note
from consent.log.note import LOG, NoteKey, NoteRefused
from consent.log.tree import HASH_BYTES, NodeMissing, Span, cover, root
from consent.people import Worker
from consent.store import Store, Tx
from consent.store import log as rows
from consent.store.log import KeptCheckpoint

_SIZE: Final = re.compile(r"0|[1-9][0-9]{0,18}")


class LogBroken(ServiceError):
    """The tree does not continue what was signed; `why` is a short code. Nothing is signed.

    `smaller`, `changed`, `incomplete`, `forged`.
    """

    code: ClassVar[str] = "log_broken"

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A tree head: which log, how many leaves, and the root over them."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"


class CheckpointSigner(Protocol):
    """Whoever holds the log's key. Blocking."""

    def sign_checkpoint(self, tree_size: int) -> str:
        """The signed note of the first `tree_size` leaves, or LogBroken."""
        ...


def log_origin(portal_url: str) -> str:
    """The log's name: the portal's address without a scheme, and `/log`."""
    parts = urlsplit(portal_url)
    return f"{parts.netloc}{parts.path.rstrip('/')}/log"


def log_key(origin: str, keys: Keys) -> NoteKey:
    """The key that others check checkpoints with, from the log's public key set."""
    return NoteKey(origin, LOG, _ed25519(keys).public_bytes_raw())


def read_checkpoint(text: str) -> Checkpoint:
    """The tree head of a note's text, or NoteRefused. We write no extension lines and take none."""
    lines = text.split("\n")
    if len(lines) != 4 or lines[3] or not lines[0] or not _SIZE.fullmatch(lines[1]):
        raise NoteRefused("malformed")
    try:
        whole = b64decode(lines[2], validate=True)
    except ValueError:
        raise NoteRefused("malformed") from None
    if len(whole) != HASH_BYTES or b64encode(whole).decode() != lines[2]:
        raise NoteRefused("malformed")
    return Checkpoint(lines[0], int(lines[1]), whole)


def open_checkpoint(raw: bytes, key: NoteKey) -> Checkpoint:
    """A checkpoint of this log, its signature checked; or NoteRefused."""
    signed = note.read_note(raw)
    note.verify(signed, key)
    head = read_checkpoint(signed.text)
    if head.origin != key.name:
        raise NoteRefused("origin")
    return head


def next_checkpoint(tx: Tx, *, key: NoteKey, tree_size: int) -> Checkpoint:
    """The head to sign for the first `tree_size` leaves, worked out from the nodes alone.

    Raises LogBroken where the newest kept checkpoint is not signed with `key`, is larger, or has
    another root than the nodes now give for its size: then the past was rewritten.
    """
    last = rows.newest_checkpoint(tx)
    spans = [Span(0, tree_size)] + ([Span(0, last.size)] if last else [])
    nodes = rows.nodes(tx, [place for span in spans for place in cover(span)])
    try:
        if last is not None:
            signed = open_checkpoint(last.note.encode(), key)
            if (signed.size, signed.root) != (last.size, last.root):
                raise LogBroken("forged")
            if last.size > tree_size:
                raise LogBroken("smaller")
            if root(last.size, nodes) != last.root:
                raise LogBroken("changed")
        return Checkpoint(key.name, tree_size, root(tree_size, nodes))
    except NodeMissing:
        raise LogBroken("incomplete") from None
    except NoteRefused:
        raise LogBroken("forged") from None


class LogSigner:
    """Signs checkpoints with the log's own key, after looking for itself (SEC-68).

    It remembers what it signed last, so that a database that was rolled back behind its back gets
    no signature from it while it runs.
    """

    def __init__(self, keys: Keys, *, store: Store, origin: str) -> None:
        self._private = _private(keys)
        self._store = store
        self.key = NoteKey(origin, LOG, self._private.public_key().public_bytes_raw())
        self._last: Checkpoint | None = None
        self._guard = threading.Lock()

    def sign_checkpoint(self, tree_size: int) -> str:
        """The signed note of the first `tree_size` leaves, or LogBroken."""
        with self._guard:
            with self._store.transaction(Worker()) as tx:
                head = next_checkpoint(tx, key=self.key, tree_size=tree_size)
                if self._last is not None:
                    self._continues(tx, self._last, head)
            self._last = head
            return note.write_note(head.text, note.sign(head.text, head.origin, self._private))

    def _continues(self, tx: Tx, last: Checkpoint, head: Checkpoint) -> None:
        if head.size < last.size:
            raise LogBroken("smaller")
        before = root(last.size, rows.nodes(tx, cover(Span(0, last.size))))
        if before != last.root:
            raise LogBroken("changed")


def take_checkpoint(store: Store, clock: Clock, signer: CheckpointSigner) -> int:
    """Have the tree signed if it has grown since the last time; 1 where a checkpoint was added."""
    with store.transaction(Worker()) as tx:
        size, last = rows.size(tx), rows.newest_checkpoint(tx)
    if size == (last.size if last else 0):
        return 0
    signed = signer.sign_checkpoint(size)
    head = read_checkpoint(note.read_note(signed.encode()).text)
    with store.transaction(Worker()) as tx:
        kept = KeptCheckpoint(head.size, head.root, clock.now(), signed)
        return int(rows.add_checkpoint(tx, kept))


def _ed25519(keys: Keys) -> Ed25519PublicKey:
    key: Any = keys.first("sig").raw_value
    public = key.public_key() if isinstance(key, Ed25519PrivateKey) else key
    if not isinstance(public, Ed25519PublicKey):
        raise KeyRefused("kind")
    return public


def _private(keys: Keys) -> Ed25519PrivateKey:
    key: Any = keys.first("sig").raw_value
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyRefused("kind")
    return key
