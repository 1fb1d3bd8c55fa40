"""Where in a disclosed record texts stand that somebody may have written: worked out once from the contract.

Rules:
- A position is closed when its schema leaves no freedom that could carry a name: a constant, a word of an enumeration,
  a pseudonym, a time, a number, a sentence made of such. Closed positions are not searched, because a name that is
  equal to one of the policy's own words says nothing; what stands there was just checked against the schema.
- Every other text is open. So is a key that the policy made up by renaming, and whatever the plan does not know.
- A text of the format `scrubbed` is open, and has to be clean besides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from gateway.policy.filter import patterns
from gateway.policy.filter.contract_values import SCRUBBED
from gateway.policy.transforms.pseudonym import PREFIXES
from gateway.policy.transforms.times import UNITS
from gateway.record.strictjson import Json

_CLOSED_FORMS = (
    *(patterns.token(pseudonym_class) for pseudonym_class in PREFIXES),
    *(patterns.truncated(unit) for unit in UNITS),
    "[A-Z]{2}",
    "-?[0-9]+",
)
_OPEN_SYNTAX = re.compile(r"(?<!\\)(?:\\\\)*(?:[\[.]|\\[a-zA-Z])")


@dataclass(frozen=True, slots=True)
class Text:
    """A text that may say anything, or has to be clean when it `is_scrubbed`."""

    is_scrubbed: bool = False


@dataclass(frozen=True, slots=True)
class Members:
    """The open members of an object; `keys` are those whose very name has to be searched."""

    members: dict[str, Plan] = field(default_factory=dict)
    keys: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Items:
    """The members of an array."""

    item: Plan


@dataclass(frozen=True, slots=True)
class Choices:
    """Members of an array that are told apart by their `name`."""

    by_name: dict[str, Plan]


Plan: TypeAlias = Text | Members | Items | Choices | None

Collector: TypeAlias = Callable[[Any, list[str], list[str]], None]

Found: TypeAlias = tuple[str, str, bool]
"""A JSON Pointer, the text, and whether it has to be clean."""


def plan_of(schema: Json, vocabulary: Container[str]) -> Plan:
    """Return the open positions of a schema, None when it has none.

    Args:
        schema: A definition of a contract, or a part of one.
        vocabulary: Names of attributes that everybody knows, so that their keys need no search.
    """
    if "const" in schema or "enum" in schema:
        return None
    if "anyOf" in schema:
        return Choices({one["properties"]["name"]["const"]: plan_of(one, vocabulary) for one in schema["anyOf"]})
    kind = schema.get("type")
    if kind == "object":
        parts = {name: plan_of(part, vocabulary) for name, part in schema.get("properties", {}).items()}
        keys = frozenset(name for name in parts if name not in vocabulary)
        members: dict[str, Plan] = {name: part for name, part in parts.items() if part is not None}
        return Members(members, keys) if members or keys else None
    if kind == "array":
        item = plan_of(schema["items"], vocabulary)
        return Items(item) if item is not None else None
    if kind in ("integer", "number", "boolean") or schema.get("format") == "date-time" or _is_closed(schema):
        return None
    return Text(schema.get("format") == SCRUBBED)


def _is_closed(schema: Json) -> bool:
    """Tell whether a text's pattern is made of words and closed forms alone."""
    pattern = schema.get("pattern")
    if not pattern:
        return False
    for form in _CLOSED_FORMS:
        pattern = pattern.replace(form, "")
    return _OPEN_SYNTAX.search(pattern) is None


def open_texts(plan: Plan, value: Any, pointer: str = "") -> Iterator[Found]:
    """Yield every open text of a record that fits the schema of the plan."""
    match plan:
        case Text(is_scrubbed):
            if type(value) is str:
                yield pointer, value, is_scrubbed
        case Members(members, keys):
            for key in keys & value.keys():
                yield f"{pointer}/{_escaped(key)}", key, False
            for key, part in members.items():
                if key in value:
                    yield from open_texts(part, value[key], f"{pointer}/{_escaped(key)}")
        case Items(item):
            for index, member in enumerate(value):
                yield from open_texts(item, member, f"{pointer}/{index}")
        case Choices(by_name):
            yield from open_texts(by_name[value["name"]], value, pointer)


def collector_of(plan: Plan) -> Collector:
    """Return a function that appends what `open_texts` yields, without its places, quickly.

    It takes a record, the list for texts, and the list for texts that have to be clean.
    """
    match plan:
        case Members():
            return _collector_of_members(plan)
        case Items(Members(members, keys)) if not keys and _are_plain(members.values()):
            return _collector_of_flat_items(list(members))
        case Items(item):
            return _collector_of_items(collector_of(item))
        case Choices(by_name):
            chosen = {name: collector_of(choice) for name, choice in by_name.items()}
            return lambda value, texts, clean: chosen[value["name"]](value, texts, clean)
        case Text(is_scrubbed):
            return _take_clean if is_scrubbed else _take
    return lambda _value, _texts, _clean: None


def _take(value: Any, texts: list[str], _clean: list[str]) -> None:
    if type(value) is str:
        texts.append(value)


def _take_clean(value: Any, _texts: list[str], clean: list[str]) -> None:
    if type(value) is str:
        clean.append(value)


def _collector_of_items(item: Collector) -> Collector:
    def collect(value: Any, texts: list[str], clean: list[str]) -> None:
        for member in value:
            item(member, texts, clean)

    return collect


def _collector_of_flat_items(names: list[str]) -> Collector:
    def collect(value: Any, texts: list[str], _clean: list[str]) -> None:
        texts.extend([text for member in value for name in names if type(text := member.get(name)) is str])

    return collect


def _collector_of_members(plan: Members) -> Collector:
    keys = plan.keys
    plain = [name for name, part in plan.members.items() if part == Text()]
    others = [(name, collector_of(part)) for name, part in plan.members.items() if part != Text()]

    def collect(value: Any, texts: list[str], clean: list[str]) -> None:
        if keys:
            texts.extend(sorted(keys & value.keys()))
        for name in plain:
            text = value.get(name)
            if type(text) is str:
                texts.append(text)
        for name, part in others:
            if name in value:
                part(value[name], texts, clean)

    return collect


def _are_plain(parts: Iterable[Plan]) -> bool:
    return all(part == Text() for part in parts)


def _escaped(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")
