"""What the operator has and sells: services, resources, who depends on what, and who buys which service.

Rules:
- Records are taken as they come, in journal order; the later one of a type and id replaces the former whole.
- Services and resources share one space of identifiers, because alarms, works and dependencies name either.
- A party buys or carries a service if the service's `relatedParty` names its id with the role `customer` or `partner`.
- `version` grows with every change except of `operatingStatus` alone; `names_version` when a name came or went.

It is held in memory and rebuilt from the latest records. It does not know alarms. One thread at a time.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from gateway.ids import PartyId, RecordId, RecordTypeName, ServiceId
from gateway.inventory.graph import DependencyGraph
from gateway.inventory.names import is_identifying, names_of, names_of_party, own_names
from gateway.inventory.relations import edges_of
from gateway.record.strictjson import Json

INVENTORY_TYPES = frozenset({RecordTypeName("service"), RecordTypeName("resource"), RecordTypeName("dependency")})
_BUYING_ROLES = frozenset({"customer", "partner"})


@dataclass(frozen=True, slots=True)
class Change:
    """What applying one record changed.

    Attributes:
        former: The record that was replaced, None when there was none (always None for a dependency).
        touched: Objects whose own requirements changed, and services that were not known as such before; whatever
            depends on one of these may have another state now.
    """

    record_type: RecordTypeName
    record_id: RecordId
    former: Json | None
    touched: frozenset[str]


class Inventory:
    """The operator's services, resources and dependencies, as far as records told them."""

    def __init__(self) -> None:
        self.version = 0
        self.names_version = 0
        self._services: dict[str, Json] = {}
        self._resources: dict[str, Json] = {}
        self._graph = DependencyGraph()
        self._bought: defaultdict[str, set[ServiceId]] = defaultdict(set)
        self._depending: dict[str, tuple[ServiceId, ...]] = {}
        self._names: tuple[int, frozenset[str]] = (-1, frozenset())

    def apply(self, record_type: RecordTypeName, record: Json) -> Change:
        """Take a service, resource or dependency record, new or instead of its former version.

        Args:
            record_type: One of `INVENTORY_TYPES`.
            record: Valid by its schema. It is kept, so the caller must not change it any more.

        Raises:
            ValueError: The type is none that an inventory is made of; the caller is wrong.
        """
        if record_type not in INVENTORY_TYPES:
            raise ValueError(f"{record_type} records do not belong in the inventory")
        identifier = record["id"]
        former = self._replace(record_type, identifier, record)
        owner = (record_type, identifier)
        touched = self._graph.state(owner, edges_of(record_type, record))
        if record_type == "service" and former is None:
            touched |= {identifier}
        if touched:
            self._depending.clear()
        if record_type == "dependency":
            self.version += bool(touched)
            self.names_version += bool(touched)
        else:
            self._count_versions(record_type, former, record)
        return Change(record_type, RecordId(identifier), former, touched)

    def set_status(self, service_id: ServiceId, status: str) -> Json:
        """Give a known service another `operatingStatus`; return its new record."""
        changed = self._services[service_id] | {"operatingStatus": status}
        self._services[service_id] = changed
        return changed

    def services_depending_on(self, object_id: str) -> tuple[ServiceId, ...]:
        """Return the known services that cannot work without this object, sorted; a service depends on itself."""
        services = self._depending.get(object_id)
        if services is None:
            reached = self._graph.dependents_of(object_id) & self._services.keys()
            services = self._depending[object_id] = tuple(ServiceId(found) for found in sorted(reached))
        return services

    def requirements_of(self, object_id: str) -> frozenset[str]:
        """Return everything without which the object cannot work, itself included."""
        return self._graph.requirements_of(object_id)

    def audiences_of(self, service_id: str) -> tuple[PartyId, ...]:
        """Return the parties that buy or carry the service, sorted; none for an unknown service."""
        return buyers(self._services.get(service_id))

    def services_of(self, party: str) -> tuple[ServiceId, ...]:
        """Return the services that the party buys or carries, sorted."""
        return tuple(sorted(self._bought.get(party, ())))

    def service(self, service_id: str) -> Json | None:
        """Return the service record held under this id; the caller must not change it."""
        return self._services.get(service_id)

    def resource(self, resource_id: str) -> Json | None:
        """Return the resource record held under this id; the caller must not change it."""
        return self._resources.get(resource_id)

    def names(self) -> frozenset[str]:
        """Return every identifying name held; O(inventory) after `names_version` grew, else remembered."""
        if self._names[0] != self.names_version:
            found = {name for name in self._graph.identifiers() if is_identifying(name)}
            for record_type, held in (("service", self._services), ("resource", self._resources)):
                for record in held.values():
                    found |= names_of(RecordTypeName(record_type), record)
            self._names = (self.names_version, frozenset(found))
        return self._names[1]

    def has_role(self, service_id: str, party: str, role: str) -> bool:
        """Tell whether the service names the party in this role: a customer and a partner of one id are two parties."""
        return (party, role) in roles(self._services.get(service_id))

    def names_known_to(self, party: str, role: str | None = None) -> frozenset[str]:
        """Return the names that the party knows anyway: its own, and of its services (in `role`, if one is given)."""
        known = {party} if is_identifying(party) else set()
        for service_id in self.services_of(party):
            if role is not None and not self.has_role(service_id, party, role):
                continue
            service = self._services[service_id]
            known |= own_names(service) | names_of_party(service, party)
        return frozenset(known)

    def _replace(self, record_type: RecordTypeName, identifier: str, record: Json) -> Json | None:
        if record_type == "resource":
            former = self._resources.get(identifier)
            self._resources[identifier] = record
            return former
        if record_type == "dependency":
            return None
        former = self._services.get(identifier)
        self._services[identifier] = record
        service_id, now = ServiceId(identifier), buyers(record)
        for party in buyers(former):
            if party not in now:
                self._bought[party].discard(service_id)
        for party in now:
            self._bought[party].add(service_id)
        return former

    def _count_versions(self, record_type: RecordTypeName, former: Json | None, record: Json) -> None:
        if former is None or _without_status(former) != _without_status(record):
            self.version += 1
            if former is None or names_of(record_type, former) != names_of(record_type, record):
                self.names_version += 1
            elif record_type == "service" and roles(former) != roles(record):
                self.names_version += 1  # no name came or went, but who knows them changed


def buyers(service: Json | None) -> tuple[PartyId, ...]:
    """Return the parties that a service record names as buying or carrying it, sorted."""
    parties = (service or {}).get("relatedParty", ())
    return tuple(sorted({PartyId(party["id"]) for party in parties if party.get("role") in _BUYING_ROLES}))


def roles(service: Json | None) -> frozenset[tuple[PartyId, str]]:
    """Return the parties of `buyers` with the role that the service record names them in."""
    parties = (service or {}).get("relatedParty", ())
    return frozenset((PartyId(party["id"]), party["role"]) for party in parties if party.get("role") in _BUYING_ROLES)


def _without_status(record: Json) -> Json:
    return {name: value for name, value in record.items() if name != "operatingStatus"}
