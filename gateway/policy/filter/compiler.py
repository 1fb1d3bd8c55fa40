"""From a checked document to a `CompiledPolicy`: the filter that every record passes on its way out.

Rules:
- Nothing unchecked is compiled: `compile_policy` checks first, and refuses with the findings. So it does with what is
  not effective yet (`extends`) or not for one audience (`members`).
- What no rule names does not leave. A type without a section, a condition that is not exactly true, a record without
  a usable identifier, any error while evaluating: withheld.
- The result depends on the arguments only. No clock, no chance, no memory that shows.

This module does not look at what leaves a second time; `egress` does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import TypeAlias

from gateway.ids import AudienceId, ContractDigest, PolicyDigest, RecordTypeName
from gateway.policy.checks.checker import check
from gateway.policy.checks.effective import require_effective
from gateway.policy.filter.context import Context
from gateway.policy.filter.contract import contract_digest, contract_of
from gateway.policy.filter.sections import CompiledSection, compiled_sections
from gateway.policy.language.document import Agreement, DisclosurePolicy, Release, digest
from gateway.policy.language.findings import PolicyRefused
from gateway.policy.language.scope import in_scope
from gateway.record.strictjson import Json

__all__ = ["CompiledPolicy", "CompiledSection", "Context", "compile_policy"]

OnFailure: TypeAlias = Callable[[Exception], None]


@dataclass(frozen=True, slots=True)
class CompiledPolicy:
    """What one audience may learn, ready to run. Immutable; safe to share between threads."""

    name: str
    audience: AudienceId
    digest: PolicyDigest
    contract: Json = field(repr=False)
    contract_digest: ContractDigest
    document: DisclosurePolicy = field(repr=False)
    sections: Mapping[str, CompiledSection] = field(repr=False)

    @property
    def agreement(self) -> Agreement:
        """Return what the two organisations signed."""
        return self.document.agreement

    @property
    def release(self) -> Release:
        """Return when changes may be told."""
        return self.document.release

    @property
    def record_types(self) -> tuple[RecordTypeName, ...]:
        """Return the types of which something may leave, in alphabetical order."""
        return tuple(sorted(section.record_type for section in self.sections.values()))

    def is_valid_on(self, day: date) -> bool:
        """Tell whether the agreement covers `day` (UTC); one without dates covers every day."""
        return self.agreement.covers(day)

    def covers(self, service: Json) -> bool:
        """Tell whether the agreement is about this internal service; one that is not is as if not the audience's."""
        return in_scope(self.document, service)

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
            return section.project(record, context)
        except Exception as failure:  # noqa: BLE001  Fail closed: whatever went wrong, this record does not leave.
            if on_failure is not None:
                on_failure(failure)
            return None


def compile_policy(document: DisclosurePolicy) -> CompiledPolicy:
    """Return `document` as a filter.

    Raises:
        PolicyRefused: The document does not pass `checker.check`, or is not the effective policy of one audience; its
            findings are on the error.
    """
    require_effective(document)
    findings = check(document)
    if findings:
        raise PolicyRefused(findings)
    said = digest(document)
    contract = contract_of(document)
    return CompiledPolicy(
        name=document.name,
        audience=document.audience,
        digest=said,
        contract=contract,
        contract_digest=contract_digest(contract),
        document=document,
        sections=MappingProxyType(compiled_sections(document, said)),
    )
