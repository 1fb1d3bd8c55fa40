"""Take records in: check, journal, and only then acknowledge.

Rules:
- A record is acknowledged when the journal has it on disk, in one transaction for the whole batch.
- The same source key twice is one record. The same key with other content is kept apart for an officer: one of the two
  senders is wrong, and we cannot know which.
- What cannot be taken goes to quarantine whole, with the reason and the JSON Pointer; nothing is dropped.

Not done here: reading a source's own format; that is the sources' business.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from gateway.ids import RecordId
from gateway.ports import Clock, InsideWork, NewLine, Store
from gateway.record import schemas, strictjson, validation
from gateway.record.strictjson import Json

RECORD = "record"
MAX_OFFERS = 10_000
MAX_RECORD_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing that a source hands in.

    `raw` is what came, for the quarantine. Either `record` is set, or `reason` (with `pointer`) says why there is none.
    Without a `source_key` the record's content is its key.
    """

    raw: bytes
    record: Json | None = None
    source_key: str | None = None
    reason: str = ""
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one offer. `reason` and `pointer` are set when it was quarantined."""

    status: Literal["accepted", "duplicate", "quarantined"]
    record_id: RecordId | None = None
    reason: str = ""
    pointer: str = ""


@dataclass(frozen=True, slots=True)
class Ingester:
    """The use case, holding its ports."""

    store: Store[InsideWork]
    now: Clock

    def take(self, source: str, offers: Sequence[Offer]) -> list[Outcome]:
        """Journal or quarantine every offer; return what became of each, in the order of the offers.

        Args:
            source: The name of the source. Source keys are unique within it.
            offers: At most `MAX_OFFERS`; the caller bounds them.

        Invariant: On return everything is on disk. If this raises, nothing is, and the sender may send again.
        """
        checked = [_check(source, offer) for offer in offers]
        moment = self.now()
        with self.store.write() as work:
            known = dict(work.journal.known([one.key for one in checked if isinstance(one, NewLine)]))
            fresh: list[NewLine] = []
            outcomes: list[Outcome] = []
            for offer, one in zip(offers, checked, strict=True):
                outcome = one if isinstance(one, Outcome) else _journal(offer, one, known, fresh)
                if outcome.status == "quarantined":
                    work.quarantine.add(source, outcome.reason, outcome.pointer, offer.raw, moment)
                outcomes.append(outcome)
            work.journal.append(fresh, moment)
        return outcomes


def _check(source: str, offer: Offer) -> NewLine | Outcome:
    record = offer.record
    if record is None:
        return Outcome("quarantined", reason=offer.reason, pointer=offer.pointer)
    try:
        record_type = schemas.type_of(record)
        validation.require_valid(record_type, record)
    except schemas.UnknownRecordType as error:
        return Outcome("quarantined", reason=error.summary(), pointer="/@type")
    except validation.InvalidRecord as error:
        first = error.findings[0]
        return Outcome("quarantined", reason=first.message, pointer=first.pointer)
    body = strictjson.dump(record)
    if len(body) > MAX_RECORD_BYTES:
        return Outcome("quarantined", reason=f"The record has more than {MAX_RECORD_BYTES} bytes.")
    digest = hashlib.sha256(body).digest()
    named = digest if offer.source_key is None else offer.source_key.encode()
    key = hashlib.sha256(source.encode() + b"\x00" + named).digest()
    return NewLine(RECORD, source, key, digest, body)


def _journal(offer: Offer, line: NewLine, known: dict[bytes, bytes], fresh: list[NewLine]) -> Outcome:
    held = known.get(line.key)
    if held is None:
        known[line.key] = line.digest  # also against a second one in this very batch
        fresh.append(line)
        return Outcome("accepted", _id_of(offer))
    if held == line.digest:
        return Outcome("duplicate", _id_of(offer))
    return Outcome("quarantined", reason="The source key was used before, for a record with other content.")


def _id_of(offer: Offer) -> RecordId | None:
    return RecordId(offer.record["id"]) if offer.record else None
