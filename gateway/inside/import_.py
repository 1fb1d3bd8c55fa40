"""Bring what partners disclosed from the outside in: verify again, keep the same bytes, read the records.

Rules:
- The inside trusts the outside with nothing: signature, arithmetic and root are checked again with the partner's pinned
  keys, by the rule that every hop uses.
- An entry that is genuine but not usable goes to quarantine; the stream goes on, because it is complete either way.
- A record of a partner stays a *foreign* record: its origin's, and never disclosed onwards by our own policies.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from gateway.errors import DemarcError, InputError
from gateway.evidence.checkpoint import open_checkpoint
from gateway.evidence.stream import MAX_STEP_BYTES, MAX_STEP_ENTRIES, Parties, StreamFork, advance
from gateway.ids import AudienceId, KeyId, OperatorId, audience_of_operator, party_of_audience
from gateway.ports import Clock, Foreign, InsideWork, OutsideWork, Store
from gateway.record import schemas
from gateway.record.entry import MalformedEntry, open_entry
from gateway.record.strictjson import dump


class ForeignTypeUnknown(InputError):
    """The entry carries a record of a type that this operator does not know."""

    code = "entry.unknown-type"
    remedy = "Agree with the partner on the record types that are exchanged."


@dataclass(frozen=True, slots=True)
class Importer:
    """The use case, holding its ports."""

    inside: Store[InsideWork]
    outside: Store[OutsideWork]
    own: AudienceId
    seal_keys_of: Callable[[bytes], Mapping[KeyId, Ed25519PublicKey]]
    now: Clock

    def run(self) -> int:
        """Import one step of every stream addressed to us; return how many entries that were.

        Raises:
            DemarcError: A stream cannot be imported as it is. The other streams were imported nevertheless: one
                partner's trouble costs the others nothing.
        """
        with self.outside.read() as there, self.inside.read() as here:
            behind = [
                state.parties
                for state in there.streams.addressed_to(self.own)
                if state.size > _size(here, state.parties) and _is_running(here, state.parties)
            ]
        imported, failures = 0, []
        for parties in behind:
            try:
                imported += self._import(parties)
            except DemarcError as error:
                failures.append(error)
        if failures:
            raise failures[0]
        return imported

    def _import(self, parties: Parties) -> int:
        origin = OperatorId(party_of_audience(parties.origin))
        with self.inside.read() as here:
            first = _size(here, parties)
            descriptor = here.partners.get(origin)
        if descriptor is None:
            return 0  # the partner is not pinned inside; its entries stay outside until it is
        with self.outside.read() as there:
            step = there.streams.step_from(parties.stream, first, MAX_STEP_ENTRIES, MAX_STEP_BYTES)
        if step is None:
            return 0
        checkpoint = open_checkpoint(step.token, self.seal_keys_of(descriptor))
        with self.inside.write() as here:
            try:
                fresh = advance(here.streams.held(parties.stream), step, checkpoint, parties)
            except StreamFork as fork:
                here.streams.keep_conflict(parties.stream, step, self.now())
                here.streams.stop(parties.stream, f"{fork.code}: {fork.summary()}")
                return 0
            here.streams.put(parties, fresh, step.token)
            self._keep(here, origin, fresh.first, fresh.lines)
        return len(fresh.lines)

    def _keep(self, work: InsideWork, origin: OperatorId, first: int, lines: Sequence[bytes]) -> None:
        newest: dict[tuple[str, str], Foreign] = {}
        for index, line in enumerate(lines, first):
            try:
                record = _foreign(origin, index, line)
            except InputError as error:
                work.quarantine.add(f"partner:{origin}", error.summary(), f"/{index}", line, self.now())
            else:
                newest[record.record_type, record.subject] = record
        work.foreign.put(newest.values())


def _foreign(origin: OperatorId, index: int, line: bytes) -> Foreign:
    entry = open_entry(line)
    if entry.record_type not in schemas.record_types():
        raise ForeignTypeUnknown(f"entry {index} of {origin}")
    if entry.source != audience_of_operator(origin):
        raise MalformedEntry(f"entry {index} of {origin} names another source")
    return Foreign(origin, entry.record_type, entry.subject, entry.event, index, dump(entry.data))


def _size(work: InsideWork, parties: Parties) -> int:
    state = work.streams.state(parties.stream)
    return state.size if state else 0


def _is_running(work: InsideWork, parties: Parties) -> bool:
    state = work.streams.state(parties.stream)
    return state is None or state.stopped is None
