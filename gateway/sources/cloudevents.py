"""Records handed in as CloudEvents 1.0 in structured mode, one or a batch.

Rules:
- `application/cloudevents+json` is one event, `application/cloudevents-batch+json` an array of them.
- `specversion` is `1.0`; `id`, `source` and `type` are texts that are not empty; `data` is the record, an object.
- `source` and `id` together name an event, as the specification has it: they are the source key.
- Other attributes and extensions are ignored. `data_base64` cannot hold a record.

Standard: CloudEvents 1.0.2, JSON event format, sections 2, 3 and 4.
Trust: the input has been parsed by `gateway.record.strictjson`; the record has not been validated by its schema.
"""

from __future__ import annotations

from gateway.record.strictjson import Json
from gateway.sources.incoming import Incoming, Unusable

EVENT = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
MAX_EVENTS = 10_000
_MAX_TEXT = 1024


def read_event(event: object, pointer: str = "") -> Incoming | Unusable:
    """Take the record out of one event; `pointer` is where the event stands in the input."""
    if not isinstance(event, dict):
        return Unusable(pointer, "must be an object")
    if event.get("specversion") != "1.0":
        return Unusable(f"{pointer}/specversion", "must be the text 1.0")
    for name in ("id", "source", "type"):
        value = event.get(name)
        if not isinstance(value, str) or not 0 < len(value) <= _MAX_TEXT:
            return Unusable(f"{pointer}/{name}", f"must be a text of 1 to {_MAX_TEXT} characters")
    data = event.get("data")
    if not isinstance(data, dict):
        return Unusable(f"{pointer}/data", "must be an object: the record")
    return Incoming(_source_key(event), data)


def read_batch(events: object) -> list[Incoming | Unusable]:
    """Take the records out of a batch, one result per event in its order; one finding if it is no batch."""
    if not isinstance(events, list):
        return [Unusable("", "must be an array")]
    if len(events) > MAX_EVENTS:
        return [Unusable("", f"must have at most {MAX_EVENTS} elements")]
    return [read_event(event, f"/{position}") for position, event in enumerate(events)]


def _source_key(event: Json) -> str:
    # The length keeps "a" + "b c" apart from "a b" + "c".
    return f"{len(event['source'])}:{event['source']} {event['id']}"
