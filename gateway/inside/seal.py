"""Seal entries: cut them into segments that continue a stream, each under one signed checkpoint.

One signature per segment, whatever its size. What is in the entries was decided before.

Full segments end where the stream's own count says, whatever came in one batch: at every `MAX_SEGMENT_ENTRIES` entries.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gateway.evidence import checkpoint as cp
from gateway.evidence.checkpoint import Checkpoint
from gateway.evidence.jws import Jws, Signer
from gateway.evidence.merkle import Frontier, leaf_hash
from gateway.evidence.stream import MAX_STEP_BYTES, Advance, Parties
from gateway.ids import AudienceId, OperatorId, audience_of_operator, stream_between

MAX_SEGMENT_ENTRIES = 500
_ROOM = MAX_STEP_BYTES // 2


@dataclass(frozen=True, slots=True)
class Segment:
    """One sealed segment of one stream."""

    parties: Parties
    advance: Advance
    token: Jws


def seal(
    audience: AudienceId, lines: Sequence[bytes], frontier: Frontier, origin: OperatorId, signer: Signer, issued_at: int
) -> list[Segment]:
    """Return `lines` as sealed segments that continue a stream.

    Args:
        audience: Whose stream.
        lines: New entries, at least one.
        frontier: Of the stream so far.
        origin: Us.
        signer: The `seal` key.
        issued_at: Seconds since the epoch, for the checkpoints.
    """
    parties = Parties(audience_of_operator(origin), audience, stream_between(origin, audience))
    segments = []
    for chunk in _chunks(lines, frontier.size):
        first = frontier.size
        frontier = frontier.extended(map(leaf_hash, chunk))
        checkpoint = Checkpoint(
            parties.origin, parties.audience, parties.stream, frontier.size, frontier.root(), issued_at
        )
        segments.append(Segment(parties, Advance(first, chunk, frontier), cp.issue(checkpoint, signer)))
    return segments


def _chunks(lines: Sequence[bytes], first: int) -> Iterable[list[bytes]]:
    chunk: list[bytes] = []
    room = _ROOM
    for index, line in enumerate(lines, first):
        if chunk and (index % MAX_SEGMENT_ENTRIES == 0 or len(line) > room):
            yield chunk
            chunk, room = [], _ROOM
        chunk.append(line)
        room -= len(line) + 1
    yield chunk
