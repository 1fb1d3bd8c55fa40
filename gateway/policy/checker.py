"""Check a policy document against the schemas: nothing that passes can fail to compile.

Every path exists, every transform fits what stands at its path, every condition has the right types, every section
says what becomes of the record's identifier, and no two rules write to one place.

This module does not read YAML and does not decide whether a policy is wise.
"""

from __future__ import annotations

from gateway.ids import RecordTypeName
from gateway.policy.condition import ConditionRefused, compile_condition
from gateway.policy.document import DisclosurePolicy, FieldRule, Lift, Section
from gateway.policy.field_checks import check_rule
from gateway.policy.findings import Finding, Findings, Mark
from gateway.policy.nodes import locate
from gateway.record.paths import Catalogue
from gateway.record.schemas import record_types

INSIDE_ONLY = frozenset({RecordTypeName("resource"), RecordTypeName("dependency")})
"""Types that describe the network itself: they are never disclosed as such."""


def check(document: DisclosurePolicy) -> tuple[Finding, ...]:
    """Return everything that is wrong with `document`, in no particular order; empty when it can be compiled."""
    findings = Findings(document.file)
    agreement = document.agreement
    valid_from, valid_until = agreement.valid_from, agreement.valid_until
    if valid_from and valid_until and valid_until < valid_from:
        message = "the agreement ends before it begins"
        findings.add(Mark(1, 1), "policy.agreement", message, "Correct `valid: {from: ..., until: ...}`.")
    for section in document.sections:
        if section.record_type not in INSIDE_ONLY and section.record_type in record_types():
            _check_section(section, document, findings)
        else:
            message = f"records of type {section.record_type} are never disclosed"
            remedy = "Remove the section; `lift` shows services instead."
            findings.add(section.mark, "policy.inside-only", message, remedy)
    return tuple(findings.found)


def _check_section(section: Section, document: DisclosurePolicy, findings: Findings) -> None:
    catalogue = Catalogue.of(section.record_type)
    for rule in section.fields:
        check_rule(rule, catalogue, findings)
    if all(rule.path != "id" for rule in section.fields):
        remedy = f"Add `id: keep` or `id: {{pseudonym: {section.record_type}}}`."
        findings.add(section.mark, "policy.no-id", f"{section.record_type} has no rule for `id`", remedy)
    _check_collisions(section, findings)
    _check_condition(section, document, findings)


def _check_collisions(section: Section, findings: Findings) -> None:
    """No two rules may write to one place, and nothing may stand inside what another rule fills as a whole."""
    written: dict[str, FieldRule] = {}
    for rule in section.fields:
        place = _place(rule)
        if place in written:
            message = f"`{rule.path}` and `{written[place].path}` both become `{place}`"
            findings.add(rule.mark, "policy.collision", message, "Give one of them another name, or leave it out.")
        written.setdefault(place, rule)
    for place, rule in written.items():
        steps = place.split(".")
        for end in range(1, len(steps)):
            around = ".".join(steps[:end]).removesuffix("[]")
            other = written.get(around) or written.get(f"{around}[]")
            if other is not None:
                what = "`lift`" if isinstance(other.transform, Lift) else f"`{other.path}`"
                message = f"`{rule.path}` stands inside `{around}`, which {what} fills"
                findings.add(rule.mark, "policy.collision", message, "Keep one of the two.")


def _place(rule: FieldRule) -> str:
    """Return where the rule writes, without the marks of arrays behind the last name."""
    around, dot, last = rule.path.rpartition(".")
    return around + dot + (rule.rename or last.removesuffix("[]"))


def _check_condition(section: Section, document: DisclosurePolicy, findings: Findings) -> None:
    if section.when is None:
        return
    try:
        compile_condition(section.when, section.record_type, document.agreement.variables())
    except ConditionRefused as refused:
        for problem in refused.problems:
            node = section.when_node
            mark = locate(node, problem.offset, document.source) if node else section.mark
            findings.add(mark, "policy.condition", problem.message, problem.remedy)
