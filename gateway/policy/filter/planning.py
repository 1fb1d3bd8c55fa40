"""Make the tree of outputs of a section.

The section must have passed `checker.check`; what contradicts that here raises `TypeError`, and nothing is compiled.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

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
    late,
)
from gateway.policy.language.document import (
    Constant,
    Count,
    DisclosurePolicy,
    FieldRule,
    Generalise,
    Lift,
    MemberRule,
    Pseudonym,
    Section,
    Template,
)
from gateway.policy.language.references import (
    BY_TYPE,
    INSIDE_ONLY,
    class_of_type,
    references_around,
    target_of,
    types_of,
)
from gateway.policy.transforms.templates import parts_of
from gateway.record.paths import Array, Catalogue, FieldPath, Leaf, Object, Step
from gateway.record.schemas import record_types

SERVICE = "service"


def outputs_of(policy: DisclosurePolicy, section: Section) -> tuple[Output, ...]:
    """Return what records of the section's type disclose."""
    catalogue = Catalogue.of(section.record_type)
    for member_rule in section.members:
        if not _is_array_of_objects(catalogue, FieldPath.parse(member_rule.path)):
            raise TypeError(f"an unchecked policy: `{member_rule.path}` is no array of objects")
    planner = _Planner(policy, section, catalogue, class_of_services(policy))
    placed = [(FieldPath.parse(rule.path), rule) for rule in section.fields]
    return planner.gathered(placed, ())


def _is_array_of_objects(catalogue: Catalogue, path: FieldPath) -> bool:
    node = catalogue.lookup(str(path))
    return isinstance(node.items if isinstance(node, Array) else path.steps[-1].is_each and node, Object)


def class_of_services(policy: DisclosurePolicy) -> str | None:
    """Return the class of pseudonyms for services, or None where this audience sees their own identifiers."""
    section = policy.section(SERVICE)
    for rule in section.fields if section else ():
        if rule.path == "id":
            return rule.transform.pseudonym_class if isinstance(rule.transform, Pseudonym) else None
    return SERVICE


def said_of_services(policy: DisclosurePolicy, names: Iterable[str]) -> tuple[Output, ...]:
    """Return of the section for services the outputs of these names, and the identifier; templates are left out."""
    section = policy.section(SERVICE)
    outputs = without_templates(outputs_of(policy, section)) if section else ()
    counted = [output.of[0] for output in late(outputs) if isinstance(output, Counted) and output.of]
    wanted = {"id", *names, *counted}
    return tuple(output for output in outputs if output.name in wanted)


def without_templates(outputs: Iterable[Output]) -> tuple[Output, ...]:
    """Return the outputs less what other outputs are filled in."""
    kept: list[Output] = []
    for output in outputs:
        if isinstance(output, Group):
            kept.append(replace(output, members=without_templates(output.members)))
        elif not isinstance(output, Filled):
            kept.append(output)
    return tuple(kept)


