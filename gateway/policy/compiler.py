"""From a checked document to a `CompiledPolicy`: the filter that every record passes on its way out.

Rules:
- Nothing unchecked is compiled: `compile_policy` checks first, and refuses with the findings.
- What no rule names does not leave. A type without a section, a condition that is not exactly true, a record without
  a usable identifier, any error while evaluating: withheld.
- The result depends on the arguments only. No clock, no chance, no memory that shows.

This module does not look at what leaves a second time; `egress` does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any, TypeAlias

from gateway.ids import AudienceId, ContractDigest, PolicyDigest, RecordTypeName
from gateway.policy import transforms
from gateway.policy.checker import check
from gateway.policy.codegen import generate
from gateway.policy.condition import Condition, compile_condition
from gateway.policy.context import Context
from gateway.policy.contract import contract_digest, contract_of
from gateway.policy.document import Agreement, DisclosurePolicy, Section, digest
from gateway.policy.findings import PolicyRefused
from gateway.policy.plan import outputs_of
from gateway.record.strictjson import Json

__all__ = ["CompiledPolicy", "CompiledSection", "Context", "compile_policy"]

Projection: TypeAlias = Callable[[Json, Sequence[Json], Callable[[str, str], str]], Json | None]
OnFailure: TypeAlias = Callable[[Exception], None]

_FUNCTION = "disclose"
_NAMESPACE: Mapping[str, Any] = MappingProxyType(
    {
        "bool": bool,
        "canonical": transforms.canonical,
        "dict": dict,
        "empty": MappingProxyType({}),
        "float": float,
        "int": int,
        "is_time": transforms.is_time,
        "len": len,
        "list": list,
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
class CompiledPolicy:
    """What one audience may learn, ready to run. Immutable; safe to share between threads."""

    name: str
    audience: AudienceId
    digest: PolicyDigest
    contract: Json = field(repr=False)
    contract_digest: ContractDigest
    agreement: Agreement
    sections: Mapping[str, CompiledSection] = field(repr=False)

    @property
    def record_types(self) -> tuple[RecordTypeName, ...]:
        """Return the types of which something may leave, in alphabetical order."""
        return tuple(sorted(section.record_type for section in self.sections.values()))

    def is_valid_on(self, day: date) -> bool:
        """Tell whether the agreement covers `day` (UTC); one without dates covers every day."""
        return self.agreement.covers(day)

    def disclose(
        self, record_type: RecordTypeName, record: Json, context: Context, on_failure: OnFailure | None = None
    ) -> Json | None:
        """Return what this audience may see of `record`, or None when that is nothing. Never raises.

        Args:
            record_type: The section to use; the caller has decided it from the record.
            record: The internal record. It is neither changed nor shared with the result, scalars aside.
            context: What stands around it, for this audience.
            on_failure: Told about an error inside, which withholds the record. It must not raise.
        """
        section = self.sections.get(record_type)
        if section is None:
            return None
        try:
            if section.condition is not None and not section.condition.holds(record, context.about):
                return None
            return section.project(record, context.services, context.pseudonym)
        except Exception as failure:  # noqa: BLE001  Fail closed: whatever went wrong, this record does not leave.
            if on_failure is not None:
                on_failure(failure)
            return None


def compile_policy(document: DisclosurePolicy) -> CompiledPolicy:
    """Return `document` as a filter.

    Raises:
        PolicyRefused: The document does not pass `checker.check`; its findings are on the error.
    """
    findings = check(document)
    if findings:
        raise PolicyRefused(findings)
    contract = contract_of(document)
    return CompiledPolicy(
        name=document.name,
        audience=document.audience,
        digest=digest(document),
        contract=contract,
        contract_digest=contract_digest(contract),
        agreement=document.agreement,
        sections=MappingProxyType({part.record_type: _compile(document, part) for part in document.sections}),
    )


def _compile(document: DisclosurePolicy, section: Section) -> CompiledSection:
    condition = None
    if section.when is not None:
        condition = compile_condition(section.when, section.record_type, document.agreement.variables())
    generated = generate(_FUNCTION, outputs_of(document, section))
    namespace: dict[str, Any] = {"__builtins__": {}, **_NAMESPACE, **generated.constants}
    code = compile(generated.source, f"<policy {document.name}: {section.record_type}>", "exec")
    # The source is our own: names from the policy are in it as literals only, and no builtin can be reached.
    exec(code, namespace)  # noqa: S102
    return CompiledSection(section.record_type, condition, namespace[_FUNCTION], generated.source)
