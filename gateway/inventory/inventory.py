"""What the operator has and sells: services, resources, who depends on what, and who buys which service.

Rules:
- Records are taken as they come, in journal order; the later one of a type and id replaces the former whole.
- Services and resources share one space of identifiers, because alarms, works and dependencies name either.
- A party buys or carries a service if the service's `relatedParty` names its id with the role `customer` or `partner`.
- `version` grows with every change except of `operatingStatus` alone; `names_version` when a name came that never was
  there before, or when somebody knows other names than before.

It is held in memory and rebuilt from the latest records. It does not know alarms. One thread at a time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from gateway.ids import PartyId, RecordId, RecordTypeName, ServiceId
from gateway.inventory.graph import DependencyGraph, Edge
from gateway.inventory.name_book import FormerNames, NameBook
from gateway.inventory.names import names_beside_places, places_of
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
        services: Services that depend on something else than before.
        objects: Everything of which that may be so: what is about one of these may concern other services now.
    """

    record_type: RecordTypeName
    record_id: RecordId
    former: Json | None
    touched: frozenset[str] = frozenset()
    services: frozenset[ServiceId] = frozenset()
    objects: frozenset[str] = frozenset()


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
        self._book = NameBook()

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
        owner, edges = (record_type, identifier), tuple(edges_of(record_type, record))
        dropped, added = self._graph.differences(owner, edges)
        before = self._between(dropped)
        touched = self._graph.state(owner, edges)
        after = self._between(added)
        if record_type == "service" and former is None:
            touched |= {identifier}
            after = self._between({*added, (identifier, identifier)})
        if touched:
            self._depending.clear()
        self._count_versions(record_type, former, record, has_other_edges=bool(touched))
        services, objects = before[0] | after[0], before[1] | after[1]
        return Change(record_type, RecordId(identifier), former, touched, services, objects)

    def _between(self, edges: Iterable[Edge]) -> tuple[frozenset[ServiceId], frozenset[str]]:
        """Return the services that depend on something through these edges, and what they depend on through them."""
        above = {object_id for start in {edge[0] for edge in edges} for object_id in self._graph.dependents_of(start)}
        below = {object_id for start in {edge[1] for edge in edges} for object_id in self._graph.requirements_of(start)}
        return frozenset(ServiceId(found) for found in above & self._services.keys()), frozenset(below)

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
        """Return every identifying name that ever was in the inventory."""
        return frozenset(self._book.since(0))

    @property
    def names_count(self) -> int:
        """How many identifying names there ever were."""
        return self._book.count

    def names_since(self, count: int) -> Sequence[str]:
        """Return the names that came after the first `count`, in the order of their coming."""
        return self._book.since(count)

    def former_names(self, service_ids: Iterable[str]) -> FormerNames:
        """Return by which names, now gone, the buyers of these services know them."""
        return self._book.former(service_ids)

    def moved_former_names(self) -> Set[str]:
        """Return the services of which `former_names` says something else than when this was asked last."""
        return self._book.moved()

    def remember_former_names(self, former: FormerNames) -> None:
        """Take up former names as an earlier run kept them, before any record."""
        self._book.remember_former(former)

    def places(self) -> Set[str]:
        """Return the names that only ever stood for places; the caller must not keep the answer."""
        return self._book.places

    @property
    def demoted(self) -> Sequence[str]:
        """Names that stood for places until they stood for something else too, in the order in which they did."""
        return self._book.demoted

    def remember_names(self, names: Mapping[str, bool]) -> None:
        """Take up names that were in the inventory at some time, with whether each only ever stood for a place."""
        places = frozenset(name for name, is_place in names.items() if is_place)
        self.names_version += self._book.note(names.keys() - places, places)

    def has_role(self, service_id: str, party: str, role: str) -> bool:
        """Tell whether the service names the party in this role: a customer and a partner of one id are two parties."""
        return (party, role) in roles(self._services.get(service_id))

    def names_known_to(self, party: str, role: str | None = None) -> frozenset[str]:
        """Return the names that the party knows anyway: its own, and of its services (in `role`, if one is given)."""
        asked = sorted(_BUYING_ROLES) if role is None else [role]
        return frozenset().union(*(self._book.known_to((PartyId(party), one)) for one in asked))

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

    def _count_versions(
        self, record_type: RecordTypeName, former: Json | None, record: Json, *, has_other_edges: bool
    ) -> None:
        if former == record:
            return
        if record_type == "dependency":
            self.version += has_other_edges
        elif former is None or _without_status(former) != _without_status(record):
            self.version += 1
        is_new = self._book.note(names_beside_places(record_type, record), places_of(record))
        if record_type == "service":
            is_new |= self._book.replace(record, roles(record))
        self.names_version += is_new


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
