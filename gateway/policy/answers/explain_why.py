"""Say why a rule disclosed nothing of a value that is there. One sentence for each way that can happen."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from gateway.policy.filter.context import Context
from gateway.policy.language.document import (
    Bucket,
    FieldRule,
    Generalise,
    Map,
    Prefix,
    Pseudonym,
    Round,
    Scrub,
    Truncate,
)
from gateway.record.paths import Leaf

_EXPECTED = {
    "string": "text",
    "date-time": "an RFC 3339 time",
    "integer": "an integer",
    "number": "a number",
    "boolean": "true or false",
    "any": "text, a number, true or false",
}


def why_withheld(rule: FieldRule, leaf: Leaf | None, value: Any, context: Context) -> str:
    """Return the reason why `rule` gave nothing for `value` in a record that is disclosed."""
    if leaf is not None and not _has_kind(value, leaf):
        return f"The value is not what the schema has here: {_EXPECTED[leaf.kind]}."
    if leaf is not None and leaf.enum and value not in leaf.enum:
        return "The value is none of the words that the schema has here."
    if isinstance(rule.transform, Scrub) and context.scrub(value) is not None:
        return _ELSEWHERE
    return _REASONS.get(type(rule.transform), _ELSEWHERE)


_ELSEWHERE = (
    "What is around it is not disclosed: it refers to a record that is not, or a condition on members excludes it."
)
_REASONS: Mapping[type, str] = MappingProxyType(
    {
        Bucket: "The number is below the first bound.",
        Generalise: "The value belongs to nothing that is known.",
        Map: "The table has no such value, and no `otherwise`.",
        Prefix: "The value is neither an address nor a prefix.",
        Pseudonym: "An empty name has no pseudonym.",
        Round: "The number cannot be rounded.",
        Scrub: "The text cannot be made clean.",
        Truncate: "The value is not a time that can be told in UTC.",
    }
)


def _has_kind(value: Any, leaf: Leaf) -> bool:
    if leaf.kind == "boolean":
        return isinstance(value, bool)
    if isinstance(value, bool):
        return leaf.kind == "any"
    kinds = {"string": str, "date-time": str, "integer": int, "number": int | float, "any": str | int | float}
    return isinstance(value, kinds[leaf.kind])
