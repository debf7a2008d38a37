"""The tree of RFC 9162 section 2.1: which subtrees are complete, and how hashes combine.

Only complete subtrees are stored, each at its place: level 0 holds the leaves, and the subtree at
(level, position) covers 2^level leaves from position x 2^level. Every root and every proof, for
any size, is made of at most 2 log2(size) of them. Plain arithmetic: no clock, no database.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Final, NamedTuple

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = sha256(b"").digest()
"""The root of a tree without leaves."""


class Place(NamedTuple):
    """Where a complete subtree stands."""

    level: int
    position: int


class Span(NamedTuple):
    """Leaves from `begin` up to and without `end`."""

    begin: int
    end: int


Nodes = Mapping[Place, bytes]


class NodeMissing(LookupError):
    """A complete subtree that must be stored is not."""

    def __init__(self, place: Place) -> None:
        super().__init__(f"level {place.level}, position {place.position}")
        self.place = place


def hash_pair(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01, left, right): an interior node."""
    return sha256(b"\x01" + left + right).digest()


def cover(span: Span) -> list[Place]:
    """The complete subtrees that make up a span, the largest first.

    A span begins where a subtree of its size may begin, as every span of RFC 9162 does.
    """
    places, begin = [], span.begin
    for level in range((span.end - span.begin).bit_length() - 1, -1, -1):
        if (span.end - span.begin) >> level & 1:
            places.append(Place(level, begin >> level))
            begin += 1 << level
    return places


def fold(hashes: Sequence[bytes]) -> bytes:
    """One hash of the subtrees of a span, combined from the right."""
    if not hashes:
        return EMPTY_ROOT
    whole = hashes[-1]
    for left in reversed(hashes[:-1]):
        whole = hash_pair(left, whole)
    return whole


def span_hash(span: Span, nodes: Nodes) -> bytes:
    """The hash of a span: MTH of its leaves. Raises NodeMissing."""
    return fold([_at(nodes, place) for place in cover(span)])


def places_of(spans: Iterable[Span]) -> list[Place]:
    """Every stored node that these spans are made of."""
    return [place for span in spans for place in cover(span)]


def root(size: int, nodes: Nodes) -> bytes:
    """The root of the first `size` leaves. Raises NodeMissing."""
    return span_hash(Span(0, size), nodes)


class Growing:
    """A tree that is being appended to: it remembers its right edge only, log2(size) hashes."""

    def __init__(self, size: int, nodes: Nodes) -> None:
        """Go on from a tree of `size` leaves; `nodes` holds `cover(Span(0, size))`."""
        self.size = size
        self._edge = [(place.level, _at(nodes, place)) for place in cover(Span(0, size))]

    def append(self, leaf: bytes) -> Iterator[tuple[Place, bytes]]:
        """Add one leaf; yields each subtree that it completes, itself first. Use it up."""
        level, position, whole = 0, self.size, leaf
        yield Place(0, position), whole
        while self._edge and self._edge[-1][0] == level:
            whole = hash_pair(self._edge.pop()[1], whole)
            level, position = level + 1, position >> 1
            yield Place(level, position), whole
        self._edge.append((level, whole))
        self.size += 1

    def root(self) -> bytes:
        """The root of all leaves so far."""
        return fold([whole for _, whole in self._edge])


def _at(nodes: Nodes, place: Place) -> bytes:
    try:
        return nodes[place]
    except KeyError:
        raise NodeMissing(place) from None
