"""Which records are about an object, so that they are found again when something changes around it.

Rules:
- A record is about what `concerns.objects_named` says; services, resources and dependencies are about nothing.
- Only the newest version of a record counts. Records that ended count too: what was told of them can still change.

It is held in memory and rebuilt from the latest records; the cost of a record is that of the objects it names.
"""

from __future__ import annotations

from collections.abc import Iterable, Set

from gateway.ids import RecordId, RecordTypeName
from gateway.inventory.concerns import objects_named
from gateway.record.strictjson import Json

Key = tuple[RecordTypeName, RecordId]

_NOBODY: frozenset[Key] = frozenset()


class Mentions:
    """Records by what they are about."""

    def __init__(self) -> None:
        self._objects: dict[Key, tuple[str, ...]] = {}
        self._records: dict[str, set[Key]] = {}

    def note(self, record_type: RecordTypeName, record: Json) -> None:
        """Take the newest version of a record."""
        key, named = (record_type, RecordId(record["id"])), objects_named(record_type, record)
        former = self._objects.get(key, ())
        if named == former:
            return
        for object_id in former:
            self._records[object_id].discard(key)
        for object_id in named:
            self._records.setdefault(object_id, set()).add(key)
        self._objects[key] = named

    def of(self, object_id: str) -> Set[Key]:
        """Return the records that are about this object; the caller must not keep the answer."""
        return self._records.get(object_id, _NOBODY)

    def of_any(self, objects: Set[str]) -> Iterable[Key]:
        """Return the records that are about one of these objects, each once, in no order."""
        small, large = (objects, self._records.keys())
        if len(small) > len(large):
            small, large = large, small
        return {key for object_id in small if object_id in large for key in self._records[object_id]}
