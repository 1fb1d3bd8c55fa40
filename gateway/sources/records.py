"""What ingest is handed as JSON, read into offers: one record, NDJSON lines, CloudEvents, an Alertmanager webhook.

Every reader takes bytes and returns offers; what cannot be read becomes an offer that says why, so that it ends in
quarantine with its place and is never lost.
"""

from __future__ import annotations

from collections.abc import Callable

from gateway.inside.ingest import Offer
from gateway.record import strictjson
from gateway.record.strictjson import NotStrictJson
from gateway.sources import alertmanager, cloudevents
from gateway.sources.incoming import Incoming, Unusable

Reader = Callable[[object], "list[Incoming | Unusable]"]


def read_record(raw: bytes) -> Offer:
    """Read one record, or one CloudEvent that carries it."""
    try:
        record = strictjson.parse_object(raw)
    except NotStrictJson as error:
        return Offer(raw, reason=error.reason, pointer=error.pointer)
    if "specversion" in record:
        return _offer(raw, cloudevents.read_event(record))
    return Offer(raw, record)


def read_lines(body: bytes) -> list[Offer]:
    """Read NDJSON: one record or CloudEvent per line; empty lines count for nothing."""
    return [read_record(line) for line in body.split(b"\n") if line.strip()]


def read_event(raw: bytes) -> list[Offer]:
    """Read one structured CloudEvent."""
    return _read_whole(raw, lambda event: [cloudevents.read_event(event)])


def read_events(raw: bytes) -> list[Offer]:
    """Read a batch of CloudEvents."""
    return _read_whole(raw, cloudevents.read_batch)


def read_alertmanager(raw: bytes) -> list[Offer]:
    """Read one webhook payload of Alertmanager, version 4."""
    return _read_whole(raw, alertmanager.read_webhook)


def _read_whole(raw: bytes, read: Reader) -> list[Offer]:
    try:
        document = strictjson.parse(raw)
    except NotStrictJson as error:
        return [Offer(raw, reason=error.reason, pointer=error.pointer)]
    return [_offer(raw, found) for found in read(document)]


def _offer(raw: bytes, found: Incoming | Unusable) -> Offer:
    if isinstance(found, Unusable):
        return Offer(raw, reason=found.reason, pointer=found.pointer)
    return Offer(raw, found.record, found.source_key)
