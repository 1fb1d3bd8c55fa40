"""A section as single disclosures: what is read where, how much of it is shown, and of which records.

Rules:
- A rule that shows several things is several facets: a place generalised to `metro` shows its city and its country, a
  `lift` the identifier and the name of services, a template whatever of services it names.
- Several facets of a section can be about one thing; each discloses it.
- A facet bears the path that is read, not the one that is written. So a rule for a whole place and rules for its
  members can be compared.
- The conditions of a facet are that of its section and those of every array that it stands in.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from gateway.policy.language.document import (
    Constant,
    Count,
    DisclosurePolicy,
    FieldRule,
    Generalise,
    Keep,
    Lift,
    MemberRule,
    Pseudonym,
    Section,
    Template,
)
from gateway.policy.language.levels import AREAS
from gateway.policy.language.output_names import rule_of_service, services_named
from gateway.policy.language.references import identifier_rule
from gateway.policy.reading.printer import print_rule
from gateway.policy.symbolic.domain import Clause, leaf_at
from gateway.record.paths import Array, FieldPath, Leaf, Step

_SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Facet:
    """One thing that a policy discloses.

    Attributes:
        key: What it is about; facets of two policies with one key are compared.
        rule: How much of it is shown; for a part of what a rule shows a rule of its own.
        said: The whole rule as it stands in the policy.
        source: The rule itself.
        place: The path of the value that is read; None when none is.
        clauses: All must be true of the record.
    """

    key: str
    rule: FieldRule
    said: str
    source: FieldRule
    place: str | None
    clauses: frozenset[Clause]


def facets_of(document: DisclosurePolicy, section: Section) -> tuple[Facet, ...]:
    """Return the facets of a section in the order of its rules."""
    return tuple(facet for rule in section.fields for facet in _facets(document, section, rule))


def _facets(document: DisclosurePolicy, section: Section, rule: FieldRule) -> Iterator[Facet]:
    clauses, said = clauses_of(document, section, rule.path), print_rule(rule)
    match rule.transform:
        case Lift(_, show):
            for name in show:
                part = replace(rule, transform=_identifier(document) if name == "id" else Keep(), rename=None)
                yield Facet(f"{rule.path} ({_SERVICE}.{name})", part, said, rule, None, clauses)
        case Generalise(to) if to in AREAS and not isinstance(leaf_at(section.record_type, rule.path), Leaf):
            around = _members(section, rule.path)
            # The country that a metro is in is as fine as the country alone.
            for name, shown in (("city", "metro"), ("country", "country")) if to == "metro" else (("country", to),):
                part = replace(rule, path=f"{around}.{name}", transform=Generalise(shown), rename=None)
                yield Facet(part.path, part, said, rule, part.path, clauses)
        case Template() as template:
            yield Facet(rule.path, rule, said, rule, None, clauses)
            for name in services_named(template):
                told = rule_of_service(document, name)
                part = replace(rule, transform=told.transform if told else Keep(), rename=None)
                key = f"{rule.path} ({_SERVICE}.{told.path if told else name})"
                yield Facet(key, part, said, rule, None, clauses)
        case Constant() | Count():
            yield Facet(rule.path, rule, said, rule, None, clauses)
        case _:
            yield Facet(rule.path, rule, said, rule, rule.path, clauses)


def _identifier(document: DisclosurePolicy) -> Keep | Pseudonym:
    """Return how a lifted service is named: as the section for services has it, else by a pseudonym."""
    kept = isinstance(identifier_rule(document, _SERVICE, "id"), Keep)
    return Keep() if kept else Pseudonym(_SERVICE)


def _members(section: Section, path: str) -> str:
    return f"{path}[]" if isinstance(leaf_at(section.record_type, path), Array) else path


def clauses_of(document: DisclosurePolicy, section: Section, path: str) -> frozenset[Clause]:
    """Return the conditions under which what stands at a rule's path is disclosed."""
    around = FieldPath.parse(_members(section, path)).steps
    texts: list[tuple[str, str | None]] = [] if section.when is None else [(section.when, None)]
    texts += [(rule.when, rule.path) for rule in section.members if _is_around(rule, around)]
    agreement = tuple(sorted(document.agreement.variables().items()))
    return frozenset(
        # A condition that cannot read the agreement means the same whatever was agreed.
        Clause(text, section.record_type, agreement if "agreement" in text else (), array)
        for text, array in texts
    )


def conditions_of(document: DisclosurePolicy, section: Section) -> Iterator[tuple[str, Clause]]:
    """Yield every condition of a section, with where it stands: `when`, or the array whose members it is about."""
    agreement = tuple(sorted(document.agreement.variables().items()))
    if section.when is not None:
        yield "when", Clause(section.when, section.record_type, agreement)
    for rule in section.members:
        yield rule.path, Clause(rule.when, section.record_type, agreement, rule.path)


def _is_around(rule: MemberRule, steps: tuple[Step, ...]) -> bool:
    """Tell whether the members that a rule admits include whatever stands at a path.

    A rule for members of one name does not speak of a path to all members; leaving it out makes the path look wider.
    """
    own = FieldPath.parse(rule.path).steps
    there = steps[: len(own)]
    return (
        len(there) == len(own)
        and there[-1].is_each
        and all(
            one.name == other.name and one.where in (None, other.where) for one, other in zip(own, there, strict=True)
        )
    )
