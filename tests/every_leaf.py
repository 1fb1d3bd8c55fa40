"""Every place in every schema, and every transform that a rule for it may have: what enumerating tests walk through."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from gateway.ids import AudienceId, RecordTypeName
from gateway.policy.filter.context import Context
from gateway.policy.language.document import (
    Bucket,
    Constant,
    Count,
    DisclosurePolicy,
    FieldRule,
    Generalise,
    Hierarchy,
    Keep,
    Map,
    Mask,
    Prefix,
    Pseudonym,
    Round,
    Scrub,
    Section,
    Template,
    Transform,
    Truncate,
)
from gateway.policy.language.references import references_around, target_of
from gateway.record.paths import Catalogue, FieldPath, Leaf, Object, Step
from tests.policy_side import DISCLOSABLE, INTERCONNECT, SERVICES, TOKEN

AUDIENCE = AudienceId("urn:demarc:operator:northlink")
ADDRESSES = ("href", "@schemaLocation")
CHARACTERISTIC = "probe"
"""The name of every characteristic in a full record, and the one that rules select."""

HIERARCHY = Hierarchy("groups", (("a-group", ("a-word",)),))
TRANSFORMS = {
    kind.__name__.lower(): kind
    for kind in (
        *(Keep, Constant, Map, Truncate, Round, Bucket, Generalise, Prefix, Mask, Pseudonym, Scrub, Template, Count),
    )
}
CLEANED = "[cleaned]"
EVERYTHING = Context(
    SERVICES, INTERCONNECT, TOKEN, is_disclosed=lambda *_: True, scrub=lambda text: CLEANED if text else None
)
"""A context in which every other record is disclosed, and every text can be cleaned."""


@dataclasses.dataclass(frozen=True)
class Place:
    """A leaf as a rule addresses it."""

    record_type: RecordTypeName
    leaf: Leaf
    path: FieldPath

    def __str__(self) -> str:
        return str(self.path)

    @property
    def is_in_array(self) -> bool:
        return any(step.is_each for step in self.path.steps)

    @property
    def is_identifier_of_reference(self) -> bool:
        around = FieldPath(self.path.steps[:-1])
        return self.leaf.path.steps[-1].name == "id" and target_of(self.record_type, around) is not None


def places(record_type: str) -> Iterator[Place]:
    """Yield every leaf that a rule may name, in the schema's order."""
    kind = RecordTypeName(record_type)
    catalogue = Catalogue.of(kind)
    for leaf in catalogue.leaves:
        path = _addressed(leaf.path, catalogue)
        is_name = path.has_selector and path.steps[-1].name == "name" and path.steps[-2].where is not None
        targets = {target_of(kind, around) for around in references_around(kind, leaf.path)}
        if not is_name and not targets & {"resource", "dependency"}:
            yield Place(kind, leaf, path)


def _addressed(path: FieldPath, catalogue: Catalogue) -> FieldPath:
    steps = []
    for end, step in enumerate(path.steps, start=1):
        around = catalogue.nodes.get(str(FieldPath(path.steps[:end])))
        is_characteristic = step.is_each and isinstance(around, Object) and {"name", "value"} <= around.members.keys()
        steps.append(Step(step.name, step.is_each, CHARACTERISTIC if is_characteristic else None))
    return FieldPath(tuple(steps))


def fitting(place: Place) -> Iterator[Transform]:
    """Yield one transform of each kind that a rule for this place may have."""
    leaf, last = place.leaf, place.path.steps[-1]
    is_identifier = str(place) == "id" or place.is_identifier_of_reference
    if not last.is_each and not is_identifier:
        yield Constant(leaf.enum[0] if leaf.enum else _CONSTANTS[leaf.kind])
    if last.name in ADDRESSES:
        return
    yield Keep()
    if is_identifier:
        return
    match leaf.kind:
        case "date-time":
            yield Truncate("month")
        case "integer" | "number":
            yield from (Round(100), Bucket((0, 100)))
        case "string" if leaf.enum:
            yield from (Map(((leaf.enum[0], leaf.enum[-1]),), leaf.enum[-1]), Generalise(HIERARCHY.name))
        case "string":
            yield from (Map((("a-word", "said"),), "other"), Generalise(HIERARCHY.name), Prefix(16, 32), Mask(0, 0))
            yield from (Pseudonym("reference"), Scrub())
    if leaf.kind == "string" and not leaf.enum and not place.is_in_array:
        yield Template("{service.id} for {id}")
    if leaf.kind == "integer" and not place.is_in_array:
        yield Count("service")


_CONSTANTS: dict[str, Any] = {
    "string": "said",
    "date-time": "2026-01-01T00:00:00Z",
    "integer": 7,
    "number": 1.5,
    "boolean": True,
    "any": "said",
}


def canary(leaf: Leaf) -> Any:
    """Return a value for this leaf that occurs nowhere else, where the kind allows."""
    last = leaf.path.steps[-1].name
    if leaf.enum:
        return leaf.enum[0]
    if last == "@referredType":
        return "Alarm"
    if last == "name" and "haracteristic" in str(FieldPath(leaf.path.steps[:-1])):
        return CHARACTERISTIC
    by_kind: dict[str, Any] = {"date-time": "2026-11-22T10:04:31Z", "integer": 7, "number": 7.25, "boolean": True}
    return by_kind.get(leaf.kind, f"canary<{leaf.path}>")


def policy_of(record_type: str, rules: tuple[FieldRule, ...] = ()) -> DisclosurePolicy:
    """Return a policy that discloses the identifiers of all types, and beside it of one type what the rules say."""
    others = tuple(rule for rule in rules if rule.path != "id")
    sections = tuple(
        Section(RecordTypeName(name), None, (FieldRule("id", Keep()), *(others if name == record_type else ())))
        for name in DISCLOSABLE
    )
    return DisclosurePolicy("enumerated", AUDIENCE, sections, hierarchies=(HIERARCHY,))


def widest(record_type: str) -> DisclosurePolicy:
    """Return the widest policy there can be: every leaf kept, addresses as constants."""
    rules = [
        FieldRule(str(place), Constant("said") if place.path.steps[-1].name in ADDRESSES else Keep())
        for place in places(record_type)
    ]
    return policy_of(record_type, tuple(rules))
