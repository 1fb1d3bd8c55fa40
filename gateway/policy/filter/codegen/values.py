"""Single values: the lines that turn `v` into what is disclosed of it, and the test that something is."""

from __future__ import annotations

from collections.abc import Callable

from gateway.policy.filter.codegen.writer import Writer
from gateway.policy.filter.plan import Value
from gateway.policy.language.document import (
    Bucket,
    Generalise,
    Keep,
    Map,
    Mask,
    Prefix,
    Pseudonym,
    Round,
    Scrub,
    Truncate,
)
from gateway.policy.transforms.addresses import networking
from gateway.policy.transforms.numbers import bucketing, rounding
from gateway.policy.transforms.texts import masking
from gateway.policy.transforms.times import truncation
from gateway.record.paths import Leaf

_KEEP_TESTS = {
    "string": "type(v) is str",
    "date-time": "is_time(v)",
    "integer": "type(v) is int",
    "number": "(type(v) is float or type(v) is int)",
    "boolean": "type(v) is bool",
    "any": "type(v) in scalars",
}


def write_value(writer: Writer, value: Value, target: str) -> None:
    """Write the test and transform of `v`, and `target` with the result in the place of its braces."""
    match value.transform:
        case Keep():
            test, result = _kept(writer, value.leaf), "v"
        case Pseudonym(pseudonym_class):
            test, result = "type(v) is str and v", f"{writer.surrounding('pseudonym')}({pseudonym_class!r}, v)"
        case Scrub():
            # What is left empty is absent, so that nothing tells of a text which was all names.
            writer.line(f"v = {writer.surrounding('scrub')}(v) if type(v) is str else None")
            test, result = "v", "v"
        case _:
            writer.line(f"v = {_transformed(writer, value)}")
            test, result = "v is not None", "v"
    with writer.block(f"if {test}:"):
        writer.line(target.format(result))


def _kept(writer: Writer, leaf: Leaf) -> str:
    test = _KEEP_TESTS[leaf.kind]
    if leaf.enum:
        test += f" and v in {writer.constant('words', frozenset(leaf.enum))}"
    return test


def _transformed(writer: Writer, value: Value) -> str:
    """Return the expression that gives what is disclosed of `v`, or None."""
    match value.transform:
        case Map(entries, otherwise):
            other = "" if otherwise is None else f", {writer.constant('otherwise', otherwise)}"
            return f"{writer.constant('map', dict(entries))}.get(v{other}) if type(v) is str else None"
        case Generalise():
            return f"{writer.constant('groups', dict(value.groups))}.get(v) if type(v) is str else None"
    stem, function = _function(value)
    return f"{writer.constant(stem, function)}(v)"


def _function(value: Value) -> tuple[str, Callable[[object], object]]:
    """Return the function that gives what is disclosed of a value, and what to call it in the source."""
    is_integer = value.leaf.kind == "integer"
    match value.transform:
        case Truncate(unit):
            return f"truncate_{unit}_", truncation(unit)
        case Round(step):
            return "round", rounding(step, is_integer=is_integer)
        case Bucket(bounds):
            return "bucket", bucketing(bounds, is_integer=is_integer)
        case Prefix(ipv4, ipv6):
            return "network", networking(ipv4, ipv6)
        case Mask(first, last):
            return "mask", masking(first, last)
    raise TypeError(f"{type(value.transform).__name__} does not make a value")
