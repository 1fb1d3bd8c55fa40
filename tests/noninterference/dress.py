"""Fill records from their schemas: every attribute at every depth can occur, so that a new one is tried at once."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from random import Random
from typing import Any

from gateway.record.schemas import record_types, schema_of
from tests.noninterference.model import Json
from tests.noninterference.vocabulary import device, sentence

TYPES: tuple[str, ...] = tuple(sorted(record_types()))
CLASSES = {name: schema_of(name)["x-type"] for name in record_types()}


@functools.cache
def document_of(record_type: str) -> Json:
    """Return the schema of a type; the gateway gives everybody a copy of their own, and we ask for it very often."""
    return schema_of(record_type)  # type: ignore[arg-type]


def dress(record_type: str, core: Json, rng: Random, share: float = 0.3) -> Json:
    """Return `core` with some of the attributes that the schema allows beside it."""
    document = document_of(record_type)
    dressed: Json = {
        name: _enriched(document, document["properties"].get(name, {}), value, rng, share)
        for name, value in core.items()
    }
    for name in document["properties"]:
        if name not in core and name not in _LEFT_OUT.get(record_type, ()) and rng.random() < share:
            dressed[name] = draw(record_type, document["properties"][name], rng, share)
    return dressed


def _enriched(document: Json, part: Json, value: Any, rng: Random, share: float) -> Any:
    """Return what stands inside an object or an array with some of what the schema allows beside it."""
    part = _resolved(document, part)
    if isinstance(value, list) and "items" in part:
        return [_enriched(document, part["items"], member, rng, share) for member in value]
    if not isinstance(value, dict) or "properties" not in part:
        return value
    more = {
        name: _draw(document, _resolved(document, member), rng, share)
        for name, member in part["properties"].items()
        if name not in value and rng.random() < share
    }
    return {**more, **value}


_LEFT_OUT = {
    # What these say decides about others than the record itself; the generator sets them on purpose.
    "service": ("operatingStatus", "supportingService", "supportingResource", "relatedParty"),
    "resource": ("resourceRelationship", "interconnect"),
    "change-request": ("impactEntity",),
    "service-problem": ("originatingSystem", "affectedService"),
    "trouble-ticket": ("relatedEntity",),
    "alarm": ("alarmChangedTime", "alarmClearedTime"),
}


def draw(record_type: str, part: Json, rng: Random, share: float = 0.5) -> Any:
    """Return a value that the part of a schema allows."""
    document = document_of(record_type)
    return _draw(document, _resolved(document, part), rng, share)


def draw_at(record_type: str, path: str, rng: Random) -> Any:
    """Return another value for the leaf at `path`, which has dots and no marks of arrays."""
    document = document_of(record_type)
    return _draw(document, _part_at(document, path), rng, 0.5)


def draw_near(record_type: str, path: str, value: Any, rng: Random) -> Any:
    """Return a value for the leaf at `path` that a coarse view of it may not tell from this one."""
    part = _part_at(document_of(record_type), path)  # type: ignore[arg-type]
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        near = value + rng.choice((-2, -1, 1, 2))
        return max(part.get("minimum", near), min(part.get("maximum", near), near))
    if "enum" in part:
        return rng.choice(part["enum"])
    if part.get("format") == "date-time":
        return value[:17] + f"{rng.randrange(60):02}" + value[19:]
    longer = (device(rng) if value.isascii() else sentence(rng, 90)) + value[-4:]
    return longer[-part.get("maxLength", 200) :]


def _part_at(document: Json, path: str) -> Json:
    part = document
    for name in path.split("."):
        part = _resolved(document, part["properties"][name])
        if part["type"] == "array":
            part = _resolved(document, part["items"])
    return part


def _resolved(document: Json, part: Json) -> Json:
    if "$ref" not in part:
        return part
    target = document["$defs"][part["$ref"].rsplit("/", 1)[1]]
    return {**_resolved(document, target), **{name: value for name, value in part.items() if name != "$ref"}}


def _draw(document: Json, part: Json, rng: Random, share: float) -> Any:  # noqa: PLR0911 - one return for each kind
    if "const" in part:
        return part["const"]
    if "enum" in part:
        return rng.choice(part["enum"])
    kind = part["type"] if isinstance(part["type"], str) else rng.choice(part["type"])
    match kind:
        case "object":
            return _object(document, part, rng, share)
        case "array":
            items = _resolved(document, part["items"])
            count = max(part.get("minItems", 0), rng.choice((1, 1, 2, 3)))
            return [_draw(document, items, rng, share) for _ in range(count)]
        case "boolean":
            return rng.random() < 0.5
        case "integer":
            return rng.randint(max(part.get("minimum", -5), -1000), min(part.get("maximum", 1000), 1000))
        case "number":
            low, high = max(part.get("minimum", -90), -90), min(part.get("maximum", 90), 90)
            return round(rng.uniform(low, high), rng.choice((0, 2, 6)))
    return _text(part, rng)


def _object(document: Json, part: Json, rng: Random, share: float) -> Json:
    required = part.get("required", ())
    drawn = {
        name: _draw(document, _resolved(document, member), rng, share)
        for name, member in part["properties"].items()
        if name in required or rng.random() < share
    }
    if not drawn:
        name = rng.choice(list(part["properties"]))
        drawn[name] = _draw(document, _resolved(document, part["properties"][name]), rng, share)
    return drawn


def _text(part: Json, rng: Random) -> str:
    if part.get("format") == "date-time":
        return time_text(rng)
    longest = part.get("maxLength", 200)
    if "not" in part:  # an identifier: printable ASCII
        return device(rng)[:longest]
    return sentence(rng, longest) if longest >= 40 else device(rng)[-longest:]


def time_text(rng: Random) -> str:
    """Return some time of the last days, in one of the spellings that RFC 3339 allows."""
    day, hour, minute, second = (rng.randrange(1, 23), rng.randrange(24), rng.randrange(60), rng.randrange(60))
    zone = rng.choice(("Z", "Z", "+00:00", "+02:00", "-05:30"))
    fraction = rng.choice(("", "", ".5", f".{rng.randrange(1000):03}"))
    return f"2026-11-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}{zone}"


@functools.cache
def leaves(record_type: str) -> tuple[str, ...]:
    """Return every leaf of a type as names with dots, arrays without marks: `note.text`."""
    document = document_of(record_type)
    return tuple(_leaves(document, document, ""))


def _leaves(document: Json, part: Json, before: str) -> Iterator[str]:
    part = _resolved(document, part)
    if part["type"] == "array":
        yield from _leaves(document, part["items"], before)
    elif part["type"] == "object":
        for name, member in part["properties"].items():
            yield from _leaves(document, member, f"{before}.{name}" if before else name)
    else:
        yield before


def leaves_in(value: Any, before: str = "") -> Iterator[tuple[str, str]]:
    """Yield every leaf in a record with its value as JSON, arrays without marks."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield from leaves_in(member, f"{before}.{name}" if before else name)
    elif isinstance(value, list):
        for member in value:
            yield from leaves_in(member, before)
    else:
        yield before, json.dumps(value)
