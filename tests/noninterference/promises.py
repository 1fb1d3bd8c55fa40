"""Draw terms: which attributes a party gets and how, from everything that the schemas and the language offer."""

from __future__ import annotations

import functools
import re
from dataclasses import replace
from random import Random

from gateway.policy.checks.checker import check
from gateway.policy.reading.parser import parse
from gateway.policy.transforms.pseudonym import PREFIXES
from gateway.record.paths import Catalogue, Leaf
from tests.noninterference.low_values import REFERENCES
from tests.noninterference.model import Observer, Part, Rule, Terms
from tests.noninterference.terms import policy_text

SHOWN = ("alarm", "change-request", "service", "service-level", "service-problem", "trouble-ticket")
_INSIDE = (  # what names other objects or people: lifted or not told at all
    "alarmedObject", "targetEntity", "relatedEntity", "impactEntity", "relatedParty", "affectedService",
    "supportingResource", "supportingService", "place", "serviceCharacteristic", "resourceCharacteristic",
)  # fmt: skip
_LIFTS = {
    "alarm": ("affectedService", "alarmedObject"),
    "change-request": ("targetEntity", "impactEntity"),
    "service-problem": ("affectedService",),
    "trouble-ticket": ("relatedEntity",),
    "service-level": ("relatedEntity",),
}
_BASE = {
    "alarm": ("perceivedSeverity", "state", "alarmType"),
    "change-request": ("status", "requestType"),
    "service": ("name", "operatingStatus", "state", "serviceType"),
    "service-problem": ("status", "priority"),
    "trouble-ticket": ("status", "severity", "ticketType"),
    "service-level": ("conformanceTarget",),
}
_TIMES = {
    "alarm": ("alarmRaisedTime", "alarmChangedTime", "alarmClearedTime"),
    "change-request": ("plannedStartTime", "plannedEndTime", "statusChangeDate"),
    "service-problem": ("creationDate", "lastUpdate", "resolutionDate"),
    "trouble-ticket": ("creationDate", "lastUpdate"),
}
REFERRED = {
    "correlatedAlarm",
    "parentAlarm",
    "troubleTicket",
    "problemTicket",
    "underlyingAlarm",
    "troubleTicketRelationship",
}
"""References that worlds set on purpose."""
AUTHORS = ("noc", "service-desk", "field")
GROUPS = (("ethernet", ("evpl", "epl")), ("ip", ("ip-transit",)))
LATE = {
    "service-problem": (
        Rule("affectedNumberOfServices", "count", ("service",)),
        Rule("reason", "template", ("It is {status}, of priority {priority}.", "It is as it is.")),
    ),
    "change-request": (Rule("statusChangeReason", "template", ("{requestType}: {status}", None)),),
    "trouble-ticket": (Rule("statusChangeReason", "template", ("{severity} {ticketType}", None)),),
}
"""Rules that say something about what other rules show."""
SUBSTITUTED = {
    "alarm": ("specificProblem", "sourceSystemId"),
    "change-request": ("description", "impact"),
    "service": ("description",),
    "service-level": ("name",),
    "service-problem": ("name", "statusChangeReason"),
    "trouble-ticket": ("name", "statusChangeReason"),
}
"""Optional attributes in the place of which a constant may stand, whether the record has them or not."""
_SENTENCES = ("See the state of your services.", "help line", "elsewhere", "subscriber", "pending", "Frankfurt")
"""What terms say themselves. Other worlds have things of these names, so no record keeps them as values of its own:
the second barrier stops a kept value that is a hidden name, and is meant to."""


def draw_terms(who: Observer, rng: Random, note: str = "") -> Terms:
    """Return terms that the gateway accepts and that tell something of most types."""
    parts = tuple(_part(record_type, rng) for record_type in SHOWN if rng.random() < 0.93)
    valid = rng.choice((None, ("2026-01-01", "2027-12-31")))
    whole = Terms(who.role, who.party, parts, valid, groups=GROUPS)
    for simpler in (_by_itself, _without_references, _bare):
        if is_accepted_whole(whole):
            break
        whole = replace(whole, parts=tuple(simpler(part) for part in whole.parts))
    return replace(whole, note=note or f"terms-{rng.randrange(10**6)}")


def _by_itself(part: Part) -> Part:
    """Return a part that the gateway accepts where there are no others."""
    return part if _is_accepted_part(part) else replace(part, rules=part.rules[:3])


def _without_references(part: Part) -> Part:
    """Leave out what refers to other records: the identifier of one of them is told in two ways."""
    return replace(part, rules=tuple(rule for rule in part.rules if not _refers(part, rule)))


def _bare(part: Part) -> Part:
    return replace(part, rules=part.rules[:1], members=())


def limited(terms: Terms, services: list[str], rng: Random) -> Terms:
    """Return the terms with a scope or with times at which they tell, once in a while."""
    if rng.random() < 0.15:
        terms = replace(terms, services=tuple(rng.sample(services, min(2, len(services)))))
    if rng.random() < 0.15:
        terms = replace(terms, technologies=("evpl", "epl", "wavelength"))
    if rng.random() < 0.25:
        terms = replace(terms, embargo=rng.choice((0, 70, 150)), cadence=rng.choice((None, 60, 180)))
    return terms


