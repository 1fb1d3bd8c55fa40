"""Entries: one disclosed record as one line of a stream, in CloudEvents 1.0 structured form.

Rules:
- The exact bytes of the line are what is hashed, stored, sent and verified; nobody serialises an entry again.
- Everything in an entry follows from what is disclosed: its event and its time are read off the disclosed record, never
  off the internal one, so that they cannot tell more than the policy does.
- A withdrawal says nothing but which record: its subject. Its data is empty, whatever the record type.

Standard: CloudEvents 1.0.2, sections 3.1 (attributes) and JSON format 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from operator import itemgetter
from typing import Literal

from gateway.errors import InputError
from gateway.ids import AudienceId, ContractDigest, RecordTypeName, Subject
from gateway.record import strictjson
from gateway.record.strictjson import Json

MAX_BYTES = 64 * 1024
_MAX_ATTRIBUTE = 512
EventKind = Literal["raised", "changed", "cleared", "withdrawn"]
WITHDRAWN = "withdrawn"
_KINDS: tuple[EventKind, ...] = ("raised", "changed", "cleared", "withdrawn")
_PREFIX = "org.demarc."
_TEXTS = ("specversion", "id", "source", "type", "subject", "dataschema")
_MEMBERS = frozenset({*_TEXTS, "data"})
_MEMBERS_AND_TIME = _MEMBERS | {"time"}
_texts_of = itemgetter(*_TEXTS)

_TIMES = {
    "alarm": ("alarmRaisedTime", "alarmChangedTime", "alarmReportingTime", "alarmClearedTime"),
    "trouble-ticket": ("creationDate", "lastUpdate", "statusChangeDate", "resolutionDate"),
    "service-problem": ("creationDate", "lastUpdate", "statusChangeDate", "resolutionDate"),
    "change-request": ("requestDate", "lastUpdateDate", "statusChangeDate", "completionDate"),
    "service": ("startDate", "statusChangeDate"),
}
_OVER = {
    "alarm": ("state", {"cleared"}),
    "trouble-ticket": ("status", {"resolved", "closed", "cancelled", "rejected"}),
    "service-problem": ("status", {"resolved", "closed", "cancelled", "rejected"}),
    "change-request": ("status", {"completed", "cancelled", "rejected", "failed"}),
}


class MalformedEntry(InputError):
    """An entry is not a CloudEvent of the agreed form."""

    code = "entry.malformed"
    remedy = "Send each entry as one line of strict JSON, CloudEvents 1.0, at most 64 KiB."


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry, read back. `time` is aware UTC, or None when the record disclosed no time."""

    id: str
    source: AudienceId
    record_type: RecordTypeName
    event: EventKind
    subject: Subject
    time: datetime | None
    data: Json


def event_of(record_type: RecordTypeName, shown: Json, *, known: bool) -> EventKind:
    """Return what happened to a disclosed record, as far as its disclosed attributes tell.

    Args:
        record_type: Its type.
        shown: What is disclosed of it now.
        known: Whether this audience was shown an earlier version.
    """
    attribute, over = _OVER.get(record_type, ("", set()))
    state = shown.get(attribute)
    if isinstance(state, str) and state in over:
        return "cleared"
    return "changed" if known else "raised"


def time_of(record_type: RecordTypeName, shown: Json) -> datetime | None:
    """Return the newest of the disclosed times of a record, aware UTC; None when it discloses none."""
    moments = [moment for name in _TIMES.get(record_type, ()) if (moment := _moment(shown.get(name)))]
    return max(moments, default=None)


def _moment(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):  # in UTC it may lie before year 1 or after 9999
        return None


def build(
    *,
    entry_id: str,
    source: AudienceId,
    record_type: RecordTypeName,
    event: EventKind,
    subject: Subject,
    contract: ContractDigest,
    data: Json,
) -> bytes:
    """Return the entry's line, without a newline."""
    time = time_of(record_type, data)
    line: Json = {
        "specversion": "1.0",
        "id": entry_id,
        "source": source,
        "type": f"{_PREFIX}{record_type}.{event}.v1",
        "subject": subject,
    }
    if time is not None:
        line["time"] = time.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
    anchor = WITHDRAWN if event == "withdrawn" else record_type
    line["dataschema"] = f"urn:demarc:contract:{contract}#{anchor}"
    line["data"] = data
    return strictjson.dump(line)


def open_entry(line: bytes) -> Entry:
    """Return the parts of an entry's line.

    Raises:
        MalformedEntry: Too long, not strict JSON, or not a CloudEvent of ours.

    Trust: Nothing about the origin; the stream's checkpoint speaks for the bytes.
    """
    if len(line) > MAX_BYTES:
        raise MalformedEntry(f"longer than {MAX_BYTES} bytes")
    try:
        event = strictjson.parse_object(line)
    except strictjson.NotStrictJson as error:
        raise MalformedEntry(f"not strict JSON: {error}") from error
    return _entry(event)


def _entry(event: Json) -> Entry:
    if not event.keys() >= _MEMBERS or not event.keys() <= _MEMBERS_AND_TIME:
        raise MalformedEntry("the members are not those of an entry")
    if event["specversion"] != "1.0" or not isinstance(event["data"], dict):
        raise MalformedEntry("specversion is not 1.0, or data is no object")
    texts = _texts_of(event)
    if set(map(type, texts)) != {str} or "" in texts:
        raise MalformedEntry("an attribute is not a text")
    if max(map(len, texts)) > _MAX_ATTRIBUTE:
        raise MalformedEntry(f"an attribute has more than {_MAX_ATTRIBUTE} characters")
    time = _moment(event.get("time"))
    if "time" in event and time is None:
        raise MalformedEntry("time is not an RFC 3339 time")
    record_type, kind = _type(event["type"])
    return Entry(
        event["id"], AudienceId(event["source"]), record_type, kind, Subject(event["subject"]), time, event["data"]
    )


@lru_cache(maxsize=64)
def _type(text: str) -> tuple[RecordTypeName, EventKind]:
    parts = text.removeprefix(_PREFIX).split(".")
    kind = next((kind for kind in _KINDS if len(parts) == 3 and kind == parts[1]), None)
    if not text.startswith(_PREFIX) or kind is None or parts[2] != "v1":
        raise MalformedEntry("type is not org.demarc.<record type>.<event>.v1")
    return RecordTypeName(parts[0]), kind
