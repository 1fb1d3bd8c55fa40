"""The ceiling: the most that any policy may do with a value, by how sensitive the schema says it is.

Rules:
- Each label has a level for operators and one for customers; a rule above it exceeds the ceiling.
- Free text has a line of its own. It is labelled as topology; where the line says `scrub`, a text of that label may be
  scrubbed unless the label is dropped altogether. A text of another label is held to its own: a scrubbed price is one.
- An exception is about one path of one record type, and goes before the label.
- A condition is held to it as well: it tells something of everything that it reads (`readings`).
- An excess shows a record that would be disclosed. One for which none was found is an excess all the same.

What a policy says beyond its rules (scope, validity, release) has no ceiling.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from gateway.ids import AudienceId, RecordTypeName, is_operator
from gateway.policy.diff.ceiling_levels import Caps, Ceiling, Exemption
from gateway.policy.diff.ceiling_parser import parse_ceiling
from gateway.policy.diff.examples import completed, seen, telling
from gateway.policy.diff.facets import Facet, facets_of
from gateway.policy.diff.readings import Overreading, overreadings
from gateway.policy.language.document import DisclosurePolicy, FieldRule, Scrub, Section
from gateway.policy.language.findings import Finding
from gateway.policy.language.levels import Level, level_of
from gateway.policy.symbolic.domain import leaf_at
from gateway.policy.symbolic.questions import Inquiry, Question
from gateway.policy.symbolic.witness import Witness
from gateway.record.paths import FieldPath, Leaf, Sensitivity
from gateway.record.strictjson import Json

__all__ = ["Caps", "Ceiling", "Excess", "Exemption", "Overreading", "exceeds", "parse_ceiling"]


@dataclass(frozen=True, slots=True)
class Excess:
    """A rule that does more than the ceiling allows.

    Attributes:
        rule: As it stands in the policy.
        path: What it shows too much of; for a whole place one of its parts.
        allowed: The highest level.
        level: The rule's.
        is_text: It is free text that the ceiling lets be scrubbed.
        witness: A record that would be disclosed so; None when none was found.
    """

    record_type: RecordTypeName
    rule: FieldRule
    path: str
    label: Sensitivity
    allowed: Level
    level: Level
    said: str
    file: str
    document: DisclosurePolicy = field(compare=False, repr=False)
    is_text: bool = False
    witness: Witness | None = field(default=None, compare=False)

    @property
    def shown(self) -> Json | None:
        """Return what the audience would see of the record."""
        return seen(self.document, self.witness) if self.witness else None

    def finding(self) -> Finding:
        """Return the excess as a finding at the rule."""
        message = (
            f"`{self.path}` of {self.record_type} is {self.label}: at most {self.allowed}, and this is {self.level}"
        )
        if self.witness is not None:
            # The record is in `witness`; its other attributes would only hide what is meant.
            told = _value_at(self.shown, self.path, self.rule.rename)
            message += f"; {_said(_value_at(self.witness.record, self.path))} would be shown as {_said(told)}"
        return Finding(self.file, self.rule.mark.line, self.rule.mark.column, "policy.ceiling", message, self._remedy())

    def _remedy(self) -> str:
        if self.is_text and self.allowed < Level.SCRUB:
            return f"Write `scrub`, or go no further than {self.allowed}."
        return "Leave the path out." if self.allowed is Level.DROP else f"Go no further than {self.allowed}."

    def __str__(self) -> str:
        return str(self.finding())


def exceeds(ceiling: Ceiling, document: DisclosurePolicy) -> tuple[Excess | Overreading, ...]:
    """Return every rule of a checked, effective policy that goes beyond the ceiling, then every condition that does."""
    rules = (excess for section in document.sections for excess in _excesses(ceiling, document, section))
    kinds = {is_operator(audience) for audience in _audiences(document)}
    conditions = (one for kind in sorted(kinds) for one in overreadings(ceiling, document, to_operator=kind))
    return tuple(dict.fromkeys((*rules, *conditions)))


def _excesses(ceiling: Ceiling, document: DisclosurePolicy, section: Section) -> Iterator[Excess]:
    facets = facets_of(document, section)
    inquiry = Inquiry(clause for facet in facets for clause in facet.clauses)
    for facet in facets:
        path, label = _place(section, facet)
        rule = facet.source if facet.place is None else facet.rule
        level = level_of(rule, leaf_at(section.record_type, rule.path), document.hierarchies)
        caps = [
            ceiling.allowed(section.record_type, path, label, facet.source, to_operator=is_operator(audience))
            for audience in _audiences(document)
        ]
        if level > min(caps):
            witness = _witness(document, section, facet, inquiry)
            yield Excess(
                section.record_type,
                facet.source,
                path,
                label,
                min(caps),
                level,
                facet.said,
                facet.source.file or document.file,
                document,
                is_text=_may_be_scrubbed(ceiling, document, section, facet, path),
                witness=witness,
            )


def _may_be_scrubbed(ceiling: Ceiling, document: DisclosurePolicy, section: Section, facet: Facet, path: str) -> bool:
    """Tell whether it is a text that everybody might get scrubbed."""
    leaf = leaf_at(section.record_type, path)
    scrubbed = replace(facet.source, transform=Scrub())
    return (
        isinstance(leaf, Leaf)
        and leaf.kind == "string"
        and not leaf.enum
        and all(
            ceiling.allowed(section.record_type, path, leaf.sensitivity, scrubbed, to_operator=is_operator(one))
            >= Level.SCRUB
            for one in _audiences(document)
        )
    )


def _audiences(document: DisclosurePolicy) -> tuple[AudienceId, ...]:
    """Return everybody whom the policy is for; whoever is no operator is held to what customers may see."""
    return document.members or (document.audience,)


def _place(section: Section, facet: Facet) -> tuple[str, Sensitivity]:
    """Return what a facet is about, and how sensitive that is; a value of a selected member is as its array's."""
    path = facet.source.path if facet.place is None else facet.place
    node = leaf_at(section.record_type, path)
    return str(FieldPath.parse(path)), node.sensitivity if node else "secret"


def _witness(document: DisclosurePolicy, section: Section, facet: Facet, inquiry: Inquiry) -> Witness | None:
    question = Question(section.record_type, facet.clauses, present=facet.place)
    answer = inquiry.ask(question)
    if answer.witness is None:
        return None
    for value in (*telling(facet.source.transform), None):
        made = completed(document, answer.witness, facet.place, value)
        if made is not None and question.is_answered_by(made):
            return made
    return answer.witness


def _value_at(record: Json | None, path: str, rename: str | None = None) -> object:
    """Return what stands at a path, of arrays in the first member; None when nothing does."""
    *around, last = (step.name for step in FieldPath.parse(path).steps)
    found: Any = record
    for name in (*around, rename or last):
        found = found.get(name) if isinstance(found, dict) else None
        found = found[0] if isinstance(found, list) and found else found
    return found


def _said(value: object) -> str:
    return "nothing" if value is None else json.dumps(value, ensure_ascii=False)
