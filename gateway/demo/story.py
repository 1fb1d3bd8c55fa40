"""What happens to aurora: which fibre is cut, what its systems say about it, and which work is planned.

Pure: everything follows from the inventory and the times that the caller brings. A cut fibre takes its circuits and
their ports with it (critical). Line cards and routers that only notice it complain mildly: they themselves work.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from gateway.demo.alerts import Alert
from gateway.inventory.inventory import Inventory
from gateway.inventory.times import rfc3339
from gateway.record import schemas
from gateway.record.strictjson import Json

PARTNER, CUSTOMER = "northlink", "acme"
CHANGE = "CHG-2026-1107"
ENGINEER = "Ingrid Solberg"
WORK = "Splice closure 14 is replaced; crew of Bo Lindqvist, gate code 4711."
"""Free text about the work, as engineers write it: nothing of it may leave."""
_ANY_TIME = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Cabling:
    """The resources of an inventory by id, and which of them directly need which."""

    resources: dict[str, Json]
    needed_by: dict[str, list[str]]

    def circuits(self, fibre: str) -> list[str]:
        """Return the circuits on a fibre."""
        return [one for one in self.needed_by[fibre] if self.resources[one]["category"] == "circuit"]

    def below(self, resource: str, category: str) -> list[str]:
        """Return what a resource directly needs or is contained in, of one category."""
        related = (relation["id"] for relation in self.resources[resource].get("resourceRelationship", ()))
        return [one for one in related if self.resources[one]["category"] == category]

    def city(self, site: str) -> str:
        """Return the city of a site."""
        city: str = self.resources[site]["place"]["city"]
        return city


@dataclass(frozen=True, slots=True)
class Story:
    """The parts that the fibres of an inventory play."""

    inventory: Inventory
    cabling: Cabling
    cut: str
    work: str

    def services_hit(self, party: str) -> frozenset[str]:
        """Return the services of a party that stand on either fibre."""
        hit = {service for fibre in (self.cut, self.work) for service in self.inventory.services_depending_on(fibre)}
        return frozenset(hit.intersection(self.inventory.services_of(party)))

    def route(self, fibre: str) -> str:
        """Return between which cities a fibre runs."""
        return " and ".join(self.cabling.city(site) for site in self.cabling.below(fibre, "site"))

    def waves(self, fibre: str, at: datetime) -> list[list[Alert]]:
        """Return what the operator's systems say when a fibre breaks at `at`: first light, then links, then traffic."""
        return [list(_light(self, fibre, at)), list(_links(self, fibre, at)), list(_traffic(self, fibre, at))]

    def change(self, status: str, at: datetime) -> Json:
        """Return the change request of the planned work as its system states it at `at`."""
        begins, ends = at.replace(second=0, microsecond=0), at.replace(second=0, microsecond=0) + timedelta(hours=2)
        change: Json = {
            "@type": "ChangeRequest",
            "id": CHANGE,
            "description": WORK,
            "requestType": "maintenance",
            "status": status,
            "statusChangeDate": rfc3339(at),
            "plannedStartTime": rfc3339(begins),
            "plannedEndTime": rfc3339(ends),
            "targetEntity": [{"id": self.work, "@referredType": "Resource"}],
            "relatedParty": [
                {"id": "ingrid-solberg", "name": ENGINEER, "role": "engineer", "@referredType": "Individual"}
            ],
        }
        return change

    def secrets(self) -> frozenset[str]:
        """Return words of the story that are no names of the inventory and must stay inside all the same."""
        alerts = [alert for wave in self.waves(self.cut, _ANY_TIME) for alert in wave]
        words = {text for alert in alerts for text in (alert.name, alert.summary)}
        return frozenset(words | {CHANGE, ENGINEER, WORK, "Bo Lindqvist", "gate code"})


