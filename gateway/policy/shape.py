"""Read mappings and lists of a policy document with findings instead of exceptions.

A reader here always returns something usable, so that one mistake does not hide the next one.
"""

from __future__ import annotations

from collections.abc import Collection

from gateway.policy.findings import Findings, suggestion
from gateway.policy.nodes import Mapping, Node, Scalar, Sequence

Entries = dict[str, tuple[Scalar, Node]]

UNSUPPORTED = {
    "extends": "inheritance",
    "release": "embargo and cadence",
    "scope": "scopes",
    "items": "rules for members",
}


def mapping_of(node: Node, what: str, findings: Findings, known: Collection[str] | None = None) -> Entries:
    """Return a mapping's entries by key; keys outside `known` become findings and are left out."""
    if not isinstance(node, Mapping):
        findings.add(node.mark, "policy.shape", f"{what} must be a mapping", "Write `key: value` lines below it.")
        return {}
    entries: Entries = {}
    for key, value in node.entries:
        if known is None or key.text in known:
            entries[key.text] = (key, value)
        elif key.text in UNSUPPORTED:
            message = f"this version does not enforce {UNSUPPORTED[key.text]} (`{key.text}`)"
            findings.add(
                key.mark, "policy.unsupported", message, "Remove it; what is not enforced must not be written."
            )
        else:
            findings.add(key.mark, "policy.unknown-key", f"{what} has no `{key.text}`", suggestion(key.text, known))
    return entries


def items_of(node: Node, what: str, findings: Findings) -> tuple[Node, ...]:
    """Return a list's items."""
    if not isinstance(node, Sequence):
        findings.add(node.mark, "policy.shape", f"{what} must be a list", "Write [a, b] or lines that begin with -.")
        return ()
    return node.items


def require(entries: Entries, key: str, parent: Node, what: str, findings: Findings) -> Node | None:
    """Return the value under `key`, or None with a finding at the parent."""
    if key in entries:
        return entries[key][1]
    findings.add(parent.mark, "policy.missing", f"{what} lacks `{key}`", f"Add `{key}:`.")
    return None
