"""What else can be asked of policies, beside what one widens over another. Each answer comes with an example.

Rules:
- A question about "never" is answered with everything that speaks against it; nothing means that it is proved.
- What could not be decided speaks against it.

Documents must be checked and effective.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from gateway.ids import RecordTypeName
from gateway.policy.diff.compare import condition, diff
from gateway.policy.diff.examples import completed, seen
from gateway.policy.diff.facets import Facet, clauses_of, conditions_of, facets_of
from gateway.policy.language.document import DisclosurePolicy, Map, Section
from gateway.policy.language.levels import Level, level_of
from gateway.policy.symbolic.domain import Clause, leaf_at
from gateway.policy.symbolic.questions import Answer, Inquiry, Question
from gateway.policy.symbolic.witness import Witness
from gateway.record.paths import Leaf, Sensitivity

_UNKNOWN = "unknownAttribute"


@dataclass(frozen=True, slots=True)
class Objection:
    """Something that speaks against what was asked; `is_decided` when the example proves it."""

    record_type: RecordTypeName
    path: str
    reason: str
    is_decided: bool = True
    witness: Witness | None = field(default=None, compare=False)

    def __str__(self) -> str:
        doubt = "" if self.is_decided else " (undecided)"
        return f"{self.record_type} {self.path}: {self.reason}{doubt}"


def are_equivalent(one: DisclosurePolicy, other: DisclosurePolicy) -> bool:
    """Tell whether two policies are proved to disclose the same; names of attributes count."""
    return not diff(one, other).changes


def may_err(document: DisclosurePolicy) -> tuple[Objection, ...]:
    """Return every condition that is in error for some record; such a record, or member, is withheld."""
    return tuple(_errors(document))


def _errors(document: DisclosurePolicy) -> Iterator[Objection]:
    for section in document.sections:
        for path, clause in conditions_of(document, section):
            answer = Inquiry([clause]).ask(Question(section.record_type, errs=clause))
            if answer.may_be:
                yield _objection(section, path, f"`{clause.text}` can be in error", answer)


def _objection(section: Section, path: str, reason: str, answer: Answer) -> Objection:
    return Objection(section.record_type, path, reason, answer.outcome == "found", answer.witness)


def reaches(document: DisclosurePolicy, label: Sensitivity, beyond: Level = Level.SUBSTITUTE) -> tuple[Objection, ...]:
    """Return every path of this label of which the audience gets more than `beyond`.

    With the default, an answer without objections says: the audience can never get anything of this class.
    """
    return tuple(_reached(document, label, beyond))


def _reached(document: DisclosurePolicy, label: Sensitivity, beyond: Level) -> Iterator[Objection]:
    for section, facets, inquiry in _sections(document):
        for facet in facets:
            node = leaf_at(section.record_type, facet.place) if facet.place else None
            if node is None or node.sensitivity != label:
                continue
            if level_of(facet.rule, node, document.hierarchies) <= beyond:
                continue
            answer = inquiry.ask(Question(section.record_type, facet.clauses, present=facet.place))
            if answer.may_be:
                reason = f"{facet.said} when {condition(facet.clauses)}"
                yield _objection(section, facet.key, reason, _completed(document, facet, answer))


def _completed(document: DisclosurePolicy, facet: Facet, answer: Answer) -> Answer:
    made = completed(document, answer.witness, facet.place, None) if answer.witness else None
    return Answer(answer.outcome, made or answer.witness)


def _sections(document: DisclosurePolicy) -> Iterator[tuple[Section, list[Facet], Inquiry]]:
    for section in document.sections:
        facets = list(facets_of(document, section))
        yield section, facets, Inquiry(clause for facet in facets for clause in facet.clauses)


def dead_rules(document: DisclosurePolicy) -> tuple[Objection, ...]:
    """Return every rule that never discloses anything, and every word of a `map` that never comes up."""
    return tuple(_dead(document))


def _dead(document: DisclosurePolicy) -> Iterator[Objection]:
    for section, facets, inquiry in _sections(document):
        for facet in facets:
            question = Question(section.record_type, facet.clauses, present=facet.place)
            if not inquiry.ask(question).may_be:
                yield Objection(
                    section.record_type, facet.key, f"never, because {condition(facet.clauses)} is never true"
                )
            else:
                yield from _dead_words(document, section, facet)


def _dead_words(document: DisclosurePolicy, section: Section, facet: Facet) -> Iterator[Objection]:
    """A word that the condition of its own record excludes; only a leaf that a condition can read can be asked for."""
    leaf = leaf_at(section.record_type, facet.rule.path)
    if not isinstance(facet.rule.transform, Map) or not isinstance(leaf, Leaf):
        return
    for word, _ in facet.rule.transform.entries:
        is_word = Clause(f"record.{facet.rule.path} == {_quoted(word)}", section.record_type)
        excluded = leaf.enum and word not in leaf.enum
        if not excluded and "[" not in facet.rule.path and "@" not in facet.rule.path:
            holds = facet.clauses | {is_word}
            excluded = not Inquiry(holds).ask(Question(section.record_type, holds)).may_be
        if excluded:
            yield Objection(section.record_type, facet.key, f"`{word}` never comes up")


def _quoted(text: str) -> str:
    escaped = "".join(char if char.isalnum() or char in " _-./:" else f"\\U{ord(char):08x}" for char in text)
    return f'"{escaped}"'


def shared(one: DisclosurePolicy, other: DisclosurePolicy, record_type: RecordTypeName) -> Objection | None:
    """Return a record of a type of which both audiences get something; None when there is none.

    Which services are whose is not looked at: the record may be about a service of both.
    """
    sections = [(document, document.section(record_type)) for document in (one, other)]
    holds: frozenset[Clause] = frozenset()
    for document, section in sections:
        if section is None:
            return None
        holds |= clauses_of(document, section, "id")
    answer = Inquiry(holds).ask(Question(record_type, holds))
    reason = f"both get records with: {condition(holds)}"
    return Objection(record_type, "id", reason, answer.outcome == "found", answer.witness) if answer.may_be else None


def unknown_shown(document: DisclosurePolicy) -> tuple[Objection, ...]:
    """Return every type of which an attribute that the schema does not know would leave, or would change what leaves.

    Decided by disclosing a record that has everything which the policy names, with and without unknown attributes in
    every object, and by looking every path up in the schema.
    """
    return tuple(_unknown(document))


def _unknown(document: DisclosurePolicy) -> Iterator[Objection]:
    for section, facets, inquiry in _sections(document):
        for facet in facets:
            if leaf_at(section.record_type, facet.source.path) is None:
                yield Objection(section.record_type, facet.key, "no such path in the schema")
        full = _full(document, section, facets, inquiry)
        if full is None:
            continue
        odd = Witness(full.record_type, _with_unknown(full.record), full.about and _with_unknown(full.about))
        if seen(document, odd) != seen(document, full):
            yield Objection(section.record_type, "*", "an unknown attribute makes a difference", witness=odd)


def _full(document: DisclosurePolicy, section: Section, facets: list[Facet], inquiry: Inquiry) -> Witness | None:
    """Return a record of which as much as possible is disclosed."""
    clauses = clauses_of(document, section, "id")
    made = inquiry.ask(Question(section.record_type, clauses)).witness
    for facet in facets:
        more = completed(document, made, facet.place, None) if made else None
        if more is not None and all(map(more.satisfies, clauses)):
            made = more
    return made


def _with_unknown(value: Any) -> Any:
    if isinstance(value, dict):
        return {**{name: _with_unknown(part) for name, part in value.items()}, _UNKNOWN: "unknown"}
    return [_with_unknown(part) for part in value] if isinstance(value, list) else value
