"""The schemas of single outputs in a contract: what form a value, a place, a service or a sentence has.

Does not walk the tree of outputs; `contract` does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import orjson

from gateway.policy.filter import patterns
from gateway.policy.filter.plan import Counted, Filled, Fixed, Group, Lifted, Output, Placed, Selected, Value
from gateway.policy.language.document import Bucket, Generalise, Map, Mask, Prefix, Pseudonym, Round, Scrub, Truncate
from gateway.policy.transforms.places import COUNTRY
from gateway.policy.transforms.regions import REGIONS
from gateway.policy.transforms.services import SAID_OF_EACH
from gateway.policy.transforms.templates import BETWEEN, Part, Placeholder
from gateway.record.strictjson import Json

SCRUBBED = "scrubbed"
"""The format of free text that has been cleaned."""

_INTEGER = "-?[0-9]+"
_MOST_WORDS = 64
_KINDS: dict[str, dict[str, Any]] = {
    "string": {"type": "string"},
    "date-time": {"type": "string", "format": "date-time"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "any": {"type": ["string", "number", "boolean"]},
}


def value_schema(value: Value) -> Json:
    """Return the schema of one disclosed value, as narrow as its transform makes it."""
    of_transform = _SCHEMAS.get(type(value.transform))
    if of_transform is not None:
        return of_transform(value.transform, value)
    return _words(value.leaf.enum) if value.leaf.enum else dict(_KINDS[value.leaf.kind])


def _truncated(transform: Truncate, _value: Value) -> Json:
    return {"type": "string", "format": "date-time", "pattern": patterns.whole(patterns.truncated(transform.unit))}


def _mapped(transform: Map, _value: Value) -> Json:
    results = list(dict(transform.entries).values())
    return _words(results if transform.otherwise is None else [*results, transform.otherwise])


def _rounded(transform: Round, _value: Value) -> Json:
    step = transform.step
    return {"type": "integer", "multipleOf": step} if isinstance(step, int) else {"type": "number"}


def lifted_schema(lifted: Lifted) -> Json:
    """Return the schema of one affected service."""
    identifier: Json = {"type": "string", "minLength": 1}
    if lifted.pseudonym_class:
        identifier = _text(patterns.token(lifted.pseudonym_class))
    known: dict[str, Json] = {"id": identifier, "name": {"type": "string"}}
    known |= {name: {"const": said} for name, said in SAID_OF_EACH.items()}
    always = [name for name in sorted(lifted.show) if name in SAID_OF_EACH]
    always.append("id" if "id" in lifted.show else "name")
    return _closed({name: known[name] for name in sorted(lifted.show)}, sorted(always))


def place_schema(to: str) -> Json:
    """Return the schema of a place as metro, country or region."""
    country = {"type": "string", "pattern": patterns.whole(COUNTRY)}
    if to == "metro":
        return {**_closed({"city": {"type": "string"}, "country": country}, []), "minProperties": 1}
    if to == "country":
        return _closed({"country": country}, ["country"])
    return _closed({"name": _words(REGIONS)}, ["name"])


def sentence_schema(filled: Filled, outputs: Iterable[Output], services: Iterable[Output]) -> Json:
    """Return the schema of a template's sentences: its own words, with the form of each value between them.

    Args:
        filled: The template.
        outputs: All outputs of the section.
        services: What templates may say about services.
    """
    holders = {False: tuple(outputs), True: tuple(services)}
    said = "".join(_said(part, holders) for part in filled.parts)
    return _text(said if filled.otherwise is None else patterns.either([said, patterns.literal(filled.otherwise)]))


def _said(part: Part, holders: dict[bool, tuple[Output, ...]]) -> str:
    if not isinstance(part, Placeholder):
        return patterns.literal(part)
    found = list(_outputs_at(holders[part.is_of_services], part.names, part.is_of_services))
    if not found or any(form is None for form, _ in found):
        return patterns.ANYTHING
    one = patterns.either(sorted({form for form, _ in found if form is not None}))
    is_many = any(many for _, many in found)
    return f"{one}(?:{patterns.literal(BETWEEN)}{one})*" if is_many else one


def _outputs_at(outputs: Iterable[Output], names: Sequence[str], is_many: bool) -> Iterator[tuple[str | None, bool]]:
    """Yield the form of what stands at these names, None where it has none, and whether there can be several."""
    for output in outputs:
        if output.name != names[0]:
            continue
        match output:
            case Group():
                yield from _outputs_at(output.members, names[1:] or ("",), is_many or output.is_each)
            case Selected():
                for choice in output.choices:
                    yield from _outputs_at(choice.members, names[1:] or ("",), is_many=True)
            case Fixed(value=value):
                yield patterns.literal(_as_text(value)), is_many
            case Counted():
                yield _INTEGER, is_many
            case Value():
                yield _form(value_schema(output)), is_many or output.is_each
            case Lifted():
                yield _form(lifted_schema(output)["properties"].get(names[-1], {})), is_many or output.is_many
            case Placed():
                yield _form(place_schema(output.to)["properties"].get(names[-1], {})), is_many or output.is_many


def _form(schema: Json) -> str | None:
    """Return the pattern of a schema's values as text, or None where any text may be."""
    if "pattern" in schema:
        return str(schema["pattern"]).removeprefix("^").removesuffix("$")
    if len(schema.get("enum", ())) in range(1, _MOST_WORDS):
        return patterns.either(patterns.literal(_as_text(word)) for word in schema["enum"])
    by_type = {"integer": _INTEGER, "boolean": patterns.either(["true", "false"])}
    return by_type.get(str(schema.get("type")))


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode("ascii")


def _text(pattern: str) -> Json:
    return {"type": "string", "pattern": patterns.whole(pattern)}


def _words(words: Iterable[Any]) -> Json:
    by_bytes = {orjson.dumps(word): word for word in words}
    return {"type": "string", "enum": [by_bytes[key] for key in sorted(by_bytes)]}


def _closed(properties: dict[str, Json], required: list[str]) -> Json:
    schema: Json = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**schema, "required": required} if required else schema


_SCHEMAS: dict[type, Callable[[Any, Value], Json]] = {
    Bucket: lambda bucket, _: {"enum": list(bucket.bounds)},
    Generalise: lambda _, value: _words(group for _word, group in value.groups),
    Map: _mapped,
    Mask: lambda mask, _: _text(patterns.masked(mask.first, mask.last)),
    Prefix: lambda prefix, _: _text(patterns.network(prefix.ipv4, prefix.ipv6)),
    Pseudonym: lambda pseudonym, _: _text(patterns.token(pseudonym.pseudonym_class)),
    Round: _rounded,
    Scrub: lambda _, _value: {"type": "string", "minLength": 1, "format": SCRUBBED},
    Truncate: _truncated,
}
