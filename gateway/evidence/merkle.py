"""The Merkle tree over a stream's entries.

Rules:
- SHA-256; a leaf is hashed with prefix 0x00, a node with 0x01, so that neither passes for the other.
- A stream keeps only its frontier: the roots of the full subtrees that make up its size, largest first, at most 64.
- Verification raises; it never returns a boolean.

Standard: RFC 9162 section 2.1.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from gateway.errors import StreamError
from gateway.ids import LeafHash, NodeHash, RootHash

EMPTY_ROOT = RootHash(sha256().digest())
_HASH_BYTES = 32


class AuditMismatch(StreamError):
    """The proof does not lead from the entry to the root."""

    code = "stream.audit-mismatch"
    remedy = "Keep both sides' evidence; the log, the proof or the checkpoint was altered."


def leaf_hash(entry: bytes) -> LeafHash:
    """Return the hash of one entry's exact bytes."""
    return LeafHash(sha256(b"\x00" + entry).digest())


def node_hash(left: bytes, right: bytes) -> NodeHash:
    """Return the hash of the node above `left` and `right`."""
    return NodeHash(sha256(b"\x01" + left + right).digest())


@dataclass(frozen=True, slots=True)
class Frontier:
    """A log as small as it can be and still grow: its size and the roots of its full subtrees, largest first."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def extended(self, leaves: Iterable[LeafHash]) -> Frontier:
        """Return the frontier after appending `leaves`; O(1) hashes for each of them on average."""
        size, peaks = self.size, list(self.peaks)
        for leaf in leaves:
            carry, position = bytes(leaf), size
            while position & 1:  # this position closes a full subtree
                carry = node_hash(peaks.pop(), carry)
                position >>= 1
            peaks.append(carry)
            size += 1
        return Frontier(size, tuple(peaks))

    def root(self) -> RootHash:
        """Return the root of the tree over all entries so far."""
        if not self.peaks:
            return EMPTY_ROOT
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = node_hash(peak, root)
        return RootHash(root)

    def to_bytes(self) -> bytes:
        """Return the peaks side by side; the size is stored apart."""
        return b"".join(self.peaks)

    @classmethod
    def from_bytes(cls, size: int, raw: bytes) -> Frontier:
        """Return the frontier that `to_bytes` wrote.

        Raises:
            AuditMismatch: The number of peaks does not fit the size: the store was altered.
        """
        if len(raw) != _HASH_BYTES * size.bit_count():
            raise AuditMismatch(f"{len(raw)} bytes of peaks do not belong to a log of {size} entries")
        return cls(size, tuple(raw[at : at + _HASH_BYTES] for at in range(0, len(raw), _HASH_BYTES)))


def root_of(entries: Sequence[bytes]) -> RootHash:
    """Return the root over `entries`."""
    return Frontier().extended(map(leaf_hash, entries)).root()


def inclusion_path(leaves: Sequence[LeafHash], index: int) -> list[NodeHash]:
    """Return the sibling hashes from leaf `index` up to the root over `leaves`, nearest first.

    Standard: RFC 9162 section 2.1.3.1.
    """
    if len(leaves) <= 1:
        return []
    split = _largest_power_below(len(leaves))
    if index < split:
        return [*inclusion_path(leaves[:split], index), _root(leaves[split:])]
    return [*inclusion_path(leaves[split:], index - split), _root(leaves[:split])]


def verify_inclusion(leaf: LeafHash, index: int, size: int, path: Sequence[NodeHash], root: RootHash) -> None:
    """Check that `leaf` is entry `index` of the log whose root is `root`.

    Args:
        leaf: 32 bytes, from `leaf_hash`.
        index: Zero-based position in the log.
        size: Number of leaves under `root`.
        path: Sibling hashes, nearest to the leaf first.
        root: 32 bytes.

    Raises:
        AuditMismatch: The path does not lead from the leaf to the root.

    Trust: `root` must come from a checkpoint whose signature was checked.
    Standard: RFC 9162 section 2.1.3.2.
    """
    if not 0 <= index < size:
        raise AuditMismatch(f"entry {index} is not in a log of {size}")
    _require_hashes(leaf, root, *path)
    position, last, climbed = index, size - 1, bytes(leaf)
    for sibling in path:
        if last == 0:
            raise AuditMismatch("the path is longer than the tree is high")
        if position & 1 or position == last:
            climbed = node_hash(sibling, climbed)
            while not position & 1 and position:  # the right edge skips the levels where it has no sibling
                position >>= 1
                last >>= 1
        else:
            climbed = node_hash(climbed, sibling)
        position >>= 1
        last >>= 1
    if last != 0 or climbed != root:
        raise AuditMismatch(f"entry {index} does not lead to the root of {size}")


def verify_consistency(  # the order of the RFC: first and second size, first and second root
    first: int, second: int, path: Sequence[NodeHash], first_root: RootHash, second_root: RootHash
) -> None:
    """Check that the log of `second` entries begins with the log of `first` entries.

    Raises:
        AuditMismatch: It does not, or the proof is not one for these sizes.

    Trust: Both roots must come from checkpoints whose signatures were checked.
    Standard: RFC 9162 section 2.1.4.2.
    """
    if not 0 < first <= second:
        raise AuditMismatch(f"no proof leads from {first} to {second}")
    _require_hashes(first_root, second_root, *path)
    if first == second:
        if path or first_root != second_root:
            raise AuditMismatch(f"two roots for one size {first}")
        return
    nodes = [bytes(first_root), *path] if first & (first - 1) == 0 else [bytes(node) for node in path]
    if not nodes:
        raise AuditMismatch("the proof is empty")
    position, last = first - 1, second - 1
    while position & 1:
        position >>= 1
        last >>= 1
    old = new = nodes[0]
    for node in nodes[1:]:
        if last == 0:
            raise AuditMismatch("the proof is longer than the tree is high")
        if position & 1 or position == last:
            old, new = node_hash(node, old), node_hash(node, new)
            while not position & 1 and position:
                position >>= 1
                last >>= 1
        else:
            new = node_hash(new, node)
        position >>= 1
        last >>= 1
    if last != 0 or old != first_root or new != second_root:
        raise AuditMismatch(f"the log of {second} does not continue the log of {first}")


def _require_hashes(*nodes: bytes) -> None:
    """Refuse hashes of another length: a node hashes its children side by side, so they could be cut elsewhere."""
    if any(len(node) != _HASH_BYTES for node in nodes):
        raise AuditMismatch(f"a hash has not {_HASH_BYTES} bytes")


def _largest_power_below(count: int) -> int:
    return 1 << (count - 1).bit_length() - 1


def _root(leaves: Sequence[LeafHash]) -> NodeHash:
    return NodeHash(Frontier().extended(leaves).root())
