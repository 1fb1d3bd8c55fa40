"""Which records refer to a record, so that they are told again when it appears to an audience or disappears from it.

Rules:
- What a reference is, and to which type it leads, is said by `gateway.policy.language.references`.
- Only the newest version of a record counts.

It is held in memory and rebuilt from the latest records. A record without references costs a look at its attributes.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Any

from gateway.ids import RecordId, RecordTypeName
from gateway.policy.language.references import BY_TYPE, ByType, class_of_type, target_of
from gateway.ports import RecordKey
from gateway.record import schemas
from gateway.record.paths import Catalogue, Step
from gateway.record.strictjson import Json

_NOBODY: frozenset[RecordKey] = frozenset()

_Reference = tuple[tuple[Step, ...], "RecordTypeName | ByType"]


class Referrers:
    """Records by what they refer to."""

    def __init__(self) -> None:
        self._targets: dict[RecordKey, frozenset[RecordKey]] = {}
        self._sources: dict[RecordKey, set[RecordKey]] = {}

    def note(self, record_type: RecordTypeName, record: Json) -> None:
        """Take the newest version of a record."""
        source = (record_type, RecordId(record["id"]))
        targets = frozenset(targets_of(record_type, record))
        former = self._targets.get(source, _NOBODY)
        if targets == former:
            return
        for gone in former - targets:
            self._sources[gone].discard(source)
        for fresh in targets - former:
            self._sources.setdefault(fresh, set()).add(source)
        self._targets[source] = targets

    def of(self, key: RecordKey) -> Set[RecordKey]:
        """Return the records that refer to this one; the caller must not keep the answer."""
        return self._sources.get(key, _NOBODY)

    def has_references(self, key: RecordKey) -> bool:
        """Tell whether a record refers to any other."""
        return bool(self._targets.get(key))


def targets_of(record_type: RecordTypeName, record: Json) -> Iterator[RecordKey]:
    """Yield what a record refers to."""
    for attribute, references in _references(record_type).items():
        if attribute in record:
            for steps, target in references:
                for found in _at(record, steps):
                    yield from _target(found, target)


def _target(found: Any, target: RecordTypeName | ByType) -> Iterator[RecordKey]:
    if not isinstance(found, dict) or not isinstance(found.get("id"), str):
        return
    record_type = _types().get(str(found.get("@referredType"))) if target == BY_TYPE else RecordTypeName(target)
    if record_type is not None:
        yield record_type, RecordId(found["id"])


def _at(value: Any, steps: Sequence[Step]) -> Iterator[Any]:
    if not steps:
        yield value
        return
    inner = value.get(steps[0].name) if isinstance(value, dict) else None
    members = inner if steps[0].is_each else [inner]
    for member in members if isinstance(members, list) else ():
        yield from _at(member, steps[1:])


@functools.cache
def _references(record_type: RecordTypeName) -> Mapping[str, Sequence[_Reference]]:
    """Return the places of a type's references by the attribute of the record in which they are."""
    found: dict[str, list[_Reference]] = {}
    for node in Catalogue.of(record_type).objects:
        target = target_of(record_type, node.path)
        if target is not None:
            found.setdefault(node.path.steps[0].name, []).append((node.path.steps, target))
    return found


@functools.cache
def _types() -> Mapping[str, RecordTypeName]:
    return {class_of_type(name): name for name in schemas.record_types()}
