"""Sentences with what is disclosed anyway in the place of `{path}`.

Rules:
- A path is that of an output, by its disclosed names and without `[]`; through arrays it means all values in their
  disclosed order, with ", " between them.
- `{{` and `}}` are braces. A brace that is neither pairs with nothing and makes the text malformed.
- Where some path has no value there is no sentence: `otherwise`, or nothing.

This module does not know which paths are disclosed; the checker does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import orjson

from gateway.record.strictjson import Json

OF_SERVICES = "service"
BETWEEN = ", "
_PART = re.compile(r"\{\{|\}\}|\{(?P<path>[^{}]*)\}|[^{}]+|(?P<stray>[{}])")


@dataclass(frozen=True, slots=True)
class Placeholder:
    """The names from the record, or from a service with `is_of_services`, down to the value."""

    names: tuple[str, ...]
    is_of_services: bool = False


Part: TypeAlias = str | Placeholder


class MalformedTemplate(ValueError):
    """A brace pairs with nothing. Inside the policy room only: the checker turns it into a finding.

    Attributes:
        offset: Where the brace is, counted in characters.
    """

    def __init__(self, offset: int) -> None:
        self.offset = offset
        super().__init__(f"a brace at {offset} pairs with nothing")


def parts_of(text: str) -> tuple[Part, ...]:
    """Return the literal texts and the placeholders of a template, in their order.

    Raises:
        MalformedTemplate: A brace pairs with nothing.
    """
    parts: list[Part] = []
    for found in _PART.finditer(text):
        if found["stray"]:
            raise MalformedTemplate(found.start())
        if found["path"] is None:
            literal = found[0][0] if found[0] in ("{{", "}}") else found[0]
            parts.append(literal)
        else:
            parts.append(_placeholder(found["path"]))
    return tuple(parts)


def _placeholder(path: str) -> Placeholder:
    first, *rest = path.split(".")
    if first == OF_SERVICES and rest:
        return Placeholder(tuple(rest), is_of_services=True)
    return Placeholder((first, *rest))


def filling(parts: Sequence[Part], otherwise: str | None) -> Callable[[Json, Sequence[Json]], str | None]:
    """Return the function that says the sentence for a disclosed record and its disclosed services."""

    def fill(out: Json, services: Sequence[Json]) -> str | None:
        said = []
        for part in parts:
            if isinstance(part, Placeholder):
                values = list(_values(services if part.is_of_services else out, part.names))
                if not values:
                    return otherwise
                said.append(BETWEEN.join(map(_text, values)))
            else:
                said.append(part)
        return "".join(said)

    return fill


def _values(holder: Any, names: Sequence[str]) -> Iterator[Any]:
    """Yield the single values below `holder` at these names, through every array."""
    if isinstance(holder, Sequence) and not isinstance(holder, str):
        for member in holder:
            yield from _values(member, names)
    elif names:
        if type(holder) is dict and names[0] in holder:
            yield from _values(holder[names[0]], names[1:])
    elif type(holder) is not dict:
        yield holder


def _text(value: Any) -> str:
    """Return a text as it is, and a number or a truth value as JSON writes it."""
    return value if type(value) is str else orjson.dumps(value).decode("ascii")
