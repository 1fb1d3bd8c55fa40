"""Which parts of a record refer to another record, and to which type.

Rules:
- A part is a reference because our schemas say so, by the table below; nothing is guessed from a name or a value.
- Most refer to one type. The others say it in their `@referredType`, by TM Forum's class: `Alarm`, `Service`, ...
- Resources and dependencies are never disclosed, so nothing of a reference to one is either.

Does not decide whether the other record is disclosed: the context of a disclosure does.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from gateway.ids import RecordTypeName
from gateway.policy.language.document import DisclosurePolicy, Keep, Pseudonym
from gateway.record.paths import FieldPath
from gateway.record.schemas import class_of, record_types

ByType: TypeAlias = Literal["by-type"]
BY_TYPE: Final[ByType] = "by-type"
"""The target of a reference that names the type itself, in its `@referredType`."""

INSIDE_ONLY = frozenset({RecordTypeName("resource"), RecordTypeName("dependency")})
"""Types that describe the network itself: they are never disclosed as such."""

_TARGETS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "alarm": {
            "alarmedObject": BY_TYPE,
            "affectedService[]": "service",
            "correlatedAlarm[]": "alarm",
            "parentAlarm[]": "alarm",
        },
        "change-request": {
            "changeRelationship[]": "change-request",
            "impactEntity[]": BY_TYPE,
            "problemTicket[]": "service-problem",
            "sla[]": "service-level",
            "targetEntity[]": BY_TYPE,
            "troubleTicket[]": "trouble-ticket",
        },
        "dependency": {"dependent": BY_TYPE},
        "resource": {"resourceRelationship[]": "resource"},
        "service": {
            "relatedEntity[]": BY_TYPE,
            "serviceRelationship[].service": "service",
            "supportingResource[]": "resource",
            "supportingService[]": "service",
        },
        "service-level": {
            "relatedEntity[]": BY_TYPE,
            "serviceLevelObjectiveParameter.relatedEntity[]": BY_TYPE,
        },
        "service-problem": {
            "affectedResource[]": "resource",
            "affectedService[]": "service",
            "firstAlert": BY_TYPE,
            "parentProblem[]": "service-problem",
            "relatedEntity[]": BY_TYPE,
            "rootCauseResource[]": "resource",
            "rootCauseService[]": "service",
            "slaViolation[]": "service-level",
            "troubleTicket[]": "trouble-ticket",
            "underlyingAlarm[]": "alarm",
            "underlyingProblem[]": "service-problem",
        },
        "trouble-ticket": {
            "relatedEntity[]": BY_TYPE,
            "troubleTicketRelationship[]": "trouble-ticket",
        },
    }
)


def target_of(record_type: str, path: FieldPath | str) -> RecordTypeName | ByType | None:
    """Return what the object, or the members of the array, at `path` refer to; None when they are no references.

    `affectedService` and `affectedService[]` are both the array of that name.
    """
    text = str(path.unselected()) if isinstance(path, FieldPath) else path
    known = _TARGETS.get(record_type, {})
    found = known.get(text) or known.get(f"{text}[]")
    return RecordTypeName(found) if found is not None and found != BY_TYPE else (BY_TYPE if found else None)


def references_around(record_type: str, path: FieldPath) -> tuple[FieldPath, ...]:
    """Return the paths of all references that what stands at `path` is inside of, the outermost first."""
    known, found, text = _TARGETS.get(record_type, {}), [], ""
    for end, step in enumerate(path.steps[:-1], start=1):
        text += f".{step.name}[]" if step.is_each else f".{step.name}"
        if text[1:] in known:
            found.append(FieldPath(path.steps[:end]))
    return tuple(found)


def types_of(document: DisclosurePolicy, record_type: str, path: FieldPath) -> Mapping[str, RecordTypeName]:
    """Return the types that the `id` of the reference at `path` may name under this policy, by their TM Forum class.

    A type counts when the policy has a section for it. Where a rule discloses the reference's `id`, the type's own
    section must do the same with its `id`: of a reference to any other type the `id` alone is withheld, and what else
    the rules say of the reference leaves all the same.
    """
    target = target_of(record_type, path)
    candidates = record_types() if target == BY_TYPE else (target,)
    said = identifier_rule(document, record_type, str(path.member("id")))
    found = {}
    for candidate in candidates:
        own = identifier_rule(document, candidate, "id") if candidate not in INSIDE_ONLY and candidate else None
        if own is not None and said in (None, own):
            found[class_of_type(str(candidate))] = RecordTypeName(str(candidate))
    return found


def identifier_rule(document: DisclosurePolicy, record_type: str | None, path: str) -> Keep | Pseudonym | None:
    """Return the transform that discloses an identifier at `path` of a type's records, constants aside."""
    section = document.section(record_type) if record_type else None
    rules = section.fields if section else ()
    named = (rule.transform for rule in rules if rule.path == path)
    return next((found for found in named if isinstance(found, Keep | Pseudonym)), None)


@functools.cache
def class_of_type(record_type: str) -> str:
    """Return the TM Forum class of a record type: `TroubleTicket` for `trouble-ticket`."""
    return class_of(RecordTypeName(record_type))
