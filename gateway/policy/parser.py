"""From the text of a policy to a `DisclosurePolicy`, or to every finding about it at once.

Rules:
- Strict YAML (`nodes`), names that are text to every reader (`scalars`), no key that this version does not enforce.
- A text that fails here is also checked as far as it was understood, so that its author sees all findings together.

What parses must still pass `checker.check`; compiling does that by itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingOf

from gateway.ids import (
    AudienceId,
    MalformedId,
    RecordTypeName,
    audience_of_customer,
    audience_of_operator,
    parse_customer_id,
    parse_operator_id,
)
from gateway.policy.agreement import agreement_of
from gateway.policy.checker import check
from gateway.policy.document import API_VERSION, KIND, Agreement, DisclosurePolicy, FieldRule, Section
from gateway.policy.findings import Findings, PolicyRefused, suggestion
from gateway.policy.nodes import Node, Scalar, read
from gateway.policy.rules import rule_of
from gateway.policy.scalars import text_of
from gateway.policy.shape import Entries, mapping_of, require
from gateway.record.schemas import record_types

_HEAD = ("apiVersion", "kind", "name", "audience", "agreement", "records")
_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]{0,126}[a-z0-9])?")


def parse(text: str, file: str) -> DisclosurePolicy:
    """Return the policy that `text` writes.

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
        raise PolicyRefused([*findings.found, *check(document)])
    return document


def _document(root: Node, text: str, findings: Findings) -> DisclosurePolicy:
    head = mapping_of(root, "a policy", findings, _HEAD)
    for key, wanted in (("apiVersion", API_VERSION), ("kind", KIND)):
        node = require(head, key, root, "the policy", findings)
        if node is not None and (not isinstance(node, Scalar) or node.text != wanted):
            findings.add(node.mark, "policy.version", f"`{key}` is not `{wanted}`", f"Write `{key}: {wanted}`.")
    records = require(head, "records", root, "the policy", findings)
    return DisclosurePolicy(
        name=_name(head, root, findings),
        audience=_audience(require(head, "audience", root, "the policy", findings), findings),
        sections=_sections(records, findings) if records is not None else (),
        agreement=agreement_of(head["agreement"][1], findings) if "agreement" in head else Agreement(),
        file=findings.file,
        source=text,
    )


def _name(head: Entries, root: Node, findings: Findings) -> str:
    node = require(head, "name", root, "the policy", findings)
    name = text_of(node, "`name`", findings) if node is not None else None
    if node is not None and name is not None and not _NAME.fullmatch(name):
        findings.add(node.mark, "policy.name", f"`{name}` is not a policy's name", "Use a-z, 0-9, hyphens and dots.")
    return name or ""


def _audience(node: Node | None, findings: Findings) -> AudienceId:
    """Return whom the policy is for. Identifiers are exact: no case is folded, nothing looks alike (threat P-12)."""
    nobody = AudienceId("")
    if node is None:
        return nobody
    entries = mapping_of(node, "`audience`", findings, ("operator", "customer"))
    if len(entries) != 1:
        remedy = "Write {operator: <id>} or {customer: <id>}."
        findings.add(node.mark, "policy.audience", "`audience` must name one operator or one customer", remedy)
        return nobody
    [(key, value)] = entries.values()
    party = text_of(value, f"the {key.text}", findings)
    try:
        if party is None:
            return nobody
        if key.text == "operator":
            return audience_of_operator(parse_operator_id(party))
        return audience_of_customer(parse_customer_id(party))
    except MalformedId as error:
        findings.add(value.mark, "policy.audience", f"`{party}` is not an identifier", error.remedy)
        return nobody


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
    entries = mapping_of(node, f"`{key.text}`", findings, ("when", "fields"))
    fields = require(entries, "fields", node, f"`{key.text}`", findings)
    condition = entries["when"][1] if "when" in entries else None
    when = text_of(condition, "`when`", findings) if condition is not None else None
    return Section(
        record_type=record_type,
        when=None if when is None else when.rstrip(),
        fields=_fields(fields, findings) if fields is not None else (),
        mark=key.mark,
        when_node=condition if isinstance(condition, Scalar) else None,
    )


def _fields(node: Node, findings: Findings) -> tuple[FieldRule, ...]:
    if isinstance(node, Scalar):
        remedy = "Name each attribute that may leave; there are no wildcards."
        findings.add(node.mark, "policy.wildcard", f"`fields: {node.text}` names no attribute", remedy)
        return ()
    rules = [rule_of(key, value, findings) for key, value in mapping_of(node, "`fields`", findings).values()]
    return tuple(rule for rule in rules if rule is not None)
