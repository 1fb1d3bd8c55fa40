"""One rule under examination: where it stands, and how a finding about it is noted."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.policy.language.document import DisclosurePolicy, FieldRule, Section
from gateway.policy.language.findings import Findings
from gateway.record.paths import Catalogue


@dataclass(frozen=True, slots=True)
class Subject:
    """A rule, its section and policy, and what the schema of the section's type has."""

    rule: FieldRule
    section: Section
    document: DisclosurePolicy
    catalogue: Catalogue
    findings: Findings

    def note(self, code: str, message: str, remedy: str) -> None:
        """Note a finding where the rule stands, which may be in a base."""
        self.findings.add(self.rule.mark, code, message, remedy, self.rule.file)
