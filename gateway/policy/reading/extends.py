"""Work the bases of a policy into it: what results is effective, and says everything itself.

Rules:
- A policy may only narrow what its base discloses, or fill in what says nothing of the record (a constant, a template
  that names no services: which of them a record concerns is something new).
- Sections and rules that it does not mention are inherited. `drop` leaves one out; so does `drop` for a whole section.
- Both conditions must hold: that of the base and that of the policy.
- With several bases the first gives the ground, and each further one is worked in like a policy.
- Scope and validity can only shrink, embargo and cadence only grow (`narrowing`).

Whether the result is a good policy is for `checker.check`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from gateway.policy.checks.member_checks import check_text
from gateway.policy.language.document import (
    Agreement,
    Constant,
    DisclosurePolicy,
    Drop,
    FieldRule,
    Hierarchy,
    MemberRule,
    Section,
    Template,
)
from gateway.policy.language.findings import Findings, Mark, PolicyRefused, suggestion
from gateway.policy.language.levels import compare
from gateway.policy.language.nodes import Scalar
from gateway.policy.language.output_names import rule_of_service, services_named
from gateway.policy.reading.narrowing import narrowed_agreement, narrowed_hierarchies, narrowed_release
from gateway.record.paths import Catalogue, MalformedPath, Node, UnknownPath


def effective(document: DisclosurePolicy, bases: Mapping[str, DisclosurePolicy]) -> DisclosurePolicy:
    """Return the policy that says by itself what `document` says on top of its bases; `document` if it has none.

    Args:
        document: As parsed.
        bases: Documents of kind base by name, each as parsed and checked.

    Raises:
        PolicyRefused: A base is missing, or something would be disclosed that a base does not disclose.
    """
    result, findings = narrowed(document, bases)
    if findings.found:
        raise PolicyRefused(findings.found)
    return result


def narrowed(
    document: DisclosurePolicy, bases: Mapping[str, DisclosurePolicy], known: Iterable[str] = ()
) -> tuple[DisclosurePolicy, Findings]:
    """Return what `effective` returns as far as it can be understood, and what is wrong with it.

    `known` are the names of all bases that there are, for a remedy where one is missing.
    """
    findings = Findings(document.file)
    grounds = []
    for number, name in enumerate(document.extends):
        if name in bases:
            grounds.append(bases[name])
            continue
        mark = document.mark_of(f"extends.{number}")
        names = {*bases, *known}
        beside = f"The base `{name}` stands beside the policy in {name}.yaml, and has `name: {name}`."
        remedy = f"{suggestion(name, names)} {beside}" if names else beside
        findings.add(mark, "policy.extends", f"there is no base `{name}`", remedy)
    if not grounds:
        return replace(document, extends=()), findings
    ground = grounds[0]
    for further in grounds[1:]:
        ground = _worked_in(further, ground, document, findings)
    result = _worked_in(document, ground, document, findings)
    return replace(result, extends=()), findings


def _worked_in(
    upper: DisclosurePolicy, ground: DisclosurePolicy, document: DisclosurePolicy, findings: Findings
) -> DisclosurePolicy:
    """Return `upper` on the ground of a base; findings about a base stand where `document` names its bases."""
    noted = findings if upper is document else Findings(upper.file)
    hierarchies = narrowed_hierarchies(upper, ground, noted)
    agreement = narrowed_agreement(upper, ground, hierarchies, noted)
    work = _Work(upper, ground, agreement, hierarchies, noted)
    sections = [work.section(section) for section in ground.sections]
    for section in upper.sections:
        if ground.section(section.record_type) is None:
            message = f"no base discloses anything of type {section.record_type}"
            noted.add(section.mark, "policy.widens", message, "Remove the section, or add it to the base.")
    if noted is not findings:
        findings.found += noted.found
    return replace(
        upper,
        sections=tuple(section for section in sections if section is not None),
        agreement=agreement,
        release=narrowed_release(upper, ground, noted),
        hierarchies=hierarchies,
    )


@dataclass(frozen=True, slots=True)
class _Work:
    """One policy being worked into one base."""

    upper: DisclosurePolicy
    ground: DisclosurePolicy
    agreement: Agreement
    hierarchies: tuple[Hierarchy, ...]
    findings: Findings

    def section(self, below: Section) -> Section | None:
        """Return the section for one type; None when the policy leaves it out."""
        above = self.upper.section(below.record_type)
        if above is None:
            # Its places are those of the base's text, so nothing of them can be pointed at in this one.
            mark = self.upper.mark_of("extends")
            members = tuple(replace(rule, mark=mark, when_node=None) for rule in below.members)
            return replace(below, members=members, mark=mark, when_node=None)
        if any(rule.path == "id" and isinstance(rule.transform, Drop) for rule in above.fields):
            self._check_left_out(above)
            return None
        return replace(
            above,
            when=self._both(below.when, above.when, None, below, above.mark, above.when_node),
            fields=tuple(self._rules(above, below)),
            members=tuple(sorted(self._members(above, below), key=lambda rule: rule.path)),
            when_node=above.when_node if below.when is None else None,
        )

    def _check_left_out(self, above: Section) -> None:
        for rule in above.fields:
            if not isinstance(rule.transform, Drop):
                message = f"without `id` nothing of {above.record_type} is disclosed"
                remedy = f"Write `{above.record_type}: drop`, or keep the `id`."
                self.findings.add(rule.mark, "policy.drop", message, remedy, rule.file)

    def _rules(self, above: Section, below: Section) -> Iterable[FieldRule]:
        """Yield the rules of the base as the policy narrows them, then those that fill in."""
        said = {rule.path: rule for rule in above.fields}
        inherited = {rule.path: rule for rule in below.fields}
        for path, old in inherited.items():
            new = said.get(path, old)
            if not isinstance(new.transform, Drop):
                yield new
                self._check_narrows(new, old, below)
        for path, new in said.items():
            if path in inherited:
                continue
            if isinstance(new.transform, Drop):
                message = f"no base discloses `{path}`"
                remedy = suggestion(path, inherited) if inherited else "Remove this line."
                self.findings.add(new.mark, "policy.drop", message, remedy, new.file)
            else:
                yield new
                self._check_fills_in(new)

    def _check_narrows(self, new: FieldRule, old: FieldRule, below: Section) -> None:
        self._check_words(new)
        if new is old or _says_nothing_new(new):
            return
        node = _node(below, new.path)
        order = compare(new, old, node, self.hierarchies, self.ground.hierarchies)
        if order not in ("equal", "narrower"):
            message = f"`{new.path}` would disclose what the base `{self.ground.name}` does not"
            remedy = f"Narrow the rule in line {old.mark.line} of {old.file}, or leave it as it is there."
            self.findings.add(new.mark, "policy.widens", message, remedy, new.file)

    def _check_words(self, rule: FieldRule) -> None:
        """What a sentence of the base says of services may not become the name of another attribute of them."""
        for name in services_named(rule.transform) if isinstance(rule.transform, Template) else ():
            old, new = rule_of_service(self.ground, name), rule_of_service(self.upper, name)
            if new is not None and (old is None or old.path != new.path):
                message = f"`{{service.{name}}}` in the rule for `{rule.path}` would become `{new.path}`"
                self.findings.add(new.mark, "policy.widens", message, "Give it another name.", new.file)

    def _check_fills_in(self, new: FieldRule) -> None:
        if not _says_nothing_new(new):
            message = f"the base `{self.ground.name}` does not disclose `{new.path}`"
            remedy = "Use `constant` or a `template` that names no services, leave it out, or add it to the base."
            self.findings.add(new.mark, "policy.widens", message, remedy, new.file)

    def _members(self, above: Section, below: Section) -> Iterable[MemberRule]:
        """Yield the conditions on members: where both have one, both must hold."""
        said = {rule.path: rule for rule in above.members}
        for old in below.members:
            new = said.pop(old.path, None)
            mark = self.upper.mark_of("extends") if new is None else new.mark
            node = None if new is None else new.when_node
            when = self._both(old.when, new.when if new else None, old.path, below, mark, node)
            yield replace(old, when=when or "false", mark=mark, when_node=None)
        yield from said.values()

    def _both(
        self, old: str | None, new: str | None, array: str | None, section: Section, mark: Mark, node: Scalar | None
    ) -> str | None:
        """Return the condition that holds when both do.

        Each must be one by itself: `true) || (true` would undo what stands before it.
        """
        if old is None or new is None or old == new:
            return new if old is None else old
        upper = replace(self.upper, agreement=self.agreement)
        if not check_text(new, array, section, upper, self.findings, mark, node):
            return old
        if not check_text(old, array, section, upper, self.findings, mark, None):
            return new
        return f"({_closed(old)}) && ({_closed(new)})"


def _says_nothing_new(rule: FieldRule) -> bool:
    if isinstance(rule.transform, Template):
        return not services_named(rule.transform)
    return isinstance(rule.transform, Constant)


def _closed(condition: str) -> str:
    """Return a condition behind which a bracket can stand: a comment ends with its line."""
    return f"{condition}\n" if "//" in condition else condition


def _node(section: Section, path: str) -> Node | None:
    try:
        return Catalogue.of(section.record_type).lookup(path)
    except (UnknownPath, MalformedPath):
        return None
