"""What a customer asks of its own disclosed records: equality filters, a selection of attributes, a page.

Rules (threats D-01 to D-07):
- A name is only ever looked up in the disclosed record. A hidden attribute and one that nobody ever heard of
  are the same thing here: absent. Neither is refused, neither matches.
- A selection intersects with what is there; it never widens it.
- Nothing but equality exists. Everything else is one same refusal, whatever name it carries.

Does not: parse a query string (`gateway.api.outside.tmf630`), or page through a store (`answer`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from gateway.errors import InputError
from gateway.record.strictjson import Json

DEFAULT_LIMIT = 100
MAX_LIMIT = 1_000
ALWAYS_SHOWN = ("id", "href")

Path: TypeAlias = tuple[str, ...]


class QueryRefused(InputError):
    """The query asks for something that this interface does not offer."""

    code = "query.refused"
    remedy = "Use equality filters on attributes, and each at most once `fields`, `offset` and `limit` (0 to 1000)."


@dataclass(frozen=True, slots=True)
class Filter:
    """One attribute and the values of which it must have at least one.

    Args:
        path: Attribute names from the record downwards; an array on the way means "any of its members".
        values: As written in the query. JSON booleans and numbers are compared by their JSON spelling.
    """

    path: Path
    values: frozenset[str]

    def matches(self, record: Json) -> bool:
        """Tell whether the record has the attribute with one of the values."""
        return any(_spelling(value) in self.values for value in _values_at(record, self.path))


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One question: all filters must match; `fields` of None shows everything that was disclosed."""

    filters: tuple[Filter, ...] = ()
    fields: tuple[Path, ...] | None = None
    offset: int = 0
    limit: int = DEFAULT_LIMIT

    def matches(self, record: Json) -> bool:
        """Tell whether the record satisfies every filter."""
        return all(each.matches(record) for each in self.filters)


def project(record: Json, fields: Sequence[Path] | None) -> Json:
    """Return the record reduced to the selected attributes, in the record's own order.

    `id` and `href` are always among them; a name that the record does not have is passed over.
    """
    if fields is None:
        return record
    wanted = [*fields, *((name,) for name in ALWAYS_SHOWN)]
    selected = _select(record, wanted)
    return selected if isinstance(selected, dict) else {}


def _select(node: Any, wanted: Sequence[Path]) -> Any:
    """Return the part of `node` below the wanted paths; None where nothing of it is wanted."""
    if () in wanted:
        return node
    if isinstance(node, list):
        members = [_select(member, wanted) for member in node]
        return [member for member in members if member is not None] or None
    if not isinstance(node, dict):
        return None
    kept = {}
    for name, value in node.items():
        below = [path[1:] for path in wanted if path[0] == name]
        part = _select(value, below) if below else None
        if part is not None or () in below:
            kept[name] = part
    return kept or None


def _values_at(node: Any, path: Path) -> Iterator[Any]:
    """Yield every value that `path` leads to; arrays on the way and at the end are entered."""
    if isinstance(node, list):
        for member in node:
            yield from _values_at(member, path)
    elif not path:
        yield node
    elif isinstance(node, dict) and path[0] in node:
        yield from _values_at(node[path[0]], path[1:])


def _spelling(value: Any) -> str | None:
    """Return how a query spells this value; None for what no query can equal."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case _:
            return None
