"""Read whom a policy is for: one operator, one customer, or a group of them.

Identifiers are exact: no case is folded, nothing looks alike (threat P-12). A group has at least one member; a policy
for nobody would look as if it did something.
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.ids import (
    AudienceId,
    MalformedId,
    audience_of_customer,
    audience_of_operator,
    parse_customer_id,
    parse_operator_id,
)
from gateway.policy.language.findings import Findings
from gateway.policy.language.nodes import Node
from gateway.policy.language.scalars import text_of
from gateway.policy.language.shape import Entries, items_of, mapping_of

GROUP_URN = "urn:demarc:group:"
NOBODY = AudienceId("")
"""The audience of a base."""

_PARTIES = ("operator", "customer")


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom a policy is for; `members` is empty unless it is for a whole group."""

    audience: AudienceId = NOBODY
    group: str | None = None
    members: tuple[AudienceId, ...] = ()


def audience_of(node: Node, findings: Findings) -> Audience:
    """Return the audience that `node` writes; with findings, as far as it can be understood."""
    entries = mapping_of(node, "`audience`", findings, (*_PARTIES, "group", "members"))
    named = [key for key in _PARTIES if key in entries]
    if "members" in entries or ("group" in entries and not named):
        return _group(node, entries, findings)
    if len(named) != 1:
        remedy = "Write {operator: <id>}, {customer: <id>} or {group: <name>, members: [...]}."
        findings.add(node.mark, "policy.audience", "`audience` must name one operator, customer or group", remedy)
        return Audience()
    group = _name(entries["group"][1], "the group", findings) if "group" in entries else None
    return Audience(_party(named[0], entries[named[0]][1], findings) or NOBODY, group)


def _group(node: Node, entries: Entries, findings: Findings) -> Audience:
    if "group" not in entries or "members" not in entries or len(entries) > 2:
        remedy = "Write {group: <name>, members: [{operator: <id>}, {customer: <id>}]}."
        findings.add(node.mark, "policy.audience", "a group has a name and members, nothing else", remedy)
        return Audience()
    name = _name(entries["group"][1], "the group", findings)
    members = _members(entries["members"][1], findings)
    return Audience(AudienceId(GROUP_URN + (name or "")), name, members)


def _members(node: Node, findings: Findings) -> tuple[AudienceId, ...]:
    members: dict[AudienceId, None] = {}
    items = items_of(node, "`members`", findings)
    for item in items:
        entries = mapping_of(item, "a member", findings, _PARTIES)
        if len(entries) != 1:
            remedy = "Write {operator: <id>} or {customer: <id>}."
            findings.add(item.mark, "policy.audience", "a member is one operator or one customer", remedy)
            continue
        [(key, value)] = entries.values()
        member = _party(key.text, value, findings)
        if member in members:
            findings.add(item.mark, "policy.audience", f"`{member}` is a member already", "Keep one of the two.")
        elif member is not None:
            members[member] = None
    if not items:
        findings.add(node.mark, "policy.empty-group", "a group without members", "Name its members.")
    return tuple(members)


def _party(key: str, node: Node, findings: Findings) -> AudienceId | None:
    name = text_of(node, f"the {key}", findings)
    if name is None:
        return None
    try:
        if key == "operator":
            return audience_of_operator(parse_operator_id(name))
        return audience_of_customer(parse_customer_id(name))
    except MalformedId as error:
        findings.add(node.mark, "policy.audience", f"`{name}` is not an identifier", error.remedy)
        return None


def _name(node: Node, what: str, findings: Findings) -> str | None:
    """Return the name of a group; it looks like an identifier of a party."""
    name = text_of(node, what, findings)
    try:
        return None if name is None else parse_operator_id(name)
    except MalformedId as error:
        findings.add(node.mark, "policy.audience", f"`{name}` is not the name of a group", error.remedy)
        return None