def _part(record_type: str, rng: Random) -> Part:
    own = (
        Rule("id", "keep")
        if record_type == "service" and rng.random() < 0.8
        else Rule("id", "pseudonym", (record_type,))
    )
    rules = {"id": own}
    wanted = [Rule(path, "keep") for path in _BASE[record_type] if rng.random() < 0.9]
    wanted += [
        Rule(path, "truncate", (rng.choice(("minute", "hour")),))
        for path in _TIMES.get(record_type, ())
        if rng.random() < 0.7
    ]
    wanted += [
        Rule(path, "lift", rng.choice((("id", "name"), ("id",))))
        for path in _LIFTS.get(record_type, ())
        if rng.random() < 0.7
    ]
    refers = [name for name in REFERENCES[record_type] if name in REFERRED and rng.random() < 0.6]
    wanted += [Rule(f"{name}[].id", "pseudonym", (REFERENCES[record_type][name],)) for name in refers]
    wanted += [
        Rule(path, "constant", (rng.choice(_SENTENCES),)) for path in SUBSTITUTED[record_type] if rng.random() < 0.5
    ]
    leaves = [leaf for leaf in Catalogue.of(record_type).leaves if _may_be_told(leaf)]  # type: ignore[arg-type]
    wanted += [_rule(leaf, rng) for leaf in rng.sample(leaves, min(len(leaves), rng.randrange(2, 9)))]
    for rule in wanted:
        if rule.path not in rules and is_accepted(record_type, rule):
            rules[rule.path] = rule
    members: tuple[tuple[str, tuple[object, ...]], ...] = ()
    if "note" in Catalogue.of(record_type).nodes and rng.random() < 0.4:  # type: ignore[arg-type]
        members = (("note", ("in", "item.author", AUTHORS[:2])),)
        rules |= {one.path: one for one in (Rule("note[].author", "keep"), Rule("note[].text", "scrub"))}
    late = [rule for rule in LATE.get(record_type, ()) if rng.random() < 0.5 and _names(rule) <= rules.keys()]
    rules |= {rule.path: rule for rule in late if rule.path not in rules}
    return Part(record_type, tuple(rules.values()), _when(record_type, rng), members)


def _may_be_told(leaf: Leaf) -> bool:
    return leaf.path.steps[0].name not in _INSIDE and str(leaf.path) not in ("id", "operatingStatus")


def _rule(leaf: Leaf, rng: Random) -> Rule:
    path = str(leaf.path)
    if leaf.kind == "date-time":
        return rng.choice(
            (Rule(path, "keep"), Rule(path, "truncate", (rng.choice(("minute", "hour", "day", "month")),)))
        )
    if leaf.kind in ("integer", "number"):
        wanted = (Rule(path, "keep"), Rule(path, "round", (10,)), Rule(path, "bucket", (-1000, 0, 5, 50)))
        return rng.choice(wanted)
    if leaf.kind != "string":
        return Rule(path, "keep")
    if leaf.enum:
        table = tuple((word, rng.choice(("good", "bad"))) for word in leaf.enum[::2])
        return rng.choice(
            (Rule(path, "keep"), Rule(path, "constant", (leaf.enum[0],)), Rule(path, "map", (table, "so-so")))
        )
    choices = [
        Rule(path, "keep"),
        Rule(path, "constant", (rng.choice(_SENTENCES),)),
        Rule(path, "pseudonym", (rng.choice(sorted(PREFIXES)),)),
        Rule(path, "mask", (0, 4)),
        Rule(path, "scrub"),
        Rule(path, "prefix", (16, 32)),
        Rule(path, "generalise", ("kinds",)),
        Rule(path, "map", ((("pending", "one"),), "two")),
    ]
    return rng.choice(choices)


def _refers(part: Part, rule: Rule) -> bool:
    path = rule.path.replace("[]", "")
    return rule.op != "lift" and any(path.startswith(one + ".") for one in REFERENCES.get(part.record_type, {}))


def _names(rule: Rule) -> set[str]:
    return set(re.findall(r"{(\w+)}", str(rule.args[0])))


def _when(record_type: str, rng: Random) -> tuple[object, ...] | None:
    if rng.random() < 0.5:
        return None
    match record_type:
        case "alarm":
            severe = ("in", "record.perceivedSeverity", ("critical", "major", "cleared"))
            return rng.choice((severe, ("is", "object.interconnect"), ("all", ("is", "object.interconnect"), severe)))
        case "change-request":
            return ("in", "record.status", ("approved", "scheduled", "inProgress", "completed", "cancelled"))
        case "trouble-ticket":
            return ("not", "record.status", "pending")
        case "service-problem":
            return ("not", "record.status", "rejected")
    return None


@functools.cache
def is_accepted(record_type: str, rule: Rule) -> bool:
    """Tell whether the gateway's language has this rule; what it lacks yet is left out of the terms."""
    own = Rule("id", "pseudonym", (record_type,))
    return _is_accepted_part(Part(record_type, (rule,) if rule.path == "id" else (own, rule)))


@functools.cache
def _is_accepted_part(part: Part) -> bool:
    return is_accepted_whole(Terms("operator", "northlink", (part,), groups=GROUPS))


def is_accepted_whole(terms: Terms) -> bool:
    """Tell whether the gateway takes these terms."""
    from gateway.policy.language.findings import PolicyRefused

    try:
        return not check(parse(policy_text(terms), "terms"))
    except PolicyRefused:
        return False