def story_of(records: Iterable[Json]) -> Story:
    """Choose, among the fibres on which both partner and customer have services, one to cut and one to work on.

    The cut one is that with most services; the other one shares no service with it and has fewest.
    """
    inventory, cabling = Inventory(), Cabling({}, defaultdict(list))
    for record in records:
        kind = schemas.type_of(record)
        inventory.apply(kind, record)
        if kind == "resource":
            cabling.resources[record["id"]] = record
            for relation in record.get("resourceRelationship", ()):
                cabling.needed_by[relation["id"]].append(record["id"])
    fibres = [name for name, record in cabling.resources.items() if record["category"] == "fibre"]
    hit = {fibre: set(inventory.services_depending_on(fibre)) for fibre in fibres}
    both = [
        fibre for fibre in fibres if all(hit[fibre].intersection(inventory.services_of(x)) for x in (PARTNER, CUSTOMER))
    ]
    cut = max(both, key=lambda fibre: len(hit[fibre]))
    work = min((fibre for fibre in both if not hit[fibre] & hit[cut]), key=lambda fibre: len(hit[fibre]))
    return Story(inventory, cabling, cut, work)


def _light(story: Story, fibre: str, at: datetime) -> Iterator[Alert]:
    """What is seen first: no light in the fibre and at the ports at both ends."""
    cabling = story.cabling
    yield Alert("FibreBroken", fibre, "critical", "lossOfSignal", f"{fibre}: no light in either direction", at)
    yield Alert(
        "OtdrReflection", fibre, "major", "lossOfSignal", f"{fibre}: OTDR sees an end at 41.3 km", _after(at, 2)
    )
    for port in _ports(cabling, fibre):
        yield Alert("PortDown", port, "critical", "lossOfSignal", f"{port} is down", at)
        yield Alert("OpticalSignalLost", port, "critical", "lossOfSignal", f"{port}: receives no signal", _after(at, 1))
        yield Alert("OpticalPowerLow", port, "major", "lossOfSignal", f"{port}: receives -40.0 dBm", _after(at, 1))


def _links(story: Story, fibre: str, at: datetime) -> Iterator[Alert]:
    """What follows: circuits, line cards, and the sessions of the routers at both ends."""
    cabling = story.cabling
    later = _after(at, 3)
    for circuit in cabling.circuits(fibre):
        yield Alert("CircuitDown", circuit, "critical", "lossOfFrame", f"{circuit} carries nothing", later)
        yield Alert("BfdDown", circuit, "major", "lossOfFrame", f"{circuit}: BFD timed out", later)
        near, far = (_router(cabling, port) for port in cabling.below(circuit, "port"))
        for here, there in ((near, far), (far, near)):
            for name in ("BgpSessionDown", "LdpSessionDown", "IsisAdjacencyLost"):
                text = f"{here}: {name} towards {there}"
                yield Alert(name, here, "minor", "communicationsProtocolError", text, _after(at, 4), detail=there)
    for card in dict.fromkeys(card for port in _ports(cabling, fibre) for card in cabling.below(port, "linecard")):
        yield Alert(
            "LineCardLaneDark",
            card,
            "minor",
            "receiverFailure",
            f"{card}: a lane is dark",
            later,
            kind="equipmentAlarm",
        )
    for router in dict.fromkeys(_router(cabling, port) for port in _ports(cabling, fibre)):
        yield Alert("RouteChurn", router, "warning", "congestion", f"{router}: 40,000 routes changed", _after(at, 5))


def _traffic(story: Story, fibre: str, at: datetime) -> Iterator[Alert]:
    """What hurts: no more traffic at the ports of those who bought something that runs through here."""
    for service_id in story.inventory.services_depending_on(fibre):
        service = story.inventory.service(service_id) or {}
        for port in service.get("supportingResource", ()):
            text = f"{port['id']}: traffic of {service_id} has ceased"
            yield Alert(
                "AccessTrafficLost",
                port["id"],
                "major",
                "lossOfSignal",
                text,
                _after(at, 6),
                kind="qualityOfServiceAlarm",
            )


def _ports(cabling: Cabling, fibre: str) -> list[str]:
    return [port for circuit in cabling.circuits(fibre) for port in cabling.below(circuit, "port")]


def _router(cabling: Cabling, port: str) -> str:
    (card,) = cabling.below(port, "linecard")
    (router,) = cabling.below(card, "router")
    return router


def _after(at: datetime, seconds: int) -> datetime:
    return at + timedelta(seconds=seconds)
