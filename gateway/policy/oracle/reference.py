"""What a policy means, written to be read: the oracle that the compiled filter is tested against.

A disclosed record is made in six steps.

 (1) Without a section for the type, or with a condition that is not true of the record, nothing is disclosed.
 (2) Every rule looks at the places its path names: not at members of arrays that a rule for members leaves out or
     that bear another name than the path selects, and not below a reference to a record that is not itself disclosed.
     What is there and fits, transformed, is laid out under the same path; members of arrays are told apart by index.
 (3) Constants are added: everywhere outside arrays, and to those members of arrays that step 2 laid out.
 (4) Members of arrays are ordered by their own bytes. Without an identifier nothing is disclosed.
 (5) Counts are taken of what is laid out now.
 (6) Templates are filled in with what is laid out now, other templates excepted.

This module is slow on purpose and shares nothing with the compiler and its transforms. Conditions excepted: those have
one evaluator, so that the same words cannot mean two things (threat P-10).
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from gateway.ids import RecordTypeName
from gateway.policy.filter.context import Context
from gateway.policy.language.condition import Condition, compile_condition
from gateway.policy.language.document import (
    Constant,
    Count,
    DisclosurePolicy,
    FieldRule,
    Generalise,
    Keep,
    Lift,
    Section,
    Template,
)
from gateway.policy.language.references import BY_TYPE, INSIDE_ONLY, target_of
from gateway.policy.oracle.layout import Members, add_constant, canonical, laid_out, merge, ordered, values_at
from gateway.policy.oracle.texts import said
from gateway.policy.oracle.values import ABSENT, place, transformed
from gateway.record.paths import Array, Catalogue, FieldPath, Leaf, Step
from gateway.record.schemas import class_of, record_types
from gateway.record.strictjson import Json

_SERVICE = "service"
_OF_SERVICES = "service."


def disclose(document: DisclosurePolicy, record_type: str, record: Json, context: Context) -> Json | None:
    """Return what the audience of `document` may see of `record`, or None when that is nothing."""
    section = document.section(record_type)
    if section is None:
        return None
    view = _View(document, section, record, context)
    shown = view.without_templates()
    return None if shown is None else view.with_templates(shown)


@dataclass(frozen=True, slots=True)
class _View:
    """One record as the rules for its type look at it."""

    document: DisclosurePolicy
    section: Section
    record: Json
    context: Context

    def without_templates(self) -> Json | None:
        """Take steps 1 to 5."""
        if self.section.when is not None and not self._is_true(self.section.when):
            return None
        layout: Json = {}
        for rule in self.section.fields:
            merge(layout, self._looked_up(rule))
        for rule in self.section.fields:
            if isinstance(rule.transform, Constant):
                add_constant(layout, FieldPath.parse(rule.path).steps, rule.rename, rule.transform.value)
        shown: Json = ordered(layout)
        if not shown.get("id"):
            return None
        self._fill_in(shown, Count, lambda count: self._counted(count, shown))
        return shown

    def with_templates(self, shown: Json) -> Json:
        """Take step 6. No template sees another one, because none is there before all are filled in."""
        everything: Json = {}
        merge(everything, shown)
        services = self._services_as_disclosed()
        self._fill_in(everything, Template, lambda text: said(text, lambda path: _values(path, shown, services)))
        return everything

    # --- step 1 and its like: conditions

    def _is_true(self, text: str, array: str | None = None, member: Any = None) -> bool:
        variables = tuple(sorted(self.document.agreement.variables().items()))
        condition = _condition(text, self.section.record_type, variables, array)
        return condition.holds(self.record, self.context.about, member)

    # --- step 2: looking places up

    def _looked_up(self, rule: FieldRule) -> Json:
        """Return the layout of one rule, with nothing in it when there is nothing that fits."""
        if isinstance(rule.transform, Constant | Count | Template):
            return {}
        steps = FieldPath.parse(rule.path).steps
        if isinstance(rule.transform, Lift):
            return _at(steps, rule, self._lifted(rule, rule.transform))
        found = self._found(self.record, (), steps, rule)
        return {} if found is ABSENT else found

    def _found(self, holder: Any, around: tuple[Step, ...], steps: tuple[Step, ...], rule: FieldRule) -> Any:
        """Return the layout of one rule below `holder`, which stands at `around`, or ABSENT."""
        if not isinstance(holder, dict) or steps[0].name not in holder or not self._may_look_into(holder, around, rule):
            return ABSENT
        step, rest, path = steps[0], steps[1:], (*around, steps[0])
        name = step.name if rest else rule.rename or step.name

        def below(part: Any) -> Any:
            return self._found(part, path, rest, rule) if rest else self._transformed(part, rule)

        if not step.is_each:
            inner = below(holder[step.name])
            return ABSENT if inner is ABSENT else {name: inner}
        members = Members()
        for index, part in self._members(holder[step.name], path):
            inner = below(part)
            if inner is not ABSENT:
                members[index] = inner if step.where is None else {"name": step.where, **inner}
        return {name: members} if members else ABSENT

    def _members(self, array: Any, path: tuple[Step, ...]) -> Iterator[tuple[int, Any]]:
        """Yield index and value of those members of an array that the path means and the rules for members admit."""
        rules = [(rule, FieldPath.parse(rule.path).steps) for rule in self.section.members]
        asked = [(rule, steps[-1].where) for rule, steps in rules if _is_about(steps, path)]
        for index, member in enumerate(array if isinstance(array, list) else ()):
            admitted = all(self._is_true(rule.when, rule.path, member) for rule, name in asked if _has(member, name))
            if admitted and _has(member, path[-1].where):
                yield index, member

    def _may_look_into(self, holder: Json, around: tuple[Step, ...], rule: FieldRule) -> bool:
        """Tell whether `holder` is no reference to another record, or one to a record that is itself disclosed.

        The identifier in a reference leaves only in the form in which the other record shows it itself.
        """
        path = _bare(around)
        target = target_of(self.section.record_type, path) if around else None
        if target is None:
            return True
        if target == BY_TYPE:
            target = next((name for name in record_types() if _class_of(name) == holder.get("@referredType")), None)
        there = self.document.section(target) if target is not None and target not in INSIDE_ONLY else None
        identifier = holder.get("id")
        if there is None or not isinstance(identifier, str) or identifier == "":
            return False
        if rule.path == f"{path}.id" and rule.transform not in [
            one.transform for one in there.fields if one.path == "id"
        ]:
            return False
        return self.context.is_disclosed(there.record_type, identifier) is True

    def _transformed(self, value: Any, rule: FieldRule) -> Any:
        node = Catalogue.of(self.section.record_type).lookup(rule.path)
        if isinstance(node, Leaf):
            return transformed(value, rule.transform, node, self.document, self.context)
        assert isinstance(rule.transform, Generalise)  # noqa: S101  Nothing else stands on an object.
        if not isinstance(node, Array):
            return place(value, rule.transform.to)
        path = (*FieldPath.parse(rule.path).steps[:-1], Step(node.path.steps[-1].name, is_each=True))
        places = [place(member, rule.transform.to) for _, member in self._members(value, path)]
        distinct = {canonical(one): one for one in places if one is not ABSENT}
        return [distinct[key] for key in sorted(distinct)] or ABSENT

    def _lifted(self, rule: FieldRule, lift: Lift) -> Any:
        """Return the audience's affected service, or all of them for an array, or ABSENT when there is none."""
        keeps_id = False
        services = self.document.section(_SERVICE)
        for other in services.fields if services else ():
            keeps_id = keeps_id or (other.path == "id" and isinstance(other.transform, Keep))
        shown: list[tuple[str, str, Json]] = []
        for service in self._usable_services():
            name = service.get("name")
            public = service["id"] if keeps_id else self.context.pseudonym(_SERVICE, service["id"])
            out = {"id": public} if "id" in lift.show else {}
            if "name" in lift.show and isinstance(name, str):
                out["name"] = name
            if out:
                # These two say the same of every service, whatever it is.
                out |= {"@referredType": "Service"} if "@referredType" in lift.show else {}
                out |= {"role": "affected"} if "role" in lift.show else {}
                shown.append((public, out.get("name", ""), out))
        in_order = [out for _, _, out in sorted(shown, key=lambda entry: (entry[0], entry[1]))]
        if not in_order:
            return ABSENT
        is_many = isinstance(Catalogue.of(self.section.record_type).lookup(rule.path), Array)
        return in_order if is_many else in_order[0]

    def _usable_services(self) -> list[Json]:
        """Return the audience's affected services that have an identifier."""
        return [one for one in self.context.services if isinstance(one.get("id"), str) and one["id"] != ""]

    # --- steps 5 and 6: what follows from what is laid out

    def _fill_in(self, shown: Json, kind: type, value_of: Callable[[Any], Any]) -> None:
        """Lay out every rule whose transform is of `kind`, except below references that nothing is shown of."""
        for rule in self.section.fields:
            if not isinstance(rule.transform, kind):
                continue
            steps = FieldPath.parse(rule.path).steps
            if self._is_reachable(steps, rule):
                merge(shown, _at(steps, rule, value_of(rule.transform)))

    def _is_reachable(self, steps: tuple[Step, ...], rule: FieldRule) -> bool:
        """Tell whether no object around a path without arrays is a reference to what is not disclosed."""
        holder: Any = self.record
        for end, step in enumerate(steps[:-1], start=1):
            inside = holder.get(step.name) if isinstance(holder, dict) else None
            holder = inside if isinstance(inside, dict) else {}
            if not self._may_look_into(holder, steps[:end], rule):
                return False
        return True

    def _counted(self, count: Count, shown: Json) -> Any:
        if count.of == _SERVICE:
            return len(self._usable_services()) or ABSENT
        array: Any = shown
        for name in count.of.split("."):
            array = array.get(name, {})
        return len(array) or ABSENT

    def _services_as_disclosed(self) -> list[Json]:
        """Return what the section for services discloses of those affected, as far as some template asks for it."""
        section = self.document.section(_SERVICE)
        texts = [rule.transform.text for rule in self.section.fields if isinstance(rule.transform, Template)]
        if section is None or not any("{" + _OF_SERVICES in text for text in texts):
            return []
        # A service is disclosed for itself, not as something about another object.
        context = replace(self.context, about=None)
        views = [_View(self.document, section, service, context) for service in self.context.services]
        return [shown for view in views if (shown := view.without_templates()) is not None]


