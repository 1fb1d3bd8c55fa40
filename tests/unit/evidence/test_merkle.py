"""The Merkle tree: roots, proofs and the frontier, small enough to compute by hand."""

from __future__ import annotations

from hashlib import sha256

import pytest

from gateway.evidence.merkle import (
    EMPTY_ROOT,
    AuditMismatch,
    Frontier,
    inclusion_path,
    leaf_hash,
    node_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)

ENTRIES = [b"entry %d" % n for n in range(9)]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]


def test_the_root_of_nothing_is_the_hash_of_nothing():
    assert Frontier().root() == EMPTY_ROOT == sha256(b"").digest() == root_of([])


def test_the_root_of_three_is_as_rfc_9162_draws_it():
    a, b, c = LEAVES[:3]
    assert root_of(ENTRIES[:1]) == a == sha256(b"\x00entry 0").digest()
    assert root_of(ENTRIES[:3]) == sha256(b"\x01" + sha256(b"\x01" + a + b).digest() + c).digest()


def test_a_leaf_never_passes_for_a_node():
    left, right = LEAVES[:2]
    assert leaf_hash(left + right) != node_hash(left, right)
    assert root_of([left + right]) != root_of(ENTRIES[:2])


@pytest.mark.parametrize("size", range(10))
def test_a_frontier_survives_being_stored(size):
    frontier = Frontier().extended(LEAVES[:size])
    assert len(frontier.peaks) == size.bit_count()
    assert Frontier.from_bytes(size, frontier.to_bytes()) == frontier


@pytest.mark.parametrize(("size", "raw"), [(0, b"x"), (1, b""), (1, bytes(31)), (3, bytes(32)), (4, bytes(64))])
def test_a_stored_frontier_that_does_not_fit_its_size_is_refused(size, raw):
    with pytest.raises(AuditMismatch):
        Frontier.from_bytes(size, raw)


def test_extending_leaves_the_former_frontier_as_it_was():
    frontier = Frontier().extended(LEAVES[:3])
    frontier.extended(LEAVES[3:])
    assert frontier.root() == root_of(ENTRIES[:3])


@pytest.mark.parametrize("size", range(1, 10))
def test_every_entry_is_proved_and_at_no_other_place(size):
    root = root_of(ENTRIES[:size])
    for index in range(size):
        path = inclusion_path(LEAVES[:size], index)
        verify_inclusion(LEAVES[index], index, size, path, root)
        for elsewhere in set(range(size)) - {index}:
            with pytest.raises(AuditMismatch):
                verify_inclusion(LEAVES[index], elsewhere, size, path, root)


@pytest.mark.parametrize("index", [-1, 9, 2**64])
def test_an_index_outside_the_log_is_refused(index):
    with pytest.raises(AuditMismatch):
        verify_inclusion(LEAVES[0], index, 9, [], root_of(ENTRIES))


@pytest.mark.parametrize("index", range(9))
def test_a_path_with_one_hash_too_many_too_few_or_swapped_is_refused(index):
    path, root = inclusion_path(LEAVES, index), root_of(ENTRIES)
    for wrong in (path[:-1], path[1:], [*path, LEAVES[0]], [LEAVES[0], *path], path[::-1]):
        if wrong != path:
            with pytest.raises(AuditMismatch):
                verify_inclusion(LEAVES[index], index, 9, wrong, root)


@pytest.mark.parametrize("wrong", [b"", bytes(31), bytes(33), LEAVES[0] + b"\x00"])
def test_a_hash_of_another_length_is_refused_wherever_it_stands(wrong):
    path, root = inclusion_path(LEAVES, 3), root_of(ENTRIES)
    cases = [(wrong, path, root), (LEAVES[3], [wrong, *path[1:]], root), (LEAVES[3], path, wrong)]
    for leaf, steps, top in cases:
        with pytest.raises(AuditMismatch):
            verify_inclusion(leaf, 3, 9, steps, top)
    with pytest.raises(AuditMismatch):
        verify_consistency(1, 1, [], wrong, wrong)


def test_a_node_split_at_another_byte_does_not_pass():
    """The bytes under a node are its children side by side: without fixed lengths they could be cut elsewhere."""
    left, right = LEAVES[:2]
    root = root_of(ENTRIES[:2])
    with pytest.raises(AuditMismatch):
        verify_inclusion(left + right[:1], 0, 2, [right[1:]], root)
    with pytest.raises(AuditMismatch):
        verify_inclusion(left[:-1], 0, 2, [left[-1:] + right], root)


def test_a_log_that_grew_continues_the_former_one():
    three, four = root_of(ENTRIES[:3]), root_of(ENTRIES[:4])
    path = [LEAVES[2], LEAVES[3], node_hash(LEAVES[0], LEAVES[1])]  # RFC 9162, section 2.1.5
    verify_consistency(3, 4, path, three, four)
    with pytest.raises(AuditMismatch):
        verify_consistency(3, 4, path, root_of([b"x", *ENTRIES[1:3]]), four)
