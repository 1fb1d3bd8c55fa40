"""The audience's contract: a JSON Schema of everything that it can ever receive under a policy.

Rules:
- It is made from the outputs alone. Nothing in it tells of an attribute that stays inside, of a condition, or of what
  a value was before.
- It is as narrow as the outputs are: tokens, truncated times, masks and constants have their form in it, words that a
  policy maps to are listed, so that the check before sealing catches a filter that let something through as it was.
- The same outputs give the same bytes, and so the same digest.

Standard: JSON Schema 2020-12; the fragment of a `dataschema` such as `#alarm` is an `$anchor`. The format `scrubbed`
is our own: it marks free text that has been cleaned, and says nothing to other readers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import orjson

from gateway.ids import ContractDigest
from gateway.policy.filter.contract_values import lifted_schema, place_schema, sentence_schema, value_schema
from gateway.policy.filter.plan import (
    Chosen,
    Counted,
    Filled,
    Fixed,
    Group,
    Lifted,
    Output,
    Placed,
    Selected,
    Value,
    has_values,
    service_names,
)
from gateway.policy.filter.planning import outputs_of, said_of_services
from gateway.policy.language.document import DisclosurePolicy
from gateway.record.entry import WITHDRAWN
from gateway.record.strictjson import Json

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_URN = "urn:demarc:contract:"


def contract_of(document: DisclosurePolicy) -> Json:
    """Return the contract of a checked policy: one definition per record type, and the one of every withdrawal."""
    definitions: Json = {WITHDRAWN: {"$anchor": WITHDRAWN, "type": "object", "additionalProperties": False}}
    for section in sorted(document.sections, key=lambda part: part.record_type):
        outputs = outputs_of(document, section)
        names = service_names(outputs)
        services = said_of_services(document, names) if names else ()
        name = section.record_type
        definitions[name] = {"$anchor": name, **_Contract(outputs, services).whole()}
    contract: Json = {"$schema": _DIALECT, "$defs": definitions}
    return {"$id": _URN + contract_digest(contract), **contract}


def contract_digest(contract: Json) -> ContractDigest:
    """Return the SHA-256 of a contract in hex, its own `$id` left out."""
    body = {key: value for key, value in contract.items() if key != "$id"}
    return ContractDigest(hashlib.sha256(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).hexdigest())


class _Contract:
    """The schema of one section; templates look their outputs up in the whole of it."""

    def __init__(self, outputs: tuple[Output, ...], services: tuple[Output, ...]) -> None:
        self._outputs = outputs
        self._services = services

    def whole(self) -> Json:
        return self._object(self._outputs, ["id"])

    def _object(self, members: Iterable[Output], always: Iterable[str] = ()) -> Json:
        outputs = sorted(members, key=lambda output: output.name)
        required = sorted({*always, *(output.name for output in outputs if _is_always_there(output))})
        schema: Json = {
            "type": "object",
            "properties": {output.name: self._output(output) for output in outputs},
            "additionalProperties": False,
        }
        return {**schema, "required": required} if required else {**schema, "minProperties": 1}

    def _output(self, output: Output) -> Json:
        match output:
            case Fixed(value=value):
                schema: Json = {"const": value}
            case Counted():
                schema = {"type": "integer", "minimum": 1}
            case Filled():
                schema = sentence_schema(output, self._outputs, self._services)
            case Group(is_each=True):
                schema = _array(self._member(output.members))
            case Group():
                schema = self._object(output.members)
            case Selected():
                schema = _array({"anyOf": [self._chosen(choice) for choice in output.choices]})
            case Placed(is_many=True):
                schema = {**_array(place_schema(output.to)), "uniqueItems": True}
            case Placed():
                schema = place_schema(output.to)
            case Lifted():
                schema = _array(lifted_schema(output)) if output.is_many else lifted_schema(output)
            case Value():
                schema = _array(value_schema(output)) if output.is_each else value_schema(output)
        return schema

    def _chosen(self, choice: Chosen) -> Json:
        schema = self._member(choice.members, ["name"])
        properties: Json = {**schema["properties"], "name": {"const": choice.where}}
        return {**schema, "properties": dict(sorted(properties.items()))}

    def _member(self, members: tuple[Output, ...], always: Iterable[str] = ()) -> Json:
        """Return the schema of a member of an array, which is there for what it discloses beside constants."""
        schema = self._object(members, always)
        if any(_is_always_there(output) and has_values([output]) for output in members):
            return schema  # The same object holds constants and values.
        return {**schema, "minProperties": len(schema.get("required", ())) + 1}


def _is_always_there(output: Output) -> bool:
    """Tell whether the output is there whatever the record says: constants, and objects that hold one."""
    if isinstance(output, Group):
        return not output.is_each and any(_is_always_there(member) for member in output.members)
    return isinstance(output, Fixed)


def _array(items: Json) -> Json:
    return {"type": "array", "minItems": 1, "items": items}