def _values(path: str, shown: Json, services: list[Json]) -> list[Any]:
    """Return the disclosed values that a template means by `path`, in their disclosed order."""
    if not path.startswith(_OF_SERVICES):
        return list(values_at(shown, path.split(".")))
    names = path.removeprefix(_OF_SERVICES).split(".")
    found = [(service["id"], canonical(value), value) for service in services for value in values_at(service, names)]
    return [value for _, _, value in sorted(found, key=lambda entry: entry[:2])]


@functools.lru_cache(maxsize=1024)
def _condition(text: str, record_type: Any, variables: tuple[tuple[str, str], ...], array: str | None) -> Condition:
    return compile_condition(text, record_type, dict(variables), array)


def _at(steps: tuple[Step, ...], rule: FieldRule, value: Any) -> Json:
    return {} if value is ABSENT else laid_out(steps, rule.rename or steps[-1].name, value)


def _has(member: Any, name: str | None) -> bool:
    """Tell whether a member is one that a path selects by name; every member is when the path does not select."""
    return name is None or (isinstance(member, dict) and member.get("name") == name)


def _is_about(ruled: tuple[Step, ...], path: tuple[Step, ...]) -> bool:
    """Tell whether a rule for the members at `ruled` can be about members at `path`."""
    if [step.name for step in ruled] != [step.name for step in path]:
        return False
    return all(one.where in (None, two.where) for one, two in zip(ruled[:-1], path[:-1], strict=True))


@functools.cache
def _bare(steps: tuple[Step, ...]) -> str:
    """Return a path as the catalogue knows it, without selectors."""
    return str(FieldPath(steps).unselected())


@functools.cache
def _class_of(record_type: RecordTypeName) -> str:
    return class_of(record_type)
