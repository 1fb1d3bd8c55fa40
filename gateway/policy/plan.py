"""What the rules of a section build: the disclosed record as a tree of outputs.

The compiler turns the tree into code and the contract turns it into a schema, so that both speak of the same outputs.
Members stand in the order of their disclosed names: the order of rules in the text means nothing.

The section must have passed `checker.check`; this module checks nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from gateway.policy.document import Constant, DisclosurePolicy, FieldRule, Lift, Pseudonym, Section, Transform
from gateway.policy.scalars import Constant as ConstantValue
from gateway.record.paths import Array, Catalogue, FieldPath, Leaf

SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Value:
    """One disclosed value, or, with `is_each`, a disclosed array of values."""

    name: str
    source: str
    leaf: Leaf
    transform: Transform
    is_each: bool


@dataclass(frozen=True, slots=True)
class Fixed:
    """A constant; `leaf` says what kind of value the schema has in this place."""

    name: str
    value: ConstantValue
    leaf: Leaf


@dataclass(frozen=True, slots=True)
class Lifted:
    """The audience's affected services, or the first of them."""

    name: str
    show: tuple[str, ...]
    is_many: bool
    pseudonym_class: str | None


@dataclass(frozen=True, slots=True)
class Group:
    """A disclosed object, or, with `is_each`, a disclosed array of objects."""

    name: str
    members: tuple[Output, ...]
    is_each: bool


Output: TypeAlias = Value | Fixed | Lifted | Group


def outputs_of(policy: DisclosurePolicy, section: Section) -> tuple[Output, ...]:
    """Return what records of the section's type disclose."""
    catalogue = Catalogue.of(section.record_type)
    service_class = class_of_services(policy)
    placed = [_placed(rule, catalogue, service_class) for rule in section.fields]
    return _grouped(placed, 0)


def class_of_services(policy: DisclosurePolicy) -> str | None:
    """Return the class of pseudonyms for services, or None where this audience sees their own identifiers."""
    section = policy.section(SERVICE)
    for rule in section.fields if section else ():
        if rule.path == "id":
            return rule.transform.pseudonym_class if isinstance(rule.transform, Pseudonym) else None
    return SERVICE


def _placed(rule: FieldRule, catalogue: Catalogue, service_class: str | None) -> tuple[FieldPath, Output]:
    path = FieldPath.parse(rule.path)
    last = path.steps[-1]
    name = rule.rename or last.name
    node = catalogue.lookup(rule.path)
    if isinstance(rule.transform, Lift):
        return path, Lifted(name, rule.transform.show, isinstance(node, Array), service_class)
    if not isinstance(node, Leaf):
        raise TypeError(f"an unchecked policy: `{rule.path}` is not a single value")
    if isinstance(rule.transform, Constant):
        return path, Fixed(name, rule.transform.value, node)
    return path, Value(name, last.name, node, rule.transform, last.is_each)


def _grouped(placed: list[tuple[FieldPath, Output]], depth: int) -> tuple[Output, ...]:
    """Return the outputs at this depth, those further down gathered into groups."""
    outputs: list[Output] = []
    deeper: dict[str, list[tuple[FieldPath, Output]]] = {}
    for path, output in placed:
        if len(path.steps) == depth + 1:
            outputs.append(output)
        else:
            deeper.setdefault(path.steps[depth].name, []).append((path, output))
    for name, members in deeper.items():
        is_each = members[0][0].steps[depth].is_each
        outputs.append(Group(name, _grouped(members, depth + 1), is_each))
    return tuple(sorted(outputs, key=lambda output: output.name))
