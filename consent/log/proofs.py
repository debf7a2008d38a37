"""Proofs of RFC 9162: made from spans of the tree, checked from hashes alone.

Making: `spans = inclusion_spans(leaf, size)`, read `places_of(spans)`, then `path(spans, nodes)`.
Checking needs no tree, so it is what an outsider runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from hmac import compare_digest

from consent.log.tree import HASH_BYTES, Nodes, Span, hash_pair, span_hash


def inclusion_spans(leaf: int, size: int) -> list[Span]:
    """The siblings on the way from a leaf to the root of `size` leaves (section 2.1.3.1)."""
    if not 0 <= leaf < size:
        raise ValueError("the leaf is not in a tree of this size")
    spans, begin, end = [], 0, size
    while end - begin > 1:
        middle = begin + _left_part(end - begin)
        if leaf < middle:
            spans.append(Span(middle, end))
            end = middle
        else:
            spans.append(Span(begin, middle))
            begin = middle
    return spans[::-1]


def consistency_spans(old: int, new: int) -> list[Span]:
    """What shows that `new` leaves begin with the first `old` of them (section 2.1.4.1)."""
    if not 0 < old <= new:
        raise ValueError("the sizes do not follow each other")
    spans, begin, end = [], 0, new
    while end != old:
        middle = begin + _left_part(end - begin)
        if old <= middle:
            spans.append(Span(middle, end))
            end = middle
        else:
            spans.append(Span(begin, middle))
            begin = middle
    if begin:
        spans.append(Span(begin, end))
    return spans[::-1]


def path(spans: Sequence[Span], nodes: Nodes) -> list[bytes]:
    """The hashes of a proof, in the order of the RFC. Raises NodeMissing."""
    return [span_hash(span, nodes) for span in spans]


def verify_inclusion(
    leaf_hash: bytes, leaf: int, size: int, proof: Sequence[bytes], root: bytes
) -> bool:
    """Does this leaf stand at this index of the tree with this root? (section 2.1.3.2)"""
    if not 0 <= leaf < size or not _are_hashes(leaf_hash, *proof):
        return False
    index, last, whole = leaf, size - 1, leaf_hash
    for sibling in proof:
        if last == 0:
            return False
        if index & 1 or index == last:
            whole = hash_pair(sibling, whole)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            whole = hash_pair(whole, sibling)
        index, last = index >> 1, last >> 1
    return last == 0 and compare_digest(whole, root)


def verify_consistency(
    old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Does the tree of `new` leaves begin with the tree of `old` leaves? (section 2.1.4.2)

    Nothing can be said of an empty tree: `old` is at least 1.
    """
    if not 0 < old <= new:
        return False
    if old == new:
        return not proof and compare_digest(old_root, new_root)
    if not proof or not _are_hashes(*proof):
        return False
    hashes = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    index, last = old - 1, new - 1
    while index & 1:
        index, last = index >> 1, last >> 1
    first = second = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            return False
        if index & 1 or index == last:
            first, second = hash_pair(sibling, first), hash_pair(sibling, second)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            second = hash_pair(second, sibling)
        index, last = index >> 1, last >> 1
    return last == 0 and compare_digest(first, old_root) and compare_digest(second, new_root)


def _left_part(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1


def _are_hashes(*hashes: bytes) -> bool:
    return all(len(one) == HASH_BYTES for one in hashes)
