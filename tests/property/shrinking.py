"""Make a disagreement small: fewer sections, rules and conditions, then less of the record, as long as it stays one."""

from __future__ import annotations

import pprint
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from gateway.policy.checks.checker import check
from gateway.policy.filter.context import Context
from gateway.policy.language.document import DisclosurePolicy, Section
from gateway.record.strictjson import Json


@dataclass(frozen=True, slots=True)
class Example:
    """One input."""

    document: DisclosurePolicy
    record: Json
    context: Context

    def told(self) -> str:
        """Return the example as text, rule by rule."""
        lines = [f"hierarchies: {self.document.hierarchies}"]
        for section in self.document.sections:
            lines.append(f"{section.record_type}: when {section.when!r}")
            lines += [f"  {rule.path}: {rule.transform} rename {rule.rename!r}" for rule in section.fields]
            lines += [f"  {rule.path}: items when {rule.when!r}" for rule in section.members]
        lines.append(f"record: {pprint.pformat(self.record, width=110)}")
        lines.append(f"services: {pprint.pformat(list(self.context.services), width=110)}")
        lines.append(f"object: {self.context.about!r}")
        return "\n".join(lines)


def shrunk(example: Example, is_faulty: Callable[[Example], bool]) -> Example:
    """Return the smallest example found that `is_faulty` still finds faulty."""
    found = True
    while found:
        found = False
        for smaller in _smaller(example):
            if _still(smaller, is_faulty):
                example, found = smaller, True
                break
    return example


def _still(example: Example, is_faulty: Callable[[Example], bool]) -> bool:
    try:
        return check(example.document) == () and is_faulty(example)
    except Exception:  # noqa: BLE001  What fails in another way is another example.
        return False


def _smaller(example: Example) -> Iterator[Example]:
    document, context = example.document, example.context
    first, *others = document.sections
    for at in range(len(others)):
        yield replace(example, document=replace(document, sections=(first, *others[:at], *others[at + 1 :])))
    for at, section in enumerate(document.sections):
        for less in _less_of(section):
            sections = (*document.sections[:at], less, *document.sections[at + 1 :])
            yield replace(example, document=replace(document, sections=sections))
    if document.hierarchies:
        yield replace(example, document=replace(document, hierarchies=document.hierarchies[1:]))
    for record in _less(example.record):
        yield replace(example, record=record)
    for services in _less(list(context.services)):
        yield replace(example, context=replace(context, services=services))
    if context.about is not None:
        yield replace(example, context=replace(context, about=None))


def _less_of(section: Section) -> Iterator[Section]:
    rules, members = section.fields, section.members
    half = len(rules) // 2
    if half > 2:
        identifier = tuple(rule for rule in rules if rule.path == "id")
        yield replace(section, fields=(*identifier, *(rule for rule in rules[:half] if rule.path != "id")))
        yield replace(section, fields=(*identifier, *(rule for rule in rules[half:] if rule.path != "id")))
    for at, rule in enumerate(rules):
        if rule.path != "id":
            yield replace(section, fields=rules[:at] + rules[at + 1 :])
        if rule.rename is not None:
            yield replace(section, fields=(*rules[:at], replace(rule, rename=None), *rules[at + 1 :]))
    for at in range(len(members)):
        yield replace(section, members=members[:at] + members[at + 1 :])
    if section.when is not None:
        yield replace(section, when=None)


def _less(value: Any) -> Iterator[Any]:
    """Yield the value without one of its parts, or with less of one of them."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in list(parts):
        if isinstance(value, dict):
            rest: Any = {name: inner for name, inner in value.items() if name != key}
            yield rest
            for less in _less(part):
                yield {**value, key: less}
        else:
            yield value[:key] + value[key + 1 :]
            for less in _less(part):
                yield [*value[:key], less, *value[key + 1 :]]
