"""Straight-line Python for one section: from the tree of outputs to the source of a function.

The function tests, reads and writes member by member, with every name and transform resolved beforehand. It works in
two phases: first what the record and its services give, then the constants. So a member of an array exists only for
what it discloses, never for a constant alone, and tells nothing about how many there were.

Names from the policy get into the source only through `repr`; values and functions only through the table of
constants. The source is for people as well: it is kept for explanations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from gateway.policy import transforms
from gateway.policy.document import Keep, Pseudonym, Truncate
from gateway.policy.plan import Fixed, Group, Lifted, Output, Value

_KEEP_TESTS = {
    "string": "type({v}) is str",
    "date-time": "is_time({v})",
    "integer": "type({v}) is int",
    "number": "(type({v}) is float or type({v}) is int)",
    "boolean": "type({v}) is bool",
    "any": "type({v}) in scalars",
}


@dataclass(frozen=True, slots=True)
class Generated:
    """The source of a section's function and the values that its names stand for."""

    source: str
    constants: dict[str, Any]


def generate(function: str, outputs: Iterable[Output]) -> Generated:
    """Return the code of `function(record, services, pseudonym)`, which gives a dict, or None without an identifier."""
    writer = _Writer()
    members = tuple(outputs)
    writer.line(f"def {function}(record, services, pseudonym):")
    with_id = [output for output in members if output.name == "id"]
    others = [output for output in members if output.name != "id"]
    writer.indented(lambda: _body(writer, with_id, others))
    return Generated("\n".join(writer.lines) + "\n", writer.constants)


@dataclass(slots=True)
class _Writer:
    """Lines of source, the current depth, and the table of constants."""

    lines: list[str] = field(default_factory=list)
    constants: dict[str, Any] = field(default_factory=dict)
    depth: int = 0
    names: int = 0

    def line(self, text: str) -> None:
        self.lines.append("    " * self.depth + text)

    def indented(self, write: Callable[[], None]) -> None:
        self.depth += 1
        write()
        self.depth -= 1

    def name(self, stem: str) -> str:
        self.names += 1
        return f"{stem}{self.names}"

    def constant(self, stem: str, value: object) -> str:
        for name, known in self.constants.items():
            if known is value or (type(known) is type(value) and known == value):
                return name
        name = f"{stem.upper()}{len(self.constants)}"
        self.constants[name] = value
        return name


def _body(writer: _Writer, with_id: list[Output], others: list[Output]) -> None:
    writer.line("out = {}")
    writer.line("get = record.get")
    _fill(writer, with_id, "get", "out")
    writer.line('if not out.get("id"):')
    writer.indented(lambda: writer.line("return None  # A record without an identifier cannot be disclosed."))
    _fill(writer, others, "get", "out")
    _fix(writer, others, "out")
    writer.line("return out")


def _fill(writer: _Writer, members: Iterable[Output], get: str, out: str) -> None:
    """Write phase one: what comes from the record and from the services."""
    for member in members:
        match member:
            case Value(is_each=True):
                _values(writer, member, get, out)
            case Value():
                writer.line(f"v = {get}({member.source!r})")
                _store(writer, member, f"{out}[{member.name!r}] = {{}}")
            case Lifted():
                _lifted(writer, member, out)
            case Group(is_each=True):
                _objects(writer, member, get, out)
            case Group():
                _object(writer, member, get, out)
            case Fixed():
                pass


def _store(writer: _Writer, value: Value, target: str) -> None:
    """Write the test and transform of `v`, and `target` with the result in it."""
    match value.transform:
        case Keep():
            test = _KEEP_TESTS[value.leaf.kind].format(v="v")
            if value.leaf.enum:
                test += f" and v in {writer.constant('words', frozenset(value.leaf.enum))}"
            result = "v"
        case Truncate(unit):
            writer.line(f"v = {writer.constant('truncate_' + unit + '_', _TRUNCATIONS[unit])}(v)")
            test, result = "v is not None", "v"
        case Pseudonym(pseudonym_class):
            test, result = "type(v) is str and v", f"pseudonym({pseudonym_class!r}, v)"
        case _:
            raise TypeError(f"{type(value.transform).__name__} does not make a value")
    writer.line(f"if {test}:")
    writer.indented(lambda: writer.line(target.format(result)))


