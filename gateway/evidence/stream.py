"""Decide whether one step may advance a held stream. The same rule at every hop.

A step is `(from, entries, checkpoint)`. The checks, in this order:

 (1) address     the checkpoint names the issuer, audience and stream that this hop expects
 (2) arithmetic  the checkpoint's size is `from` plus the number of entries
 (3) gap         `from` is not beyond what is held
 (4) root        the root over everything up to the checkpoint is the checkpoint's
 (5) fork        entries already held are the same bytes and lead to the same root; if not, and the origin signed them
                 all the same, it has two histories

Nothing here stores, signs or reads a clock. The caller MUST have verified the checkpoint's signature, and MUST store
the new entries, frontier and checkpoint in one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gateway.errors import StreamError
from gateway.evidence.checkpoint import Checkpoint
from gateway.evidence.jws import Jws
from gateway.evidence.merkle import Frontier, leaf_hash
from gateway.ids import AudienceId, StreamName

MAX_ENTRY_BYTES = 64 * 1024
MAX_STEP_ENTRIES = 1000
MAX_STEP_BYTES = 4 * 1024 * 1024


class StreamGap(StreamError):
    """Entries are missing before this step."""

    code = "stream.gap"
    remedy = "Rewind to the entry named as expected."

    def __init__(self, expected: int, offered: int) -> None:
        super().__init__(f"holds {expected} entries, was offered from {offered}")
        self.expected = expected


class StreamFork(StreamError):
    """What is offered differs from what is held."""

    code = "stream.fork"
    remedy = "Stop this stream, keep both versions as evidence and talk to the other operator."


class CheckpointMismatch(StreamError):
    """The checkpoint does not belong to these entries."""

    code = "stream.checkpoint-mismatch"
    remedy = "Send the entries with the checkpoint that was sealed over them."


@dataclass(frozen=True, slots=True)
class Parties:
    """Between whom a stream runs, and its name."""

    origin: AudienceId
    audience: AudienceId
    stream: StreamName


@dataclass(frozen=True, slots=True)
class Step:
    """What one hop hands to the next: entries from position `first` on, and the checkpoint that covers them."""

    first: int
    lines: Sequence[bytes]
    token: Jws

    @property
    def size(self) -> int:
        """How many entries the stream has after this step."""
        return self.first + len(self.lines)


@dataclass(frozen=True, slots=True)
class Advance:
    """What to store: entries that are new, from position `first` on, and the frontier after them."""

    first: int
    lines: Sequence[bytes]
    frontier: Frontier


@dataclass(frozen=True, slots=True)
class Held:
    """What a hop holds of a stream.

    `lines_between(first, end)` returns held entries; `frontier_at(size)` the frontier at an earlier size. They are only
    called for a step that overlaps what is held.
    """

    frontier: Frontier
    lines_between: Callable[[int, int], Sequence[bytes]]
    frontier_at: Callable[[int], Frontier]


def advance(held: Held, step: Step, checkpoint: Checkpoint, parties: Parties) -> Advance:
    """Return what `step` adds to what is held; nothing (`lines` empty) when all of it is held already.

    Raises:
        CheckpointMismatch: Checks 1, 2 or 4. Nothing was signed that contradicts what is held.
        StreamGap: Check 3; `expected` is where the sender must rewind to.
        StreamFork: Check 5. Both versions are evidence.
    """
    if (checkpoint.issuer, checkpoint.audience, checkpoint.stream) != (
        parties.origin,
        parties.audience,
        parties.stream,
    ):
        raise CheckpointMismatch(f"the checkpoint is not for {parties.stream}")
    if checkpoint.size != step.size:
        raise CheckpointMismatch(f"the checkpoint covers {checkpoint.size} entries, the step ends at {step.size}")
    size = held.frontier.size
    if step.first > size:
        raise StreamGap(expected=size, offered=step.first)
    known = min(size, step.size) - step.first
    agrees = not known or list(held.lines_between(step.first, step.first + known)) == list(step.lines[:known])
    if step.size <= size:
        if held.frontier_at(step.size).root() != checkpoint.root:
            raise StreamFork(f"{parties.stream}: the origin signed another root at size {step.size} than the held one")
        if not agrees:
            raise CheckpointMismatch(f"{parties.stream}: the entries are not those under the checkpoint")
        return Advance(size, (), held.frontier)
    if not agrees:
        _require_root(held.frontier_at(step.first).extended(map(leaf_hash, step.lines)), checkpoint)
        raise StreamFork(f"{parties.stream}: the origin signed other entries from {step.first} on than the held ones")
    fresh = step.lines[known:]
    frontier = held.frontier.extended(map(leaf_hash, fresh))
    _require_root(frontier, checkpoint)
    return Advance(size, fresh, frontier)


def _require_root(frontier: Frontier, checkpoint: Checkpoint) -> None:
    if frontier.root() != checkpoint.root:
        raise CheckpointMismatch(f"{checkpoint.stream}: the root at {checkpoint.size} is not the root of these entries")
