"""What a policy means, written to be read: the oracle that the compiled filter is tested against.

A disclosed record is made in four steps.

 (1) Without a section for the type, or with a condition that is not true of the record, nothing is disclosed.
 (2) Every rule that is not a constant looks at the places its path names. What is there and fits, transformed, is
     laid out under the same path; members of arrays are told apart by their index.
 (3) Constants are added: everywhere outside arrays, and to those members of arrays that step 2 laid out.
 (4) Members of arrays are ordered by their own bytes. Without an identifier nothing is disclosed.

This module is slow on purpose and shares nothing with the compiler and its transforms, conditions excepted: those
have one evaluator, so that the same words cannot mean two things (threat P-10).
"""

from __future__ import annotations

import functools
import re
from datetime import datetime, timedelta
from typing import Any

import orjson

from gateway.policy.condition import Condition, compile_condition
from gateway.policy.context import Context
from gateway.policy.document import Constant, DisclosurePolicy, FieldRule, Keep, Lift, Pseudonym, Truncate
from gateway.record.paths import Array, Catalogue, FieldPath, Leaf, Step
from gateway.record.strictjson import Json

_RFC3339 = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})T(?P<hour>\d{2}):(?P<minute>\d{2}):(?P<second>\d{2})(\.\d+)?"
    r"(Z|(?P<sign>[+-])(?P<offset_hours>\d{2}):(?P<offset_minutes>\d{2}))",
    re.ASCII,
)
_UNITS = ("year", "month", "day", "hour", "minute", "second")
_ABSENT = object()


class _Members(dict[int, Any]):
    """What is laid out for the members of one array, by index."""


def disclose(document: DisclosurePolicy, record_type: str, record: Json, context: Context) -> Json | None:
    """Return what the audience of `document` may see of `record`, or None when that is nothing."""
    section = document.section(record_type)
    if section is None:
        return None
    if section.when is not None:
        variables = tuple(sorted(document.agreement.variables().items()))
        if not _condition(section.when, record_type, variables).holds(record, context.about):
            return None
    catalogue = Catalogue.of(section.record_type)
    laid_out: Json = {}
    for rule in section.fields:
        if isinstance(rule.transform, Lift):
            _put(laid_out, rule, _lifted(rule, rule.transform, document, catalogue, context))
        elif not isinstance(rule.transform, Constant):
            leaf = catalogue.lookup(rule.path)
            assert isinstance(leaf, Leaf)  # noqa: S101
            found = _found(record, FieldPath.parse(rule.path).steps, rule, leaf, context)
            if found is not _ABSENT:
                _merge(laid_out, found)
    for rule in section.fields:
        if isinstance(rule.transform, Constant):
            _add_constant(laid_out, FieldPath.parse(rule.path).steps, rule.rename, rule.transform.value)
    return _ordered(laid_out) if laid_out.get("id") else None


@functools.lru_cache(maxsize=256)
def _condition(text: str, record_type: Any, variables: tuple[tuple[str, str], ...]) -> Condition:
    return compile_condition(text, record_type, dict(variables))


def _found(holder: Any, steps: tuple[Step, ...], rule: FieldRule, leaf: Leaf, context: Context) -> Any:
    """Return the layout of one rule below `holder`, or _ABSENT when there is nothing that fits."""
    if not isinstance(holder, dict) or steps[0].name not in holder:
        return _ABSENT
    step, rest = steps[0], steps[1:]
    value = holder[step.name]
    name = step.name if rest else rule.rename or step.name

    def below(part: Any) -> Any:
        return _found(part, rest, rule, leaf, context) if rest else _transformed(part, rule, leaf, context)

    if not step.is_each:
        inner = below(value)
        return _ABSENT if inner is _ABSENT else {name: inner}
    if not isinstance(value, list):
        return _ABSENT
    parts = ((index, below(part)) for index, part in enumerate(value))
    members = _Members((index, part) for index, part in parts if part is not _ABSENT)
    return {name: members} if members else _ABSENT


def _merge(into: dict[Any, Any], layout: dict[Any, Any]) -> None:
    for key, value in layout.items():
        if isinstance(value, dict) and key in into:
            _merge(into[key], value)
        else:
            into[key] = value


