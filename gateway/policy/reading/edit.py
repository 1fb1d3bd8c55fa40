"""Change one rule in the text of a policy and leave everything else as its author wrote it.

Comments, blank lines, order and layout stay, because only the characters of that rule are replaced. The result is read
again: when anything but the one rule came out differently, the edit is refused.
"""

from __future__ import annotations

from dataclasses import replace

from gateway.policy.language.document import DisclosurePolicy, FieldRule, Section, Transform, digest
from gateway.policy.language.findings import START, Findings, Mark, PolicyRefused
from gateway.policy.language.nodes import Mapping, Node, Scalar, read
from gateway.policy.reading.parser import parse
from gateway.policy.reading.printer import print_rule


def replace_rule(
    text: str, file: str, record_type: str, path: str, transform: Transform, rename: str | None = None
) -> str:
    """Return the text with another transform for one path.

    Args:
        text: A policy or a base; it must parse.
        file: What findings call it.
        record_type: The section.
        path: The rule's path in full, as in `FieldRule.path`: also that of a rule that stands below `items`.
        transform: What the rule is to do from now on.
        rename: The rule's new name, if it is to have one.

    Raises:
        PolicyRefused: The text does not parse, has no such rule, or the rule cannot be replaced by itself.
    """
    document = parse(text, file)
    section = document.section(record_type)
    rule = next((rule for rule in section.fields if rule.path == path), None) if section else None
    if section is None or rule is None:
        raise _refused(file, START, f"{record_type} has no rule for `{path}`", "Name a rule that the policy has.")
    changed = replace(rule, transform=transform, rename=rename)
    value = _value_at(text, file, rule.mark)
    if value is None:
        raise _refused(file, rule.mark, f"`{path}` is written together with other things", "Change it by hand.")
    edited = _spliced(text, value.mark, value.end, print_rule(changed))
    if digest(parse(edited, file)) != digest(_with(document, section, rule, changed)):
        raise _refused(file, rule.mark, f"`{path}` cannot be replaced by itself", "Change it by hand.")
    return edited


def _refused(file: str, mark: Mark, message: str, remedy: str) -> PolicyRefused:
    findings = Findings(file)
    findings.add(mark, "policy.edit", message, remedy)
    return PolicyRefused(findings.found)


def _with(document: DisclosurePolicy, section: Section, old: FieldRule, new: FieldRule) -> DisclosurePolicy:
    """Return the document with one rule for another."""
    fields = tuple(new if rule is old else rule for rule in section.fields)
    sections = tuple(replace(section, fields=fields) if part is section else part for part in document.sections)
    return replace(document, sections=sections)


def _value_at(text: str, file: str, mark: Mark) -> Node | None:
    """Return the value behind the key at `mark`; None for one that also has conditions or rules for members."""
    root = read(text, Findings(file))
    waiting = [root] if root is not None else []
    while waiting:
        node = waiting.pop()
        for key, value in node.entries if isinstance(node, Mapping) else ():
            if key.mark == mark:
                has_items = isinstance(value, Mapping) and any(key.text == "items" for key, _ in value.entries)
                return None if has_items or _is_block_text(value) else value
            waiting.append(value)
    return None


def _is_block_text(node: Node) -> bool:
    return isinstance(node, Scalar) and node.style in ("|", ">")


def _spliced(text: str, begin: Mark, end: Mark, new: str) -> str:
    lines = text.splitlines(keepends=True)
    before = "".join(lines[: begin.line - 1]) + lines[begin.line - 1][: begin.column - 1]
    after = lines[end.line - 1][end.column - 1 :] + "".join(lines[end.line :])
    if not before[-1:].isspace():
        new = f" {new}"
    return before + new + after