def _values(writer: _Writer, value: Value, get: str, out: str) -> None:
    values = writer.name("values")
    source = writer.name("source")
    writer.line(f"{source} = {get}({value.source!r})")
    writer.line(f"if type({source}) is list:")

    def inside() -> None:
        writer.line(f"{values} = []")
        writer.line(f"for v in {source}:")
        writer.indented(lambda: _store(writer, value, f"{values}.append({{}})"))
        _sorted_into(writer, values, f"{out}[{value.name!r}]")

    writer.indented(inside)


def _object(writer: _Writer, group: Group, get: str, out: str) -> None:
    source, inner = writer.name("source"), writer.name("object")
    if not _has_values(group.members):
        return
    writer.line(f"{inner} = {{}}")
    writer.line(f"{source} = {get}({group.name!r})")
    lifts = [member for member in group.members if isinstance(member, Lifted)]
    rest = [member for member in group.members if not isinstance(member, Lifted)]
    _fill(writer, lifts, "", inner)
    writer.line(f"if type({source}) is not dict:")
    writer.indented(lambda: writer.line(f"{source} = empty"))
    _fill(writer, rest, f"{source}.get", inner)
    writer.line(f"if {inner}:")
    writer.indented(lambda: writer.line(f"{out}[{group.name!r}] = {inner}"))


def _objects(writer: _Writer, group: Group, get: str, out: str) -> None:
    source, item, inner, objects = (writer.name(stem) for stem in ("source", "item", "object", "objects"))
    writer.line(f"{source} = {get}({group.name!r})")
    writer.line(f"if type({source}) is list:")

    def member() -> None:
        writer.line(f"if type({item}) is not dict:")
        writer.indented(lambda: writer.line("continue"))
        writer.line(f"{inner} = {{}}")
        _fill(writer, group.members, f"{item}.get", inner)
        writer.line(f"if {inner}:")

        def keep() -> None:
            _fix(writer, group.members, inner)
            writer.line(f"{objects}.append({inner})")

        writer.indented(keep)

    def inside() -> None:
        writer.line(f"{objects} = []")
        writer.line(f"for {item} in {source}:")
        writer.indented(member)
        _sorted_into(writer, objects, f"{out}[{group.name!r}]")

    writer.indented(inside)


def _sorted_into(writer: _Writer, values: str, target: str) -> None:
    """Write the end of an array: absent when empty, and in an order that shows nothing of the hidden one."""
    writer.line(f"if {values}:")

    def inside() -> None:
        writer.line(f"if len({values}) > 1:")
        writer.indented(lambda: writer.line(f"{values}.sort(key=canonical)"))
        writer.line(f"{target} = {values}")

    writer.indented(inside)


def _lifted(writer: _Writer, member: Lifted, out: str) -> None:
    function = transforms.lifting(member.show, member.pseudonym_class)
    writer.line(f"v = {writer.constant('lift', function)}(services, pseudonym)")
    writer.line("if v:")
    writer.indented(lambda: writer.line(f"{out}[{member.name!r}] = {'v' if member.is_many else 'v[0]'}"))


def _fix(writer: _Writer, members: Iterable[Output], out: str) -> None:
    """Write phase two: constants, which make the objects that they stand in."""
    for member in members:
        if isinstance(member, Fixed):
            writer.line(f"{out}[{member.name!r}] = {writer.constant('constant', member.value)}")
        elif isinstance(member, Group) and not member.is_each and _has_constants(member.members):
            inner = writer.name("object")
            writer.line(f"{inner} = {out}.setdefault({member.name!r}, {{}})")
            _fix(writer, member.members, inner)


def _has_constants(members: tuple[Output, ...]) -> bool:
    return any(
        not member.is_each and _has_constants(member.members)
        if isinstance(member, Group)
        else isinstance(member, Fixed)
        for member in members
    )


def _has_values(members: Iterable[Output]) -> bool:
    return any(not isinstance(m, Fixed) and (not isinstance(m, Group) or _has_values(m.members)) for m in members)


_TRUNCATIONS = {unit: transforms.truncation(unit) for unit in transforms.UNITS}
