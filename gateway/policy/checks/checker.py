"""Check a policy document against the schemas: nothing that passes can fail to compile.

Every path exists, every transform fits what stands at its path, every condition has the right types, every section
says what becomes of the record's identifier, and no two rules write to one place.

This module does not read YAML and does not decide whether a policy is wise.
"""

from __future__ import annotations

from gateway.policy.checks.field_checks import check_rule
from gateway.policy.checks.head_checks import check_head, check_whole
from gateway.policy.checks.member_checks import check_conditions
from gateway.policy.checks.name_checks import check_names
from gateway.policy.checks.rule_subject import Subject
from gateway.policy.language.document import DisclosurePolicy, Section
from gateway.policy.language.findings import START, Finding, Findings
from gateway.policy.language.hierarchies import check_hierarchies
from gateway.policy.language.references import INSIDE_ONLY
from gateway.record.paths import Catalogue
from gateway.record.schemas import record_types

MAX_FINDINGS = 1000
"""After so many findings the rest is not looked at: every one of them costs a search for the nearest name."""

__all__ = ["INSIDE_ONLY", "check", "check_rules"]


def check(document: DisclosurePolicy) -> tuple[Finding, ...]:
    """Return everything that is wrong with `document`, in no particular order; empty when it can be compiled.

    It must be effective: a base, and a policy that still extends one, do not pass. One for a group does.
    """
    findings = Findings(document.file)
    check_whole(document, findings)
    return (*findings.found, *check_rules(document))


def check_rules(document: DisclosurePolicy) -> tuple[Finding, ...]:
    """Return what is wrong with what a document says, whoever it is for. A base must pass this."""
    findings = Findings(document.file)
    check_head(document, findings)
    check_hierarchies(document, findings)
    for section in document.sections:
        if len(findings.found) > MAX_FINDINGS:
            break
        if section.record_type not in INSIDE_ONLY and section.record_type in record_types():
            _check_section(section, document, findings)
        else:
            message = f"records of type {section.record_type} are never disclosed"
            remedy = "Remove the section; `lift` shows services instead."
            findings.add(section.mark, "policy.inside-only", message, remedy)
    if len(findings.found) > MAX_FINDINGS:
        message = f"there are more than {MAX_FINDINGS} findings"
        findings.add(START, "policy.too-many", message, "Correct these first; the others are not listed.")
    return tuple(findings.found)


def _check_section(section: Section, document: DisclosurePolicy, findings: Findings) -> None:
    catalogue = Catalogue.of(section.record_type)
    for rule in section.fields:
        check_rule(Subject(rule, section, document, catalogue, findings))
        if len(findings.found) > MAX_FINDINGS:
            return
    if all(rule.path != "id" for rule in section.fields):
        remedy = f"Add `id: keep` or `id: {{pseudonym: {section.record_type}}}`."
        findings.add(section.mark, "policy.no-id", f"{section.record_type} has no rule for `id`", remedy)
    check_names(section, document, findings)
    check_conditions(section, document, findings)
