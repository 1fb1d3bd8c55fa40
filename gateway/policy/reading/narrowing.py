"""How a policy may change the head of its base: validity and scope only shrink, embargo and cadence only grow.

What the policy does not say it inherits. Objectives and contacts disclose nothing of a record, so what the policy says
of them holds; conditions of the base then read what this policy agreed. What a condition of the base reads and the base
itself gives stays as it is: nobody can say of another value whether the condition then lets out less.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date

from gateway.policy.language.document import Agreement, DisclosurePolicy, Hierarchy, Release, Scope
from gateway.policy.language.findings import Findings
from gateway.policy.language.release import has_other_beats
from gateway.policy.language.scope import TECHNOLOGY
from gateway.policy.transforms.regions import region_of, regions_named


def narrowed_agreement(
    upper: DisclosurePolicy, ground: DisclosurePolicy, hierarchies: tuple[Hierarchy, ...], findings: Findings
) -> Agreement:
    """Return the agreement of `upper` on the ground of its base."""
    new, old = upper.agreement, ground.agreement
    agreement = Agreement(
        valid_from=_later(new.valid_from, old.valid_from),
        valid_until=_earlier(new.valid_until, old.valid_until),
        objectives=tuple(sorted((dict(old.objectives) | dict(new.objectives)).items())),
        contacts=new.contacts or old.contacts,
        scope=_narrowed_scope(upper, ground, hierarchies, findings),
    )
    for key, said, held in (
        ("from", new.valid_from, agreement.valid_from),
        ("until", new.valid_until, agreement.valid_until),
    ):
        if said is not None and said != held:
            message = f"the base `{ground.name}` is not valid then"
            mark = upper.mark_of(f"agreement.valid.{key}")
            findings.add(mark, "policy.widens", message, f"Write {held}, or a shorter time.")
    _check_what_conditions_read(upper, ground, agreement, findings)
    return agreement


def _check_what_conditions_read(
    upper: DisclosurePolicy, ground: DisclosurePolicy, agreement: Agreement, findings: Findings
) -> None:
    """Note values of the base's agreement that would be others for the base's own conditions."""
    said = agreement.variables()
    for name, held in ground.agreement.variables().items():
        # Whatever reads a value has the last part of its name in it; one found in a text too many does no harm.
        word = re.compile(rf"\b{name.rpartition('.')[2]}\b")
        if said[name] != held and any(word.search(condition) for condition in _conditions(ground)):
            message = f"a condition of the base `{ground.name}` reads `{name}`"
            findings.add(upper.mark_of(name), "policy.widens", message, f"Write {held}, or leave it out.")


def _conditions(document: DisclosurePolicy) -> Iterator[str]:
    for section in document.sections:
        yield from (rule.when for rule in section.members)
        if section.when is not None:
            yield section.when


def narrowed_release(upper: DisclosurePolicy, ground: DisclosurePolicy, findings: Findings) -> Release:
    """Return the release of `upper` on the ground of its base: the longer embargo, the longer cadence."""
    new, old = upper.release, ground.release
    if "release.embargo" in upper.marks and new.embargo < old.embargo:
        message = f"the base `{ground.name}` has a longer embargo"
        mark = upper.mark_of("release.embargo")
        findings.add(mark, "policy.widens", message, "Write the same or a longer one, or leave it out.")
    has_more = has_other_beats(new, old)
    if "release.cadence" in upper.marks and has_more:
        message = f"the base `{ground.name}` has a cadence without some of these beats"
        mark = upper.mark_of("release.cadence")
        findings.add(mark, "policy.widens", message, "Write the same or a multiple of it, or leave it out.")
    return Release(max(new.embargo, old.embargo), old.cadence if has_more else new.cadence)


def narrowed_hierarchies(
    upper: DisclosurePolicy, ground: DisclosurePolicy, findings: Findings
) -> tuple[Hierarchy, ...]:
    """Return all hierarchies. A name has one meaning, or a rule of the base would come to disclose other words."""
    own = {hierarchy.name: hierarchy for hierarchy in upper.hierarchies}
    for known in ground.hierarchies:
        if own.get(known.name, known) != known:
            message = f"the base `{ground.name}` has another hierarchy `{known.name}`"
            mark = upper.mark_of(f"hierarchies.{known.name}")
            findings.add(mark, "policy.widens", message, "Give yours another name, or leave it out.")
        own.pop(known.name, None)
    if TECHNOLOGY in own and ground.agreement.scope.technologies is not None:
        message = f"the base `{ground.name}` has a scope of technologies without this hierarchy"
        mark = upper.mark_of(f"hierarchies.{TECHNOLOGY}")
        findings.add(mark, "policy.widens", message, "Give yours another name, or write it in the base.")
    return (*ground.hierarchies, *own.values())


def _narrowed_scope(
    upper: DisclosurePolicy, ground: DisclosurePolicy, hierarchies: tuple[Hierarchy, ...], findings: Findings
) -> Scope:
    technology = next((one for one in hierarchies if one.name == TECHNOLOGY), None)
    within: dict[str, Callable[[str, tuple[str, ...]], bool]] = {
        "services": lambda word, held: word in held,
        "locations": _is_place_within,
        "customer_locations": _is_place_within,
        "technologies": lambda word, held: word in held or (technology and technology.group_of(word)) in held,
    }
    listed: dict[str, tuple[str, ...] | None] = {}
    for name, is_within in within.items():
        said = getattr(upper.agreement.scope, name)
        held = getattr(ground.agreement.scope, name)
        listed[name] = held if said is None else said
        for number, word in enumerate(said or ()):
            if held is not None and not is_within(word, held):
                message = f"`{word}` is not known to lie in the scope of the base `{ground.name}`"
                mark = upper.mark_of(f"agreement.scope.{name}.{number}")
                findings.add(mark, "policy.widens", message, f"List some of {', '.join(held[:40])}.")
        if held is not None and name == "services" and _says_related(upper):
            message = f"the base `{ground.name}` lists services"
            mark = upper.mark_of("agreement.scope.services")
            findings.add(mark, "policy.widens", message, "List some of them, or leave it out.")
    return Scope(**listed)


def _says_related(upper: DisclosurePolicy) -> bool:
    """Tell whether the policy says that all related services are in scope, rather than nothing about them."""
    return upper.agreement.scope.services is None and "agreement.scope.services" in upper.marks


def _is_place_within(word: str, held: tuple[str, ...]) -> bool:
    """Tell whether every place that `word` means is meant by some word of `held`; of cities only the same."""
    if word in held:
        return True
    regions = {region for name in held for region in regions_named(name)}
    named = regions_named(word)
    return bool(named) and named <= regions if named else region_of(word) in regions


def _later(one: date | None, other: date | None) -> date | None:
    return max((day for day in (one, other) if day is not None), default=None)


def _earlier(one: date | None, other: date | None) -> date | None:
    return min((day for day in (one, other) if day is not None), default=None)
