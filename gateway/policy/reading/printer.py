"""Write a policy document as YAML, in the one form that says it in full.

Rules:
- What is written reads back as an equal document with the same digest (threat P-15).
- A word that every YAML reader takes for text stands as it is; everything else is quoted.
- Rules stand in the order of the document, those for members of arrays by their whole path.

Comments are not part of a document, so they are not written; `edit` changes a text and leaves them where they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from gateway.ids import AudienceId, is_operator, party_of_audience
from gateway.policy.language.document import (
    API_VERSION,
    KIND,
    Agreement,
    DisclosurePolicy,
    FieldRule,
    Hierarchy,
    MemberRule,
    Release,
    Section,
)
from gateway.policy.language.findings import START
from gateway.policy.language.nodes import Scalar
from gateway.policy.language.scalars import needs_quotes
from gateway.policy.reading.parser import BASE_KIND
from gateway.policy.reading.transform_printer import print_transform, quoted, word

_SCOPE = ("services", "locations", "customer_locations", "technologies")
_PLAIN_PATH = re.compile(r"[A-Za-z][A-Za-z0-9.@\[\]]*")


def print_policy(document: DisclosurePolicy) -> str:
    """Return the text of a document that has passed `checker.check`, or that came from `parser.parse`."""
    return "\n".join(_lines(document)) + "\n"


def print_rule(rule: FieldRule) -> str:
    """Return what stands behind the path of a rule, on one line: `keep`, `{truncate: minute}`."""
    return print_transform(rule.transform, rule.rename)


def _lines(document: DisclosurePolicy) -> Iterator[str]:
    yield f"apiVersion: {API_VERSION}"
    yield f"kind: {KIND if document.audience else BASE_KIND}"
    yield f"name: {word(document.name)}"
    if document.audience:
        yield f"audience: {_audience(document)}"
    if document.extends:
        yield f"extends: {_list(document.extends)}"
    yield from _agreement(document.agreement)
    yield from _release(document.release)
    yield from _hierarchies(document.hierarchies)
    yield "records:" if document.sections else "records: {}"
    for section in document.sections:
        yield from _section(section)


def _audience(document: DisclosurePolicy) -> str:
    if document.members:
        members = ", ".join(f"{{{_party(member)}}}" for member in document.members)
        return f"{{group: {word(document.group or '')}, members: [{members}]}}"
    group = f", group: {word(document.group)}" if document.group else ""
    return f"{{{_party(document.audience)}{group}}}"


def _party(audience: AudienceId) -> str:
    return f"{'operator' if is_operator(audience) else 'customer'}: {word(party_of_audience(audience))}"


def _agreement(agreement: Agreement) -> Iterator[str]:
    if agreement == Agreement():
        return
    yield "agreement:"
    days = (("from", agreement.valid_from), ("until", agreement.valid_until))
    valid = ", ".join(f"{name}: {day.isoformat()}" for name, day in days if day is not None)
    if valid:
        yield f"  valid: {{{valid}}}"
    scope = [(name, getattr(agreement.scope, name)) for name in _SCOPE]
    if any(words is not None for _, words in scope):
        yield "  scope:"
        yield from (f"    {name}: {_list(words)}" for name, words in scope if words is not None)
    if agreement.objectives:
        said = ", ".join(f"{name}: {word(text)}" for name, text in agreement.objectives)
        yield f"  objectives: {{{said}}}"
    if agreement.contacts:
        yield "  contacts:"
    for contact in agreement.contacts:
        details = ", ".join(f"{name}: {word(text)}" for name, text in (("role", contact.role), *contact.details))
        yield f"    - {{{details}}}"


def _release(release: Release) -> Iterator[str]:
    if release != Release():
        cadence = "none" if release.cadence is None else _duration(release.cadence)
        yield f"release: {{embargo: {_duration(release.embargo)}, cadence: {cadence}}}"


def _hierarchies(hierarchies: tuple[Hierarchy, ...]) -> Iterator[str]:
    if hierarchies:
        yield "hierarchies:"
    for hierarchy in hierarchies:
        yield f"  {word(hierarchy.name)}:"
        yield from (f"    {word(group)}: {_list(words)}" for group, words in hierarchy.groups)


def _section(section: Section) -> Iterator[str]:
    yield f"  {section.record_type}:"
    if section.when is not None:
        yield f"    when: {quoted(section.when)}"
    conditions = {rule.path: rule for rule in section.members}
    rules = [line for rule in section.fields for line in _rule(rule, conditions.pop(rule.path, None))]
    rules += [f"      {_path(path)}: {{items: {{when: {quoted(rule.when)}}}}}" for path, rule in conditions.items()]
    yield "    fields:" if rules else "    fields: {}"
    yield from rules


def _rule(rule: FieldRule, condition: MemberRule | None) -> Iterator[str]:
    """Yield the line of one rule; with a condition on what stands at the same path beside it."""
    said = print_rule(rule)
    if condition is not None:
        said = f"{said.removesuffix('}')}, items: {{when: {quoted(condition.when)}}}}}"
    yield f"      {_path(rule.path)}: {said}"


def _path(path: str) -> str:
    return path if _PLAIN_PATH.fullmatch(path) and not needs_quotes(Scalar(path, START, START)) else quoted(path)


def _list(words: tuple[str, ...]) -> str:
    return f"[{', '.join(map(word, words))}]"


def _duration(length: timedelta) -> str:
    seconds = int(length.total_seconds())
    for unit, of in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds and not seconds % of:
            return f"{seconds // of}{unit}"
    return f"{seconds}s"
