"""Replay the journal under two policies: how many records, and which attributes, would have looked otherwise?

Rules:
- The journal is read in its order, from its beginning, because a line means what the lines before it made of the
  network. Only lines of the time asked for are counted.
- Each policy tells by itself: what it refers to is what it has told itself.
- Nothing is written, and nothing is remembered afterwards.

Does not replay when things are told (embargo, cadence), what officers did, quarantine, nor records that would be told
anew only because others changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from gateway.ids import AudienceId, OperatorId, RecordId, RecordTypeName
from gateway.inside.audiences import Audience, Audiences
from gateway.inside.ingest import RECORD
from gateway.inside.picture import NEVER_SHOWN
from gateway.inventory.assess import Assessor
from gateway.inventory.concerns import Concern
from gateway.inventory.inventory import Inventory
from gateway.policy.language.document import DisclosurePolicy
from gateway.ports import InsideWork, Line, RecordKey, Store
from gateway.record import schemas
from gateway.record.strictjson import Json

_LINES_AT_A_TIME = 500


@dataclass(slots=True)
class Replayed:
    """What would be different for one audience; each record counts once in each set.

    Attributes:
        lines: How many lines of the journal were of the time asked for.
        shown: Records of which the new policy tells something, and the old one does not.
        withheld: The reverse.
        altered: Records of which both tell something, and not the same.
        fields: Of how many records each attribute would be different, by record type and path.
    """

    audience: AudienceId
    lines: int = 0
    shown: set[RecordKey] = field(default_factory=set)
    withheld: set[RecordKey] = field(default_factory=set)
    altered: set[RecordKey] = field(default_factory=set)
    _fields: set[tuple[RecordKey, str]] = field(default_factory=set)

    @property
    def fields(self) -> dict[tuple[RecordTypeName, str], int]:
        """Return the counts by record type and path, in that order."""
        return dict(sorted(Counter((key[0], path) for key, path in self._fields).items()))

    def note(self, key: RecordKey, before: Json | None, after: Json | None) -> None:
        """Take what both policies tell of one record."""
        different = _different(before, after)
        if not different:
            return
        kind = self.shown if before is None else self.withheld if after is None else self.altered
        kind.add(key)
        self._fields.update((key, path) for path in different)


def replay(
    store: Store[InsideWork],
    operator: OperatorId,
    pseudonym_master: bytes,
    old: DisclosurePolicy | None,
    new: DisclosurePolicy | None,
    since: datetime,
) -> Replayed:
    """Return what would have been different for an audience since a time.

    Args:
        store: Only read.
        operator: Us.
        pseudonym_master: From which pseudonyms are made; both policies give the same ones.
        old: The policy as it is, None for none; of the same audience as `new`.
        new: The policy as it would be.
        since: Lines that the journal took earlier are read, and not counted.
    """
    document = new or old
    if document is None:
        raise ValueError("there is nothing to replay without a policy")
    inventory = Inventory()
    assessor = Assessor(inventory, operator)
    sides = [_Side(Audiences(pseudonym_master, inventory), one) for one in (old, new)]
    result = Replayed(document.audience)
    with store.read() as work:
        for line in _lines(work):
            is_counted = line.received_at >= since
            result.lines += is_counted
            for concern in _concerns(assessor, line):
                before, after = (side.tell(concern, line.received_at) for side in sides)
                if is_counted:
                    result.note((concern.record_type, concern.record_id), before, after)
    return result


def _lines(work: InsideWork) -> Iterator[Line]:
    position = 0
    while lines := work.journal.after(position, _LINES_AT_A_TIME):
        position = lines[-1].position
        yield from (line for line in lines if line.kind == RECORD)


def _concerns(assessor: Assessor, line: Line) -> Iterator[Concern]:
    record = orjson.loads(line.body)  # the strict door of the journal has read it before
    for concern in assessor.assess(schemas.type_of(record), record, line.received_at):
        if concern.record_type not in NEVER_SHOWN:
            yield concern


class _Side:
    """What one of the two policies tells."""

    def __init__(self, audiences: Audiences, document: DisclosurePolicy | None) -> None:
        self._audiences = audiences
        self._audience: Audience | None = audiences.put(document) if document else None
        self._told: set[tuple[str, str]] = set()

    def tell(self, concern: Concern, at: datetime) -> Json | None:
        if self._audience is None:
            return None
        shown = self._audiences.show(self._audience, concern, at, self._is_told).data
        key = str(concern.record_type), str(concern.record_id)
        (self._told.discard if shown is None else self._told.add)(key)
        return shown

    def _is_told(self, record_type: str, record_id: str) -> bool:
        return (record_type, RecordId(record_id)) in self._told


def _different(before: Json | None, after: Json | None) -> set[str]:
    """Return the paths at which two disclosures say different things; which member of an array it is does not count."""
    one, other = _values(before), _values(after)
    return {path for path in one.keys() | other.keys() if one.get(path) != other.get(path)}


def _values(shown: Json | None) -> dict[str, list[bytes]]:
    found: dict[str, list[bytes]] = {}
    for path, value in _leaves(shown or {}, ""):
        found.setdefault(path, []).append(orjson.dumps(value))
    return {path: sorted(values) for path, values in found.items()}


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, part in value.items():
            yield from _leaves(part, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for part in value:
            yield from _leaves(part, f"{path}[]")
    else:
        yield path, value
