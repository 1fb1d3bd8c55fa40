"""One record type's part of a policy, compiled; the same policy gives the same compiled object every time.

Remembered by the digest of the policy and the record type, up to a bound. The digest covers everything that a section
depends on: its rules, the agreement that its conditions read, the hierarchies, and the other sections.

The policy must have passed `checker.check`.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, TypeAlias

from gateway.ids import PolicyDigest, RecordTypeName
from gateway.policy.filter.codegen import generate
from gateway.policy.filter.codegen.late import count_members, object_at
from gateway.policy.filter.codegen.section import FUNCTION
from gateway.policy.filter.context import Context
from gateway.policy.filter.plan import Output, service_names
from gateway.policy.filter.planning import SERVICE, outputs_of, said_of_services
from gateway.policy.language.condition import Condition, compile_condition
from gateway.policy.language.document import DisclosurePolicy, MemberRule, Section
from gateway.policy.transforms.order import canonical, distinct
from gateway.policy.transforms.services import count_services
from gateway.policy.transforms.times import is_time
from gateway.record.strictjson import Json

Projection: TypeAlias = Callable[[Json, Context], Json | None]

_REMEMBERED = 4096
_NAMESPACE: Mapping[str, Any] = MappingProxyType(
    {
        "bool": bool,
        "canonical": canonical,
        "count_members": count_members,
        "count_services": count_services,
        "dict": dict,
        "distinct": distinct,
        "empty": MappingProxyType({}),
        "float": float,
        "int": int,
        "is_time": is_time,
        "len": len,
        "list": list,
        "object_at": object_at,
        "scalars": frozenset({str, int, float, bool}),
        "str": str,
        "type": type,
    }
)


@dataclass(frozen=True, slots=True)
class CompiledSection:
    """The filter for one record type, and the source that it was made from."""

    record_type: RecordTypeName
    condition: Condition | None
    project: Projection = field(repr=False)
    source: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Said:
    """A policy that is told from others by its digest."""

    digest: PolicyDigest
    document: DisclosurePolicy = field(compare=False)


def compiled_sections(document: DisclosurePolicy, digest: PolicyDigest) -> dict[str, CompiledSection]:
    """Return the compiled sections of a policy by record type."""
    said = _Said(digest, document)
    return {part.record_type: _compiled(said, part.record_type) for part in document.sections}


@functools.lru_cache(maxsize=_REMEMBERED)
def _compiled(said: _Said, record_type: RecordTypeName) -> CompiledSection:
    section = said.document.section(record_type)
    assert section is not None  # noqa: S101
    outputs = outputs_of(said.document, section)
    names = service_names(outputs)
    sayer = _sayer(said.document, names) if names else None
    project, source = _executed(said.document, section, outputs, sayer)
    return CompiledSection(record_type, _condition(said.document, section), project, source)


def _condition(document: DisclosurePolicy, section: Section) -> Condition | None:
    if section.when is None:
        return None
    return compile_condition(section.when, section.record_type, document.agreement.variables())


def _executed(
    document: DisclosurePolicy,
    section: Section,
    outputs: tuple[Output, ...],
    sayer: Callable[[Context], list[Json]] | None,
) -> tuple[Projection, str]:
    generated = generate(outputs, _member_conditions(document, section), sayer)
    namespace: dict[str, Any] = {"__builtins__": {}, **_NAMESPACE, **generated.constants}
    code = compile(generated.source, f"<policy {document.name}: {section.record_type}>", "exec")
    # The source is our own: names from the policy are in it as literals only, and no builtin can be reached.
    exec(code, namespace)  # noqa: S102
    return namespace[FUNCTION], generated.source


def _member_conditions(document: DisclosurePolicy, section: Section) -> dict[MemberRule, Condition]:
    variables = document.agreement.variables()
    return {rule: compile_condition(rule.when, section.record_type, variables, rule.path) for rule in section.members}


def _sayer(document: DisclosurePolicy, names: frozenset[str]) -> Callable[[Context], list[Json]]:
    """Return the function that gives what templates may say of the audience's services, in the order of their ids."""
    section = document.section(SERVICE)
    if section is None:
        return lambda _: []
    condition = _condition(document, section)
    project, _ = _executed(document, section, said_of_services(document, names), None)

    def say(context: Context) -> list[Json]:
        # A service is disclosed for itself, not as something about another object.
        alone = Context(context.services, None, context.pseudonym, context.is_disclosed, context.scrub)
        found = [
            out
            for service in context.services
            if (condition is None or condition.holds(service, None)) and (out := project(service, alone)) is not None
        ]
        return sorted(found, key=lambda out: (out["id"], canonical(out)))

    return say
