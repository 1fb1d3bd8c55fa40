"""What ingest is handed as JSON, read into offers: one record, NDJSON lines, CloudEvents, an Alertmanager webhook.

Every reader takes bytes and returns offers; what cannot be read becomes an offer that says why, so that it ends in
quarantine with its place and is never lost. Of a batch, each offer carries its own part: a batch of bad parts must not
be kept once for every one of them.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from typing import Any

from gateway.inside.ingest import MAX_OFFERS, Offer
from gateway.record import strictjson
from gateway.record.strictjson import NotStrictJson
from gateway.sources import alertmanager, cloudevents
from gateway.sources.incoming import Incoming, Unusable

Reader = Callable[[object], "list[Incoming | Unusable]"]
_LINE = re.compile(rb"[^\n]+")


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
    """Read NDJSON: one record or CloudEvent per line; empty lines count for nothing.

    At most one more than `MAX_OFFERS` lines are read, so that the caller sees that there are too many.
    """
    lines = (found[0] for found in _LINE.finditer(body))
    return [read_record(line) for line in itertools.islice(filter(bytes.strip, lines), MAX_OFFERS + 1)]


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
    return [_offer(_part(raw, document, one), one) for one in read(document)]


def _part(raw: bytes, document: Any, found: Incoming | Unusable) -> bytes:
    """Return what belongs to one finding: the first member of an array on its way, else the whole input."""
    if isinstance(found, Incoming):
        return strictjson.dump(found.record)
    for step in found.pointer.split("/")[1:]:
        if isinstance(document, list):
            return strictjson.dump(document[int(step)])
        document = document.get(step) if isinstance(document, dict) else None
    return raw


def _offer(raw: bytes, found: Incoming | Unusable) -> Offer:
    if isinstance(found, Unusable):
        return Offer(raw, reason=found.reason, pointer=found.pointer)
    return Offer(raw, found.record, found.source_key)
