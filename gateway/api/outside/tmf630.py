"""Read a query string the way TMF630 writes one: filters by equality, `fields`, `offset`, `limit`.

Rules:
- The raw bytes are read strictly: broken percent signs, bytes that are not UTF-8 and control characters are refused.
- What has the form of a filter is a filter, whatever its name; what has another form is refused, whatever its name.
  So the answer never depends on whether an attribute exists (threats D-01, D-02).
- Repeating a filter, or commas in its value, means "one of these"; different attributes must all match.
"""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

from gateway.outside.query import DEFAULT_LIMIT, MAX_LIMIT, Filter, Path, Query, QueryRefused

MAX_QUERY_BYTES = 4_096
MAX_PARAMETERS = 32
MAX_DEPTH = 8

_BROKEN_PERCENT = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_STEP = "@?[A-Za-z][A-Za-z0-9_-]{0,63}"
_NAME = re.compile(rf"{_STEP}(?:\.{_STEP}){{0,{MAX_DEPTH - 1}}}")
_NUMBER = re.compile(r"[0-9]{1,9}")
_OPERATORS = frozenset({"eq", "ne", "gt", "gte", "lt", "lte", "regex", "exists", "in", "nin"})
_UNSUPPORTED = frozenset({"sort", "filter", "depth", "expand", "before", "after", "cursor"})


def parse_query(raw: bytes) -> Query:
    """Return the query of a collection.

    Raises:
        QueryRefused: Always this one, with the same words; what was wrong goes to our log only.
    """
    given = _parameters(raw)
    fields = _fields(given.pop("fields", None))
    offset = _number(given.pop("offset", None), 0)
    limit = _number(given.pop("limit", None), DEFAULT_LIMIT)
    if limit > MAX_LIMIT:
        raise QueryRefused("the limit is too large")
    filters = tuple(_filter(name, values) for name, values in given.items())
    return Query(filters=filters, fields=fields, offset=offset, limit=limit)


def parse_selection(raw: bytes) -> tuple[Path, ...] | None:
    """Return the `fields` of a single resource, which takes no other parameter."""
    given = _parameters(raw)
    fields = _fields(given.pop("fields", None))
    if given:
        raise QueryRefused("a single resource takes `fields` only")
    return fields


def _parameters(raw: bytes) -> dict[str, list[str]]:
    if len(raw) > MAX_QUERY_BYTES or b";" in raw:
        raise QueryRefused("the query is too long, or has a bare semicolon")
    given: dict[str, list[str]] = {}
    parts = [part for part in raw.split(b"&") if part]
    if len(parts) > MAX_PARAMETERS:
        raise QueryRefused("the query has too many parameters")
    for part in parts:
        name, equals, value = part.partition(b"=")
        if not equals:
            raise QueryRefused("a parameter has no value")
        given.setdefault(_text(name), []).append(_text(value))
    return given


def _text(raw: bytes) -> str:
    if _BROKEN_PERCENT.search(raw):
        raise QueryRefused("a percent sign is not followed by two hexadecimal digits")
    try:
        text = unquote_to_bytes(raw.replace(b"+", b" ")).decode("utf-8")
    except UnicodeDecodeError:
        raise QueryRefused("a parameter is not UTF-8") from None
    if _CONTROL.search(text):
        raise QueryRefused("a parameter has control characters")
    return text


def _filter(name: str, values: list[str]) -> Filter:
    if not _NAME.fullmatch(name):
        raise QueryRefused("a parameter's name is not that of an attribute")
    path = tuple(name.split("."))
    if path[-1] in _OPERATORS or path[0] in _UNSUPPORTED:
        raise QueryRefused("only equality is offered")
    # A comma may separate alternatives or be part of one value: both readings count as wanted.
    return Filter(path, frozenset(values) | {part for value in values for part in value.split(",")})


def _fields(values: list[str] | None) -> tuple[Path, ...] | None:
    if values is None:
        return None
    names = [name for name in _once(values).split(",") if _NAME.fullmatch(name)]
    return tuple(tuple(name.split(".")) for name in names)


def _number(values: list[str] | None, default: int) -> int:
    if values is None:
        return default
    text = _once(values)
    if not _NUMBER.fullmatch(text):
        raise QueryRefused("an offset or limit is not a plain number")
    return int(text)


def _once(values: list[str]) -> str:
    if len(values) != 1:
        raise QueryRefused("a parameter that may be given once is given twice")
    return values[0]