@dataclass(frozen=True, slots=True)
class _Planner:
    """Gathers rules into outputs, level by level."""

    policy: DisclosurePolicy
    section: Section
    catalogue: Catalogue
    service_class: str | None

    def gathered(self, placed: list[tuple[FieldPath, FieldRule]], around: tuple[Step, ...]) -> tuple[Output, ...]:
        """Return the outputs of the rules below `around`, those further down gathered into groups."""
        depth = len(around)
        outputs: list[Output] = []
        deeper: dict[str, dict[Step, list[tuple[FieldPath, FieldRule]]]] = {}
        for path, rule in placed:
            step = path.steps[depth]
            if len(path.steps) == depth + 1:
                outputs.append(self._output(path, rule))
            else:
                deeper.setdefault(step.name, {}).setdefault(step, []).append((path, rule))
        outputs += [self._group(name, by_step, around) for name, by_step in deeper.items()]
        return tuple(sorted(outputs, key=lambda output: output.name))

    def _group(
        self, name: str, by_step: dict[Step, list[tuple[FieldPath, FieldRule]]], around: tuple[Step, ...]
    ) -> Output:
        if all(step.where is not None for step in by_step):
            choices = [self._chosen(step, placed, around) for step, placed in by_step.items()]
            ordered = tuple(sorted(choices, key=lambda choice: choice.where))
            return Selected(name, ordered, self._conditions((*around, Step(name, is_each=True))))
        if len(by_step) != 1:
            raise TypeError(f"an unchecked policy: `{name}` is addressed in two ways")
        step, placed = next(iter(by_step.items()))
        steps = (*around, step)
        members, conditions = self.gathered(placed, steps), self._conditions(steps)
        return Group(name, members, step.is_each, self._refers(FieldPath(steps)), conditions)

    def _chosen(self, step: Step, placed: list[tuple[FieldPath, FieldRule]], around: tuple[Step, ...]) -> Chosen:
        steps = (*around, step)
        return Chosen(str(step.where), self.gathered(placed, steps), self._conditions(steps))

    def _conditions(self, steps: tuple[Step, ...]) -> tuple[MemberRule, ...]:
        """Return the rules for members of the array at these steps."""
        if not steps[-1].is_each:
            return ()
        path = str(FieldPath(steps)).removesuffix("[]")
        return tuple(rule for rule in self.section.members if rule.path.removesuffix("[]") == path)

    def _refers(self, path: FieldPath) -> Refers | None:
        target = target_of(self.section.record_type, path)
        if target is None:
            return None
        candidates = record_types() if target == BY_TYPE else (target,)
        types = {class_of_type(one): one for one in candidates if one not in INSIDE_ONLY and self.policy.section(one)}
        naming = types_of(self.policy, self.section.record_type, path).values()
        return Refers(types, target == BY_TYPE, frozenset(naming))

    def _output(self, path: FieldPath, rule: FieldRule) -> Output:
        last = path.steps[-1]
        name = rule.rename or last.name
        node = self.catalogue.lookup(rule.path)
        match rule.transform:
            case Lift(_, show):
                return Lifted(name, show, isinstance(node, Array), self.service_class)
            case Count(of):
                names = None if of == SERVICE else tuple(of.replace("[]", "").split("."))
                return Counted(name, names, self._gates(path))
            case Template(text, otherwise):
                return Filled(name, parts_of(text), otherwise, self._gates(path))
            case Generalise(to) if not isinstance(node, Leaf):
                conditions = self._conditions((*path.steps[:-1], Step(last.name, is_each=True)))
                return Placed(name, last.name, to, isinstance(node, Array), conditions)
        if not isinstance(node, Leaf):
            raise TypeError(f"an unchecked policy: `{rule.path}` is not a single value")
        if isinstance(rule.transform, Constant):
            return Fixed(name, rule.transform.value, node)
        groups = self._groups(rule.transform.to) if isinstance(rule.transform, Generalise) else ()
        return Value(name, last.name, node, rule.transform, last.is_each, groups)

    def _gates(self, path: FieldPath) -> tuple[tuple[tuple[str, ...], Refers], ...]:
        """Return the references around a path without arrays, each with the names that lead to it."""
        found = []
        for around in references_around(self.section.record_type, path):
            refers = self._refers(around)
            if refers is not None:
                found.append((tuple(step.name for step in around.steps), refers))
        return tuple(found)

    def _groups(self, name: str) -> tuple[tuple[str, str], ...]:
        """Return each word of a hierarchy with its group; the name of a group stands for the group itself."""
        hierarchy = self.policy.hierarchy(name)
        if hierarchy is None:
            raise TypeError(f"an unchecked policy: there is no hierarchy `{name}`")
        found: dict[str, str] = {}
        for group, members in hierarchy.groups:
            for word in (group, *members):
                found.setdefault(word, group)
        return tuple(sorted(found.items()))
