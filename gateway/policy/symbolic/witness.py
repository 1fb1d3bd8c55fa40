"""A record that shows a point: as small as its schema allows, with given values at given places.

Rules:
- What the schema demands is there, with a value that can be told to be an example; what was asked for is there; nothing
  else is. Arrays have one member.
- The record follows its schema, or there is none.
- It is made from the schema and the policies alone: no record of anybody is in it.

Pure. Does not evaluate conditions.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from gateway.ids import RecordTypeName
from gateway.policy.symbolic.domain import RESOURCE, Clause
from gateway.record import validation
from gateway.record.paths import Array, Catalogue, FieldPath, Leaf, Node
from gateway.record.schemas import class_of
from gateway.record.strictjson import Json

Scalar = str | int | float | bool
Wanted = Mapping[str, object]
"""Values by path without selectors, arrays marked by `[]`; None stands for what must not be there."""

TIME: Final = "2026-03-14T15:09:26Z"
_OBJECT_ID: Final = "witness-object"
PRESENT: Final = object()
"""As a wanted value at a member of an array: that the array has a member, whatever it is like."""
_DEFAULTS: Final[Mapping[str, Scalar]] = {"date-time": TIME, "integer": 7, "number": 7.25, "boolean": True}
_NAMED: Final[Mapping[str, Scalar]] = {"country": "FR", "@referredType": "Service", "city": "Paris"}


@dataclass(frozen=True, slots=True)
class Witness:
    """A made-up record, and the object that it is about when the point needs one."""

    record_type: RecordTypeName
    record: Json
    about: Json | None = None

    def satisfies(self, clause: Clause) -> bool:
        """Tell, by the evaluator, whether a condition is exactly true here; of an array its one member counts."""
        item: object = None
        if clause.array is not None:
            item = self.record
            for step in FieldPath.parse(clause.array).steps:
                members = item.get(step.name) if isinstance(item, dict) else None
                item = members[0] if isinstance(members, list) and members else members
            if not isinstance(item, dict):
                return False
        return clause.condition.holds(self.record, self.about, item)


def synthesise(record_type: RecordTypeName, wanted: Wanted, about: Wanted | None) -> Witness | None:
    """Return a record of a type with these values in it, or None when its schema allows none such.

    Args:
        record_type: Which schema the record follows.
        wanted: What the record must have and not have; `@type` and what the schema demands come by themselves.
        about: The same for the object that the record is about; None for no such object.
    """
    members = Catalogue.of(record_type).members
    record = _members(members, {"@type": class_of(record_type), **wanted})
    if validation.findings(record_type, record):
        return None
    return Witness(record_type, record, _about(record, about))


def _about(record: Json, about: Wanted | None) -> Json | None:
    if about is None:
        return None
    referred = record.get("alarmedObject")
    identifier = referred.get("id") if isinstance(referred, dict) else None
    return _members(Catalogue.of(RESOURCE).members, {"@type": "Resource", "id": identifier or _OBJECT_ID, **about})


def _members(members: Mapping[str, Node], wanted: Wanted) -> Json:
    made = {name: _made(node, wanted) for name, node in members.items() if _is_needed(node, wanted)}
    return {name: value for name, value in made.items() if value is not None}


def _is_needed(node: Node, wanted: Wanted) -> bool:
    path = str(node.path)
    below = (f"{path}.", f"{path}[]")
    return node.is_required or any(
        value is not None and (one == path or one.startswith(below)) for one, value in wanted.items()
    )


def _made(node: Node, wanted: Wanted) -> Any:
    path = str(node.path)
    if path in wanted and wanted[path] is not PRESENT:
        return wanted[path]
    if isinstance(node, Leaf):
        return default_of(node)
    if isinstance(node, Array):
        return [_made(node.items, wanted)]
    return _members(node.members, wanted)


def default_of(leaf: Leaf) -> Scalar:
    """Return a value that can stand at a leaf."""
    last = leaf.path.steps[-1].name
    if leaf.enum:
        return leaf.enum[0]
    return _NAMED.get(last) or _DEFAULTS.get(leaf.kind) or f"witness-{last.removeprefix('@')}"


def default_at(record_type: RecordTypeName, path: str) -> object:
    """Return a value, or an object or array of values, that can stand at a path without selectors."""
    return _made(Catalogue.of(record_type).nodes[path], {})


def placed(witness: Witness, path: str, value: object) -> Witness | None:
    """Return the record with something at a rule's path; None when its schema does not allow that.

    What the record has stays, and what the schema demands around the path comes along.

    Args:
        witness: The record.
        path: Where.
        value: What must stand there; None for whatever stands there already, or any value.
    """
    *names, (place, _) = wanted_at(path, None).items()
    wanted = {**dict(names), place: default_at(witness.record_type, place) if value is None else value}
    catalogue = Catalogue.of(witness.record_type)
    added = _members(catalogue.members, {"@type": class_of(witness.record_type), **wanted})
    record = _united(witness.record, added)
    if value is not None:
        _put(record, FieldPath.parse(place), value)
    if validation.findings(witness.record_type, record):
        return None
    return Witness(witness.record_type, record, witness.about)


def _united(one: Any, other: Any) -> Any:
    """Return both; where both say something, the first. Arrays have one member."""
    if isinstance(one, dict) and isinstance(other, dict):
        united = {name: _united(one[name], other[name]) if name in one else other[name] for name in other}
        return {**one, **united}
    if isinstance(one, list) and isinstance(other, list) and one and other:
        return [_united(one[0], other[0]), *one[1:]]
    return copy.deepcopy(one)


def _put(record: Json, path: FieldPath, value: object) -> None:
    holder: Any = record
    *around, last = path.steps
    for step in around:
        holder = holder[step.name][0] if step.is_each else holder[step.name]
    holder[last.name] = [value] if last.is_each else value


def wanted_at(path: str, value: object) -> dict[str, object]:
    """Return what a record must have for something to stand at a path; selectors become the names of members."""
    parsed = FieldPath.parse(path)
    names = {
        str(FieldPath(parsed.steps[: end + 1]).unselected()) + ".name": step.where
        for end, step in enumerate(parsed.steps)
        if step.where is not None
    }
    return {**names, str(parsed.unselected()): value}
