"""What of a world is in the observer's reach, so that relations know what they may touch.

A careful guess that saves discards: whether two worlds really agree on what may be known, `low` decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.noninterference.low import Reading, low
from tests.noninterference.low_values import REFERENCES, TYPE_OF_CLASS
from tests.noninterference.model import Json, Observer, Rule, Step, Terms, World, is_policy_of

DECIDING = {
    "alarm": (
        "@type", "id", "alarmedObject.id", "state", "perceivedSeverity",
        "alarmRaisedTime", "alarmChangedTime", "alarmClearedTime",
    ),
    "change-request": (
        "@type", "id", "targetEntity.id", "impactEntity.id", "status",
        "requestDate", "statusChangeDate", "lastUpdateDate", "actualStartTime", "actualEndTime",
    ),
    "trouble-ticket": ("@type", "id", "relatedEntity.id"),
    "service-level": ("@type", "id", "relatedEntity.id"),
    "service-problem": ("@type", "id", "affectedService.id", "originatingSystem"),
    "service": (
        "@type", "id", "name", "relatedParty.id", "relatedParty.role",
        "supportingResource.id", "supportingService.id", "operatingStatus",
    ),
    "resource": ("@type", "id", "interconnect", "resourceRelationship.id", "resourceRelationship.relationshipType"),
    "dependency": ("@type", "id", "dependent.id", "dependent.@referredType", "requires.all"),
}  # fmt: skip
"""What decides whom a record concerns, how services stand, and when; relations that draw values leave it alone."""

Key = tuple[str, str]
"""The type of a record, and its id or one of its leaves."""


def type_of(record: Json) -> str:
    """Return the type of a record."""
    return TYPE_OF_CLASS[record["@type"]]


@dataclass(frozen=True)
class Surroundings:
    """What the observer's services stand on, and what was promised to it, over the whole time."""

    services: frozenset[str]
    reach: frozenset[str]
    promised: tuple[Terms, ...]

    def concerns(self, record: Json) -> bool:
        """Tell whether a record may matter to the observer."""
        match type_of(record):
            case "service":
                return record["id"] in self.services
            case "alarm":
                return record["alarmedObject"]["id"] in self.reach
            case "resource":
                return record["id"] in self.reach
            case "dependency":
                return record["dependent"]["id"] in self.reach
            case "change-request":
                named = [*record.get("targetEntity", ()), *record.get("impactEntity", ())]
            case "service-problem":
                named = record.get("affectedService", ())
            case _:
                named = record.get("relatedEntity", ())
        return any(one.get("id") in self.reach for one in named)

    def rules_at(self, record_type: str, leaf: str) -> list[tuple[Terms, Rule]]:
        """Return the rules that show something of a leaf."""
        found = []
        for terms in self.promised:
            part = terms.part(record_type)
            for rule in part.rules if part else ():
                path = rule.path.replace("[]", "")
                if path == leaf or (rule.op == "lift" and leaf.startswith(path + ".")):
                    found.append((terms, rule))
        return found

    def is_read(self, record_type: str, leaf: str) -> bool:
        """Tell whether the leaf decides something, by itself or in a condition of the terms."""
        if leaf in DECIDING[record_type] or self._leads(record_type, leaf):
            return True
        if record_type == "service" and leaf == "serviceType":  # the scope of an agreement reads it
            return True
        parts = [part for terms in self.promised if (part := terms.part(record_type))]
        around, _, last = leaf.rpartition(".")
        tests = [test for part in parts for path, test in part.members if path == around]
        in_members = any(f"item.{last}" in str(test) for test in tests)
        return in_members or any(part.when and f"record.{leaf}" in str(part.when) for part in parts)

    def _leads(self, record_type: str, leaf: str) -> bool:
        """Tell whether the leaf says where a reference leads below which the terms show something."""
        around, _, last = leaf.rpartition(".")
        if last not in ("id", "@referredType") or around not in REFERENCES.get(record_type, {}):
            return False
        parts = (terms.part(record_type) for terms in self.promised)
        paths = [rule.path.replace("[]", "") for part in parts if part for rule in part.rules]
        return any(path.startswith(around + ".") for path in paths)


def surroundings(world: World, who: Observer) -> Surroundings:
    """Return the surroundings of an observer in a world."""
    reading = Reading(who)
    reach: set[str] = set()
    services: set[str] = set()
    promised: list[Any] = []
    for step in world.steps:
        if is_policy_of(step, who):
            promised.append(step.body)
        if step.kind != "record" or type_of(step.body) not in ("service", "resource", "dependency"):
            continue
        reading.hold(type_of(step.body), step.body)
        mine = reading.services()
        services |= mine.keys()
        if step.at > 60_000 or type_of(step.body) == "service":
            for one in mine:
                reach |= reading._requirements(one)
    for one in services:
        reach |= reading._requirements(one)
    return Surroundings(frozenset(services), frozenset(reach), tuple(promised))


def is_hidden(step: Step, around: Surroundings, concerning: frozenset[Key]) -> bool:
    """Tell whether a step hands in a record no version of which matters to the observer."""
    return step.kind == "record" and (type_of(step.body), step.body["id"]) not in concerning


def concerning_keys(world: World, around: Surroundings) -> frozenset[Key]:
    """Return type and id of every record of which some version matters to the observer."""
    return frozenset((type_of(step.body), step.body["id"]) for step in world.records() if around.concerns(step.body))


def shown_keys(world: World, who: Observer) -> frozenset[Key]:
    """Return type and id of every record that is ever shown to the observer."""
    return frozenset((kind, identifier) for _, changes in low(world, who) for kind, identifier, _ in changes)
