"""Objects and arrays, and what of them comes from the record and its services: the first phase.

A member of an array is there only for what it discloses; constants are added to those that are. What conditions,
names and references leave out is left out before anything of it is read, and leaves no trace.
"""

from __future__ import annotations

from collections.abc import Iterable

from gateway.policy.filter.codegen.values import write_value
from gateway.policy.filter.codegen.writer import Writer
from gateway.policy.filter.plan import (
    Chosen,
    Counted,
    Filled,
    Fixed,
    Group,
    Lifted,
    Output,
    Placed,
    Refers,
    Selected,
    Value,
    has_constants,
    has_values,
)
from gateway.policy.language.document import MemberRule
from gateway.policy.transforms.places import placing
from gateway.policy.transforms.services import lifting


def fill(writer: Writer, members: Iterable[Output], get: str, out: str) -> None:
    """Write what fills the dict `out` with what the record gives through the function `get`."""
    for member in members:
        match member:
            case Value(is_each=True):
                _values(writer, member, get, out)
            case Value():
                writer.line(f"v = {get}({member.source!r})")
                write_value(writer, member, f"{out}[{member.name!r}] = {{}}")
            case Lifted():
                _lifted(writer, member, out)
            case Placed():
                _placed(writer, member, get, out)
            case Group(is_each=True):
                _objects(writer, member, get, out)
            case Group() if has_values(member.members):
                _object(writer, member, get, out)
            case Selected():
                _selected(writer, member, get, out)
            case Group() | Fixed() | Counted() | Filled():
                pass


def fix(writer: Writer, members: Iterable[Output], out: str) -> None:
    """Write the second phase: constants, which make the objects that they stand in."""
    for member in members:
        if isinstance(member, Fixed):
            writer.line(f"{out}[{member.name!r}] = {writer.constant('constant', member.value)}")
        elif isinstance(member, Group) and not member.is_each and has_constants(member.members):
            inner = writer.name("object")
            writer.line(f"{inner} = {out}.setdefault({member.name!r}, {{}})")
            fix(writer, member.members, inner)


def write_gate(writer: Writer, refers: Refers, source: str) -> str:
    """Write what looks at a reference, the dict `source`; return the test that the other record is disclosed."""
    if not refers.types:
        return "False"
    writer.line(f"raw = {source}.get('id')")
    if refers.is_named:
        writer.line(f"kind = {source}.get('@referredType')")
        writer.line(f"kind = {writer.constant('types', dict(refers.types))}.get(kind) if type(kind) is str else None")
    else:
        writer.line(f"kind = {str(next(iter(refers.types.values())))!r}")
    return f"kind and type(raw) is str and raw and {writer.surrounding('is_disclosed')}(kind, raw) is True"


def _values(writer: Writer, value: Value, get: str, out: str) -> None:
    values, source = writer.name("values"), writer.name("source")
    writer.line(f"{source} = {get}({value.source!r})")
    with writer.block(f"if type({source}) is list:"):
        writer.line(f"{values} = []")
        with writer.block(f"for v in {source}:"):
            write_value(writer, value, f"{values}.append({{}})")
        _sorted_into(writer, values, f"{out}[{value.name!r}]")


def _lifted(writer: Writer, member: Lifted, out: str) -> None:
    lift = writer.constant("lift", lifting(member.show, member.pseudonym_class))
    writer.line(f"v = {lift}({writer.surrounding('services')}, {writer.surrounding('pseudonym')})")
    with writer.block("if v:"):
        writer.line(f"{out}[{member.name!r}] = {'v' if member.is_many else 'v[0]'}")


def _placed(writer: Writer, member: Placed, get: str, out: str) -> None:
    place = writer.constant(f"place_{member.to}_", placing(member.to))
    writer.line(f"v = {get}({member.source!r})")
    if member.is_many:
        admitted = _admits(writer, member.conditions, "one")
        which = f" if {admitted}" if admitted else ""
        writer.line(f"v = distinct([{place}(one) for one in v{which}]) if type(v) is list else None")
    else:
        writer.line(f"v = {place}(v)")
    with writer.block("if v:"):
        writer.line(f"{out}[{member.name!r}] = v")


def _object(writer: Writer, group: Group, get: str, out: str) -> None:
    source, inner = writer.name("source"), writer.name("object")
    writer.line(f"{inner} = {{}}")
    writer.line(f"{source} = {get}({group.name!r})")
    with writer.block(f"if type({source}) is not dict:"):
        writer.line(f"{source} = empty")
    if group.refers is not None:
        gate = write_gate(writer, group.refers, source)
        with writer.block(f"if not ({gate}):"):
            writer.line(f"{source} = empty")
    # What is lifted is there whether or not the object is: it comes from the services.
    _fill_group(writer, group, f"{source}.get", inner)
    with writer.block(f"if {inner}:"):
        writer.line(f"{out}[{group.name!r}] = {inner}")