def _transformed(value: Any, rule: FieldRule, leaf: Leaf, context: Context) -> Any:
    match rule.transform:
        case Keep():
            return value if _fits(value, leaf) else _ABSENT
        case Truncate(unit):
            return _truncated(value, unit)
        case Pseudonym(pseudonym_class):
            is_name = isinstance(value, str) and value != ""
            return context.pseudonym(pseudonym_class, value) if is_name else _ABSENT
    return _ABSENT


def _fits(value: Any, leaf: Leaf) -> bool:
    """Tell whether `value` is of the leaf's kind and, where there is a list of words, one of them."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    fits = {
        "string": isinstance(value, str),
        "date-time": _moment(value) is not None,
        "integer": is_number and isinstance(value, int),
        "number": is_number,
        "boolean": isinstance(value, bool),
        "any": isinstance(value, str | bool) or is_number,
    }[leaf.kind]
    return fits and (not leaf.enum or value in leaf.enum)


def _moment(value: Any) -> tuple[datetime, timedelta] | None:
    """Return a local time and its distance from UTC, or None when `value` is not an RFC 3339 date-time."""
    match = _RFC3339.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return None
    offset = timedelta()
    if match["sign"]:
        hours, minutes = int(match["offset_hours"]), int(match["offset_minutes"])
        if hours > 23 or minutes > 59:
            return None
        offset = timedelta(hours=hours, minutes=minutes) * (-1 if match["sign"] == "-" else 1)
    try:
        return datetime(*(int(match[unit]) for unit in _UNITS)), offset  # type: ignore[arg-type]  # noqa: DTZ001
    except ValueError:
        return None


def _truncated(value: Any, unit: str) -> Any:
    moment = _moment(value)
    if moment is None:
        return _ABSENT
    try:
        utc = moment[0] - moment[1]
    except OverflowError:
        return _ABSENT
    lowest = {"year": 1, "month": 1, "day": 1, "hour": 0, "minute": 0, "second": 0}
    cut = {part: lowest[part] for part in _UNITS[_UNITS.index(unit) + 1 :]}
    part = {name: cut.get(name, getattr(utc, name)) for name in _UNITS}
    return "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z".format(**part)


def _lifted(rule: FieldRule, lift: Lift, document: DisclosurePolicy, catalogue: Catalogue, context: Context) -> Any:
    """Return the audience's affected service, or all of them for an array, or _ABSENT when there is none."""
    keeps_id = False
    services = document.section("service")
    for other in services.fields if services else ():
        keeps_id = keeps_id or (other.path == "id" and isinstance(other.transform, Keep))
    shown: list[tuple[str, str, Json]] = []
    for service in context.services:
        internal, name = service.get("id"), service.get("name")
        if not isinstance(internal, str) or internal == "":
            continue
        public = internal if keeps_id else context.pseudonym("service", internal)
        out = {"id": public} if "id" in lift.show else {}
        if "name" in lift.show and isinstance(name, str):
            out["name"] = name
        if out:
            shown.append((public, out.get("name", ""), out))
    in_order = [out for _, _, out in sorted(shown, key=lambda entry: (entry[0], entry[1]))]
    if not in_order:
        return _ABSENT
    return in_order if isinstance(catalogue.lookup(rule.path), Array) else in_order[0]


def _put(laid_out: Json, rule: FieldRule, value: Any) -> None:
    """Lay a value out at a path without arrays."""
    if value is _ABSENT:
        return
    *around, last = FieldPath.parse(rule.path).steps
    for step in around:
        laid_out = laid_out.setdefault(step.name, {})
    laid_out[rule.rename or last.name] = value


def _add_constant(holder: Any, steps: tuple[Step, ...], rename: str | None, value: Any) -> None:
    step, rest = steps[0], steps[1:]
    if not rest:
        holder[rename or step.name] = value
    elif not step.is_each:
        # A constant makes the objects around it, but not for members of an array that are not there.
        inner = holder.get(step.name, {}) if any(one.is_each for one in rest) else holder.setdefault(step.name, {})
        _add_constant(inner, rest, rename, value)
    else:
        for member in holder.get(step.name, {}).values():
            _add_constant(member, rest, rename, value)


def _ordered(layout: Any) -> Any:
    if isinstance(layout, _Members):
        members = [_ordered(member) for member in layout.values()]
        return sorted(members, key=lambda member: orjson.dumps(member, option=orjson.OPT_SORT_KEYS))
    if isinstance(layout, dict):
        return {name: _ordered(value) for name, value in layout.items()}
    return layout
