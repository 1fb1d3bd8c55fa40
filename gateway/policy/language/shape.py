"""Read mappings and lists of a policy document with findings instead of exceptions.

A reader here always returns something usable, so that one mistake does not hide the next one.
"""

from __future__ import annotations

from collections.abc import Collection

from gateway.policy.language.findings import Findings, suggestion
from gateway.policy.language.nodes import Mapping, Node, Scalar, Sequence
from gateway.policy.language.scalars import needs_quotes, text_of

Entries = dict[str, tuple[Scalar, Node]]


def mapping_of(node: Node, what: str, findings: Findings, known: Collection[str] | None = None) -> Entries:
    """Return a mapping's entries by key; keys outside `known` become findings and are left out."""
    if not isinstance(node, Mapping):
        findings.add(node.mark, "policy.shape", f"{what} must be a mapping", "Write `key: value` lines below it.")
        return {}
    entries: Entries = {}
    for key, value in node.entries:
        if known is None or key.text in known:
            entries[key.text] = (key, value)
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


def words_of(node: Node, what: str, item: str, findings: Findings) -> tuple[str, ...]:
    """Return a list's texts, those that are texts; `item` is what a finding calls one of them."""
    texts = (text_of(one, item, findings) for one in items_of(node, what, findings))
    return tuple(text for text in texts if text is not None)


def quoted_keys(entries: Entries, what: str, findings: Findings) -> Entries:
    """Return the entries whose keys are text to every YAML reader; the others become findings."""
    good = {}
    for text, (key, value) in entries.items():
        if needs_quotes(key):
            message = f"{what} `{text}` is not text to every YAML reader"
            findings.add(key.mark, "policy.quote", message, "Put it in quotes if text is meant.")
        elif not text.strip():
            findings.add(key.mark, "policy.shape", f"{what} is empty", "Write a word, or remove the line.")
        else:
            good[text] = (key, value)
    return good
