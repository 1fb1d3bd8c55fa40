"""From the text of a policy, and those of its bases, to checked policies for one audience each.

This is what everybody uses who is handed a text: `check`, `preview`, `publish`. Whatever is wrong with the policy or
one of its bases is told together.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from gateway.policy.checks.checker import check, check_rules
from gateway.policy.language.document import DisclosurePolicy
from gateway.policy.language.findings import Finding, Findings, PolicyRefused
from gateway.policy.reading.extends import narrowed
from gateway.policy.reading.parser import parse

_NO_BASES: Mapping[str, str] = MappingProxyType({})


def load(text: str, file: str, bases: Mapping[str, str] = _NO_BASES) -> tuple[DisclosurePolicy, ...]:
    """Return the effective policies that `text` writes: one, or one for each member of its group.

    Args:
        text: The whole file.
        file: What findings call it.
        bases: The texts of bases by name; those that the policy does not name are not read.

    Raises:
        PolicyRefused: With all findings.
    """
    document = parse(text, file)
    findings: list[Finding] = []
    grounds = {}
    for name in document.extends:
        if name in bases:
            try:
                grounds[name] = load_base(bases[name], f"{name}.yaml", name)
            except PolicyRefused as refused:
                findings += refused.findings
    if findings:
        # What a broken base means is not known, so nothing on top of it is either.
        raise PolicyRefused(findings)
    whole, found = narrowed(document, grounds, bases)
    findings = [*found.found, *check(whole)]
    if findings:
        raise PolicyRefused(findings)
    return tuple(whole.for_member(member) for member in whole.members) or (whole,)


def load_base(text: str, file: str, name: str | None = None) -> DisclosurePolicy:
    """Return the checked base that `text` writes.

    Raises:
        PolicyRefused: It is no base, or is called otherwise than `name`, or something is wrong with it.
    """
    document = parse(text, file)
    findings = Findings(file)
    if document.audience:
        message = f"`{document.name}` is a policy with an audience, not a base"
        findings.add(document.mark_of("kind"), "policy.extends", message, "Write `kind: DisclosurePolicyBase`.")
    if name is not None and document.name != name:
        message = f"the base in {name}.yaml calls itself `{document.name}`, and both are to be the name of the base"
        remedy = f"Write `name: {name}`, or call the file {document.name}.yaml and extend `{document.name}`."
        findings.add(document.mark_of("name"), "policy.extends", message, remedy)
    findings.found += check_rules(document)
    if findings.found:
        raise PolicyRefused(findings.found)
    return document
