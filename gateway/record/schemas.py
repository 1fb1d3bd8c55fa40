"""The record types, as the files under `schemas/` describe them.

Rules:
- One file is one type: `alarm.schema.json` is the type `alarm`, whose records say `"@type": "Alarm"`.
- The files are our own and are read once, at first use. A schema that somebody sends is never used.

Does not check records (`validation`) and does not walk into the schemas (`paths`).
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any, cast

import orjson

from gateway import bundled
from gateway.errors import InputError
from gateway.ids import RecordTypeName
from gateway.record.strictjson import Json

_SUFFIX = ".schema.json"


class UnknownRecordType(InputError):
    """The record does not say, by its `@type`, that it is of a type known here."""

    code = "record.unknown-type"
    remedy = "Set `@type` to one of the record types of this operator."


def record_types() -> tuple[RecordTypeName, ...]:
    """Return the names of all record types, in alphabetical order."""
    return tuple(_files())


def schema_of(name: RecordTypeName) -> Json:
    """Return the JSON Schema of a record type, as a copy that the caller owns.

    Raises:
        UnknownRecordType: No file describes `name`.
    """
    if name not in _files():
        raise UnknownRecordType("the name is none of " + ", ".join(record_types()))
    return cast(Json, orjson.loads(_files()[name]))


def class_of(name: RecordTypeName) -> str:
    """Return what records of this type have as `@type`: `TroubleTicket` for `trouble-ticket`."""
    return cast(str, schema_of(name)["x-type"])


def type_of(record: Mapping[str, Any]) -> RecordTypeName:
    """Return the record type that `record` claims by its `@type`.

    Raises:
        UnknownRecordType: `@type` is missing, no text, or none of ours. The message does not repeat it.

    Trust: the claim is read, the record is not checked against the schema.
    """
    claimed = record.get("@type")
    name = _names_by_class().get(claimed) if isinstance(claimed, str) else None
    if name is None:
        raise UnknownRecordType("`@type` is none of " + ", ".join(_names_by_class()))
    return name


@functools.cache
def _files() -> Mapping[RecordTypeName, bytes]:
    found = sorted(bundled.folder("schemas").glob("*" + _SUFFIX))
    return {RecordTypeName(file.name.removesuffix(_SUFFIX)): file.read_bytes() for file in found}


@functools.cache
def _names_by_class() -> Mapping[str, RecordTypeName]:
    return {class_of(name): name for name in record_types()}