def _objects(writer: Writer, group: Group, get: str, out: str) -> None:
    source, item, inner, objects = (writer.name(stem) for stem in ("source", "item", "object", "objects"))
    writer.line(f"{source} = {get}({group.name!r})")
    with writer.block(f"if type({source}) is list:"):
        writer.line(f"{objects} = []")
        with writer.block(f"for {item} in {source}:"):
            _skip_unless(writer, f"type({item}) is dict")
            _skip_unless(writer, _admits(writer, group.conditions, item))
            if group.refers is not None:
                _skip_unless(writer, write_gate(writer, group.refers, item))
            writer.line(f"{inner} = {{}}")
            _fill_group(writer, group, f"{item}.get", inner)
            with writer.block(f"if {inner}:"):
                fix(writer, group.members, inner)
                writer.line(f"{objects}.append({inner})")
        _sorted_into(writer, objects, f"{out}[{group.name!r}]")


def _fill_group(writer: Writer, group: Group, get: str, out: str) -> None:
    """Fill an object; of a reference that would show an identifier otherwise than its own section, without that."""
    refers, members = group.refers, group.members
    if refers is not None and refers.naming != frozenset(refers.types.values()):
        named = [member for member in members if isinstance(member, Value) and member.source == "id"]
        members = tuple(member for member in members if member not in named)
        if named and refers.naming:
            with writer.block(f"if kind in {writer.constant('naming', refers.naming)}:"):
                fill(writer, named, get, out)
    fill(writer, members, get, out)


def _selected(writer: Writer, selected: Selected, get: str, out: str) -> None:
    """Write a loop that looks each member's name up; names with the same rules have one function."""
    source, item, inner, objects = (writer.name(stem) for stem in ("source", "item", "object", "objects"))
    entries = ", ".join(f"{choice.where!r}: {_choice(writer, choice)}" for choice in selected.choices)
    choices = writer.table.define("choices", f" = {{{entries}}}\n")
    writer.line(f"{source} = {get}({selected.name!r})")
    with writer.block(f"if type({source}) is list:"):
        writer.line(f"{objects} = []")
        with writer.block(f"for {item} in {source}:"):
            _skip_unless(writer, f"type({item}) is dict")
            writer.line(f"v = {item}.get('name')")
            _skip_unless(writer, f"type(v) is str and v in {choices}")
            _skip_unless(writer, _admits(writer, selected.conditions, item))
            writer.line(f"{inner} = {choices}[v]({item}, record, context)")
            with writer.block(f"if {inner}:"):
                writer.line(f"{inner}['name'] = v")
                writer.line(f"{objects}.append({inner})")
        _sorted_into(writer, objects, f"{out}[{selected.name!r}]")


def _choice(writer: Writer, choice: Chosen) -> str:
    """Write the function for the members of one name, that name aside; return what the function is called."""
    separate = writer.separate()
    admitted = _admits(separate, choice.conditions, "item")
    if admitted:
        with separate.block(f"if not ({admitted}):"):
            separate.line("return None")
    separate.line("out = {}")
    fill(separate, choice.members, "item.get", "out")
    if has_constants(choice.members):
        with separate.block("if out:"):
            fix(separate, choice.members, "out")
    separate.line("return out")
    return writer.table.define("choice", separate.function("(item, record, context)"))


def _admits(writer: Writer, conditions: tuple[MemberRule, ...], item: str) -> str:
    """Return the test that all conditions hold of `item`; empty when there is none."""
    holds = [writer.constant("holds", writer.conditions[rule].holds) for rule in conditions]
    about = writer.surrounding("about") if conditions else ""
    return " and ".join(f"{name}(record, {about}, {item})" for name in holds)


def _skip_unless(writer: Writer, test: str) -> None:
    if test:
        with writer.block(f"if not ({test}):"):
            writer.line("continue")


def _sorted_into(writer: Writer, values: str, target: str) -> None:
    """Write the end of an array: absent when empty, and in an order that shows nothing of the hidden one."""
    with writer.block(f"if {values}:"):
        with writer.block(f"if len({values}) > 1:"):
            writer.line(f"{values}.sort(key=canonical)")
        writer.line(f"{target} = {values}")
