"""The audience's contract: a JSON Schema of everything that it can ever receive under a policy.

Rules:
- It is made from the outputs alone. Nothing in it tells of an attribute that stays inside, of a condition, or of what
  a value was before.
- It is as narrow as the outputs are: tokens, truncated times and constants have their form in it, so that the check
  before sealing catches a filter that let something through as it was.
- The same outputs give the same bytes, and so the same digest.

Standard: JSON Schema 2020-12; the fragment of a `dataschema` such as `#alarm` is an `$anchor`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import orjson

from gateway.ids import ContractDigest
from gateway.policy.document import DisclosurePolicy, Pseudonym, Truncate
from gateway.policy.plan import Fixed, Group, Lifted, Output, Value, outputs_of
from gateway.policy.pseudonym import CHARACTERS, PREFIXES
from gateway.policy.transforms import UNITS
from gateway.record.entry import WITHDRAWN
from gateway.record.strictjson import Json

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_URN = "urn:demarc:contract:"
_SHAPE_OF_TIME = "0000-00-00T00:00:00"


def contract_of(document: DisclosurePolicy) -> Json:
    """Return the contract of a checked policy: one definition per record type, and the one of every withdrawal."""
    definitions: Json = {WITHDRAWN: {"$anchor": WITHDRAWN, "type": "object", "additionalProperties": False}}
    for section in sorted(document.sections, key=lambda part: part.record_type):
        outputs = outputs_of(document, section)
        name = section.record_type
        definitions[name] = {"$anchor": name, **_object(outputs, is_whole=True)}
    contract: Json = {"$schema": _DIALECT, "$defs": definitions}
    return {"$id": _URN + contract_digest(contract), **contract}


def contract_digest(contract: Json) -> ContractDigest:
    """Return the SHA-256 of a contract in hex, its own `$id` left out."""
    body = {key: value for key, value in contract.items() if key != "$id"}
    return ContractDigest(hashlib.sha256(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).hexdigest())


def _object(members: Iterable[Output], *, is_whole: bool) -> Json:
    outputs = tuple(members)
    required = sorted(
        output.name for output in outputs if _is_always_there(output) or (is_whole and output.name == "id")
    )
    schema: Json = {
        "type": "object",
        "properties": {output.name: _output(output) for output in sorted(outputs, key=lambda one: one.name)},
        "additionalProperties": False,
    }
    return {**schema, "required": required} if required else {**schema, "minProperties": 1}


def _is_always_there(output: Output) -> bool:
    """Tell whether the output is there whatever the record says: constants, and objects that hold one."""
    if isinstance(output, Group):
        return not output.is_each and any(_is_always_there(member) for member in output.members)
    return isinstance(output, Fixed)


def _output(output: Output) -> Json:
    match output:
        case Fixed(value=value):
            return {"const": value}
        case Group():
            schema = _object(output.members, is_whole=False)
            return _array(schema) if output.is_each else schema
        case Lifted():
            schema = _lifted(output)
            return _array(schema) if output.is_many else schema
        case Value():
            schema = _value(output)
            return _array(schema) if output.is_each else schema


def _array(items: Json) -> Json:
    return {"type": "array", "minItems": 1, "items": items}


def _lifted(output: Lifted) -> Json:
    identifier = _token(output.pseudonym_class) if output.pseudonym_class else {"type": "string", "minLength": 1}
    known: dict[str, Json] = {"id": identifier, "name": {"type": "string"}}
    return {
        "type": "object",
        "properties": {name: known[name] for name in sorted(output.show)},
        "additionalProperties": False,
        "required": ["id"] if "id" in output.show else ["name"],
    }


def _value(value: Value) -> Json:
    match value.transform:
        case Pseudonym(pseudonym_class):
            return _token(pseudonym_class)
        case Truncate(unit):
            return {"type": "string", "format": "date-time", "pattern": _pattern(unit)}
    if value.leaf.enum:
        return {"type": "string", "enum": sorted(value.leaf.enum)}
    return dict(_KINDS[value.leaf.kind])


def _token(pseudonym_class: str) -> Json:
    return {"type": "string", "pattern": f"^{PREFIXES[pseudonym_class]}-{CHARACTERS}$"}


def _pattern(unit: str) -> str:
    kept, rest = UNITS[unit]
    return "^" + _SHAPE_OF_TIME[:kept].replace("0", "[0-9]") + rest + "$"


_KINDS: dict[str, dict[str, Any]] = {
    "string": {"type": "string"},
    "date-time": {"type": "string", "format": "date-time"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "any": {"type": ["string", "number", "boolean"]},
}
