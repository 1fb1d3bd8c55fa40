"""Work out what a record means for the services: whom it concerns, and what changes because of it.

Rules:
- The first concern is the record itself; then, per service whose condition changed, the service with its new
  `operatingStatus` and the service problem of its episode.
- No concern at all means that the record is older than what is held, and must not replace it.
- A service record that states no `operatingStatus` gets the derived one; what it states stands until the derived
  status changes.
- The same records in the same order give the same concerns: times come from the record, else from its receipt.
- The cost of an alarm is that of the services depending on its object; of a changed dependence, that of the services
  above it and of what these stand on.

Tallies per object and per service are kept so that an alarm only adds or takes away. One thread at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from gateway.ids import RecordId, RecordTypeName, ServiceId
from gateway.inventory.concerns import Concern, concern_of
from gateway.inventory.episodes import change_episode, is_over, open_episode, resolve_episode, service_of_episode
from gateway.inventory.held import Held, held_alarm, held_change, time_of_alarm, time_of_change
from gateway.inventory.inventory import INVENTORY_TYPES, Change, Inventory
from gateway.inventory.status import WORKING, Condition, Status, Tally, Weight
from gateway.record.strictjson import Json

__all__ = ["Assessor", "Concern"]

SERVICE = RecordTypeName("service")
SERVICE_PROBLEM = RecordTypeName("service-problem")

_Before = dict[ServiceId, Condition]


class Assessor:
    """The picture of what works, kept up to date record by record."""

    def __init__(self, inventory: Inventory, operator: str = "operator") -> None:
        """Start with nothing standing; `operator` is named as the originator of derived problems."""
        self._inventory = inventory
        self._operator = operator
        self._held: dict[tuple[str, str], Held] = {}
        self._objects: dict[str, Tally] = {}
        self._services: dict[ServiceId, Tally] = {}
        self._episodes: dict[ServiceId, Json] = {}

    def load(self, records: Iterable[tuple[RecordTypeName, Json]]) -> None:
        """Take up where an earlier run stopped.

        Args:
            records: The latest record of each type and id, which are those of the concerns returned so far; derived
                ones among them. They must be valid. Their order does not matter.

        Invariant: From here on `assess` answers as the earlier run would have.
        """
        for record_type, record in records:
            if record_type in INVENTORY_TYPES:
                self._inventory.apply(record_type, record)
            elif record_type == SERVICE_PROBLEM:
                self._note_episode(record)
            elif (version := _version(record_type, record)) is not None:
                self._hold(record_type, record["id"], version)
        for object_id, tally in self._objects.items():
            for service_id in self._inventory.services_depending_on(object_id):
                self._services.setdefault(service_id, Tally()).add(tally)

    def assess(self, record_type: RecordTypeName, record: Json, received_at: datetime) -> list[Concern]:
        """Take one record and return what is to be kept and disclosed because of it.

        Args:
            record_type: Its type.
            record: Valid by its schema. It is kept, so the caller must not change it any more.
            received_at: When the journal took it; used where the record does not say when.
        """
        if record_type in INVENTORY_TYPES:
            return list(self._assess_relations(record_type, record, received_at))
        version = _version(record_type, record)
        if version is not None:
            return list(self._assess_version(record_type, record, version, received_at))
        if record_type == SERVICE_PROBLEM:
            self._note_episode(record)
        return [concern_of(self._inventory, record_type, record)]

    def condition_of(self, service_id: ServiceId) -> Condition:
        """Return what is derived about a service now."""
        tally = self._services.get(service_id)
        return tally.condition if tally else WORKING

    def _assess_version(
        self, record_type: RecordTypeName, record: Json, version: Held, received_at: datetime
    ) -> Iterator[Concern]:
        former = self._held.get((record_type, record["id"]))
        if version.is_older_than(former):
            return
        yield concern_of(self._inventory, record_type, record)
        at = (
            time_of_alarm(record, former, received_at)
            if record_type == "alarm"
            else time_of_change(record, received_at)
        )
        before: _Before = {}
        for object_id, weight, by in self._hold(record_type, record["id"], version):
            self._count_on_services(object_id, weight, by, before)
        for service_id in sorted(before):
            yield from self._changed(service_id, before[service_id], at)

    def _assess_relations(self, record_type: RecordTypeName, record: Json, received_at: datetime) -> Iterator[Concern]:
        change = self._inventory.apply(record_type, record)
        before: _Before = {}
        if self._objects:
            for touched in change.touched:
                for service_id in self._inventory.services_depending_on(touched):
                    before[service_id] = self.condition_of(service_id)
            for service_id in before:
                self._recount(service_id)
        own = ServiceId(record["id"]) if record_type == SERVICE else None
        if own is not None and "operatingStatus" not in record:
            record = self._inventory.set_status(own, self.condition_of(own).status.value)
        yield replace(concern_of(self._inventory, record_type, record), change=change)
        for service_id in sorted(before):
            yield from self._changed(service_id, before[service_id], received_at, is_told=service_id == own)

    def _hold(self, record_type: str, record_id: str, version: Held) -> list[tuple[str, Weight, int]]:
        former = self._held.get((record_type, record_id))
        self._held[record_type, record_id] = version
        if former is not None and (former.objects, former.weight) == (version.objects, version.weight):
            return []
        shifts = [(version, 1)] if former is None else [(former, -1), (version, 1)]
        counted = [(found, held.weight, by) for held, by in shifts if held.weight for found in held.objects]
        for object_id, weight, by in counted:
            tally = self._objects.setdefault(object_id, Tally())
            tally.count(weight, by)
            if tally.is_empty:
                del self._objects[object_id]
        return counted

    def _count_on_services(self, object_id: str, weight: Weight, by: int, before: _Before) -> None:
        for service_id in self._inventory.services_depending_on(object_id):
            tally = self._services.setdefault(service_id, Tally())
            before.setdefault(service_id, tally.condition)
            tally.count(weight, by)
            if tally.is_empty:
                del self._services[service_id]

    def _recount(self, service_id: ServiceId) -> None:
        total = Tally()
        for required in self._inventory.requirements_of(service_id):
            tally = self._objects.get(required)
            if tally is not None:
                total.add(tally)
        if total.is_empty:
            self._services.pop(service_id, None)
        else:
            self._services[service_id] = total

    def _changed(
        self, service_id: ServiceId, before: Condition, at: datetime, *, is_told: bool = False
    ) -> Iterator[Concern]:
        after = self.condition_of(service_id)
        if after == before:
            return
        if after.status != before.status and not is_told:
            former = self._inventory.service(service_id)
            service = self._inventory.set_status(service_id, after.status.value)
            change = Change(SERVICE, RecordId(service_id), former)
            yield Concern(SERVICE, RecordId(service_id), service, (service_id,), change=change)
        problem = self._continue_episode(service_id, after, at)
        if problem is not None:
            yield Concern(SERVICE_PROBLEM, RecordId(problem["id"]), problem, (service_id,))

    def _continue_episode(self, service_id: ServiceId, after: Condition, at: datetime) -> Json | None:
        episode = self._episodes.get(service_id)
        if after.status is Status.RUNNING:
            if episode is None:
                return None
            del self._episodes[service_id]
            return resolve_episode(episode, at)
        if episode is None:
            service = self._inventory.service(service_id) or {"id": service_id}
            problem = open_episode(service, after, at, self._operator)
        else:
            problem = change_episode(episode, after, at)
        self._episodes[service_id] = problem
        return problem

    def _note_episode(self, problem: Json) -> None:
        service_id = service_of_episode(problem)
        if service_id is None:
            return
        if not is_over(problem):
            self._episodes[service_id] = problem
        elif self._episodes.get(service_id, {}).get("id") == problem["id"]:
            del self._episodes[service_id]


def _version(record_type: RecordTypeName, record: Json) -> Held | None:
    if record_type == "alarm":
        return held_alarm(record)
    if record_type == "change-request":
        return held_change(record)
    return None
