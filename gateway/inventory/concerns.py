"""Which services a record concerns, read from the record and the inventory.

| record | services |
|---|---|
| alarm | those that depend on its object |
| change-request | those that depend on anything in `targetEntity` or `impactEntity` |
| trouble-ticket, service-level | in `relatedEntity`: a service itself, and those that depend on a resource |
| service-problem | its `affectedService` |
| service | itself |
| anything else | none |

A ticket or objective of a service does not spread to the services built on it: it may be another customer's.
Only known services are named, sorted, each once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gateway.ids import PartyId, RecordId, RecordTypeName, ServiceId
from gateway.inventory.held import identifiers
from gateway.inventory.inventory import Change, Inventory, roles
from gateway.record.strictjson import Json


@dataclass(frozen=True, slots=True)
class Concern:
    """A record as it is to be kept from now on, and whom it concerns.

    Attributes:
        services: Known services it concerns, sorted; through them, their audiences.
        about: For an alarm the internal record of the resource (or service) it is about, if that is known.
        change: For a record of the inventory what it changed there; records about other things may now be shown
            differently. None for all others.
        seen: The services as they stood at an earlier time; None when they count as they are.
    """

    record_type: RecordTypeName
    record_id: RecordId
    record: Json
    services: tuple[ServiceId, ...]
    about: Json | None = None
    change: Change | None = None
    seen: Mapping[ServiceId, Json] | None = None

    @property
    def moved_parties(self) -> tuple[PartyId, ...]:
        """Parties to which a known service was related until this record and no longer is, or the reverse."""
        if self.record_type != "service" or self.change is None or self.change.former is None:
            return ()
        return tuple(sorted({party for party, _ in roles(self.change.former) ^ roles(self.record)}))


def concern_of(inventory: Inventory, record_type: RecordTypeName, record: Json) -> Concern:
    """Return whom a record concerns by itself, apart from anything derived from it."""
    services = services_concerned(inventory, record_type, record)
    about = _object_of(inventory, record) if record_type == "alarm" else None
    return Concern(record_type, RecordId(record["id"]), record, services, about)


def services_concerned(inventory: Inventory, record_type: RecordTypeName, record: Json) -> tuple[ServiceId, ...]:
    """Return the known services that a record concerns, sorted."""
    match record_type:
        case "alarm":
            return inventory.services_depending_on(record["alarmedObject"]["id"])
        case "change-request":
            return _depending(inventory, identifiers(record, "targetEntity") + identifiers(record, "impactEntity"))
        case "trouble-ticket" | "service-level":
            related = identifiers(record, "relatedEntity")
            direct = [entity for entity in related if inventory.service(entity) is not None]
            below = _depending(inventory, [entity for entity in related if inventory.service(entity) is None])
            return _known(inventory, [*direct, *below])
        case "service-problem":
            return _known(inventory, identifiers(record, "affectedService"))
        case "service":
            return _known(inventory, [record["id"]])
        case _:
            return ()


def objects_named(record_type: RecordTypeName, record: Json) -> tuple[str, ...]:
    """Return everything by which `services_concerned` finds services: what the record is about, each once."""
    match record_type:
        case "alarm":
            return (record["alarmedObject"]["id"],)
        case "change-request":
            named = identifiers(record, "targetEntity") + identifiers(record, "impactEntity")
        case "trouble-ticket" | "service-level":
            named = identifiers(record, "relatedEntity")
        case "service-problem":
            named = identifiers(record, "affectedService")
        case _:
            return ()
    return tuple(dict.fromkeys(named))


def _depending(inventory: Inventory, objects: Iterable[str]) -> tuple[ServiceId, ...]:
    return tuple(sorted({found for entity in objects for found in inventory.services_depending_on(entity)}))


def _known(inventory: Inventory, services: Iterable[str]) -> tuple[ServiceId, ...]:
    return tuple(ServiceId(found) for found in sorted(set(services)) if inventory.service(found) is not None)


def _object_of(inventory: Inventory, alarm: Json) -> Json | None:
    alarmed = alarm["alarmedObject"]["id"]
    return inventory.resource(alarmed) or inventory.service(alarmed)
