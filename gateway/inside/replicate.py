"""Hand sealed segments from the inside to the outside: the first hop, by the same rule as all others.

The outside store is a replica. It is advanced by `(from, entries, checkpoint)` only, so it cannot hold anything that
was not sealed, and two databases are never in one transaction: if we die between them, the next run hands the rest
over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from gateway.evidence.checkpoint import open_checkpoint
from gateway.evidence.stream import MAX_STEP_BYTES, Parties, advance
from gateway.ids import AudienceId, KeyId, StreamName, is_operator
from gateway.inside.seal import MAX_SEGMENT_ENTRIES
from gateway.ports import InsideWork, OutsideWork, Store, ViewChange
from gateway.record.entry import Entry, open_entry
from gateway.record.strictjson import dump

_STREAMS_AT_A_TIME = 16


@dataclass(frozen=True, slots=True)
class Replicator:
    """The use case, holding its ports."""

    inside: Store[InsideWork]
    outside: Store[OutsideWork]
    own: AudienceId
    seal_keys: Mapping[KeyId, Ed25519PublicKey]

    def run(self, streams: Iterable[StreamName] | None = None) -> None:
        """Bring the outside up to date: for the named streams, or for all of ours when None (at start)."""
        behind = self._behind(streams)
        while behind:
            now, later = behind[:_STREAMS_AT_A_TIME], behind[_STREAMS_AT_A_TIME:]
            behind = [parties for parties in now if self._hand_over(parties)] + later

    def _behind(self, streams: Iterable[StreamName] | None) -> list[Parties]:
        with self.inside.read() as work:
            if streams is None:
                states = list(work.streams.states())
            else:
                states = [state for name in sorted(streams) if (state := work.streams.state(name))]
        return [state.parties for state in states if state.parties.origin == self.own]

    def _hand_over(self, parties: Parties) -> bool:
        """Move one step of a stream over; return whether there may be more."""
        with self.outside.read() as there:
            state = there.streams.state(parties.stream)
        with self.inside.read() as here:
            first = state.size if state else 0
            # To the next full segment at most: where steps end then hangs on the stream's own count, not on batches.
            room = MAX_SEGMENT_ENTRIES - first % MAX_SEGMENT_ENTRIES
            step = here.streams.step_from(parties.stream, first, room, MAX_STEP_BYTES)
        if step is None:
            return False
        checkpoint = open_checkpoint(step.token, self.seal_keys)
        with self.outside.write() as there:
            fresh = advance(there.streams.held(parties.stream), step, checkpoint, parties)
            there.streams.put(parties, fresh, step.token)
            if not is_operator(parties.audience):
                there.views.change(parties.stream, [_view_change(open_entry(line)) for line in fresh.lines])
        return True


def _view_change(entry: Entry) -> ViewChange:
    public_id = str(entry.data.get("id", entry.subject))
    data = None if entry.event == "withdrawn" else dump(entry.data)
    return ViewChange(entry.record_type, entry.subject, public_id, data, entry.time)
