"""From the text of a policy to a `DisclosurePolicy`, or to every finding about it at once.

Rules:
- Strict YAML (`nodes`), names that are text to every reader (`scalars`), no key that this version does not enforce.
- A text that fails here is also checked as far as it was understood, so that its author sees all findings together.

What parses may still extend bases or be for a group (`load` does both), and must pass `checker.check`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Mapping as MappingOf

from gateway.ids import RecordTypeName
from gateway.policy.checks.checker import check_rules
from gateway.policy.language.agreement import agreement_of, release_of
from gateway.policy.language.audience import Audience, audience_of
from gateway.policy.language.document import (
    API_VERSION,
    KIND,
    Agreement,
    DisclosurePolicy,
    Drop,
    FieldRule,
    Release,
    Section,
)
from gateway.policy.language.findings import Findings, Mark, PolicyRefused, suggestion
from gateway.policy.language.hierarchies import hierarchies_of
from gateway.policy.language.nodes import Mapping, Node, Scalar, Sequence, read
from gateway.policy.language.scalars import text_of
from gateway.policy.language.shape import Entries, mapping_of, require, words_of
from gateway.policy.reading.rules import Rules, rules_of
from gateway.record.schemas import record_types

BASE_KIND = "DisclosurePolicyBase"
"""A policy that others extend. It is for nobody, so it has no audience; and it extends nothing itself."""

_COMMON = ("apiVersion", "kind", "name", "agreement", "release", "hierarchies", "records")
_HEAD = (*_COMMON, "audience", "extends")
_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]{0,126}[a-z0-9])?")


def parse(text: str, file: str) -> DisclosurePolicy:
    """Return the policy, or the base, that `text` writes.

    Args:
        text: The whole file, decoded (`nodes.decode` does that strictly).
        file: What findings call it.

    Raises:
        PolicyRefused: With all findings, each with its place and remedy.
    """
    findings = Findings(file)
    root = read(text, findings)
    if root is None:
        raise PolicyRefused(findings.found)
    document = _document(root, text, findings)
    if findings.found:
        # Rules that extend a base mean nothing without it, so only a whole policy is checked further.
        raise PolicyRefused([*findings.found, *(() if document.extends else check_rules(document))])
    return document


def _document(root: Node, text: str, findings: Findings) -> DisclosurePolicy:
    is_base = _is_base(root)
    head = mapping_of(root, "a base" if is_base else "a policy", findings, _COMMON if is_base else _HEAD)
    for key, wanted in (("apiVersion", (API_VERSION,)), ("kind", (KIND, BASE_KIND))):
        node = require(head, key, root, "the policy", findings)
        if node is not None and (not isinstance(node, Scalar) or node.text not in wanted):
            findings.add(node.mark, "policy.version", f"`{key}` is not `{wanted[0]}`", f"Write `{key}: {wanted[0]}`.")
    named = None if is_base else require(head, "audience", root, "the policy", findings)
    audience = Audience() if named is None else audience_of(named, findings)
    records = require(head, "records", root, "the policy", findings)
    return DisclosurePolicy(
        name=_name(head, root, findings),
        audience=audience.audience,
        sections=_sections(records, findings) if records is not None else (),
        agreement=agreement_of(head["agreement"][1], findings) if "agreement" in head else Agreement(),
        extends=_extends(head["extends"][1], findings) if "extends" in head else (),
        group=audience.group,
        members=audience.members,
        release=release_of(head["release"][1], findings) if "release" in head else Release(),
        hierarchies=hierarchies_of(head["hierarchies"][1], findings) if "hierarchies" in head else (),
        file=findings.file,
        source=text,
        marks=dict(_places(head)),
    )


def _is_base(root: Node) -> bool:
    entries = root.entries if isinstance(root, Mapping) else ()
    return any(key.text == "kind" and isinstance(node, Scalar) and node.text == BASE_KIND for key, node in entries)


def _places(head: Entries) -> Iterator[tuple[str, Mark]]:
    """Yield where the parts of the head stand, by their dotted keys; items of lists by their number."""
    waiting: list[tuple[str, Node]] = []
    for name, (key, value) in head.items():
        yield name, key.mark
        if name != "records":
            waiting.append((name, value))
    while waiting:
        name, node = waiting.pop()
        if isinstance(node, Mapping):
            for key, value in node.entries:
                yield f"{name}.{key.text}", key.mark
                waiting.append((f"{name}.{key.text}", value))
        elif isinstance(node, Sequence):
            for number, item in enumerate(node.items):
                yield f"{name}.{number}", item.mark
                waiting.append((f"{name}.{number}", item))


def _name(head: Entries, root: Node, findings: Findings) -> str:
    node = require(head, "name", root, "the policy", findings)
    name = text_of(node, "`name`", findings) if node is not None else None
    if node is not None and name is not None:
        _check_name(node, name, findings)
    return name or ""


def _check_name(node: Node, name: str, findings: Findings) -> None:
    if not _NAME.fullmatch(name):
        findings.add(node.mark, "policy.name", f"`{name}` is not a policy's name", "Use a-z, 0-9, hyphens and dots.")


def _extends(node: Node, findings: Findings) -> tuple[str, ...]:
    names = words_of(node, "`extends`", "the name of a base", findings)
    for name in names:
        _check_name(node, name, findings)
    if len(set(names)) < len(names):
        findings.add(node.mark, "policy.extends", "a base is named twice", "Name each base once.")
    if isinstance(node, Sequence) and not node.items:
        findings.add(node.mark, "policy.extends", "`extends` names no base", "Name one, or remove the key.")
    return tuple(dict.fromkeys(names))


def _spellings() -> MappingOf[str, RecordTypeName]:
    """Return every name a section can have: that of the record type, or the same in camel case."""
    camel = {re.sub(r"-(.)", lambda match: match[1].upper(), name): name for name in record_types()}
    return camel | {name: name for name in record_types()}


def _sections(node: Node, findings: Findings) -> tuple[Section, ...]:
    spellings = _spellings()
    sections: dict[RecordTypeName, Section] = {}
    for key, value in mapping_of(node, "`records`", findings).values():
        record_type = spellings.get(key.text)
        if record_type is None:
            message = f"there is no record type `{key.text}`"
            findings.add(key.mark, "policy.unknown-type", message, suggestion(key.text, spellings))
        elif record_type in sections:
            message = f"{record_type} has a section already in line {sections[record_type].mark.line}"
            findings.add(key.mark, "policy.duplicate-section", message, "Keep one of the two.")
        else:
            sections[record_type] = _section(key, record_type, value, findings)
    return tuple(sections.values())


def _section(key: Scalar, record_type: RecordTypeName, node: Node, findings: Findings) -> Section:
    if isinstance(node, Scalar) and node.plain and node.text == "drop":
        # Without an identifier nothing of a type is disclosed, so this is what it means to drop a base's section.
        return Section(record_type, None, (FieldRule("id", Drop(), None, node.mark, findings.file),), mark=key.mark)
    entries = mapping_of(node, f"`{key.text}`", findings, ("when", "fields"))
    condition = entries["when"][1] if "when" in entries else None
    # On top of a base a condition alone narrows; by itself such a section lacks an `id`, and the checker says so.
    fields = entries["fields"][1] if "fields" in entries else None
    if condition is None and fields is None:
        require(entries, "fields", node, f"`{key.text}`", findings)
    when = text_of(condition, "`when`", findings) if condition is not None else None
    rules = rules_of(fields, findings) if fields is not None else Rules()
    return Section(
        record_type=record_type,
        when=None if when is None else when.rstrip(),
        fields=rules.fields,
        members=tuple(sorted(rules.members, key=lambda rule: rule.path)),
        mark=key.mark,
        when_node=condition if isinstance(condition, Scalar) else None,
    )
