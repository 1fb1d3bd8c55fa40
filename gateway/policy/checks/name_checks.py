"""Checks of rules against each other: no two write to one place, and what templates and counts name is disclosed."""

from __future__ import annotations

from gateway.policy.language.document import Count, DisclosurePolicy, FieldRule, Lift, Section, Template
from gateway.policy.language.findings import Findings, suggestion
from gateway.policy.language.output_names import OutputNames, output_names
from gateway.policy.transforms.templates import OF_SERVICES, MalformedTemplate, Placeholder, parts_of
from gateway.record.paths import FieldPath, MalformedPath

_SERVICE = "service"


def check_names(section: Section, document: DisclosurePolicy, findings: Findings) -> None:
    """Note what is wrong with the names that the rules of a section give and use."""
    _check_twice(section, findings)
    _check_collisions(section, findings)
    if not any(isinstance(rule.transform, Template | Count) for rule in section.fields):
        return
    names = output_names(section)
    services = document.section(_SERVICE)
    of_services = output_names(services).own_values if services else frozenset()
    for rule in section.fields:
        if isinstance(rule.transform, Template):
            _check_template(rule, rule.transform, names, of_services, findings)
        elif isinstance(rule.transform, Count) and rule.transform.of not in (_SERVICE, *names.arrays):
            message = f"`{rule.transform.of}` is no array that this section discloses"
            remedy = suggestion(rule.transform.of, (_SERVICE, *names.arrays))
            findings.add(rule.mark, "policy.count", message, remedy, rule.file)


def _check_template(
    rule: FieldRule, template: Template, names: OutputNames, of_services: frozenset[str], findings: Findings
) -> None:
    try:
        parts = parts_of(template.text)
    except MalformedTemplate as error:
        message = f"a brace pairs with nothing, after {error.offset} characters"
        findings.add(rule.mark, "policy.template", message, "Write {{ or }} where a brace is meant.", rule.file)
        return
    for part in parts:
        if not isinstance(part, Placeholder):
            continue
        named = ".".join(part.names)
        if part.is_of_services and named not in of_services:
            message = f"`{{{OF_SERVICES}.{named}}}` is nothing that the section `service` discloses of a service"
            remedy = suggestion(named, of_services) if of_services else "Add a section for services, or leave it out."
            findings.add(rule.mark, "policy.template", message, remedy, rule.file)
        elif not part.is_of_services and named not in names.values:
            message = f"`{{{named}}}` is nothing that this section discloses"
            findings.add(rule.mark, "policy.template", message, suggestion(named, names.values), rule.file)


def _check_twice(section: Section, findings: Findings) -> None:
    """No two rules may be about one path, however it is written and whatever each calls the value."""
    seen: dict[str, FieldRule] = {}
    for rule in section.fields:
        first = seen.setdefault(_canonical(rule.path), rule)
        if first is not rule:
            message = f"there is a rule for `{rule.path}` already, in line {first.mark.line}"
            findings.add(rule.mark, "policy.twice", message, "Keep one of the two.", rule.file)


def _canonical(path: str) -> str:
    try:
        return str(FieldPath.parse(path))
    except MalformedPath:
        return path


def _check_collisions(section: Section, findings: Findings) -> None:
    """No two rules may write to one place, and nothing may stand inside what another rule fills as a whole."""
    written: dict[tuple[str, ...], FieldRule] = {}
    for rule in section.fields:
        place = _place(rule)
        if place in written:
            message = f"`{rule.path}` and `{written[place].path}` both become `{'.'.join(place)}`"
            remedy = "Give one of them another name, or leave it out."
            findings.add(rule.mark, "policy.collision", message, remedy, rule.file)
        written.setdefault(place, rule)
    for place, rule in written.items():
        for end in range(1, len(place)):
            around = (*place[: end - 1], place[end - 1].split("[")[0])
            other = written.get(around)
            if other is not None:
                what = "`lift`" if isinstance(other.transform, Lift) else f"`{other.path}`"
                message = f"`{rule.path}` stands inside `{'.'.join(around)}`, which {what} fills"
                findings.add(rule.mark, "policy.collision", message, "Keep one of the two.", rule.file)


def _place(rule: FieldRule) -> tuple[str, ...]:
    """Return where the rule writes: the names down to it, with their selectors, the last one as it is disclosed."""
    try:
        *around, last = FieldPath.parse(rule.path).steps
    except MalformedPath:
        return (rule.path,)
    return (*(str(step).removesuffix("[]") for step in around), rule.rename or last.name)
