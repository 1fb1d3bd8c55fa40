"""What the inside knows at one position of the journal, in memory: inventory, conditions, policies in force.

It is rebuilt from the store at start and after any failure, and moves line by line. Nothing here is disclosed; it only
says what each audience would be shown. Time enters as the lines' own: an agreement is valid or not on the day on which
the journal took the line.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import orjson

from gateway.ids import AudienceId, OperatorId, RecordId, RecordTypeName
from gateway.inside.audiences import Audience, Audiences
from gateway.inside.ingest import RECORD
from gateway.inventory.assess import Assessor
from gateway.inventory.concerns import Concern, concern_of
from gateway.inventory.inventory import INVENTORY_TYPES, Inventory
from gateway.ports import ActivePolicy, InsideWork, Line, RecordKey
from gateway.record import schemas, strictjson
from gateway.record.strictjson import Json

POLICY = "policy"
TIME = "time"
_NEVER_SHOWN = frozenset({RecordTypeName("resource"), RecordTypeName("dependency")})


@dataclass(frozen=True, slots=True)
class Telling:
    """What one audience would be shown of one record now; `shown` None means nothing.

    `services` are the audience's own services that the record concerns, as they are at this line.
    """

    audience: Audience
    record_type: RecordTypeName
    record_id: RecordId
    shown: Json | None
    services: Sequence[Json] = ()


@dataclass(slots=True)
class Batch:
    """What some lines of the journal came to, before any of it is written.

    A line that calls for a review of an audience is the last of its batch, so that the entries do not depend on how
    many lines are read at once. `at` and `position` are those of the last line taken.
    """

    at: datetime
    position: int = 0
    tellings: list[Telling] = field(default_factory=list)
    latest: dict[RecordKey, bytes] = field(default_factory=dict)
    policies: list[ActivePolicy] = field(default_factory=list)
    reviews: dict[AudienceId, Audience] = field(default_factory=dict)


class Picture:
    """The state that the journal's lines act upon. One thread at a time."""

    def __init__(self, operator: OperatorId, pseudonym_master: bytes) -> None:
        self.inventory = Inventory()
        self.audiences = Audiences(pseudonym_master, self.inventory)
        self._assessor = Assessor(self.inventory, operator)

    def load(self, work: InsideWork) -> None:
        """Take up the state that the store has."""
        types = dict.fromkeys((*sorted(INVENTORY_TYPES), *shown_types()))
        self._assessor.load((kind, orjson.loads(body)) for kind in types for body in work.latest.every(kind))
        for active in work.policies.active():
            self.audiences.activate(active)

    def take(self, lines: Sequence[Line]) -> Batch:
        """Move over `lines`, at least one, up to the first that calls for a review, and return what they came to."""
        batch = Batch(lines[0].received_at)
        self.audiences.begin_batch()
        for line in lines:
            batch.position, batch.at = line.position, line.received_at
            if line.kind == RECORD:
                self._take_record(line, batch)
            elif line.kind == POLICY:
                self._take_policy(line, batch)
            elif line.kind == TIME:
                self._take_time(line, batch)
            if batch.reviews:
                break
        return batch

    def _take_record(self, line: Line, batch: Batch) -> None:
        record = orjson.loads(line.body)  # the strict door of the journal has read it before
        record_type = schemas.type_of(record)
        for concern in self._assessor.assess(record_type, record, line.received_at):
            body = line.body if concern.record is record else strictjson.dump(concern.record)
            batch.latest[concern.record_type, concern.record_id] = body
            if concern.record_type not in _NEVER_SHOWN:
                batch.tellings.extend(self._tellings(concern, line.received_at))
            for audience in self.audiences.of_parties(concern.moved_parties):
                batch.reviews[audience.id] = audience

    def _take_policy(self, line: Line, batch: Batch) -> None:
        told = orjson.loads(line.body)
        active = ActivePolicy(AudienceId(told["audience"]), told["digest"], told["text"], line.position)
        audience = self.audiences.activate(active)
        batch.policies.append(active)
        batch.reviews[audience.id] = audience

    def _take_time(self, line: Line, batch: Batch) -> None:
        for audience in self.audiences.named(AudienceId(orjson.loads(line.body)["audience"])):
            batch.reviews[audience.id] = audience

    def _tellings(self, concern: Concern, at: datetime) -> Iterator[Telling]:
        parties = dict.fromkeys(party for service in concern.services for party in self.inventory.audiences_of(service))
        for audience in self.audiences.of_parties(sorted(parties)):
            yield self._telling(audience, concern, at)

    def _telling(self, audience: Audience, concern: Concern, at: datetime) -> Telling:
        context = self.audiences.context(audience, concern.services, concern.about)
        shown = None
        if context.services and audience.policy.is_valid_on(at.date()):
            shown = audience.policy.disclose(concern.record_type, concern.record, context)
        return Telling(audience, concern.record_type, concern.record_id, shown, context.services)

    def review(self, audience: Audience, work: InsideWork, batch: Batch) -> Iterator[Telling]:
        """Yield afresh what `audience` would be shown of every record, and nothing of what it should no longer see.

        Needed when the rules changed and not the records: a new policy, a service that changed hands, an agreement that
        began or ended.
        """
        seen: set[RecordKey] = set()
        for record_type, record in _with_batch(work, batch):
            concern = concern_of(self.inventory, record_type, record)
            seen.add((record_type, concern.record_id))
            yield self._telling(audience, concern, batch.at)
        for record_type, record_id in work.disclosed.records_of(audience.id):
            if (record_type, record_id) not in seen:
                yield Telling(audience, record_type, record_id, None)


def shown_types() -> tuple[RecordTypeName, ...]:
    """Return the record types that a policy can disclose; resources and dependencies never are."""
    return tuple(name for name in schemas.record_types() if name not in _NEVER_SHOWN)


def _with_batch(work: InsideWork, batch: Batch) -> Iterator[tuple[RecordTypeName, Json]]:
    """Yield every latest record that can be shown, by type and id, as it will stand once `batch` is written."""
    for record_type in shown_types():
        newer = {record_id: body for (kind, record_id), body in batch.latest.items() if kind == record_type}
        held = ((record["id"], record) for record in map(orjson.loads, work.latest.every(record_type)))
        changed = ((record_id, orjson.loads(newer[record_id])) for record_id in sorted(newer))
        # A stable merge: of two versions with one id, the held one comes first and the newer one replaces it.
        for _, versions in itertools.groupby(heapq.merge(held, changed, key=_id), key=_id):
            *_, (_, newest) = versions
            yield record_type, newest


def _id(found: tuple[RecordId, Json]) -> str:
    return found[0]
