"""Turn what an audience would be shown into sealed entries: no visible change, no entry; nothing unclean leaves.

Rules:
- An entry is written only if the canonical bytes of what is shown differ from what this audience was told last.
- The second barrier stands here: the contract, and the names of the inventory that the audience must not see.
- Everything in an entry is the audience's own: its pseudonyms, its index, its contract.
- One signature per segment, whatever its size.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

from gateway.evidence import checkpoint as cp
from gateway.evidence.checkpoint import Checkpoint
from gateway.evidence.jws import Jws, Signer
from gateway.evidence.merkle import Frontier, leaf_hash
from gateway.evidence.stream import MAX_STEP_BYTES, Advance, Parties
from gateway.ids import AudienceId, OperatorId, Subject, audience_of_operator, stream_between
from gateway.inside.audiences import Audiences
from gateway.inside.picture import Telling
from gateway.policy.egress import EgressRefused
from gateway.ports import DisclosedKey
from gateway.record import entry, strictjson

MAX_SEGMENT_ENTRIES = 500
_ROOM = MAX_STEP_BYTES // 2
_ENTRY_CLASS = "event"


@dataclass(frozen=True, slots=True)
class Withheld:
    """A disclosure that the second barrier stopped."""

    audience: AudienceId
    reason: str
    pointer: str
    body: bytes


@dataclass(slots=True)
class Sealing:
    """What a batch of tellings becomes, ready to be written in one transaction."""

    told: dict[DisclosedKey, bytes | None] = field(default_factory=dict)
    lines: dict[AudienceId, list[bytes]] = field(default_factory=dict)
    withheld: list[Withheld] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Segment:
    """One sealed segment of one stream."""

    parties: Parties
    advance: Advance
    token: Jws


def write_entries(
    tellings: Iterable[Telling],
    known: Mapping[DisclosedKey, bytes],
    sizes: Mapping[AudienceId, int],
    origin: OperatorId,
    audiences: Audiences,
) -> Sealing:
    """Return the entries that `tellings` come to, given what each audience was told before.

    Args:
        tellings: In the order in which they happened.
        known: Digests of the last disclosures, for every key that occurs in `tellings` and is disclosed now.
        sizes: How many entries each audience's stream has.
        origin: Us.
        audiences: For the scanner and for the names that each audience knows anyway.
    """
    sealing = Sealing()
    source = audience_of_operator(origin)
    for telling in tellings:
        key = (telling.audience.id, telling.record_type, telling.record_id)
        before = sealing.told[key] if key in sealing.told else known.get(key)
        lines = sealing.lines.setdefault(telling.audience.id, [])
        index = sizes.get(telling.audience.id, 0) + len(lines)
        if telling.shown is None:
            if before is not None:
                lines.append(_withdrawal(telling, index, source))
                sealing.told[key] = None
            continue
        body = strictjson.dump(telling.shown)
        digest = blake2b(body, digest_size=16).digest()
        if digest == before:
            continue
        try:
            _require_clean(telling, body, audiences)
            line = _disclosure(telling, index, source, known=before is not None)
        except EgressRefused as refusal:
            sealing.withheld.append(Withheld(telling.audience.id, refusal.reason, refusal.pointer, body))
            continue
        lines.append(line)
        sealing.told[key] = digest
    return sealing


def _require_clean(telling: Telling, body: bytes, audiences: Audiences) -> None:
    audience = telling.audience
    allowed = audiences.names_allowed(audience, telling.services)
    audience.check.require_clean(telling.record_type, telling.shown or {}, body.decode(), audiences.scanner(), allowed)


def _disclosure(telling: Telling, index: int, source: AudienceId, *, known: bool) -> bytes:
    shown = telling.shown or {}
    line = _line(telling, index, source, entry.event_of(telling.record_type, shown, known=known), shown)
    if len(line) > entry.MAX_BYTES:  # sealed, it would stop its stream for good: no step can carry it
        raise EgressRefused("too-large", "", f"{len(line)} bytes")
    return line


def _withdrawal(telling: Telling, index: int, source: AudienceId) -> bytes:
    return _line(telling, index, source, "withdrawn", {})  # the subject says which; anything more would say more


def _line(telling: Telling, index: int, source: AudienceId, event: entry.EventKind, data: strictjson.Json) -> bytes:
    audience = telling.audience
    return entry.build(
        entry_id=audience.pseudonym(_ENTRY_CLASS, str(index)),
        source=source,
        record_type=telling.record_type,
        event=event,
        subject=Subject(audience.pseudonym(telling.record_type, telling.record_id)),
        contract=audience.policy.contract_digest,
        data=data,
    )


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
    for chunk in _chunks(lines):
        first = frontier.size
        frontier = frontier.extended(map(leaf_hash, chunk))
        checkpoint = Checkpoint(
            parties.origin, parties.audience, parties.stream, frontier.size, frontier.root(), issued_at
        )
        segments.append(Segment(parties, Advance(first, chunk, frontier), cp.issue(checkpoint, signer)))
    return segments


def _chunks(lines: Sequence[bytes]) -> Iterable[list[bytes]]:
    chunk: list[bytes] = []
    room = _ROOM
    for line in lines:
        if chunk and (len(chunk) == MAX_SEGMENT_ENTRIES or len(line) > room):
            yield chunk
            chunk, room = [], _ROOM
        chunk.append(line)
        room -= len(line) + 1
    yield chunk
