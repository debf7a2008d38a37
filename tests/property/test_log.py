"""What is true of every tree: our proofs, our verifiers and pymerkle agree (SEC-68, F12)."""

from __future__ import annotations

import os
from hashlib import sha256
from random import Random

import pymerkle  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent.log import proofs
from consent.log.tree import EMPTY_ROOT, Growing, Place, Span, cover, hash_pair, places_of, root

LONG = os.environ.get("SVD_LONG") == "1"
PROOFS = 10_000 if LONG else 300
MANY = settings(max_examples=100_000 if LONG else 100, deadline=None)


def entries(count: int) -> list[bytes]:
    return [b"entry %d" % number for number in range(count)]


def leaf(entry: bytes) -> bytes:
    return sha256(b"\x00" + entry).digest()


def grown(count: int) -> dict[Place, bytes]:
    """Every complete subtree of a tree of so many leaves, appended one by one."""
    tree = Growing(0, {})
    nodes: dict[Place, bytes] = {}
    for entry in entries(count):
        nodes.update(tree.append(leaf(entry)))
    return nodes


def straight(leaves: list[bytes]) -> bytes:
    """MTH as RFC 9162 section 2.1.1 writes it down."""
    if not leaves:
        return EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return hash_pair(straight(leaves[:half]), straight(leaves[half:]))


def test_the_root_is_the_one_of_the_rfc_for_every_size_up_to_130() -> None:
    nodes, leaves = grown(130), [leaf(entry) for entry in entries(130)]
    for size in range(131):
        assert root(size, nodes) == straight(leaves[:size])


def test_a_tree_can_be_continued_from_its_right_edge_at_any_size() -> None:
    nodes = grown(70)
    for size in range(71):
        edge = {place: nodes[place] for place in cover(Span(0, size))}
        tree = Growing(size, edge)
        added: dict[Place, bytes] = {}
        for entry in entries(70)[size:]:
            added.update(tree.append(leaf(entry)))
        assert tree.root() == root(70, nodes)
        assert {**added, **{k: v for k, v in nodes.items() if k not in added}} == nodes


def test_every_proof_of_every_small_tree_is_accepted_and_is_short() -> None:
    nodes = grown(33)
    for size in range(1, 34):
        whole = root(size, nodes)
        for index in range(size):
            spans = proofs.inclusion_spans(index, size)
            path = proofs.path(spans, nodes)
            assert proofs.verify_inclusion(nodes[Place(0, index)], index, size, path, whole)
            assert len(places_of(spans)) <= 2 * size.bit_length()
        for old in range(1, size + 1):
            path = proofs.path(proofs.consistency_spans(old, size), nodes)
            assert proofs.verify_consistency(old, size, root(old, nodes), whole, path)


@pytest.fixture(scope="module")
def peer() -> pymerkle.InmemoryTree:
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    tree.append_entries(entries(5_000 if LONG else 600))
    return tree


def test_pymerkle_accepts_our_proofs_and_we_accept_its(peer: pymerkle.InmemoryTree) -> None:
    chance, most = Random(9162), peer.get_size()
    nodes = grown(most)
    for _ in range(PROOFS):
        size = chance.randint(1, most)
        index = chance.randrange(size)
        whole = root(size, nodes)
        assert whole == peer.get_root(size)
        ours = proofs.path(proofs.inclusion_spans(index, size), nodes)
        its = peer.prove_inclusion(index + 1, size)
        assert proofs.verify_inclusion(peer.get_leaf(index + 1), index, size, its.path[1:], whole)
        its.path[1:] = ours
        pymerkle.verify_inclusion(peer.get_leaf(index + 1), whole, its, index + 1, size)
        old = chance.randint(1, size)
        path = proofs.path(proofs.consistency_spans(old, size), nodes)
        before = peer.get_root(old)
        assert proofs.verify_consistency(old, size, before, whole, path)
        pymerkle.verify_consistency(before, whole, peer.prove_consistency(old, size), old, size)


NODES = grown(200)


@MANY
@given(size=st.integers(2, 200), some=st.integers(0, 2**31), bit=st.integers(0, 255))
def test_a_proof_with_anything_changed_is_refused(size: int, some: int, bit: int) -> None:
    index, elsewhere = some % size, (some + 1 + some // size % (size - 1)) % size
    path = proofs.path(proofs.inclusion_spans(index, size), NODES)
    whole, entry = root(size, NODES), NODES[Place(0, index)]
    other = flipped(path, some % len(path), bit)
    assert proofs.verify_inclusion(entry, index, size, path, whole)
    assert not proofs.verify_inclusion(entry, index, size, other, whole)
    assert not proofs.verify_inclusion(entry, index, size, path[:-1], whole)
    assert not proofs.verify_inclusion(entry, index, size, [*path, whole], whole)
    assert not proofs.verify_inclusion(entry, elsewhere, size, path, whole)


@MANY
@given(new=st.integers(2, 200), some=st.integers(0, 2**31), bit=st.integers(0, 255))
def test_a_rewritten_past_has_no_consistency_proof(new: int, some: int, bit: int) -> None:
    old = 1 + some % (new - 1)
    path = proofs.path(proofs.consistency_spans(old, new), NODES)
    before, after = root(old, NODES), root(new, NODES)
    changed, other = flipped(path, some % len(path), bit), sha256(before).digest()
    assert proofs.verify_consistency(old, new, before, after, path)
    assert not proofs.verify_consistency(old, new, before, after, changed)
    assert not proofs.verify_consistency(old, new, other, after, path)
    assert not proofs.verify_consistency(old, new, before, other, path)
    assert not proofs.verify_consistency(new, old, before, after, path)


def flipped(path: list[bytes], place: int, bit: int) -> list[bytes]:
    changed = bytearray(path[place])
    changed[bit >> 3] ^= 1 << (bit & 7)
    return [*path[:place], bytes(changed), *path[place + 1 :]]
