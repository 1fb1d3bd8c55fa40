"""Whether a document says one thing only, for one audience: what the compiler asks beside the checks of every rule.

Rules:
- What still extends other policies, or is for several audiences, is not effective.
- Nothing is said twice. The digest of a policy sees one rule of a path, so a second one would run under the digest of
  a policy that does not have it; what is compiled is remembered by that digest.

Does not look at what the rules say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from gateway.policy.language.document import DisclosurePolicy
from gateway.policy.language.findings import START, Findings, PolicyRefused


def require_effective(document: DisclosurePolicy) -> None:
    """Raise unless the document is the effective policy of one audience.

    Raises:
        PolicyRefused: With every reason against it.
    """
    findings = Findings(document.file)
    if document.extends:
        message = f"the policy still extends {', '.join(document.extends)}"
        findings.add(START, "policy.not-effective", message, "Load it together with the policies that it extends.")
    if document.members:
        message = f"the policy is for {len(document.members)} members of a group"
        findings.add(START, "policy.not-effective", message, "Compile the policy of each member.")
    for name in _said_twice(document):
        findings.add(START, "policy.twice", f"`{name}` is said twice", "Keep one of the two.")
    if findings.found:
        raise PolicyRefused(findings.found)


def _said_twice(document: DisclosurePolicy) -> Iterator[str]:
    yield from _repeated(str(section.record_type) for section in document.sections)
    for section in document.sections:
        yield from _repeated(rule.path for rule in section.fields)
        yield from _repeated(rule.path.removesuffix("[]") for rule in section.members)
    yield from _repeated(hierarchy.name for hierarchy in document.hierarchies)
    for hierarchy in document.hierarchies:
        yield from _repeated(group for group, _ in hierarchy.groups)
        # The name of a group may stand in it, but in no other: what it belongs to would hang on their order.
        yield from _repeated(word for group, words in hierarchy.groups for word in {group, *words})


def _repeated(names: Iterable[str]) -> Iterator[str]:
    return (name for name, times in sorted(Counter(names).items()) if times > 1)
