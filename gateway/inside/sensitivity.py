"""What a policy looks at beside the record that it discloses: a change there may change what is shown of the record.

Rules:
- A condition of a section or of members may read `object...`: the resource or service that an alarm is about.
- `lift` and a template's `{service...}` show something of the services that a record concerns, and the agreement's
  scope is about attributes of these.
- A reference is shown or not by whether the record that it leads to is disclosed.

What is found here may be too much, never too little: to look once more where nothing changed makes no entry.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from gateway.policy.language.document import Constant, DisclosurePolicy, Drop, Lift, Section, Template
from gateway.policy.language.references import references_around
from gateway.record.paths import FieldPath

EVERYTHING = "*"
_OBJECT = re.compile(r"\bobject\b(?:\s*\.\s*([A-Za-z_]\w*))?")
_SERVICE = re.compile(r"\{\s*service\.")


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What else than the record decides what is shown of it.

    Attributes:
        object_attributes: First names of what conditions read of the object; `*` stands for all of them.
        shows_services: Whether something of its services is shown in other records.
        speaks_of_services: Whether templates say what the service section discloses.
        refers: Whether references to other records are shown.
    """

    object_attributes: frozenset[str]
    shows_services: bool
    speaks_of_services: bool
    refers: bool

    def reads(self, changed: frozenset[str]) -> bool:
        """Tell whether a condition may read one of these attributes of the object."""
        return EVERYTHING in self.object_attributes or not self.object_attributes.isdisjoint(changed)


def sensitivity_of(document: DisclosurePolicy) -> Sensitivity:
    """Return what a policy looks at."""
    rules = [(section, rule) for section in document.sections for rule in section.fields]
    transforms = [rule.transform for _, rule in rules]
    speaks = any(isinstance(one, Template) and _SERVICE.search(one.text) is not None for one in transforms)
    return Sensitivity(
        frozenset(name for section in document.sections for text in _conditions(section) for name in _read(text)),
        speaks or any(isinstance(one, Lift) for one in transforms),
        speaks,
        any(
            bool(references_around(section.record_type, FieldPath.parse(rule.path)))
            for section, rule in rules
            if not isinstance(rule.transform, Constant | Lift | Drop)
        ),
    )


def _conditions(section: Section) -> Iterator[str]:
    if section.when is not None:
        yield section.when
    yield from (rule.when for rule in section.members)


def _read(condition: str) -> Iterator[str]:
    return (found[1] or EVERYTHING for found in _OBJECT.finditer(condition))
