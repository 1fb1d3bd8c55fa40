"""How the oracle in `reference` lays out what it found, before and after arrays are put in order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from gateway.record.paths import Step
from gateway.record.strictjson import Json


class Members(dict[int, Any]):
    """What is laid out for the members of one array, by index."""


def canonical(value: Any) -> bytes:
    """Return the bytes by which members of a disclosed array are ordered."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def laid_out(steps: tuple[Step, ...], name: str, value: Any) -> Json:
    """Return the layout of a value at a path without arrays, whose last name becomes `name`."""
    layout: Json = {name: value}
    for step in reversed(steps[:-1]):
        layout = {step.name: layout}
    return layout


def merge(into: dict[Any, Any], layout: dict[Any, Any]) -> None:
    """Add `layout` to `into`; the two share no object afterwards."""
    for key, value in layout.items():
        if isinstance(value, dict):
            merge(into.setdefault(key, type(value)()), value)
        else:
            into[key] = value


def add_constant(holder: Any, steps: tuple[Step, ...], rename: str | None, value: Any) -> None:
    """Lay out a constant below `holder`, for whatever is laid out there already."""
    step, rest = steps[0], steps[1:]
    if not rest:
        holder[rename or step.name] = value
    elif not step.is_each:
        # A constant makes the objects around it, but not for members of an array that are not there.
        inner = holder.get(step.name, {}) if any(one.is_each for one in rest) else holder.setdefault(step.name, {})
        add_constant(inner, rest, rename, value)
    else:
        for member in holder.get(step.name, {}).values():
            if step.where is None or member["name"] == step.where:
                add_constant(member, rest, rename, value)


def ordered(layout: Any) -> Any:
    """Return the layout as JSON, with every array in the order of its members' bytes."""
    if isinstance(layout, Members):
        return sorted(map(ordered, layout.values()), key=canonical)
    if isinstance(layout, dict):
        return {name: ordered(value) for name, value in layout.items()}
    return layout


def values_at(value: Any, names: list[str]) -> Iterator[Any]:
    """Yield what stands at a path of disclosed names, through arrays in their order."""
    if isinstance(value, list):
        for member in value:
            yield from values_at(member, names)
    elif not names:
        yield value
    elif isinstance(value, dict) and names[0] in value:
        yield from values_at(value[names[0]], names[1:])
