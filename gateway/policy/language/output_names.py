"""What a section discloses, by the names that templates and counts use.

A name is the disclosed path with dots and without brackets: `alarmRaisedTime`, `affectedService.name`, `place.city`.
Templates are left out, because no template may name another one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.policy.language.document import DisclosurePolicy, FieldRule, Generalise, Lift, Section, Template
from gateway.policy.transforms.templates import MalformedTemplate, Placeholder, parts_of
from gateway.record.paths import Array, Catalogue, FieldPath, Leaf, MalformedPath, Step, UnknownPath

AREAS = {"metro": ("city", "country"), "country": ("country",), "region": ("name",)}
"""What a place consists of that is told as each of these."""


@dataclass(frozen=True, slots=True)
class OutputNames:
    """Names of single values (all of them, and those outside of arrays and objects), and of arrays."""

    values: frozenset[str]
    own_values: frozenset[str]
    arrays: frozenset[str]


def output_names(section: Section) -> OutputNames:
    """Return what the rules of a section disclose, those apart that do not fit the schema."""
    catalogue = Catalogue.of(section.record_type)
    values: set[str] = set()
    arrays: set[str] = set()
    for rule in section.fields:
        try:
            node = catalogue.lookup(rule.path)
        except (UnknownPath, MalformedPath):
            continue
        steps = FieldPath.parse(rule.path).steps
        if not isinstance(rule.transform, Template):
            whole = ".".join([*(step.name for step in steps[:-1]), rule.rename or steps[-1].name])
            values.update(_values(rule, whole, is_leaf=isinstance(node, Leaf)))
            values.update(_names_of_pairs(steps))
            if isinstance(node, Array) or (isinstance(node, Leaf) and steps[-1].is_each):
                arrays.update([] if any(step.is_each for step in steps[:-1]) else [whole])
        arrays.update(_arrays_around(steps))
    own = frozenset(name for name in values if "." not in name)
    return OutputNames(frozenset(values), own - arrays, frozenset(arrays))


def services_named(template: Template) -> tuple[str, ...]:
    """Return the attributes of services that stand in a template, each once; a malformed one names none."""
    try:
        parts = parts_of(template.text)
    except MalformedTemplate:
        return ()
    named = (part for part in parts if isinstance(part, Placeholder) and part.is_of_services)
    return tuple(dict.fromkeys(".".join(part.names) for part in named))


def rule_of_service(document: DisclosurePolicy, name: str) -> FieldRule | None:
    """Return the rule by which a document discloses an attribute of services under this name."""
    section = document.section("service")
    rules = section.fields if section else ()
    return next((rule for rule in rules if (rule.rename or rule.path) == name), None)


def _values(rule: FieldRule, whole: str, *, is_leaf: bool) -> Iterator[str]:
    if is_leaf:
        yield whole
    elif isinstance(rule.transform, Lift):
        yield from (f"{whole}.{name}" for name in rule.transform.show)
    elif isinstance(rule.transform, Generalise):
        yield from (f"{whole}.{name}" for name in AREAS.get(rule.transform.to, ()))


def _names_of_pairs(steps: tuple[Step, ...]) -> Iterator[str]:
    for end, step in enumerate(steps, start=1):
        if step.where is not None:
            yield ".".join([*(one.name for one in steps[:end]), "name"])


def _arrays_around(steps: tuple[Step, ...]) -> Iterator[str]:
    """Yield the outermost array that something stands in; those inside it have no one number of members."""
    for end, step in enumerate(steps[:-1], start=1):
        if step.is_each:
            yield ".".join(one.name for one in steps[:end])
            return
