"""The equipment that an operator would have at the sites of a plan, and the circuits between them.

| what | id | name | depends on |
|---|---|---|---|
| site | `pop-nl1` | Aurora PoP Amsterdam 1 | |
| fibre | `FBR-NL-BE-001` | the same | |
| router | `cr1.nl1` | `cr1.nl1.aurora.example` | its site |
| line card | `cr1.nl1:fpc2` | the same | its router |
| port | `cr1.nl1:et-2/0/3` | the same | its line card |
| circuit | `AUR-NL-BE-100G-0001` | the same | its two ports and its fibre |

Each site has two routers. Each route has one fibre and on it two circuits, one between the
first routers and one between the second.
Serial numbers and management addresses (198.18.0.0/15, RFC 2544) are made up, always alike.
"""

from __future__ import annotations

import hashlib
import ipaddress
from collections import Counter
from collections.abc import Iterator

from gateway.record.strictjson import Json
from gateway.sources.sites import Plan, Route, Site

ROUTERS_PER_SITE = 2
CORE_SLOT = 2
ACCESS_SLOT = 0
_MANAGEMENT = ipaddress.ip_network("198.18.0.0/15")


class Network:
    """Names and records of an operator's equipment over a plan."""

    def __init__(self, plan: Plan, operator: str) -> None:
        self.plan = plan
        self._operator = operator
        self._circuits = self._number_circuits()

    def resources(self) -> Iterator[Json]:
        """Yield the records of all sites, fibres, routers, line cards, core ports and circuits."""
        for site in self.plan.sites.values():
            yield self._site(site)
        for route in self.plan.routes:
            yield self._fibre(route)
        for position, site in enumerate(self.plan.sites.values()):
            for unit in range(1, ROUTERS_PER_SITE + 1):
                yield from self._router(site, unit, position * ROUTERS_PER_SITE + unit)
        for circuits in self._circuits:
            for circuit in circuits:
                yield from circuit

    def circuit_id(self, route: Route, unit: int) -> str:
        """Return the circuit between the routers numbered `unit` of the two ends of a route."""
        identifier: str = self._circuits[route.number][unit - 1][-1]["id"]
        return identifier

    def access_port(self, code: str, unit: int, number: int, *, is_interconnect: bool) -> Json:
        """Return the port number `number` for customers or partners on a site's router."""
        card = self.card_id(code, unit, ACCESS_SLOT)
        identifier = f"{self.router_id(code, unit)}:xe-{ACCESS_SLOT}/{number // 20}/{number % 20}"
        return {**_port(identifier, card), "interconnect": is_interconnect}

    def router_id(self, code: str, unit: int) -> str:
        """Return the id of a site's first or second router."""
        return f"cr{unit}.{code}1"

    def card_id(self, code: str, unit: int, slot: int) -> str:
        """Return the id of a router's line card."""
        return f"{self.router_id(code, unit)}:fpc{slot}"

    def _number_circuits(self) -> list[list[list[Json]]]:
        """Return per route and unit the two ports and then the circuit."""
        used: Counter[str] = Counter()
        numbered = []
        for route in self.plan.routes:
            ports_of = {code: used[code] for code in route.ends}
            used.update(route.ends)
            units = range(1, ROUTERS_PER_SITE + 1)
            first = route.number * ROUTERS_PER_SITE
            numbered.append([self._circuit(route, unit, first + unit, ports_of) for unit in units])
        return numbered

    def _circuit(self, route: Route, unit: int, number: int, ports_of: dict[str, int]) -> list[Json]:
        ports = []
        for code in route.ends:
            identifier = f"{self.router_id(code, unit)}:et-{CORE_SLOT}/0/{ports_of[code]}"
            ports.append(_port(identifier, self.card_id(code, unit, CORE_SLOT)))
        near, far = (code.upper() for code in route.ends)
        identifier = f"{self._operator[:3].upper()}-{near}-{far}-100G-{number:04d}"
        required = [port["id"] for port in ports] + [self.fibre_id(route)]
        circuit = _resource(identifier, identifier, "circuit", dependsOn=required)
        return [*ports, circuit]

    def fibre_id(self, route: Route) -> str:
        """Return the id of a route's fibre."""
        near, far = (code.upper() for code in route.ends)
        parallel = [other for other in self.plan.routes if other.ends == route.ends]
        return f"FBR-{near}-{far}-{parallel.index(route) + 1:03d}"

    def _fibre(self, route: Route) -> Json:
        identifier = self.fibre_id(route)
        length = {"name": "lengthKm", "value": route.length_km}
        fibre = _resource(identifier, identifier, "fibre", connectsTo=[f"pop-{code}1" for code in route.ends])
        return {**fibre, "resourceCharacteristic": [length]}

    def _site(self, site: Site) -> Json:
        identifier = f"pop-{site.code}1"
        name = f"{self._operator.capitalize()} PoP {site.city} 1"
        place: Json = {"id": identifier, "name": name, "role": "site", "city": site.city}
        if site.country:
            place["country"] = site.country
        place |= {"latitude": site.latitude, "longitude": site.longitude}
        return {**_resource(identifier, name, "site"), "place": place}

    def _router(self, site: Site, unit: int, number: int) -> Iterator[Json]:
        identifier = self.router_id(site.code, unit)
        name = f"{identifier}.{self._operator}.example"
        router = _resource(identifier, name, "router", containedIn=[f"pop-{site.code}1"])
        router["serialNumber"] = _serial(self._operator, identifier)
        router["resourceCharacteristic"] = [{"name": "managementAddress", "value": str(_MANAGEMENT[number])}]
        yield router
        for slot in (ACCESS_SLOT, CORE_SLOT):
            card = self.card_id(site.code, unit, slot)
            record = _resource(card, card, "linecard", containedIn=[identifier])
            yield {**record, "serialNumber": _serial(self._operator, card)}


def _resource(identifier: str, name: str, kind: str, **related: list[str]) -> Json:
    record: Json = {
        "@type": "Resource",
        "id": identifier,
        "name": name,
        "category": kind,
        "resourceType": kind,
        "administrativeState": "unlocked",
        "operationalState": "enable",
    }
    relations = [{"relationshipType": how, "id": other} for how, others in related.items() for other in others]
    if relations:
        record["resourceRelationship"] = relations
    return record


def _port(identifier: str, card: str) -> Json:
    return _resource(identifier, identifier, "port", containedIn=[card])


def _serial(operator: str, identifier: str) -> str:
    return "SN" + hashlib.sha256(f"{operator}/{identifier}".encode()).hexdigest()[:10].upper()
