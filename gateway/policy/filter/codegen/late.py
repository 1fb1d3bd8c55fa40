"""What follows from what else is disclosed, once all of that is there: counts, and then templates.

A template never sees another one: all are filled in before the first is laid down.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from gateway.policy.filter.codegen.members import write_gate
from gateway.policy.filter.codegen.writer import Writer
from gateway.policy.filter.context import Context
from gateway.policy.filter.plan import Counted, Filled, Group, Output, service_names
from gateway.policy.transforms.templates import filling
from gateway.record.strictjson import Json

_Late = TypeVar("_Late", Counted, Filled)


def write_counts(writer: Writer, members: Sequence[Output]) -> None:
    """Write the third phase's first half: how many there are of what is disclosed, or of the services."""
    for around, counted in _found(members, (), Counted):
        count = writer.name("count")
        if counted.of is None:
            writer.line(f"{count} = count_services({writer.surrounding('services')})")
        else:
            writer.line(f"{count} = count_members(out, {counted.of!r})")
        _lay_down(writer, around, counted, count)


def write_templates(
    writer: Writer, members: Sequence[Output], said_of_services: Callable[[Context], list[Json]] | None
) -> None:
    """Write the third phase's second half: sentences about what is disclosed."""
    found = list(_found(members, (), Filled))
    known = "()"
    if service_names(members):
        known = f"{writer.constant('said_of_services', said_of_services)}(context)"
    if found:
        writer.line(f"known = {known}")
    said = [writer.name("said") for _ in found]
    for name, (_, filled) in zip(said, found, strict=True):
        writer.line(f"{name} = {writer.constant('fill', filling(filled.parts, filled.otherwise))}(out, known)")
    for name, (around, filled) in zip(said, found, strict=True):
        _lay_down(writer, around, filled, name)


def _found(
    members: Iterable[Output], around: tuple[str, ...], kind: type[_Late]
) -> Iterator[tuple[tuple[str, ...], _Late]]:
    """Yield the outputs of a kind with the names of the objects around them."""
    for member in members:
        if isinstance(member, Group):
            yield from _found(member.members, (*around, member.name), kind)
        elif isinstance(member, kind):
            yield around, member


def _lay_down(writer: Writer, around: tuple[str, ...], output: Counted | Filled, value: str) -> None:
    for names, refers in output.gates:
        source = writer.name("source")
        writer.line(f"{source} = object_at(record, {names!r})")
        with writer.block(f"if not ({write_gate(writer, refers, source)}):"):
            writer.line(f"{value} = None  # It stands below a reference to what is not disclosed.")
    with writer.block(f"if {value} is not None:"):
        holder = "out" + "".join(f".setdefault({name!r}, {{}})" for name in around)
        writer.line(f"{holder}[{output.name!r}] = {value}")


def count_members(out: Any, names: Sequence[str]) -> int | None:
    """Return how many members the disclosed array at these names has; None when it is not there."""
    for name in names:
        out = out.get(name) if type(out) is dict else None
    return len(out) if type(out) is list and out else None


def object_at(record: Any, names: Sequence[str]) -> Json:
    """Return the object at these names of a record, an empty one when there is none."""
    for name in names:
        record = record.get(name) if type(record) is dict else None
    return record if type(record) is dict else {}
