"""Read and check hierarchies: words, and the group that each is told as.

Rules:
- A word is in one group of a hierarchy only, so that it has one meaning. The name of a group stands for itself.
- A hierarchy cannot be called as the built-in ways to generalise are.
"""

from __future__ import annotations

import re

from gateway.policy.language.document import DisclosurePolicy, Hierarchy
from gateway.policy.language.findings import Findings
from gateway.policy.language.nodes import Mapping, Node, Sequence
from gateway.policy.language.shape import mapping_of, quoted_keys, words_of

PLACES = ("metro", "country", "region")
PREFIX = "prefix"
_NAME = re.compile(r"[a-z][a-z0-9-]{0,62}")


def hierarchies_of(node: Node, findings: Findings) -> tuple[Hierarchy, ...]:
    """Return the hierarchies that `node` writes."""
    named = quoted_keys(mapping_of(node, "`hierarchies`", findings), "the hierarchy", findings)
    return tuple(_hierarchy(name, value, findings) for name, (_, value) in named.items())


def _hierarchy(name: str, node: Node, findings: Findings) -> Hierarchy:
    groups = quoted_keys(mapping_of(node, f"the hierarchy `{name}`", findings), "the group", findings)
    read = [(group, _words(group, value, findings)) for group, (_, value) in groups.items()]
    # What cannot be read stands for itself, so that one mistake is not found twice.
    is_empty = isinstance(node, Mapping) and not node.entries
    return Hierarchy(name, tuple(read) if read or is_empty else ((name, (name,)),))


def _words(group: str, node: Node, findings: Findings) -> tuple[str, ...]:
    words = words_of(node, f"`{group}`", "a word", findings)
    is_empty = isinstance(node, Sequence) and not node.items
    return words if words or is_empty else (group,)


def check_hierarchies(document: DisclosurePolicy, findings: Findings) -> None:
    """Note what is wrong with the hierarchies of a document."""
    seen: set[str] = set()
    for hierarchy in document.hierarchies:
        mark = document.mark_of(f"hierarchies.{hierarchy.name}")
        if not _NAME.fullmatch(hierarchy.name) or hierarchy.name in (*PLACES, PREFIX):
            message = f"`{hierarchy.name}` cannot be the name of a hierarchy"
            findings.add(mark, "policy.hierarchy", message, "Use another name of a-z, 0-9 and hyphens.")
        if hierarchy.name in seen:
            message = f"there are two hierarchies `{hierarchy.name}`"
            findings.add(mark, "policy.hierarchy", message, "Keep one of the two.")
        seen.add(hierarchy.name)
        _check_groups(document, hierarchy, findings)


def _check_groups(document: DisclosurePolicy, hierarchy: Hierarchy, findings: Findings) -> None:
    names = [group for group, _ in hierarchy.groups]
    group_of: dict[str, str] = {name: name for name in names}
    if not names or len(set(names)) < len(names):
        mark = document.mark_of(f"hierarchies.{hierarchy.name}")
        message = f"`{hierarchy.name}` must have groups, each once"
        findings.add(mark, "policy.hierarchy", message, "Write {group: [word, ...]}.")
    for group, words in hierarchy.groups:
        around = f"hierarchies.{hierarchy.name}.{group}"
        if not words:
            findings.add(document.mark_of(around), "policy.hierarchy", f"`{group}` has no words", "Name its words.")
        for number, word in enumerate(words):
            if word in group_of and word != group:
                message = f"`{word}` stands in `{group_of[word]}` already"
                mark = document.mark_of(f"{around}.{number}")
                findings.add(mark, "policy.hierarchy", message, "Keep each word in one group.")
            group_of.setdefault(word, group)
