"""A whole operator's inside over a public topology: equipment, and services sold along shortest paths.

Rules:
- The same arguments give the same records in the same order: resources first, then per service its access ports, the
  service, and the dependency of the service on the circuits of its path.
- A service stands on its access ports (`supportingResource`) and on the circuits of its path, all between first or
  all between second routers.
- Even services of a buyer are EVPLs between two sites, odd ones IP transit from a site to the operator's largest one.
- The endpoints that a service names are cities, no names of sites.

The network and its services are made up; only the sites and the lines between them are the topology's.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gateway.record.strictjson import Json
from gateway.sources.network import Network
from gateway.sources.sites import Plan, Route, Site, plan_of

GEANT = "topozoo/Geant2012"
SERVICES_PER_BUYER = 6


@dataclass(frozen=True, slots=True)
class Buyer:
    """A party that services are sold to; `role` is `customer` or `partner`."""

    id: str
    name: str
    role: str


DEFAULT_AUDIENCES = (
    Buyer("northlink", "Northlink Carrier", "partner"),
    Buyer("acme", "Acme Industries", "customer"),
    Buyer("polaris-bank", "Polaris Bank", "customer"),
    Buyer("tidewater", "Tidewater Media", "customer"),
)


def records_of_topology(
    topology_key: str = GEANT,
    operator: str = "aurora",
    audiences: Sequence[Buyer] = DEFAULT_AUDIENCES,
    services_per_buyer: int = SERVICES_PER_BUYER,
) -> Iterator[Json]:
    """Yield the resource, service and dependency records of an operator, each with its `@type`.

    Raises:
        UnknownTopology: `topohub` has no topology of this name.
    """
    network = Network(plan_of(topology_key), operator)
    yield from network.resources()
    ports: Counter[tuple[str, int]] = Counter()
    for position, buyer in enumerate(audiences):
        for turn in range(services_per_buyer):
            number = 100_001 + position * services_per_buyer + turn
            yield from _sell(network, buyer, number, turn, ports)


def _sell(network: Network, buyer: Buyer, number: int, turn: int, ports: Counter[tuple[str, int]]) -> Iterator[Json]:
    kind = "IP transit" if turn % 2 else "EVPL"
    unit = number % 2 + 1
    near, far = _ends(network.plan, buyer.id, turn)
    ends = [near] if turn % 2 else [near, far]
    access = []
    for site in ends:
        taken = ports[site.code, unit]
        ports[site.code, unit] += 1
        port = network.access_port(site.code, unit, taken, is_interconnect=buyer.role == "partner")
        access.append(port["id"])
        yield port
    service = _service(buyer, kind, number, ends, access)
    yield service
    path = network.plan.shortest_path(near.code, far.code)
    if path:
        yield _dependency(service["id"], network, path, unit)


def _ends(plan: Plan, buyer: str, turn: int) -> tuple[Site, Site]:
    """Choose two different sites, always alike; the second of a transit is the site with most routes."""
    codes = sorted(plan.sites)
    digest = hashlib.sha256(f"{buyer}/{turn}".encode()).digest()
    hub = max(codes, key=plan.degree)
    far = hub if turn % 2 else codes[digest[1] % len(codes)]
    others = [code for code in codes if code != far]
    return plan.sites[others[digest[0] % len(others)]], plan.sites[far]


def _service(buyer: Buyer, kind: str, number: int, ends: list[Site], access: list[str]) -> Json:
    cities = " - ".join(site.city for site in ends)
    return {
        "@type": "Service",
        "id": f"svc-{number}",
        "name": f"{buyer.name} {kind} {cities}",
        "category": "CustomerFacingService",
        "serviceType": kind.replace(" ", ""),
        "state": "active",
        "startDate": "2025-06-01T00:00:00Z",
        "serviceCharacteristic": [{"name": "bandwidth", "value": "10G"}, {"name": "vlan", "value": number % 4000 + 2}],
        "place": [_endpoint(site) for site in ends],
        "relatedParty": [{"id": buyer.id, "name": buyer.name, "role": buyer.role, "@referredType": "Organization"}],
        "supportingResource": [{"id": port} for port in access],
    }


def _endpoint(site: Site) -> Json:
    country = {"country": site.country} if site.country else {}
    return {"role": "endpoint", "city": site.city, **country}


def _dependency(service_id: str, network: Network, path: Sequence[Route], unit: int) -> Json:
    return {
        "@type": "Dependency",
        "id": f"dep-{service_id}",
        "dependent": {"id": service_id, "@referredType": "Service"},
        "requires": {"all": [network.circuit_id(route, unit) for route in path]},
    }
